"""How the residents live: paused, fewer, busier, and dishonest ones that the rules catch."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import COMMITTEE, PlayKeys
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import ResidentSettings
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explorer import ExtrinsicQuery
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId, MachineStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.hardware_report import report_message
from tests.doubles.chain_user import ChainUser

SEED = b"settings"


def rents(chain: LocalChain) -> int:
    found = chain.extrinsics(ExtrinsicQuery(pallet="RentMachine", call="rent_machine"), 1)
    assert found.total is not None
    return found.total


def test_residents_are_paused_and_go_on(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    assert chain.resident_settings() == ResidentSettings(4, 5, 0, 1, False)
    chain.set_residents(ResidentSettings(is_paused=True))
    before = rents(chain)
    chain.jump(14_400 * 3)
    assert rents(chain) == before
    chain.close()
    again = LocalChain(tmp_path, is_running=False, seed=SEED)
    assert again.resident_settings().is_paused
    again.set_residents(ResidentSettings())
    again.jump(14_400 * 3)
    assert rents(again) == before + 3
    assert again.replay() == again.head()
    again.close()


def test_a_busy_renter_rents_more_often_and_a_lazy_one_never(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    before = rents(chain)
    chain.set_residents(ResidentSettings(rents_per_era=0))
    chain.jump(14_400 * 2)
    assert rents(chain) == before
    chain.set_residents(ResidentSettings(rents_per_era=3))
    chain.jump(14_400)
    # It holds three orders at most, and each lasts some hours.
    assert rents(chain) == before + 3
    chain.close()


@pytest.mark.parametrize(
    "wrong",
    [
        ResidentSettings(operators=5),
        ResidentSettings(members=6),
        ResidentSettings(liars=-1),
        ResidentSettings(members=2, liars=3),
        ResidentSettings(rents_per_era=13),
    ],
)
def test_more_than_there_is_cannot_be_chosen(tmp_path: Path, wrong: ResidentSettings) -> None:
    chain = LocalChain(tmp_path, is_running=False, residents=False)
    with pytest.raises(InvalidInput) as refused:
        chain.set_residents(wrong)
    assert (refused.value.field, refused.value.reason) == ("residents", "out_of_range")
    assert chain.resident_settings() == ResidentSettings()
    chain.close()


def test_a_member_that_lies_is_outvoted_and_loses_its_stake(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    chain.set_residents(ResidentSettings(liars=1))
    liar = PlayKeys(SEED).account(COMMITTEE[0])
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    stake = chain._ledger.engine.state.get(committee.STAKES, liar)
    assert stake is not None
    machines = [bonded(chain, alice, number) for number in range(4)]
    chain.jump(14_400)
    for machine_id, gpus in machines:
        machine = chain.machine(machine_id)
        assert machine is not None
        # The lie changed nothing for the owner: two honest members of three decide.
        assert (machine.status, machine.gpu_num) == (MachineStatus.ONLINE, gpus)
    lies = [
        row
        for row in chain.extrinsics(ExtrinsicQuery(signer=Address(liar), call="submit_confirm_raw"), 9).rows
        if row.height > 28_900
    ]
    assert len(lies) >= 1
    chain.jump(14_400 * 3)
    after = chain._ledger.engine.state.get(committee.STAKES, liar)
    assert after is not None
    # 1,000 DBC for each order in which it was outvoted (chain-rules 6.6).
    assert stake.staked - after.staked == 1_000 * 10**15 * len(lies)
    assert chain.replay() == chain.head()
    chain.close()


def bonded(chain: LocalChain, owner: ChainUser, number: int) -> tuple[MachineId, int]:
    """A machine of the owner, shown and described; its id and GPUs."""
    key = KeyPair.from_seed(bytes([number + 1]) * 32)
    machine_id = MachineId(key.public.hex())
    hardware = HardwareInfo(machine_id, "RTX 3080", 2, 8_704, 10, 29_944, 480, 1_000, "Xeon", 16, 2_400, 64, "", True)
    chain.show_machine(hardware)
    if number == 0:
        owner.send(chain, Call("OnlineProfile", "set_controller", (owner.address.raw,)))
        owner.send(chain, Call("OnlineProfile", "gen_server_room"))
        chain.jump(1)
    message = (machine_id + ss58.encode(owner.address.raw)).encode()
    (room, *_) = chain.server_rooms(owner.address)
    info = CustomizeInfo(room, 100, 100, Coordinate("East", 80_000), Coordinate("North", 480_000), ("Telco",))
    owner.send(chain, Call("OnlineProfile", "bond_machine", (machine_id, message, key.sign(message))))
    chain.jump(1)
    report = report_message(hardware, ss58.encode(owner.address.raw), chain.head().height)
    owner.send(chain, Call("MachineCheck", "submit_hardware_report", (hardware, report, key.sign(report))))
    owner.send(chain, Call("OnlineProfile", "add_machine_info", (machine_id, info)))
    chain.jump(1)
    return machine_id, 2
