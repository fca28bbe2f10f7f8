"""Utility 1: several calls in one, of which either all are done or none."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.domain.call import Call
from dbc_desktop.rules.work import Work, refuse

MOST_CALLS = 64
"""The network takes some thousands; no one here needs more, and what is read is bounded."""

Do = Callable[[Work, bytes, Call], None]


def batch_all(work: Work, who: bytes, calls: object, do: Do) -> None:
    """Do all of `calls` with `do`; the first that is refused refuses them all.

    Raises:
        ChainRejected: `TooManyCalls`, or as the call that is refused.
    """
    listed = calls if isinstance(calls, tuple) else ()
    if len(listed) > MOST_CALLS:
        refuse("Utility", "TooManyCalls")
    for call in listed:
        # A batch in a batch is filtered on the network as well.
        if not isinstance(call, Call) or (call.pallet, call.name) == ("Utility", "batch_all"):
            refuse("System", "CallFiltered")
        do(work, who, call)
        work.emit("Utility", "ItemCompleted")
    work.emit("Utility", "BatchCompleted")
