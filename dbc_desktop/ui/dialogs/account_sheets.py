"""Sheets that change one kept account: another name, passphrase or place, a child of it, proof of its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.topbar import place_text
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.dialogs.form_sheet import FormSheet, fresh_passphrase

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

Told = Callable[[], None]


class _OfAccount(FormSheet):
    """One of the sheets below; `changed` is told when it was done."""

    def __init__(self, program: Program, prefix: str, title: str, row: AccountRow, go: str, changed: Told) -> None:
        super().__init__(program, prefix, title, row.address_text, go=go, subtitle_mono=True)
        self.row, self._changed = row, changed

    def done(self, result: Any) -> None:
        """It was done."""
        changed = self._changed
        self.close_sheet()
        changed()


class RenameSheet(_OfAccount):
    """Another name."""

    def __init__(self, program: Program, row: AccountRow, changed: Told) -> None:
        super().__init__(program, "rename", tr("Rename {name}", name=row.name), row, tr("Rename"), changed)
        self.name = self.add_field("name", tr("Name, seen only here"), text=row.name)
        self.name.edit.setMaxLength(40)
        self.name.edit.selectAll()
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Write the name."""
        wallet, address, name = self.program.wallet, self.row.address, self.name.text()
        return lambda: wallet.rename(address, name)


class ChangePassphraseSheet(_OfAccount):
    """The old passphrase, and a new one twice."""

    def __init__(self, program: Program, row: AccountRow, changed: Told) -> None:
        title = tr("Change the passphrase of {name}", name=row.name)
        super().__init__(program, "change", title, row, tr("Change"), changed)
        self.old = self.add_field("old", tr("Passphrase it has now"), secret=True)
        self.fresh = self.add_field("passphrase", tr("New passphrase, at least 10 characters"), secret=True)
        self.again = self.add_field("repeat", tr("The same passphrase again"), secret=True)
        self.add_note(tr("Keystore files that you exported earlier keep the passphrases they have."))
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Encrypt the key anew."""
        fresh = fresh_passphrase(self.fresh, self.again)
        wallet, address, old = self.program.wallet, self.row.address, self.old.text()
        return lambda: wallet.change_passphrase(address, old, fresh)


class MoveKeySheet(_OfAccount):
    """From the keyring into an encrypted file, or back."""

    def __init__(self, program: Program, row: AccountRow, place: KeyPlace, changed: Told) -> None:
        self._place = place
        title = (
            tr("Move the key of {name} into the keyring", name=row.name)
            if place is KeyPlace.KEYRING
            else tr("Move the key of {name} into a file", name=row.name)
        )
        super().__init__(program, "move", title, row, tr("Move"), changed)
        text = tr(
            "Now in: {place}. The key is written to the new place, read back, and only then removed from the old one.",
            place=row.place,
        )
        self.add_note(text)
        self.old = self.add_field("old", tr("Passphrase"), secret=True)
        if place is KeyPlace.FILE:
            self.add_note(tr("The file stays encrypted with this passphrase; it lies in the data folder."), "warn")
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Move it."""
        wallet, address, old, place = self.program.wallet, self.row.address, self.old.text(), self._place
        return lambda: wallet.move(address, place, old)


class DeriveSheet(_OfAccount):
    """A child of the account: the same words, and a path behind them."""

    def __init__(self, program: Program, row: AccountRow, made: Callable[[Account], None]) -> None:
        super().__init__(program, "derive", tr("Derive from {name}", name=row.name), row, tr("Derive"), lambda: None)
        self._made = made
        self.path = self.add_field("path", tr("Path: //hard or /soft, for example //rig/0"), wrong="words", mono=True)
        self.name = self.add_field("name", tr("Name, seen only here"))
        self.name.edit.setMaxLength(40)
        self.old = self.add_field("old", tr("Passphrase of {name}", name=row.name), secret=True)
        text = tr(
            "The child rests beside its parent ({place}) under the same passphrase. The parent's words with this path"
            " bring it back: write the path beside them.",
            place=row.place,
        )
        self.add_note(text)
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Derive and keep it."""
        wallet, parent = self.program.wallet, self.row.address
        path, name, old = self.path.text(), self.name.text(), self.old.text()
        if not name.strip():
            raise InvalidInput("name", "empty")
        return lambda: wallet.derive(parent, path, name, old)

    def done(self, result: Any) -> None:
        """Act for the child."""
        self.close_sheet()
        self._made(result)


class ProveWordsSheet(_OfAccount):
    """The words typed once more, as proof that they are written down."""

    def __init__(self, program: Program, row: AccountRow, changed: Told) -> None:
        title = tr("Prove the words of {name}", name=row.name)
        super().__init__(program, "prove", title, row, tr("Prove"), changed)
        self.add_note(tr("Take your paper and type the words, with the path behind them if there is one."))
        self.words = self.add_field("words", tr("Words, or a raw seed, and the //path behind it"), mono=True)
        self.add_note(tr("They are compared with the account and kept nowhere. The reminders stop then."))
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Compare them."""
        if not self.words.text().strip():
            raise InvalidInput("words", "empty")
        wallet, address, phrase = self.program.wallet, self.row.address, self.words.text()
        return lambda: wallet.prove_words(address, phrase)


class WatchSheet(FormSheet):
    """An account whose key is elsewhere."""

    def __init__(self, program: Program, made: Callable[[Account], None]) -> None:
        super().__init__(program, "watch", tr("Watch an account"), tr("Without its key"), go=tr("Watch"))
        self._made = made
        self.address = self.add_field("address", tr("Address"), mono=True)
        self.name = self.add_field("name", tr("Name, seen only here"))
        self.name.edit.setMaxLength(40)
        self.add_note(tr("You see its balances, machines and history here; it cannot sign. The key stays where it is."))
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Keep its address."""
        if not self.address.text().strip():
            raise InvalidInput("address", "empty")
        address = Address(ss58.decode(self.address.text()))
        wallet, name = self.program.wallet, self.name.text()
        return lambda: wallet.watch(name, address)

    def done(self, result: Any) -> None:
        """Act for it, as far as looking goes."""
        self.close_sheet()
        self._made(result)


def move_text(place: KeyPlace) -> str:
    """The entry of the menu."""
    return tr("Move the key into: {place}…", place=place_text(place))
