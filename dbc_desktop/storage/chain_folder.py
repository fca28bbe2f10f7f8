"""Where the embedded chain lies in a data folder."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.domain.errors import InvalidInput


def chain_folder(home: Path, *, is_new: bool) -> Path:
    """The folder of the chain of `home`, for one that is there or for one that is to be made.

    Raises:
        InvalidInput: `home` with `no_chain` or `chain_exists`.
    """
    folder = home / "chain"
    exists = (folder / "chain.sqlite3").exists()
    if is_new and exists:
        raise InvalidInput("home", "chain_exists", home=str(home))
    if not is_new and not exists:
        raise InvalidInput("home", "no_chain", home=str(home))
    return folder
