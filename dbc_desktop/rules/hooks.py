"""What happens at the start and at the end of a block, in the order of the pallets (chain-rules 0.5)."""

from __future__ import annotations

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


def on_initialize(work: Work) -> None:
    """The treasury, the rent pot, the staking era, payouts, the era roll, lost appeals, and slashes that are due."""
    treasury.end_spend_period(work)
    generic_func.run_hook(work)
    staking_eras.roll(work)
    payout.list_machines(work)
    payout.pay_slot(work)
    payout.roll_era(work)
    committee_election.elect(work)
    slashes.execute_slashes(work)
    committee_appeals.settle_reviews(work)
    online_committee.execute_slashes(work)
    appeals.settle_reviews(work)
    verdict.execute_results(work)
    interruptible_verification.execute_slashes(work)
    interruptible_verdicts.execute_results(work)
    practice.begin(work)


def on_finalize(work: Work) -> None:
    """Committee work, rent orders that lapse or end, then reports; then this block's page of the agenda is torn out."""
    online_committee.start_revealing(work)
    online_committee.summarize(work)
    online_committee.distribute(work)
    rent_machine.lapse_orders(work)
    rent_machine.end_orders(work)
    windows.end_windows(work)
    booking.draw_arbiters(work)
    interruptible_verification.end_windows(work)
    interruptible_renting.end_orders(work)
    away.end_waits(work)
    interruptible_verdicts.end_windows(work)
    work.layer.remove(AGENDA, work.height)
