"""A person at a terminal: real chain, real wallet, real journal; each act is prepared, signed, sent and followed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.chain.journal import Journal
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.crypto.words import new_words
from dbc_desktop.domain.account import AccountState, Address, KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Receipt, TxStatus
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.services.hardware import Host, hardware_of
from dbc_desktop.services.staking import WizardStep, add_machine_info_call, bond_call, hardware_report_call, next_act
from dbc_desktop.services.transactions import Transactions
from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.wallet import Wallet

Opening = Callable[[Path], LocalBackend]
PASSPHRASE = "correct horse battery"
ERA = 14_400
HOST = Host("AMD EPYC 7402 24-Core Processor", 48, 2_800, 440, 480, 4_000)
"""With this much memory the first reward does not divide by 200, so the last part differs from the others."""


@dataclass
class Newcomer:
    """Acts as the window would, without one."""

    home: Path
    chain: LocalBackend
    wallet: Wallet
    transactions: Transactions
    clock: Clock

    def make_account(self, name: str) -> Address:
        """An account of fresh words whose key is unlocked."""
        address = self.wallet.create(name, new_words(), PASSPHRASE, KeyPlace.FILE).address
        self.wallet.unlock(address, PASSPHRASE)
        return address

    def spend(self, call: Call, who: Address) -> Receipt:
        """One pass through the spending sheet; what was shown is what came."""
        prepared = self.transactions.prepare(call, who)
        assert prepared.preview.error is None, prepared.preview.error
        receipt = self.transactions.send(prepared, self.wallet.signer(who))
        assert receipt.succeeded
        assert receipt.fee == prepared.draft.fee
        state = self.chain.account(who)
        assert (state.free, state.reserved) == (prepared.preview.free_after, prepared.preview.reserved_after)
        return receipt

    def state(self, who: Address) -> AccountState:
        """Balances now."""
        return self.chain.account(who)

    def machine(self, machine_id: MachineId) -> Machine:
        """The machine, which must exist."""
        found = self.chain.machine(machine_id)
        assert found is not None
        return found

    def hardware(self, machine_id: MachineId) -> HardwareInfo:
        """Eight imagined GPUs, as the demo source shows them, in a computer that is the same wherever this runs."""
        sensors = DemoSensors("rig-01", self.clock)
        try:
            return hardware_of(HOST, sensors.sample(), machine_id)
        finally:
            sensors.close()

    def jump_to(self, height: int) -> None:
        """Let time pass up to `height`."""
        ahead = height - self.chain.head().height
        assert ahead > 0
        assert self.chain.jump(ahead).height == height

    def jump_to_era(self, era: int, offset: int) -> None:
        """To block `offset` of `era`; era e begins at block (e - 1) * 14,400 + 1 (chain-rules 4.9)."""
        self.jump_to((era - 1) * ERA + offset)


def room_in_guangzhou(server_room: bytes) -> CustomizeInfo:
    """What an operator says of the place: 113.2644 E, 23.1291 N, 1 Gbit/s."""
    return CustomizeInfo(
        server_room, 1_000, 1_000, Coordinate("East", 1_132_644), Coordinate("North", 231_291), ("China Telecom",)
    )


def in_process(folder: Path) -> LocalBackend:
    """The chain in this process."""
    return LocalChain(folder, clock=SystemClock())


def hosted(folder: Path) -> LocalBackend:
    """The chain in its engine process, as the window has it."""
    return HostedChain(folder)


@contextmanager
def newcomer_at(home: Path, opening: Opening) -> Iterator[Newcomer]:
    clock = SystemClock()
    chain = opening(home / "chain")
    journal = Journal(home / "journal.sqlite3")
    wallet = Wallet({KeyPlace.FILE: FileStore(home / "keys")}, home / "wallet.sqlite3", clock)
    try:
        chain.set_clock(ClockMode.INSTANT)
        yield Newcomer(home, chain, wallet, Transactions(chain, journal, clock), clock)
    finally:
        wallet.close()
        journal.close()
        chain.close()


def take_play_money(person: Newcomer, account: Address) -> None:
    before = person.state(account).free
    tx_hash = person.chain.play_money(account)
    receipt = person.chain.receipt(tx_hash)
    assert receipt is not None
    assert receipt.status in (TxStatus.INCLUDED, TxStatus.FINALISED)
    assert person.state(account).free - before == Balance.of_dbc(1_000_000)


def bring_to_the_committee(person: Newcomer, stash: Address, *, is_shown: bool = True) -> MachineId:
    """Controller, bond by the machine's own signature, room, description: whatever the wizard asks for."""
    act = next_act(person.chain, stash, None)
    assert act.step is WizardStep.SET_CONTROLLER
    assert act.call is not None
    person.spend(act.call, stash)
    machine_id = person.wallet.new_machine_key(PASSPHRASE, KeyPlace.FILE)
    assert next_act(person.chain, stash, machine_id).step is WizardStep.BOND
    promised = person.chain.network().bond_stake
    person.spend(bond_call(person.wallet.bind_proof(machine_id, stash, PASSPHRASE)), stash)
    assert person.machine(machine_id).stake_held == promised
    act = next_act(person.chain, stash, machine_id)
    assert act.step is WizardStep.SERVER_ROOM
    assert act.call is not None
    person.spend(act.call, stash)
    act = next_act(person.chain, stash, machine_id)
    # By the rules of the launch the machine reports its hardware itself; today's network does not ask for it.
    assert (act.step is WizardStep.REPORT) == (person.chain.identity().rules_profile == "launch-2021")
    if act.step is WizardStep.REPORT:
        height = person.chain.head().height
        proof = person.wallet.hardware_proof(machine_id, person.hardware(machine_id), stash, height, PASSPHRASE)
        person.spend(hardware_report_call(proof), stash)
        act = next_act(person.chain, stash, machine_id)
    assert act.step is WizardStep.DESCRIBE
    if is_shown:
        person.chain.show_machine(person.hardware(machine_id))
    person.spend(add_machine_info_call(machine_id, room_in_guangzhou(act.server_rooms[0])), stash)
    act = next_act(person.chain, stash, machine_id)
    assert act.step is WizardStep.WAIT_COMMITTEE
    return machine_id


def let_the_committee_look(person: Newcomer, machine_id: MachineId) -> Machine | None:
    """The window is 48 hours; the residents hash and reveal by real extrinsics of their own."""
    order = person.machine(machine_id).verification
    until = order.reveal_until if order is not None else person.chain.head().height + 28_900
    person.jump_to(until + 1)
    machine = person.chain.machine(machine_id)
    assert machine is None or machine.status not in (
        MachineStatus.DISTRIBUTING_ORDER,
        MachineStatus.COMMITTEE_VERIFYING,
    )
    return machine


def run_without_qt(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own in which PySide6 cannot be imported."""
    script = "import sys; sys.modules['PySide6'] = None; from dbc_desktop.__main__ import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        encoding="utf-8",
    )
