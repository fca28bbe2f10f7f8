"""The keys of machines in the wallet: made, imported from `node.dat`, bound to a stash, and had back."""

from __future__ import annotations

from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import UnknownAccount
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.wallet.book import AccountBook, MachineKeyRow, machine_entry
from dbc_desktop.wallet.machine_keys import BindProof, HardwareProof, MachineSeed
from dbc_desktop.wallet.passphrases import check_passphrase
from dbc_desktop.wallet.unlocking import Patience
from dbc_desktop.wallet.vault import Vault


class MachineRing:
    """What the wallet does with the machines' own keys; each call takes about 0.1 s, on the `secrets` lane."""

    def __init__(self, book: AccountBook, vault: Vault, patience: Patience, clock: Clock) -> None:
        self._book, self._vault, self._patience, self._clock = book, vault, patience, clock

    def machine_keys(self) -> tuple[MachineId, ...]:
        """The machines whose own key is kept here, oldest first."""
        return tuple(row.machine_id for row in self._book.machine_keys())

    def machine_key_places(self) -> tuple[tuple[MachineId, KeyPlace], ...]:
        """The same, each with the place of its key."""
        return tuple((row.machine_id, row.place) for row in self._book.machine_keys())

    def new_machine_key(self, passphrase: str, place: KeyPlace) -> MachineId:
        """Make and keep the key of a new machine.

        Raises:
            InvalidInput: `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep_machine(MachineSeed.new(), passphrase, place)

    def import_node_dat(self, text: str, passphrase: str, place: KeyPlace) -> MachineId:
        """Keep the key of a machine that exists already.

        Raises:
            InvalidInput: `node_dat` with `not_node_dat` or `keys_differ`; `passphrase`.
            SecretStoreUnavailable: The place cannot keep it.
        """
        return self._keep_machine(MachineSeed.from_node_dat(text), passphrase, place)

    def bind_proof(self, machine_id: MachineId, stash: Address, passphrase: str) -> BindProof:
        """The machine's signed consent to work for `stash` (chain-rules 4.1).

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        return self._machine_seed(machine_id, passphrase).bind_proof(stash)

    def hardware_proof(
        self, machine_id: MachineId, hardware: HardwareInfo, stash: Address, height: int, passphrase: str
    ) -> HardwareProof:
        """The machine's signed report of its hardware, made at the block `height` (design 3.1).

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
            InvalidInput: `hardware` with `unreadable`.
        """
        return self._machine_seed(machine_id, passphrase).hardware_proof(hardware, stash, height)

    def export_node_dat(self, machine_id: MachineId, passphrase: str) -> str:
        """The machine's `node.dat`, in the clear: whoever has it is the machine.

        Raises:
            WrongPassword: With the time that the next try will be held back.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: Its place cannot be reached.
            DataCorrupt: What was kept there is no longer its key.
        """
        return self._machine_seed(machine_id, passphrase).node_dat()

    def move_machine_key(self, machine_id: MachineId, place: KeyPlace, passphrase: str) -> None:
        """Let the key of a machine rest in `place` from now on; killed half-way it is whole in one of the two.

        Raises:
            WrongPassword: The passphrase does not open what is to be moved; nothing is moved.
            UnknownAccount: The machine's key is not kept here.
            SecretStoreUnavailable: A place cannot be reached.
        """
        row = self._machine_row(machine_id)
        seed = self._machine_seed(machine_id, passphrase)
        if row.place is place:
            return
        moved = MachineKeyRow(machine_id, place)

        def switch() -> None:
            self._book.write_machine_key(moved, 0)

        self._vault.move(machine_entry(machine_id), row.place, place, seed.record(passphrase), switch)

    def _keep_machine(self, seed: MachineSeed, passphrase: str, place: KeyPlace) -> MachineId:
        check_passphrase(passphrase)
        entry, text = machine_entry(seed.machine_id), seed.record(passphrase)
        kept = self._book.place_of(entry)

        def write() -> None:
            self._book.write_machine_key(MachineKeyRow(seed.machine_id, place), int(self._clock.now()))

        self._vault.keep(entry, kept, place, text, write)
        return seed.machine_id

    def _machine_row(self, machine_id: MachineId) -> MachineKeyRow:
        row = next((row for row in self._book.machine_keys() if row.machine_id == machine_id), None)
        if row is None:
            raise UnknownAccount
        return row

    def _machine_seed(self, machine_id: MachineId, passphrase: str) -> MachineSeed:
        text = self._vault.read(machine_entry(machine_id), self._machine_row(machine_id).place)
        if text is None:
            raise UnknownAccount
        return self._patience.attempt(machine_id, lambda: MachineSeed.from_record(text, passphrase, machine_id))
