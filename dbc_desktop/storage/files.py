"""Files that are written whole or not at all, and the system's refusals in our own words."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dbc_desktop.domain.errors import DataCorrupt, DataUnwritable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOENT}


@contextmanager
def files_translated(path: Path) -> Iterator[None]:
    """Inside it an `OSError` about `path` becomes one of the error tree.

    Raises:
        DataUnwritable: Denied or read-only (`read_only`), or no room (`full`).
        DataCorrupt: The medium fails.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DataUnwritable(path, "full") from error
        if error.errno in _DENIED:
            raise DataUnwritable(path, "read_only") from error
        raise DataCorrupt(path, error.strerror or "unreadable") from error


def private_folder(folder: Path) -> Path:
    """The folder, made with its parents where needed; a new one is readable by its owner only (0700).

    Raises:
        DataUnwritable: It cannot be made.
    """
    with files_translated(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file at once and durably: after a crash it is the old or the new one. Mode 0600.

    Raises:
        DataUnwritable: The folder is read-only or full.
    """
    private_folder(path.parent)
    with files_translated(path):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
        _sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove the file durably; nothing happens where there was none.

    Raises:
        DataUnwritable: The folder is read-only.
    """
    with files_translated(path):
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync_folder(path.parent)


def read_limited(path: Path, limit_bytes: int) -> bytes | None:
    """The content of a file that we trust no further than `limit_bytes`; None where there is no file.

    Raises:
        DataCorrupt: It is larger, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataCorrupt(path, error.strerror or "unreadable") from error
    if len(data) > limit_bytes:
        raise DataCorrupt(path, "too long")
    return data


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
