"""What is said about the faults that can be made on purpose."""

from __future__ import annotations

from dbc_desktop.domain.branches import Fault
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr


def fault_choices() -> tuple[tuple[Fault, str, str], ...]:
    """Each fault with its name and what it does."""
    return (
        (Fault.LOST_CONNECTION, tr("Lost connection"), tr("nothing is answered and nothing can be sent")),
        (Fault.STALLED_FINALITY, tr("Stalled finality"), tr("blocks come, but none becomes final")),
        (Fault.STALE_METADATA, tr("Stale metadata"), tr("what is signed is for the runtime before, and refused")),
    )


def fault_name(fault: Fault) -> str:
    """The name of a fault."""
    return next(title for each, title, _ in fault_choices() if each is fault)


def reorganise_text(blocks: int) -> tuple[str, str]:
    """What a reorganisation does."""
    return (
        tr("Reorganisation"),
        ntr(
            "the newest {n} block is undone; what was in it may come back",
            "the newest {n} blocks are undone; what was in them may come back",
            blocks,
        ),
    )


def undone_text(head: Head) -> str:
    """Where the chain stands after a reorganisation."""
    return tr("Undone. The chain stands at block {height}.", height=formats.height(head.height))
