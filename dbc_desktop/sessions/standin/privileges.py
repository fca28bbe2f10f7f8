"""What the stand-in node gives up before it answers anyone."""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import platform
import signal
import sys

_NOBODY = 65_534
_PR_SET_PDEATHSIG = 1
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "armv7l": 311}
_JOIN_SESSION_KEYRING = 1
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


def leave_session_keyring() -> bool:
    """Take a kernel keyring of our own, and an empty one: no namespace hides the person's keys from a sandbox.

    It counts for this thread and for what it starts from now on.

    Returns:
        False when the keys of the person may still be in reach.
    """
    if not sys.platform.startswith("linux"):
        return True
    number = _KEYCTL.get(platform.machine())
    if number is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), ctypes.c_long(_JOIN_SESSION_KEYRING), None) >= 0:
        return True
    return ctypes.get_errno() in (errno.ENOSYS, errno.EPERM)  # no keyrings here, or none for anyone like us


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
