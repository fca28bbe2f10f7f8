"""How a session moves: pure functions over `SessionState` (design 7, compute-node-api 2.5 and 3.2).

What the chain says of the order (renting, rented, confirmed, ending) stays with the order; these functions say what
each sight of the node or the chain makes of the session, and leave no state without an exit.
"""

from __future__ import annotations

from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import SessionState

ALIVE = (SessionState.CREATING, SessionState.BOOTING, SessionState.READY)
_RENTED = (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)
_STATUSES = {
    "creating": SessionState.CREATING,
    "starting": SessionState.BOOTING,
    "restarting": SessionState.BOOTING,
    "resetting": SessionState.BOOTING,
    "closed": SessionState.STOPPED,
    "none": SessionState.STOPPED,
    "pmsuspend": SessionState.STOPPED,
    "being shutdown": SessionState.STOPPED,
    "being poweroff": SessionState.STOPPED,
    "deleting": SessionState.ENDED,
}


def after_status(current: SessionState, status: str, door_open: bool) -> SessionState:
    """What the node's status string makes of a session.

    Args:
        current: Where it was; kept for a busy status this program does not know.
        status: As the node gave it, untrusted (compute-node-api 2.5).
        door_open: The SSH port takes connections; a running machine without it still boots.
    """
    if current is SessionState.ENDED:
        return current
    if status == "running":
        return SessionState.READY if door_open else SessionState.BOOTING
    if status == "error" or status.endswith(" error"):
        return SessionState.FAILED
    return _STATUSES.get(status, current)


def after_missing(current: SessionState) -> SessionState:
    """The node no longer knows the task: it was deleted, or never came to be."""
    return SessionState.FAILED if current is SessionState.CREATING else SessionState.ENDED


def after_order(current: SessionState, order: RentOrder | None, head: int) -> SessionState:
    """What the chain makes of a session: without a running lease it is over, whatever the node still says."""
    return current if lease_runs(order, head) else SessionState.ENDED


def lease_runs(order: RentOrder | None, head: int) -> bool:
    """Whether an order gives its renter the machine at this height; an unconfirmed one does (compute-node-api 3.2)."""
    return order is not None and order.status in _RENTED and head < order.rent_end


def may_launch(current: SessionState | None) -> bool:
    """Whether a new session may be asked for: none yet, or the last one is over."""
    return current not in ALIVE
