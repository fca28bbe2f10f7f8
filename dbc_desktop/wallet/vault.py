"""Encrypted texts in the store of their place: written, read back, and only then is an older copy let go.

Before a step that could be cut off the book notes an errand (an entry, and a place to look at again); `tidy` ends what
a crash left. Nowhere along the way is there less than one whole copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import SecretStoreUnavailable
from dbc_desktop.wallet.book import AccountBook
from dbc_desktop.wallet.ports import SecretStore


class Vault:
    """The stores behind the wallet, by place; callable from the `secrets` lane."""

    def __init__(self, stores: Mapping[KeyPlace, SecretStore], book: AccountBook) -> None:
        self._stores, self._book = dict(stores), book

    def read(self, entry: str, place: KeyPlace) -> str | None:
        """The text of `entry`, or its spare copy where a replacement was cut off.

        Raises:
            SecretStoreUnavailable: The place cannot be reached.
            DataCorrupt: A file cannot be read as what was put.
        """
        store = self._store(place)
        text = store.get(entry)
        if text is None and self._book.has_errand(entry, place):
            return store.get(_spare(entry))
        return text

    def write(self, entry: str, place: KeyPlace, text: str) -> None:
        """Keep `text` and look that it is really there.

        Raises:
            SecretStoreUnavailable: The place cannot be reached, or forgets.
            DataUnwritable: Read-only or full.
        """
        store = self._store(place)
        store.put(entry, text)
        # A keyring that forgets would lose the key without a word.
        if store.get(entry) != text:
            raise SecretStoreUnavailable("denied")

    def replace(self, entry: str, place: KeyPlace, text: str) -> None:
        """Put `text` in the stead of what is there; a spare copy of it stands beside until that is done.

        Raises:
            SecretStoreUnavailable: The place cannot be reached; the old or the new text is there.
            DataUnwritable: As above.
        """
        self._book.note_errand(entry, place)
        self.write(_spare(entry), place, text)
        self.write(entry, place, text)
        self._end_replacement(entry, place)

    def move(self, entry: str, source: KeyPlace, target: KeyPlace, text: str, switch: Callable[[], None]) -> None:
        """Put `text` into `target`, let `switch` tell the book, and only then forget it in `source`.

        Raises:
            SecretStoreUnavailable: A place cannot be reached; the entry is whole in the one that the book names.
            DataUnwritable: As above.
        """
        self._book.note_errand(entry, target)
        self.write(entry, target, text)
        self._book.note_errand(entry, source)
        switch()
        self._book.end_errand(entry, target)
        self.forget(entry, source)

    def keep(self, entry: str, kept: KeyPlace | None, place: KeyPlace, text: str, note: Callable[[], None]) -> None:
        """Write, replace or move, whichever it is after where the entry was `kept`; `note` tells the book.

        Raises:
            SecretStoreUnavailable: As above.
            DataUnwritable: As above.
        """
        if kept is None or kept is KeyPlace.WATCH_ONLY:
            self.write(entry, place, text)
            note()
        elif kept is place:
            self.replace(entry, place, text)
            note()
        else:
            self.move(entry, kept, place, text, note)

    def forget(self, entry: str, place: KeyPlace) -> None:
        """Delete the entry and its spare copy.

        Raises:
            SecretStoreUnavailable: The place cannot be reached.
            DataUnwritable: Read-only.
        """
        store = self._store(place)
        store.delete(entry)
        store.delete(_spare(entry))
        self._book.end_errand(entry, place)

    def tidy(self) -> int:
        """End what a crash left half done; how many errands are still open because a place cannot be reached."""
        for entry, place in self._book.errands():
            try:
                self._tidy_one(entry, place)
            except SecretStoreUnavailable:
                continue
        return len(self._book.errands())

    def _tidy_one(self, entry: str, place: KeyPlace) -> None:
        owner = self._book.place_of(entry)
        if owner is place:
            spare = self._store(place).get(_spare(entry))
            if spare is not None and self._store(place).get(entry) is None:
                self.write(entry, place, spare)
            self._end_replacement(entry, place)
        elif owner is None or self.read(entry, owner) is not None:
            self.forget(entry, place)
        # Otherwise this is the last copy: it stays, whatever the book says.

    def _end_replacement(self, entry: str, place: KeyPlace) -> None:
        self._store(place).delete(_spare(entry))
        self._book.end_errand(entry, place)

    def _store(self, place: KeyPlace) -> SecretStore:
        store = self._stores.get(place)
        if store is None:
            raise SecretStoreUnavailable("unsupported")
        return store


def _spare(entry: str) -> str:
    return f"spare{entry}"
