"""Reading slashes, reports and a member's work into the mirror of a block (chain-rules 10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from dbc_desktop.chain.substrate import dispute_rows, rows
from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.rows import Values
from dbc_desktop.chain.substrate.storage import MOST_ENTRIES, Item
from dbc_desktop.domain.dispute import SlashOutcome
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.rules import committee, committee_appeals, online_committee
from dbc_desktop.rules.maintain_committee.rows import LIVE, RECORDS, REPORTS, RESULTS, REVIEWS, STAKES
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, PENDING_SLASH, SLASH_REVIEW, STASH_CONTROLLER
from dbc_desktop.rules.state import SINGLE

_OP, _OC, _MC = "OnlineProfile", "OnlineCommittee", "MaintainCommittee"
_FINAL_AFTER = 2_400
"""Blocks after its height when a slash that is over is not asked for again: no fork reaches back that far."""


class Settled:
    """Slashes that are over for good: the chain keeps them for ever, so each is read once.

    Numbers without a value are read again: a report is judged later than it is made.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Any] = {}

    def read(self, mirror: Mirror, pallet: str, item: str, counter: str) -> Iterable[tuple[int, Any]]:
        """All values of a map whose keys are counted from 0.

        Raises:
            ChainAnswerInvalid: `storage`: there are more than can be.
        """
        count = mirror.view.get(pallet, counter)
        if count > MOST_ENTRIES:
            raise ChainAnswerInvalid("storage")
        asked = [number for number in range(count) if (pallet, number) not in self._known]
        items: list[Item] = [(pallet, item, (number,)) for number in asked]
        found = dict(zip(asked, mirror.view.many(items) if items else [], strict=True))
        for number, value in found.items():
            is_over = value is not None and value["slash_result"].name != SlashOutcome.PENDING.value
            if is_over and value["slash_exec_time"] + _FINAL_AFTER < mirror.height:
                self._known[pallet, number] = value
        for number in range(count):
            value = found[number] if number in found else self._known.get((pallet, number))
            if value is not None:
                yield number, value


def read_slashes(mirror: Mirror, settled: Settled, who: bytes) -> tuple[bytes, ...]:
    """All slashes and appeals, and who signs for this account; the account and its stash."""
    accounts = _read_bonds(mirror, who)
    for (number,), value in mirror.view.entries(_OP, "PendingSlash"):
        mirror.put(PENDING_SLASH, number, dispute_rows.machine_slash(value))
    for number, value in settled.read(mirror, _OC, "PendingSlash", "NextSlashId"):
        row, outcome = dispute_rows.verification_slash(value)
        mirror.put(online_committee.PENDING, number, row)
        if outcome is SlashOutcome.CANCELED:
            mirror.put(online_committee.CANCELED, number, row.exec_time)
    for number, value in settled.read(mirror, _MC, "ReportResult", "NextReportId"):
        mirror.put(RESULTS, number, dispute_rows.result(value))
    for pallet, table in ((_OP, SLASH_REVIEW), (_OC, committee_appeals.REVIEWS), (_MC, REVIEWS)):
        for (number,), value in mirror.view.entries(pallet, "PendingSlashReview"):
            mirror.put(table, number, dispute_rows.review(value))
    return accounts


def _read_bonds(mirror: Mirror, who: bytes) -> tuple[bytes, ...]:
    stash = mirror.view.get(_OP, "ControllerStash", who)
    accounts = (who,) if stash in (None, who) else (who, stash)
    items: list[Item] = [(_OP, item, (one,)) for one in accounts for item in ("StashController", "ControllerStash")]
    found = iter(mirror.view.many(items))
    for one in accounts:
        controller, controlled = next(found), next(found)
        if controller is not None:
            mirror.put(STASH_CONTROLLER, one, controller)
        if controlled is not None:
            mirror.put(CONTROLLER_STASH, one, controlled)
    return accounts


def read_reporter(mirror: Mirror, who: bytes) -> None:
    """A reporter's stake and its reports."""
    stake, record = mirror.view.many([(_MC, "ReporterStake", (who,)), (_MC, "ReporterReport", (who,))])
    held = dispute_rows.reporter_record(record)
    mirror.put(STAKES, who, dispute_rows.reporter_stake(stake))
    mirror.put(RECORDS, who, held)
    read_reports(mirror, {*held.processing, *held.succeeded, *held.failed})


def read_reports(mirror: Mirror, ids: Iterable[int]) -> None:
    """These reports with their results, the work of their members, and the members' keys."""
    asked = sorted(set(ids))
    if not asked:
        return
    items: list[Item] = [(_MC, item, (one,)) for one in asked for item in ("ReportInfo", "ReportResult")]
    values = iter(mirror.view.many(items))
    found = {one: (next(values), next(values)) for one in asked}
    pairs = [
        (member, one) for one in asked if found[one][0] is not None for member in found[one][0]["booked_committee"]
    ]
    members = sorted({member for member, _ in pairs})
    more: list[Item] = [
        *((_MC, "CommitteeOps", pair) for pair in pairs),
        *(("Committee", "CommitteeStake", (member,)) for member in members),
    ]
    read = mirror.view.many(more) if more else []
    work = dict(zip(pairs, read, strict=False))
    for member, stake in zip(members, read[len(pairs) :], strict=True):
        mirror.put(committee.STAKES, member, dispute_rows.member_stake(stake))
    for one in asked:
        info, judged = found[one]
        result = None if judged is None else dispute_rows.result(judged)
        if result is not None:
            mirror.put(RESULTS, one, result)
        if info is not None:
            mirror.put(REPORTS, one, dispute_rows.report(info, partial(_work_on, work, one), result))


def _work_on(work: Mapping[tuple[bytes, int], Values], report_id: int, member: bytes) -> Values:
    return work[member, report_id]


def read_committee_work(mirror: Mirror, member: bytes) -> None:
    """Machines that a member verifies, and every report that is not judged yet."""
    mirror.read_members()
    booked, live = mirror.view.many([(_OC, "CommitteeMachine", (member,)), (_MC, "LiveReport", ())])
    ids = dispute_rows.live_reports(live)
    mirror.put(LIVE, SINGLE, ids)
    read_reports(mirror, ids)
    machines = sorted({one for name in ("booked", "hashed", "confirmed") for one in booked[f"{name}_machine"]})
    items: list[Item] = []
    for one in machines:
        items += [(_OC, "MachineCommittee", (one,)), (_OC, "CommitteeOps", (member, one))]
    values = iter(mirror.view.many(items) if items else [])
    for one in machines:
        order, own = rows.verification(next(values)), next(values)
        if order is not None:
            hashes = tuple((who, own["confirm_hash"] if who == member else digest) for who, digest in order.hashes)
            mirror.put(online_committee.ORDERS, rows.text(one), order._replace(hashes=hashes))
