"""The resident technical committee: one of its seats looks at every appeal against a machine's slash.

It forgives an outage that the owner reported and that was over within seven minutes. It grants no other appeal: what
the resident members said of a machine or a report is the truth as far as they could see it.
"""

from __future__ import annotations

from functools import partial

from dbc_desktop.chain.local.launch import TECHNICAL
from dbc_desktop.chain.local.residents.stage import Stage
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.rules import technical_committee
from dbc_desktop.rules.online_profile.rows import MACHINES, PENDING_SLASH, SLASH_REVIEW
from dbc_desktop.rules.online_profile.slashes import amount_at

_DECIDES_AFTER = 100
"""Ten minutes to think."""

_OWN_REPORTS = ("OnlineReportOffline", "RentedReportOffline")
_SHORT_OUTAGE_PERCENT = 2
_LENGTH = 10


class ResidentSeats:
    """The members of `launch.TECHNICAL`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._names = {stage.keys.account(name): name for name in TECHNICAL}

    def plan(self, soon: int) -> None:
        """Take up every appeal that waits."""
        for slash_id, review in self._stage.state.items(SLASH_REVIEW):
            self._stage.at(max(soon, review.apply_time + _DECIDES_AFTER), partial(self._decide, slash_id))

    def see(self, soon: int, event: EventRecord) -> None:
        """Somebody appeals against the slash of a machine."""
        if (event.pallet, event.name) == ("OnlineProfile", "ApplySlashReview"):
            slash_id = event.fields["slash_id"]
            if isinstance(slash_id, int):
                self._stage.at(soon + _DECIDES_AFTER, partial(self._decide, slash_id))

    def _decide(self, slash_id: int) -> None:
        state = self._stage.state
        slash, review = state.get(PENDING_SLASH, slash_id), state.get(SLASH_REVIEW, slash_id)
        machine = None if slash is None else state.get(MACHINES, slash.machine_id)
        if slash is None or review is None or machine is None or slash.reason not in _OWN_REPORTS:
            return
        if slash.amount > amount_at(machine.stake_amount, _SHORT_OUTAGE_PERCENT):
            return
        seated = [self._names[seat] for seat in technical_committee.seats(state) if seat in self._names]
        if seated:
            grant = Call("OnlineProfile", "cancel_slash", (slash_id,))
            self._stage.attempt(seated[0], Call("TechnicalCommittee", "propose", (1, grant, _LENGTH)))
