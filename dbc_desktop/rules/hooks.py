"""What happens at the start and at the end of a block, in the order of the pallets (chain-rules 0.5)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules import (
    committee_appeals,
    committee_election,
    generic_func,
    online_committee,
    practice,
    rent_machine,
    treasury,
)
from dbc_desktop.rules.maintain_committee import appeals, booking, verdict, windows
from dbc_desktop.rules.online_profile import payout, slashes
from dbc_desktop.rules.staking import eras as staking_eras
from dbc_desktop.rules.terminating_rental import away
from dbc_desktop.rules.terminating_rental import renting as interruptible_renting
from dbc_desktop.rules.terminating_rental import verdicts as interruptible_verdicts
from dbc_desktop.rules.terminating_rental import verification as interruptible_verification
from dbc_desktop.rules.work import AGENDA, Work

Hook = Callable[[Work], None]

_EACH_BLOCK = None
_ERA = "an era begins"
"""Not on the agenda: the first block of each era."""

_AT_START: tuple[tuple[str | None, Hook], ...] = (
    ("treasury_spend", treasury.end_spend_period),
    ("destroy_pot", generic_func.run_hook),
    (_ERA, staking_eras.roll),
    ("payout_list", payout.list_machines),
    ("payout", payout.pay_slot),
    (_ERA, payout.roll_era),
    (_ERA, committee_election.elect),
    ("slash", slashes.execute_slashes),
    ("committee_review", committee_appeals.settle_reviews),
    ("committee_slash", online_committee.execute_slashes),
    ("report_review", appeals.settle_reviews),
    ("report_result", verdict.execute_results),
    ("tr_slash", interruptible_verification.execute_slashes),
    ("tr_report_result", interruptible_verdicts.execute_results),
    ("practice_begin", practice.begin),
)

_AT_END: tuple[tuple[str | None, Hook], ...] = (
    ("committee_reveal", online_committee.start_revealing),
    (_EACH_BLOCK, online_committee.summarize),
    (_EACH_BLOCK, online_committee.distribute),
    ("confirm_end", rent_machine.lapse_orders),
    ("rent_end", rent_machine.end_orders),
    (_EACH_BLOCK, windows.end_windows),
    (_EACH_BLOCK, booking.draw_arbiters),
    (_EACH_BLOCK, interruptible_verification.end_windows),
    ("tr_rent_end", interruptible_renting.end_orders),
    ("tr_timeout", away.end_waits),
    (_EACH_BLOCK, interruptible_verdicts.end_windows),
)
"""What a hook waits for: a kind of the agenda, or nothing where calls of the same block may give it work."""


def on_initialize(work: Work) -> None:
    """The treasury, the rent pot, the staking era, payouts, the era roll, lost appeals, and slashes that are due."""
    _run(work, _AT_START)


def on_finalize(work: Work) -> None:
    """Committee work, rent orders that lapse or end, then reports; then this block's page of the agenda is torn out."""
    _run(work, _AT_END)
    work.layer.remove(AGENDA, work.height)


def _run(work: Work, order: tuple[tuple[str | None, Hook], ...]) -> None:
    kinds = work.kinds_due()
    begins = work.height % BLOCKS_PER_ERA == 1
    for kind, hook in order:
        if kind is _EACH_BLOCK or kind in kinds or (begins and kind is _ERA):
            hook(work)
