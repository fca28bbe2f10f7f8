"""What the process that holds secrets gives up for their sake."""

from __future__ import annotations

import sys
from contextlib import suppress

if sys.platform != "win32":
    import resource


def forbid_core_dumps() -> bool:
    """Let no crash write the memory of this process to disk; True where the system agreed.

    Call it before the first secret is touched. Collectors that are fed by a pipe get the limit too and honour it.
    Windows writes no such dumps by itself.
    """
    if sys.platform == "win32":
        return True
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
