from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import pytest

from dbc_desktop.chain.backend import LocalBackend, LocalReading
from dbc_desktop.cli.main import main
from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.alert import AlertKind, Condition
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.branches import Branch, BranchComparison, Snapshot
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import Cancelled, ChainBusy, DataCorrupt, DbcError, InvalidInput
from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.domain.gpu import GpuReading, Missing, ReadingLane, RigSample
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Deadline, Identity
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.reward import ReleaseSchedule
from dbc_desktop.telemetry.alert_book import AlertBook
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.telemetry.history_store import GpuMinute, HistoryStore
from dbc_desktop.telemetry.packing import NONE
from dbc_desktop.telemetry.ports import Sensors
from tests.doubles.hand_clock import HandClock
from tests.doubles.scripted_chain import ScriptedChain, empty_stash

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
ALICE_TEXT = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
MACHINE = MachineId("3f9a" + "0" * 56 + "c41d")
READING = GpuReading(
    "GPU-0", 0, "NVIDIA GeForce RTX 4090", 1_700_000_000.0, 98, 60, 23_515_000_000, 25_757_220_864, 72, 340.0, 450.0,
    None, 2_520, 10_501, {"fan_percent": Missing.NOT_SUPPORTED},
)  # fmt: skip


@dataclass
class Readings:
    """Sensors that say one thing, or hang up on Ctrl+C."""

    sample_value: RigSample
    is_closed: bool = False
    surveys: int = 0

    @property
    def source(self) -> str:
        return self.sample_value.source

    def sample(self) -> RigSample:
        return self.sample_value

    def survey(self) -> None:
        self.surveys += 1

    def wait_events(self, seconds: float) -> bool:
        return False

    def asking(self, lane: ReadingLane) -> str | None:
        return None

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        raise AssertionError("nothing hangs here")

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Workshop:
    """The factories of a command, all answered by doubles."""

    chain: ScriptedChain = field(default_factory=ScriptedChain)
    kept: tuple[Account, ...] = ()
    open_error: DbcError | None = None
    hand_clock: HandClock = field(default_factory=HandClock)
    sensors: Readings = field(
        default_factory=lambda: Readings(RigSample("rig-01", "nvml", 1_700_000_000.0, (READING,), "570.86"))
    )
    opened: list[str] = field(default_factory=list)

    def default_home(self) -> Path:
        return Path("default-home")

    def language(self, home: Path) -> str:
        return "en"

    def clock(self) -> Clock:
        return self.hand_clock

    def open_reader(self, home: Path) -> LocalReading:
        self.opened.append(f"reader {home}")
        if self.open_error is not None:
            raise self.open_error
        return self.chain

    def open_writer(self, home: Path) -> LocalBackend:
        self.opened.append(f"writer {home}")
        if self.open_error is not None:
            raise self.open_error
        return self.chain

    def create_chain(self, home: Path, rules: str, *, residents: bool) -> LocalBackend:
        self.opened.append(f"new {home} {rules} {residents}")
        if self.open_error is not None:
            raise self.open_error
        return self.chain

    def branches(self, home: Path) -> tuple[Branch, ...]:
        return ()

    def snapshots(self, home: Path) -> tuple[Snapshot, ...]:
        return ()

    def compare(self, home: Path, name: str, account: Address | None) -> BranchComparison:
        raise InvalidInput("branch", "missing", name=name)

    def import_chain(self, home: Path, file: Path, progress: Callable[[int, int], None]) -> None:
        self.opened.append(f"import {home} {file.name}")

    def accounts(self, home: Path) -> tuple[Account, ...]:
        return self.kept

    def open_history(self, home: Path) -> HistoryStore:
        return HistoryStore(home / "telemetry.sqlite3", read_only=True)

    def open_sensors(self) -> Sensors:
        return self.sensors


def operator() -> ScriptedChain:
    """A chain on which Alice has one rented machine and one order of her own."""
    chain = ScriptedChain(height=128_402)
    chain.accounts[ALICE] = AccountState(
        ALICE, Balance.of_dbc(41_200), Balance.of_dbc(571_428) + Balance(571_428_571_428_571), 12
    )
    chain.overviews[ALICE] = replace(
        empty_stash(ALICE), total_staked=Balance.of_dbc(571_428), claimable=Balance(1_204_100_000_000_000_001),
        locked=Balance.of_dbc(18_331),
    )  # fmt: skip
    chain.schedule = ReleaseSchedule(9, (Balance.of_dbc(10_000), Balance.of_dbc(8_331)))
    chain.machines = [
        Machine(
            machine_id=MACHINE, stash=ALICE, controller=ALICE, status=MachineStatus.RENTED, bonding_height=100,
            online_height=22_000, last_online_height=22_000, stake_held=Balance.of_dbc(571_428), stake_needed=None,
            stake_cap=None, gpu_num=8, rented_gpu_num=4, hardware=None, customize=None, verification=None,
            day_price_usd=None, reward_today=Balance.of_dbc(312), total_earned=ZERO, total_rented_times=1,
            total_rented_duration=0, total_rent_fee=ZERO, total_burn_fee=ZERO,
        )
    ]  # fmt: skip
    chain.orders = [
        RentOrder(3, MACHINE, ALICE, 4, (0, 1, 2, 3), 128_400, 128_550, 142_800, RentStatus.WAITING_VERIFYING,
                  Balance.of_dbc(37)),
        RentOrder(2, MACHINE, ALICE, 4, (0, 1, 2, 3), 100, 250, 14_500, RentStatus.ENDED, Balance.of_dbc(37)),
    ]  # fmt: skip
    chain.ends = (Deadline("confirm", 128_550, "3"), Deadline("payout", 129_603, "8"))
    return chain


def test_status_says_what_an_account_has_where_it_stands_and_what_ends_when(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(operator())
    assert main(["status", ALICE_TEXT], make) == 0
    said = capsys.readouterr()
    assert said.err == ""
    for part in (
        "Local chain · launch-2021 · block 128,402 · era 9",
        ALICE_TEXT,
        "41,200.00 DBC",
        "571,428.571428571428571 DBC",
        "1,204.100000000000001 DBC",
        "Online, rented · 4 of 8 GPUs rented",
        "4 GPUs of 3f9a…c41d · confirm within 14 min 48 s · 37.00 DBC",
        "the time to confirm order 3 ends  block 128,550 · 14 min 48 s",
        "payout of era 8                   block 129,603 · 2 h",
    ):
        assert part in said.out
    assert "order 2" not in said.out
    assert make.opened == ["reader default-home"]
    assert make.chain.is_closed


def test_status_for_scripts_keeps_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", ALICE_TEXT, "--json", "--home", "elsewhere"], make := Workshop(operator())) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["chain"]["head"]["height"] == 128_402
    (account,) = document["accounts"]
    assert account["address"] == ALICE_TEXT
    assert account["claimable"] == "1204.100000000000001"
    assert account["release_schedule"] == {
        "first_era": 9,
        "amounts": ["10000.000000000000000", "8331.000000000000000"],
    }
    assert [order["rent_id"] for order in account["rentals"]] == [3]
    assert account["machines"][0]["status"] == "Rented"
    assert make.opened == ["reader elsewhere"]


def test_status_without_an_address_takes_every_account_of_the_wallet(capsys: pytest.CaptureFixture[str]) -> None:
    kept = (Account(ALICE, "a", KeyPlace.FILE), Account(Address(b"\x02" * 32), "b", KeyPlace.KEYRING))
    assert main(["status", "--json"], Workshop(operator(), kept)) == 0
    assert [each["free"] for each in json.loads(capsys.readouterr().out)["accounts"]] == [
        "41200.000000000000000",
        "0.000000000000000",
    ]


def test_status_without_any_account_asks_for_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], Workshop()) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "Paste the address of the account.\n"


def test_an_address_of_another_network_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
    assert main(["status", polkadot], make := Workshop()) == 1
    assert capsys.readouterr().err == (
        "This address belongs to another network. Ask for the DBC form of it, which starts with 5.\n"
    )
    assert make.opened == []


@pytest.mark.parametrize("argv", [["chain", "jump", "--blocks", "1"], ["chain", "replay"]])
def test_a_second_writer_is_told_who_writes(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv, Workshop(open_error=ChainBusy(Path("folder"), 4242))) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("This data folder is in use: process 4242 writes in folder.")
    assert said.err.count("\n") == 1


def test_a_folder_without_a_chain_fails_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "info"], Workshop(open_error=InvalidInput("home", "no_chain"))) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_a_new_chain_has_the_rules_that_were_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(operator())
    assert main(["chain", "new", "--rules", "mainnet-411", "--home", "there"], make) == 0
    assert make.opened == ["new there mainnet-411 True", "reader there"]
    assert "128,402" in capsys.readouterr().out
    make = Workshop(operator())
    assert main(["chain", "new", "--empty"], make) == 0
    assert make.opened[0] == "new default-home launch-2021 False"


def test_a_new_chain_takes_no_unknown_rules_and_no_chain_s_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "new", "--rules", "mine"], Workshop()) == 2
    assert "mainnet-411-strict" in capsys.readouterr().err
    taken = Workshop(open_error=InvalidInput("home", "chain_exists", home="there"))
    assert main(["chain", "new", "--home", "there"], taken) == 1
    assert "There is a chain in there already." in capsys.readouterr().err


def test_settings_that_cannot_be_read_are_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Workshop):
        def language(self, home: Path) -> str:
            raise DataCorrupt(home / "settings.json")

    assert main(["chain", "info"], Broken()) == 1
    assert capsys.readouterr().err.startswith("A file is damaged: default-home/settings.json")


def test_a_reader_that_leaves_early_is_no_crash(capfd: pytest.CaptureFixture[str]) -> None:
    class Gone(ScriptedChain):
        def identity(self) -> Identity:
            raise BrokenPipeError

    assert main(["chain", "info"], Workshop(Gone())) == 1
    assert capfd.readouterr() == ("", "")


def test_chain_info_says_which_chain_and_where_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "info"], make := Workshop(operator())) == 0
    said = capsys.readouterr().out
    assert "0x" + "11" * 32 in said
    assert "128,402" in said
    assert "3,900,000,000.00 DBC" in said
    assert make.opened == ["reader default-home"]
    assert main(["chain", "info", "--json"], make) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["issuance"], document["head"]["era"]) == ("3900000000.000000000000000", 9)


@pytest.mark.parametrize(
    ("argv", "blocks"), [(["--blocks", "7"], 7), (["--minutes", "3"], 30), (["--eras", "150"], 2_160_000)]
)
def test_a_jump_counts_in_blocks_minutes_or_eras(
    argv: list[str], blocks: int, capsys: pytest.CaptureFixture[str]
) -> None:
    make = Workshop()
    assert main(["chain", "jump", *argv, "--json"], make) == 0
    assert make.chain.jumps == [blocks]
    document = json.loads(capsys.readouterr().out)
    assert document["to"]["height"] - document["from"]["height"] == blocks
    assert make.chain.is_closed


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["chain"],
        ["chain", "jump"],
        ["chain", "jump", "--blocks", "0"],
        ["chain", "jump", "--blocks", "-4"],
        ["chain", "jump", "--eras", "1.5"],
        ["chain", "jump", "--eras", "300000"],
        ["chain", "jump", "--blocks", "1", "--eras", "1"],
        ["status", "a", "b"],
        ["fly"],
    ],
)
def test_arguments_that_make_no_sense_touch_nothing_and_exit_with_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    make = Workshop()
    assert main(argv, make) == 2
    assert make.opened == []
    assert capsys.readouterr().err.startswith("usage: dbc-desktop")


def test_help_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "jump", "--help"], Workshop()) == 0
    assert "--eras" in capsys.readouterr().out


def test_a_jump_that_is_called_off_does_not_look_like_success(capsys: pytest.CaptureFixture[str]) -> None:
    class CalledOff(ScriptedChain):
        def jump(self, blocks: int, progress: object = None) -> object:  # type: ignore[override]
            raise Cancelled

    make = Workshop(CalledOff())
    assert main(["chain", "jump", "--eras", "1"], make) == 130
    assert capsys.readouterr().err == "Cancelled\n"
    assert make.chain.is_closed


def test_a_replay_that_meets_every_digest_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "replay"], Workshop()) == 0
    assert capsys.readouterr().out.startswith("Replayed to block 1,214")


def test_a_replay_that_differs_fails(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(ScriptedChain(replay_error=DataCorrupt(Path("chain.sqlite3"), "block 7")))
    assert main(["chain", "replay", "--json"], make) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("A file is damaged: chain.sqlite3")


def test_telemetry_once_shows_each_gpu_and_a_dash_for_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop()
    assert main(["telemetry", "--once"], make) == 0
    title, _, row = capsys.readouterr().out.splitlines()
    assert title.startswith("rig-01 · ")
    assert title.endswith("1 GPU · driver 570.86")
    assert row.split() == ["0", "RTX", "4090", "98", "%", "21.9", "GB", "/", "24.0", "GB", "72", "°C", "340", "W", "–",
                           "2,520", "MHz"]  # fmt: skip
    assert make.sensors.is_closed
    assert make.hand_clock.waits == []


def test_telemetry_for_scripts_says_why_a_reading_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["telemetry", "--once", "--json"], Workshop()) == 0
    (gpu,) = json.loads(capsys.readouterr().out)["gpus"]
    assert gpu["fan_percent"] is None
    assert gpu["missing"] == {"fan_percent": "not_supported"}
    assert gpu.keys() == {field.name for field in fields(GpuReading)} - {"taken_at"}


def test_the_fleet_of_a_window_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["telemetry", "fleet", "--home", str(tmp_path)], Workshop()) == 0
    assert capsys.readouterr().out == ""
    source = RigSource("http://10.0.0.7:9400", SourceKind.EXPORTER)
    FleetStore(tmp_path / "fleet.json").save(FleetSettings((source,)))
    clock = HandClock()
    book = AlertBook(tmp_path / "alerts.sqlite3", clock)
    lost = Condition(AlertKind.GPU_LOST, "GPU-3", {"rig": "rig-02", "index": 3.0})
    book.look("rig", [lost])
    clock.wait(3)
    book.look("rig", [lost])
    book.close()
    assert main(["telemetry", "fleet", "--home", str(tmp_path)], Workshop()) == 0
    assert capsys.readouterr().out.splitlines() == ["http://10.0.0.7:9400", "! rig-02: GPU 3 is lost"]
    assert main(["telemetry", "fleet", "--home", str(tmp_path), "--json"], Workshop()) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sources"] == [{"url": "http://10.0.0.7:9400", "kind": "exporter"}]
    assert [(one["kind"], one["subject"]) for one in document["alerts"]] == [("gpu_lost", "GPU-3")]


def past(home: Path) -> None:
    """A history with one reading, a minute ago."""
    seconds = np.full((10, 60), NONE, np.int32)
    seconds[:, 3] = 420
    store = HistoryStore(home / "telemetry.sqlite3")
    store.write([GpuMinute("", "GPU-1", "RTX 4090", 1_700_000_940 // 60, seconds)])
    store.close()


def test_the_past_is_exported_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    past(tmp_path)
    file = tmp_path / "out.csv"
    command = ["telemetry", "export", "--out", str(file), "--home", str(tmp_path)]

    assert main(command, Workshop()) == 0
    assert capsys.readouterr().out == f"1 row written to {file}\n"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2
    assert main([*command[:3], str(tmp_path / "out.json"), *command[4:], "--minutes", "--json"], Workshop()) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(tmp_path / "out.json"), "rows": 1}
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[0]["temperature_mean"] == 42.0


@pytest.mark.parametrize(
    ("out", "hours", "said"),
    [
        ("out.xlsx", "24", "A file that ends in .xlsx cannot be written. Use .csv or .json."),
        ("none/out.csv", "24", "There is no folder"),
        ("out.csv", "0", "Give a number of hours above 0, at most 8,784."),
        ("out.csv", "nan", "Give a number of hours above 0"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, out: str, hours: str, said: str
) -> None:
    past(tmp_path)
    command = ["telemetry", "export", "--out", str(tmp_path / out), "--hours", hours, "--home", str(tmp_path)]

    assert main(command, Workshop()) == 1
    assert said in capsys.readouterr().err


def test_without_a_history_there_is_nothing_to_export(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    command = ["telemetry", "export", "--out", str(tmp_path / "out.csv"), "--home", str(tmp_path)]

    assert main(command, Workshop()) == 1
    assert "telemetry.sqlite3" in capsys.readouterr().err


def test_telemetry_goes_on_each_second_until_the_program_ends(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(hand_clock=HandClock(ends_after=12))
    assert main(["telemetry", "--json"], make) == 0
    assert len(capsys.readouterr().out.splitlines()) == 12
    assert make.hand_clock.waits == [1.0] * 12
    assert make.sensors.surveys == 2
    assert make.sensors.is_closed


def test_demo_readings_are_marked_as_not_real(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(sensors=Readings(RigSample("rig-01", "demo", 0.0, (READING,))))
    assert main(["telemetry", "--once"], make) == 0
    assert "demo GPUs, not real" in capsys.readouterr().out


def test_telemetry_without_any_reading_is_not_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    make = Workshop(sensors=Readings(RigSample("rig-01", "nvml", 0.0, (), trouble="driver_gone")))
    assert main(["telemetry", "--once"], make) == 1
    assert capsys.readouterr().err.startswith("No NVIDIA driver answers: ")


def test_what_a_driver_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    sly = replace(READING, name="RTX\x1b[2J\r4090")
    make = Workshop(sensors=Readings(RigSample("rig\n01", "nvml", 0.0, (sly,))))
    assert main(["telemetry", "--once"], make) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\r" not in said
    assert len(said.splitlines()) == 3


def test_status_without_a_chain_says_how_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], Workshop(open_error=InvalidInput("home", "no_chain", home="default-home"))) == 1
    assert capsys.readouterr().err == (
        "There is no chain in default-home yet. Open the window once, or name another folder.\n"
    )
