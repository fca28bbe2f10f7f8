"""What happens at the start and at the end of a block, in the order of the pallets (chain-rules 0.5)."""

from __future__ import annotations

from dbc_desktop.rules.work import AGENDA, Work


def on_initialize(work: Work) -> None:
    """Payouts, the era roll, and slashes that are due."""


def on_finalize(work: Work) -> None:
    """Committee work, then rent orders that lapse or end; then this block's page of the agenda is torn out."""
    work.layer.remove(AGENDA, work.height)
