"""The only place where an error becomes words."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.screens.texts import tr


@dataclass(frozen=True, slots=True)
class Notice:
    """What went wrong, why, and the one thing to do; `action` is a button's text, empty where there is none."""

    title: str
    body: str
    action: str = ""


def notice_for(error: DbcError) -> Notice:
    """The words for `error`."""
    return Notice(tr("This did not work"), str(error))
