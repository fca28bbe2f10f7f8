"""A person at a terminal: real chain, real wallet, real journal; each act is prepared, signed, sent and followed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.backend import LocalBackend
from dbc_desktop.domain.account import Account, AccountState, Address, KeyPlace
from dbc_desktop.domain.call import Call, Receipt
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, Machine, MachineId
from dbc_desktop.services.hardware import Host, hardware_of
from dbc_desktop.services.transactions import Transactions
from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.wallet.wallet import Wallet

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

    def make_account(self, name: str, words: str) -> Account:
        """An account whose key is unlocked."""
        account = self.wallet.create(name, words, PASSPHRASE, KeyPlace.FILE)
        self.wallet.unlock(account.address, PASSPHRASE)
        return account

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
