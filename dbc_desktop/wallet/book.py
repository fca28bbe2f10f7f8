"""What the wallet knows of its keys besides their secrets: names, places, back-ups; and other people's addresses."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Account, Address, Contact, KeyPlace
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
    """
    ALTER TABLE account ADD COLUMN parent BLOB;
    ALTER TABLE account ADD COLUMN path TEXT NOT NULL DEFAULT '';
    ALTER TABLE account ADD COLUMN exported INTEGER;
    CREATE TABLE contact (
        address BLOB PRIMARY KEY CHECK (length(address) = 32),
        name TEXT NOT NULL UNIQUE,
        note TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE errand (entry TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (entry, place)) STRICT, WITHOUT ROWID;
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
                "SELECT address, name, place, backed_up, parent, path, exported FROM account"
                # within one second a child comes behind its parent
                " ORDER BY created, parent IS NOT NULL, name"
            ).fetchall()
        return tuple(
            Account(
                Address(raw),
                name,
                self._place(place),
                bool(done),
                None if parent is None else Address(parent),
                path,
                exported,
            )
            for raw, name, place, done, parent, path, exported in rows
        )

    def account(self, address: Address) -> Account | None:
        """The account of `address`, where it is kept."""
        return next((account for account in self.accounts() if account.address == address), None)

    def write(self, account: Account, created: int) -> None:
        """Add the account, or change all but its age; `created` is in seconds since 1970."""
        parent = None if account.parent is None else account.parent.raw
        with self._lock, transaction(self._database, self._path) as database:
            database.execute(
                "INSERT INTO account (address, name, place, backed_up, created, parent, path, exported)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET name = excluded.name, place = excluded.place,"
                " backed_up = excluded.backed_up, parent = excluded.parent, path = excluded.path,"
                " exported = excluded.exported",
                (
                    account.address.raw,
                    account.name,
                    account.place.value,
                    int(account.backed_up),
                    created,
                    parent,
                    account.path,
                    account.exported_at,
                ),
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

    def contacts(self) -> tuple[Contact, ...]:
        """The address book, by name."""
        with self._lock, translated(self._path):
            rows = self._database.execute("SELECT address, name, note FROM contact ORDER BY name").fetchall()
        return tuple(Contact(Address(raw), name, note) for raw, name, note in rows)

    def write_contact(self, contact: Contact) -> None:
        """Add a contact, or change its name and note."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute(
                "INSERT INTO contact (address, name, note) VALUES (?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET name = excluded.name, note = excluded.note",
                (contact.address.raw, contact.name, contact.note),
            )

    def remove_contact(self, address: Address) -> None:
        """Forget a contact; nothing happens where there was none."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute("DELETE FROM contact WHERE address = ?", (address.raw,))

    def errands(self) -> tuple[tuple[str, KeyPlace], ...]:
        """Entries whose copy in a place must be looked at again (`wallet/vault.py`)."""
        with self._lock, translated(self._path):
            rows = self._database.execute("SELECT entry, place FROM errand ORDER BY entry, place").fetchall()
        return tuple((entry, self._place(place)) for entry, place in rows)

    def has_errand(self, entry: str, place: KeyPlace) -> bool:
        """Whether this copy must be looked at again."""
        return (entry, place) in self.errands()

    def note_errand(self, entry: str, place: KeyPlace) -> None:
        """Look at this copy again, should this process end now."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute("INSERT OR IGNORE INTO errand VALUES (?, ?)", (entry, place.value))

    def end_errand(self, entry: str, place: KeyPlace) -> None:
        """It was looked at."""
        with self._lock, transaction(self._database, self._path) as database:
            database.execute("DELETE FROM errand WHERE entry = ? AND place = ?", (entry, place.value))

    def place_of(self, entry: str) -> KeyPlace | None:
        """Where the book says that the secret of `entry` rests; None where it knows of none."""
        for account in self.accounts():
            if account_entry(account.address) == entry:
                return account.place
        rows = self.machine_keys()
        return next((row.place for row in rows if machine_entry(row.machine_id) == entry), None)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _place(self, text: str) -> KeyPlace:
        try:
            return KeyPlace(text)
        except ValueError as error:
            raise DataCorrupt(self._path, "place") from error


def account_entry(address: Address) -> str:
    """The name under which the secret of an account rests."""
    return f"account:{ss58.encode(address.raw)}"


def machine_entry(machine_id: MachineId) -> str:
    """The name under which the key of a machine rests."""
    return f"machine:{machine_id}"
