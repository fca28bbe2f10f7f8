"""What the stand-in node gives up before it answers anyone."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys

_NOBODY = 65_534
_PR_SET_PDEATHSIG = 1
_USED_LATE = ("encodings.idna", "encodings.ascii", "encodings.latin_1", "dbc_desktop.sessions.standin.terminal")


def drop_root(uid: int = _NOBODY, gid: int = _NOBODY) -> None:
    """Become an unprivileged user for good where this process is root; otherwise nothing.

    Raises:
        OSError: It is not permitted; then nothing may be served.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for name in _USED_LATE:  # Python itself may lie where only root can read
        importlib.import_module(name)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.chdir("/")
    os.umask(0o077)


def end_with_parent(parent: int) -> bool:
    """Ask Linux for SIGTERM when the parent dies; call it after `drop_root`, which takes it back.

    Args:
        parent: Process id of the parent as it was at the start.

    Returns:
        False when the parent is already gone.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent
