# ruff: noqa: E501 - tables read better in one line
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.domain.network import Head, Identity, NetworkTotals
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.screens.home import Figure, RigStrip, home_screen, rig_strip
from dbc_desktop.screens.home_needs import need_row
from dbc_desktop.services.onboarding import FirstStep, StepId, StepState
from dbc_desktop.services.overview import HomeFacts
from dbc_desktop.services.watch import NeedKind, NeedsYou

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
MACHINE = MachineId("3f9a" + "0" * 56 + "c41d")
HEAD = Head(1_000, bytes(32), 1, 0, 1_000)
RULE = ReleaseRule("launch-2021", 250, 150, 5)


def dbc(text: str) -> Balance:
    return Balance.parse(text)


FACTS: dict[StepId, Mapping[str, object]] = {
    StepId.ACCOUNT: {"address": ALICE},
    StepId.PLAY_MONEY: {"amount": dbc("1000000")},
    StepId.BOND: {"stake": dbc("71428.57"), "fixed_fee": dbc("10"), "machine_id": None},
    StepId.VERIFY: {"status": None, "until": None},
    StepId.FULFILL: {"amount": dbc("500000"), "held": dbc("71428.57"), "gpu_num": 8},
    StepId.EARN: {"earned": ZERO, "at_once_permille": 250, "parts": 150, "next_height": 15_400},
    StepId.RENT: {"rent_id": None, "confirm_until": None},
    StepId.LOGIN: {},
    StepId.RELEASE: {"first_era": 3, "reward": dbc("754.6"), "parts": 150, "parts_released": 0, "last_era": 153, "claimable": dbc("1")},
}  # fmt: skip


def steps(current: StepId | None, **facts: object) -> tuple[FirstStep, ...]:
    ids = list(StepId)
    place = len(ids) if current is None else ids.index(current)
    states = [StepState.DONE] * place + [StepState.CURRENT] + [StepState.LATER] * len(ids)
    return tuple(
        FirstStep(each, state, {**FACTS[each], **(facts if each is current else {})})
        for each, state in zip(ids, states, strict=False)
    )


def home(current: StepId | None, **facts: object) -> HomeFacts:
    overview = StashOverview(
        ALICE, ALICE, (MACHINE,), 8, 4, ZERO, ZERO, ZERO, dbc("4787.94"), dbc("37126.32"), dbc("547.09"), dbc("3750.36"), None, RULE
    )  # fmt: skip
    return HomeFacts(
        identity=Identity("local", "x", bytes(32), 1, 1, "launch-2021"),
        head=HEAD,
        totals=NetworkTotals(ZERO, ZERO, None, ZERO, 12_000, 1, 8, 4, ZERO),
        sample=None,
        account=AccountState(ALICE, dbc("1000000"), ZERO, 0),
        overview=overview,
        schedule=ReleaseSchedule(99, tuple(dbc("362.21") for _ in range(200))),
        rows=(RewardRow(98, MACHINE, dbc("754.6"), dbc("188.65"), dbc("358.44")),) * 2,
        deadlines=(),
        needs=(),
        steps=steps(current, **facts),
    )


@pytest.mark.parametrize(
    ("step", "facts", "detail", "button"),
    [
        (StepId.ACCOUNT, {"address": None}, "A key of your own; it never leaves this computer", "Make an account"),
        (StepId.PLAY_MONEY, {}, "1,000,000.00 DBC from the local chain", "Get play money"),
        (StepId.BOND, {}, "Signs that the machine is yours and reserves 71,428.57 DBC for its first GPU", "Bond"),
        (StepId.VERIFY, {}, "Three committee members look at the hardware; about 36 hours, or jump there", "Jump…"),
        (StepId.VERIFY, {"until": 22_600}, "The committee answers within 36 h, or jump there", "Jump…"),
        (
            StepId.VERIFY,
            {"status": MachineStatus.ADDING_CUSTOMIZE_INFO},
            "First say where the machine stands and how it is connected",
            "Describe it",
        ),
        (StepId.FULFILL, {}, "500,000.00 DBC more for 8 GPUs; it stays yours", "Pay the stake"),
        (StepId.FULFILL, {"amount": None}, "The rest for all GPUs; it stays yours", "Pay the stake"),
        (StepId.EARN, {}, "A reward comes each era: 25 % at once, the rest in 150 parts", "Jump…"),
        (StepId.EARN, {"earned": dbc("754.6")}, "754.60 DBC earned so far", "Jump…"),
        (StepId.RENT, {}, "Some GPUs for a day, with 15 minutes to test them before you confirm", "Market"),
        (
            StepId.RENT,
            {"rent_id": 31, "confirm_until": 1_127},
            "Order 31 waits: test it and confirm within 12:42",
            "Confirm",
        ),
        (StepId.LOGIN, {}, "A real shell on this computer, by ssh", "Rentals"),
        (StepId.RELEASE, {}, "See every part of that first reward released, then claim", "Jump…"),
        (StepId.RELEASE, {"parts_released": 7}, "7 of 150 parts of the first reward are released", "Jump…"),
        (StepId.RELEASE, {"parts_released": 150}, "Every part of the first reward is released; claim it", "Claim"),
    ],
)
def test_the_current_step_says_what_to_do(step: StepId, facts: dict[str, object], detail: str, button: str) -> None:
    screen = home_screen(home(step, **facts))
    row = next(row for row in screen.steps if row.id is step)
    assert (row.detail, row.button, row.state) == (detail, button, StepState.CURRENT)
    assert [other.button for other in screen.steps if other.id is not step] == [""] * 8
    assert screen.is_first_run
    assert screen.side is not None


@pytest.mark.parametrize(
    ("step", "facts", "detail"),
    [
        (StepId.ACCOUNT, {}, "5Grwva…utQY, its words are on your paper"),
        (StepId.BOND, {"machine_id": MACHINE}, "Machine 3f9a…c41d, 71,428.57 DBC reserved"),
        (StepId.VERIFY, {}, "Confirmed by the committee"),
        (StepId.FULFILL, {}, "71,428.57 DBC reserved; it stays yours"),
        (StepId.RENT, {"rent_id": 31}, "Order 31 confirmed"),
        (StepId.RENT, {}, "Order – confirmed"),
    ],
)
def test_a_step_that_is_done_says_what_came_of_it(step: StepId, facts: dict[str, object], detail: str) -> None:
    facts_now = home(None)
    done = tuple(replace(each, facts={**each.facts, **facts}) if each.id is step else each for each in facts_now.steps)
    row = next(row for row in home_screen(replace(facts_now, steps=done)).steps if row.id is step)
    assert (row.detail, row.button) == (detail, "")


def test_bonding_tells_its_price_before() -> None:
    side = home_screen(home(StepId.BOND)).side
    assert side is not None
    assert side.rows == (
        ("Reserved as stake", "71,428.57 DBC"),
        ("Fixed fee", "10.00 DBC"),
        ("Free afterwards", "928,561.43 DBC"),
    )


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        (StepId.PLAY_MONEY, (("Arrives", "1,000,000.00 DBC"), ("Free now", "1,000,000.00 DBC"))),
        (
            StepId.FULFILL,
            (
                ("Reserved already", "71,428.57 DBC"),
                ("To reserve now", "500,000.00 DBC"),
                ("Free afterwards", "500,000.00 DBC"),
            ),
        ),
        (StepId.EARN, (("Next payout in", "24 h"),)),
        (StepId.RENT, ()),
        (StepId.LOGIN, ()),
        (
            StepId.RELEASE,
            (("First reward", "754.60 DBC"), ("Parts released", "0 / 150"), ("Claimable now", "1.00 DBC")),
        ),
    ],
)
def test_the_side_card_belongs_to_the_current_step(step: StepId, rows: tuple[tuple[str, str], ...]) -> None:
    side = home_screen(home(step)).side
    assert side is not None
    assert side.rows == rows


def test_the_committee_window_is_counted() -> None:
    side = home_screen(home(StepId.VERIFY, until=1_600)).side
    assert side is not None
    assert side.rows == (("Window ends in", "1 h"),)


def test_after_the_first_ten_minutes_come_the_figures() -> None:
    screen = home_screen(home(None))
    assert (screen.title, screen.note, screen.is_first_run, screen.side) == (
        "Home", "all figures at block 1,000", False, None
    )  # fmt: skip
    assert screen.figures == (
        Figure("today", "Released today", dbc("547.09"), "", "377.30 at once + 716.88 earlier"),
        Figure("week", "7 days", dbc("3750.36"), "", "≈ 45.00 USD at 0.0120"),
        Figure("claimable", "Claimable", dbc("4787.94"), "good", "never claimed"),
        Figure("locked", "Locked", dbc("37126.32"), "locked", "released over the next 150 eras"),
    )
    assert screen.releases is not None
    assert len(screen.releases.amounts) == 150
    assert screen.releases.note == "25 % + 150 × 0.5 %, launch-2021"
    assert screen.releases.labels == ((0, "era 99"), (49, "era 148"), (99, "era 198"), (149, "era 248"))


def test_the_person_may_turn_the_first_steps_back_on() -> None:
    assert home_screen(home(None), wants_steps=True).is_first_run
    assert not home_screen(home(StepId.BOND), wants_steps=False).is_first_run


def test_without_an_account_there_are_dashes_and_reasons() -> None:
    facts = replace(home(StepId.ACCOUNT), account=None, overview=None, schedule=None, rows=())
    screen = home_screen(facts)
    assert [figure.balance for figure in screen.figures] == [None] * 4
    assert [figure.detail for figure in screen.figures] == [
        "no payout yet", "no price known", "never claimed", "nothing is locked"
    ]  # fmt: skip
    assert screen.releases is None


def test_an_era_without_a_payout_is_not_told_with_the_figures_of_an_older_one() -> None:
    facts = home(None)
    assert facts.overview is not None
    facts = replace(facts, overview=replace(facts.overview, released_last_era=ZERO))
    assert home_screen(facts).figures[0].detail == "nothing in the last payout"


def test_a_claim_is_dated() -> None:
    facts = home(None)
    assert facts.overview is not None
    facts = replace(facts, overview=replace(facts.overview, last_claim_height=950))
    assert home_screen(facts).figures[2].detail == "last claimed 5 min ago"


def gpu(index: int, **changes: object) -> GpuReading:
    made = GpuReading(f"GPU-{index}", index, "NVIDIA GeForce RTX 4090", 0, 1, 1, 1, 2, 72, 267.5, 450, 1, 1, 1, {})
    return replace(made, **changes)  # type: ignore[arg-type]


def rig(*gpus: GpuReading, trouble: str | None = None, source: str = "nvml") -> RigSample:
    return RigSample("rig-01", source, 0.0, gpus, None, trouble)


def test_a_rig_in_one_line() -> None:
    facts = home(None)
    strip = rig_strip(rig(*(gpu(index) for index in range(8))), facts.overview)
    assert strip == RigStrip("rig-01 · 8 × RTX 4090", "8 of 8 GPUs · rented 4 of 8", "good", "72 °C", "2,140 W", False)


def test_a_lost_gpu_is_named() -> None:
    strip = rig_strip(rig(gpu(0), gpu(3, is_lost=True, temperature=99), source="demo"), None)
    assert strip == RigStrip("rig-01 · 2 × RTX 4090", "1 of 2 GPUs · GPU 3 lost", "warn", "72 °C", "268 W", True)


def test_missing_readings_are_dashes() -> None:
    strip = rig_strip(
        rig(gpu(0, temperature=None, power_watts=None), gpu(1, name="A100", temperature=None, power_watts=None)), None
    )
    assert strip is not None
    assert (strip.name, strip.hottest, strip.power) == ("rig-01 · 2 GPUs", "–", "–")


def test_a_driver_that_is_gone_is_said() -> None:
    strip = rig_strip(rig(trouble="driver_gone"), None)
    assert strip is not None
    assert (strip.kind, strip.detail) == ("loss", "The driver stopped answering. Reload it or restart the computer.")
    assert rig_strip(None, None) is None


ORDER = {"rent_id": 31, "machine_id": MACHINE, "gpu_num": 4, "fee": dbc("2248.32")}


@pytest.mark.parametrize(
    ("need", "when", "title", "page", "argument", "button"),
    [
        (NeedsYou(NeedKind.CONFIRM_WINDOW, 1_127, "31", ORDER), "12:42", "Confirm or let lapse: 4 GPUs of 3f9a…c41d", "rentals", 31, "Review and confirm"),
        (NeedsYou(NeedKind.LEASE_ENDING, 1_200, "31", ORDER), "20:00", "Lease ends: 4 GPUs of 3f9a…c41d", "rentals", 31, "Extend…"),
        (NeedsYou(NeedKind.STAKE_SHORT, None, MACHINE, {"machine_id": MACHINE, "missing": dbc("5")}), "now", "Pay the rest of the stake of 3f9a…c41d", "machines", MACHINE, "Pay the stake"),
        (NeedsYou(NeedKind.MACHINE_OFFLINE, None, MACHINE, {"machine_id": MACHINE}), "now", "Machine 3f9a…c41d is offline", "disputes", MACHINE, "Compare ways"),
        (NeedsYou(NeedKind.SLASH, HEAD.height + 28_700, "machine.4", {"amount": Balance.of_dbc(800), "machine_id": MACHINE}), "in 47 h", "800.00 DBC will be taken: 3f9a…c41d", "disputes", None, "Look at it"),
        (NeedsYou(NeedKind.KEY_NOT_BACKED_UP, None, "d4", {"name": "Me", "address": ALICE}), "now", "The words of Me are not written down", "wallet", ALICE, "Wallet"),
        (NeedsYou(NeedKind.GPU_LOST, None, "GPU-3", {"name": "RTX 3090", "index": 3, "rig": "rig-02"}), "now", "rig-02: GPU 3 lost", "rigs", "GPU-3", "Look at it"),
        (NeedsYou(NeedKind.DRIVER_TROUBLE, None, "rig-01", {"reason": "driver_gone"}), "now", "rig-01: the driver does not answer", "rigs", None, "Look at it"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, NeedsYou) else None,
)  # fmt: skip
def test_what_needs_the_person(need: NeedsYou, when: str, title: str, page: str, argument: object, button: str) -> None:
    row = need_row(need, HEAD)
    assert (row.when, row.title, row.page, row.argument, row.button) == (when, title, page, argument, button)
    assert row.detail
    assert row.is_primary is (need.kind is NeedKind.CONFIRM_WINDOW)
