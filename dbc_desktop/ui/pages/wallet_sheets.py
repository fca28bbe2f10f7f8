"""Which sheet opens for an entry of an account's menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dbc_desktop.domain.account import Account
from dbc_desktop.screens.wallet import AccountRow
from dbc_desktop.ui.dialogs.account_sheets import (
    ChangePassphraseSheet,
    DeriveSheet,
    MoveKeySheet,
    ProveWordsSheet,
    RenameSheet,
)
from dbc_desktop.ui.dialogs.export_account import ExportSheet
from dbc_desktop.ui.dialogs.remove_account import RemoveAccountSheet
from dbc_desktop.ui.widgets import Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


def account_sheet(
    key: str, program: Program, row: AccountRow, changed: Callable[[], None], made: Callable[[Account], None]
) -> Sheet:
    """The sheet; `changed` is told after a change, `made` of a new account."""
    if key == "derive":
        return DeriveSheet(program, row, made)
    if key == "move" and row.other_place is not None:
        return MoveKeySheet(program, row, row.other_place, changed)
    kinds: dict[str, Callable[[Program, AccountRow, Callable[[], None]], Sheet]] = {
        "rename": RenameSheet,
        "prove": ProveWordsSheet,
        "passphrase": ChangePassphraseSheet,
        "export": ExportSheet,
        "remove": RemoveAccountSheet,
    }
    return kinds[key](program, row, changed)
