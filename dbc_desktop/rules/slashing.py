"""Reserved coins that are taken and shared (chain-rules 2.7)."""

from __future__ import annotations

from dbc_desktop.rules import balances
from dbc_desktop.rules.work import Work


def take(work: Work, source: bytes, amount: int, to: tuple[bytes, ...] = ()) -> None:
    """Take reserved coins of `source`: shared by `to`, and what does not divide to the treasury.

    All goes there where nobody shares. Where less is reserved, as much as there is: the first of `to` come first.
    """
    each, left = work.profile.slashes.each(amount, len(to)), amount
    for who in to:
        share = min(each, left)
        balances.repatriate(work, source, who, share)
        left -= share
    balances.repatriate(work, source, work.profile.treasury, left)
