"""Where the branches of a chain lie, which one is lived on, and copies of a chain's file that never hold up its writer.

The folder of a chain holds the branch `main`; `branches/NAME/` holds another one, a chain folder of the same form;
`snapshots/NAME.sqlite3` beside a branch's file are its kept moments. The file `branch` names the active one; without it
that is `main`.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from dbc_desktop.chain.local.ledger import load
from dbc_desktop.chain.local.store import FILE_NAME, Store
from dbc_desktop.domain.branches import MAIN, Branch, Snapshot
from dbc_desktop.domain.errors import DataCorrupt, DbcError, InvalidInput
from dbc_desktop.storage.files import files_translated, private_folder, read_limited, remove, write_whole
from dbc_desktop.storage.sqlite import translated

_POINTER = "branch"
_BRANCHES, _SNAPSHOTS = "branches", "snapshots"
_NAME = re.compile(r"\w[\w .-]{0,38}\w|\w")
_FORKED_AT = "forked_at"


def active_branch(root: Path) -> str:
    """The branch that people live on; `MAIN` where the one that is named is gone."""
    kept = read_limited(root / _POINTER, 400)
    name = (kept or b"").decode(errors="replace").strip()
    if name and name != MAIN and _NAME.fullmatch(name) and (root / _BRANCHES / name / FILE_NAME).is_file():
        return name
    return MAIN


def branch_folder(root: Path, name: str) -> Path:
    """The folder of a branch, whether it is there or not."""
    return root if name == MAIN else root / _BRANCHES / name


def active_folder(root: Path) -> Path:
    """The folder of the active branch."""
    return branch_folder(root, active_branch(root))


def set_active(root: Path, name: str) -> None:
    """Have this branch be the active one from now on.

    Raises:
        DataUnwritable: The folder is read-only or full.
    """
    write_whole(root / _POINTER, name.encode())


def checked_name(name: str) -> str:
    """The name of a branch or snapshot without blanks around it.

    Raises:
        InvalidInput: `branch` with `bad_name`.
    """
    name = name.strip()
    if not _NAME.fullmatch(name) or name.casefold() == MAIN:
        raise InvalidInput("branch", "bad_name")
    return name


def new_branch_folder(root: Path, name: str) -> Path:
    """Where a new branch goes.

    Raises:
        InvalidInput: `branch` with `bad_name` or `exists`.
    """
    name = checked_name(name)
    folder = root / _BRANCHES / name
    if folder.exists() or name.casefold() in {other.casefold() for other in branch_names(root)}:
        raise InvalidInput("branch", "exists", name=name)
    return folder


def found_branch(root: Path, name: str) -> Path:
    """The folder of a branch that is there.

    Raises:
        InvalidInput: `branch` with `missing`.
    """
    folder = branch_folder(root, name if name == MAIN else checked_name(name))
    if not (folder / FILE_NAME).is_file():
        raise InvalidInput("branch", "missing", name=name)
    return folder


def branch_names(root: Path) -> tuple[str, ...]:
    """All branches, `MAIN` first, the others by name."""
    with files_translated(root):
        below = root / _BRANCHES
        found = sorted(each.name for each in below.iterdir() if _is_branch(each)) if below.is_dir() else []
    return (MAIN, *found)


def _is_branch(folder: Path) -> bool:
    return not folder.name.startswith(".") and (folder / FILE_NAME).is_file()


def branch_list(root: Path) -> tuple[Branch, ...]:
    """All branches and where they stand; one that cannot be read is left out."""
    active, found = active_branch(root), []
    for name in branch_names(root):
        with suppress(DbcError):
            path = branch_folder(root, name) / FILE_NAME
            height, forked_at = _standing_of(path)
            found.append(Branch(name, height, forked_at, _size_of(path), name == active))
    return tuple(found)


def _size_of(path: Path) -> int:
    """What the file takes, with the log that SQLite keeps beside it."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def drop_branch(root: Path, name: str) -> None:
    """Remove a branch with its snapshots.

    Raises:
        InvalidInput: `branch` with `missing`, or `in_use`: it is the active one or `MAIN`.
    """
    if name in (MAIN, active_branch(root)):
        raise InvalidInput("branch", "in_use", name=name)
    folder = found_branch(root, name)
    with files_translated(folder):
        doomed = folder.with_name(f".{folder.name}.gone")
        folder.replace(doomed)
        shutil.rmtree(doomed)


# --- snapshots --------------------------------------------------------------------------------------------------------


def snapshot_path(folder: Path, name: str) -> Path:
    """Where a snapshot of a branch lies."""
    return folder / _SNAPSHOTS / f"{checked_name(name)}.sqlite3"


def found_snapshot(folder: Path, name: str) -> Path:
    """A snapshot that is there.

    Raises:
        InvalidInput: `snapshot` with `missing`.
    """
    path = snapshot_path(folder, name)
    if not path.is_file():
        raise InvalidInput("snapshot", "missing", name=name)
    return path


def snapshot_list(folder: Path) -> tuple[Snapshot, ...]:
    """The snapshots of a branch, by height; one that cannot be read is left out."""
    found = []
    for path in (folder / _SNAPSHOTS).glob("*.sqlite3"):
        with suppress(DbcError):
            found.append(Snapshot(path.stem, _standing_of(path)[0], path.stat().st_size))
    return tuple(sorted(found, key=lambda one: (one.height, one.name)))


def _standing_of(path: Path) -> tuple[int, int | None]:
    """Height and fork of a chain's file, without reading its state."""
    with closing(Store(path.parent, name=path.name, read_only=True)) as store, store.snapshot():
        last, head, forked = store.last_block(2**32), store.meta("head"), store.meta(_FORKED_AT)
    if last is None:
        raise DataCorrupt(path, "no chain")
    return max(last[0], int.from_bytes(head or b"")), None if forked is None else int.from_bytes(forked)


# --- copies -----------------------------------------------------------------------------------------------------------


def copy_file(source: Path, target: Path) -> None:
    """Copy a chain's file as its newest commit has it; whoever writes in it goes on. The copy appears when it is whole.

    Raises:
        DataCorrupt: The file is damaged.
        DataUnwritable: The folder of the copy is read-only or full.
    """
    private_folder(target.parent)
    scratch = target.with_name(f".{target.name}.new")
    remove(scratch)
    try:
        with (
            translated(source),
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as theirs,
            translated(scratch),
            closing(sqlite3.connect(scratch)) as ours,
        ):
            theirs.backup(ours)
            # One file without a log beside it, so that it can be renamed.
            ours.execute("PRAGMA journal_mode = DELETE")
        with files_translated(target):
            scratch.chmod(0o600)
            scratch.replace(target)
    finally:
        remove(scratch)


def check_file(path: Path) -> int:
    """The height of a chain's file, after its state was read as well.

    Raises:
        DataCorrupt: It does not hold a chain.
    """
    with closing(Store(path.parent, name=path.name, read_only=True)) as store:
        return load(store).engine.height


def mark_fork(folder: Path, height: int) -> None:
    """Note where a branch left the one that it was made from."""
    with closing(Store(folder)) as store, translated(store.path):
        store.begin()
        store.put_meta(_FORKED_AT, height.to_bytes(4))
        store.commit()
