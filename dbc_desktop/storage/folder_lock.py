"""One writer per data folder: a lock that the system drops when its process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from dbc_desktop.domain.errors import ChainBusy
from dbc_desktop.storage.files import files_translated, private_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME = "writer.lock"
# Windows locks bytes against reading too: lock one far behind the pid.
_LOCKED_BYTE = 1 << 20


class FolderLock:
    """The right to write in `folder`; taken at most once per process and folder, also a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take it, or say who has it.

        Raises:
            ChainBusy: Another holder, with its process id where that can be read.
            DataUnwritable: The folder cannot be written.
        """
        if self._handle is not None:
            return
        path = private_folder(self._folder) / _NAME
        with files_translated(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as error:
            holder = _read_pid(handle)
            os.close(handle)
            raise ChainBusy(self._folder, holder) from error
        with files_translated(path):
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def release(self) -> None:
        """Give it back; the file stays, since removing it would let two processes lock two files of that name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> FolderLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _read_pid(handle: int) -> int | None:
    os.lseek(handle, 0, os.SEEK_SET)
    text = os.read(handle, 20)
    return int(text) if text.isdigit() else None
