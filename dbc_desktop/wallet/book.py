"""What the wallet knows of its keys besides their secrets: names, places, whether the words are written down."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.storage.sqlite import open_database, transaction, translated

_MIGRATIONS = (
    """
    CREATE TABLE account (
        address BLOB PRIMARY KEY CHECK (length(address) = 32),
        name TEXT NOT NULL UNIQUE,
        place TEXT NOT NULL,
        backed_up INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE machine_key (
        machine_id TEXT PRIMARY KEY CHECK (length(machine_id) = 64),
        place TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class MachineKeyRow:
    """Where the key of a machine rests."""

    machine_id: MachineId
    place: KeyPlace


class AccountBook:
    """`wallet.sqlite3`; callable from any thread, no secret ever enters it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._database = open_database(path, _MIGRATIONS)

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, oldest first."""
        with self._lock, translated(self._path):
            rows = self._database.execute(
                "SELECT address, name, place, backed_up FROM account ORDER BY created, name"
            ).fetchall()
        return tuple(Account(Address(raw), name, self._place(place), bool(done)) for raw, name, place, done in rows)

    def account(self, address: Address) -> Account | None:
        """The account of `address`, where it is kept."""
        return next((account for account in self.accounts() if account.address == address), None)

    def write(self, account: Account, created: int) -> None:
        """Add the account, or change all but its age; `created` is in seconds since 1970."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute(
                "INSERT INTO account (address, name, place, backed_up, created) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET name = excluded.name, place = excluded.place,"
                " backed_up = excluded.backed_up",
                (account.address.raw, account.name, account.place.value, int(account.backed_up), created),
            )

    def remove(self, address: Address) -> None:
        """Forget the account."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute("DELETE FROM account WHERE address = ?", (address.raw,))

    def machine_keys(self) -> tuple[MachineKeyRow, ...]:
        """All machine keys, oldest first."""
        with self._lock, translated(self._path):
            rows = self._database.execute(
                "SELECT machine_id, place FROM machine_key ORDER BY created, machine_id"
            ).fetchall()
        return tuple(MachineKeyRow(MachineId(text), self._place(place)) for text, place in rows)

    def write_machine_key(self, row: MachineKeyRow, created: int) -> None:
        """Add the key, or change its place."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute(
                "INSERT INTO machine_key (machine_id, place, created) VALUES (?, ?, ?)"
                " ON CONFLICT (machine_id) DO UPDATE SET place = excluded.place",
                (row.machine_id, row.place.value, created),
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _place(self, text: str) -> KeyPlace:
        try:
            return KeyPlace(text)
        except ValueError as error:
            raise DataCorrupt(self._path, "place") from error
