"""The driver's library in this process, and how it is let go after the driver was upgraded under us.

A library that was loaded stays the old one while the kernel module is new, and each call answers "version mismatch".
Restarting the program would mend it; letting go of the library and loading it anew does too, if no thread is in it.
A thread that hangs in a call is in it for good: then only a restart helps, and the window says so.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pynvml

_mutex = threading.Lock()
_inside: dict[int, int] = {}
"""Calls under way, by thread."""


@contextmanager
def inside() -> Iterator[None]:
    """Around every stretch of calls into the library."""
    me = threading.get_ident()
    with _mutex:
        _inside[me] = _inside.get(me, 0) + 1
    try:
        yield
    finally:
        with _mutex:
            _inside[me] -= 1
            if not _inside[me]:
                del _inside[me]


def let_go() -> bool:
    """Forget the library, so that the next `nvmlInit` loads the one that is on the disk now.

    Returns:
        False where another thread is in it, or the system has no way to unload a library.
    """
    with _mutex:
        if any(thread != threading.get_ident() for thread in _inside) or pynvml.nvmlLib is None:
            return False
        library = pynvml.nvmlLib
        pynvml.nvmlLib = None
        pynvml._nvmlGetFunctionPointer_cache.clear()
        if sys.platform == "win32":
            return False
        _unload(library)
        return True


def _unload(library: Any) -> None:
    import _ctypes

    _ctypes.dlclose(library._handle)
