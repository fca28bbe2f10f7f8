"""Reading slashes, reports and a member's work into the mirror of a block (chain-rules 10.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from dbc_desktop.chain.substrate import dispute_rows, rows
from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.rows import Values
from dbc_desktop.chain.substrate.storage import MOST_ENTRIES, Item
from dbc_desktop.domain.dispute import SlashOutcome
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.rules import committee, committee_appeals, online_committee
from dbc_desktop.rules.maintain_committee.rows import LIVE, RECORDS, REPORTS, RESULTS, REVIEWS, STAKES
from dbc_desktop.rules.online_profile.rows import (
    CONTROLLER_STASH,
    PENDING_SLASH,
    SLASH_REVIEW,
    STASH_CONTROLLER,
    SlashReview,
)
from dbc_desktop.rules.state import SINGLE, Map

_OP, _OC, _MC = "OnlineProfile", "OnlineCommittee", "MaintainCommittee"
_FINAL_AFTER = 2_400
"""Blocks after its height when a slash that is over is not asked for again: no fork reaches back that far."""


Found = list[tuple[int, Any]]


class Slashes(NamedTuple):
    """A map of slashes: its pallet, item and counter, and which accounts a value is about."""

    pallet: str
    item: str
    counter: str
    accounts: Callable[[Values], set[bytes]]


def _of_verification(value: Values) -> set[bytes]:
    stash = value["machine_stash"]
    return {*value["inconsistent_committee"], *value["unruly_committee"], *(() if stash is None else (stash,))}


def _of_report(value: Values) -> set[bytes]:
    return {*_of_verification(value), value["reporter"]}


_VERIFICATIONS = Slashes(_OC, "PendingSlash", "NextSlashId", _of_verification)
_REPORTS = Slashes(_MC, "ReportResult", "NextReportId", _of_report)


class Settled:
    """Slashes that are over for good, by their accounts: the chain keeps them for ever, and each is read once."""

    def __init__(self) -> None:
        self._over: dict[tuple[str, int], Any] = {}
        self._nothing: set[tuple[str, int]] = set()
        self._of: dict[tuple[str, bytes], list[int]] = {}
        self._guard = threading.Lock()

    def read(self, mirror: Mirror, slashes: Slashes, accounts: Sequence[bytes], live: Collection[int] = ()) -> Found:
        """Those against these accounts in a map whose keys are counted from 0, by number.

        Args:
            mirror: What stands at the block.
            slashes: The map.
            accounts: Whom they are against.
            live: Numbers that have no value yet and may get one; any other without a value never will.

        Raises:
            ChainAnswerInvalid: `storage`: there are more than can be.
        """
        pallet, count = slashes.pallet, mirror.view.get(slashes.pallet, slashes.counter)
        if count > MOST_ENTRIES:
            raise ChainAnswerInvalid("storage")
        over, nothing = self._over, self._nothing
        asked = [
            number
            for number in range(count)
            if (pallet, number) not in over and ((pallet, number) not in nothing or number in live)
        ]
        items: list[Item] = [(pallet, slashes.item, (number,)) for number in asked]
        read = dict(zip(asked, mirror.view.many(items) if items else [], strict=True))
        with self._guard:
            self._settle(mirror, slashes, read, live)
            kept = {number for one in accounts for number in self._of.get((pallet, one), ()) if number < count}
            found = [(number, over[pallet, number]) for number in kept]
        ours = set(accounts)
        found += [
            (number, value)
            for number, value in read.items()
            if value is not None and number not in kept and not ours.isdisjoint(slashes.accounts(value))
        ]
        return sorted(found, key=lambda one: one[0])

    def _settle(self, mirror: Mirror, slashes: Slashes, read: Mapping[int, Any], live: Collection[int]) -> None:
        pallet = slashes.pallet
        for number, value in read.items():
            key = (pallet, number)
            if value is None:
                if number not in live:
                    self._nothing.add(key)
                continue
            self._nothing.discard(key)
            is_over = value["slash_result"].name != SlashOutcome.PENDING.value
            if is_over and value["slash_exec_time"] + _FINAL_AFTER < mirror.height and key not in self._over:
                self._over[key] = value
                for one in slashes.accounts(value):
                    self._of.setdefault((pallet, one), []).append(number)


def read_slashes(mirror: Mirror, settled: Settled, who: bytes) -> tuple[bytes, ...]:
    """Slashes against an account and its stash with their appeals, and who signs for it; the account and its stash."""
    accounts, view = _read_bonds(mirror, who), mirror.view
    reviews: list[tuple[Map[int, SlashReview], str, int]] = []
    for number, value in _machine_slashes(mirror, accounts):
        mirror.put(PENDING_SLASH, number, dispute_rows.machine_slash(value))
        reviews.append((SLASH_REVIEW, _OP, number))
    for number, value in settled.read(mirror, _VERIFICATIONS, accounts):
        row, outcome = dispute_rows.verification_slash(value)
        mirror.put(online_committee.PENDING, number, row)
        if outcome is SlashOutcome.CANCELED:
            mirror.put(online_committee.CANCELED, number, row.exec_time)
        reviews.append((committee_appeals.REVIEWS, _OC, number))
    live = {one for ids in view.get(_MC, "LiveReport").values() for one in ids}
    for number, value in settled.read(mirror, _REPORTS, accounts, live):
        mirror.put(RESULTS, number, dispute_rows.result(value))
        reviews.append((REVIEWS, _MC, number))
    items: list[Item] = [(pallet, "PendingSlashReview", (number,)) for _, pallet, number in reviews]
    for (table, _, number), value in zip(reviews, view.many(items) if items else [], strict=True):
        if value is not None:
            mirror.put(table, number, dispute_rows.review(value))
    return accounts


def _machine_slashes(mirror: Mirror, accounts: Sequence[bytes]) -> Iterable[tuple[int, Any]]:
    """Slashes of the machines of these accounts that wait; the chain names ids of those that are over too."""
    view = mirror.view
    if not view.storage.has(_OP, "Machine2PendingSlashIds"):
        return [(number, value) for (number,), value in view.entries(_OP, "PendingSlash")]
    owned = view.many([(_OP, "StashMachines", (one,)) for one in accounts])
    machines = {one for held in owned for one in held["total_machine"]}
    if not machines:
        return []
    named = view.many([(_OP, "Machine2PendingSlashIds", (one,)) for one in sorted(machines)])
    ids = sorted({number for numbers in named for number in numbers})
    values = view.many([(_OP, "PendingSlash", (number,)) for number in ids]) if ids else []
    return [(number, value) for number, value in zip(ids, values, strict=True) if value is not None]


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
    """Machines that a member verifies, the reports it judges, and for a member those that it may take."""
    mirror.read_members()
    booked, live = mirror.view.many([(_OC, "CommitteeMachine", (member,)), (_MC, "LiveReport", ())])
    ids = _reports_of(mirror, member, live)
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


def _reports_of(mirror: Mirror, member: bytes, live: Values) -> tuple[int, ...]:
    """The reports that are not judged yet and concern this account."""
    ids = dispute_rows.live_reports(live)
    if not ids or not mirror.view.storage.has(_MC, "CommitteeOrder"):
        return ids
    held = mirror.view.get(_MC, "CommitteeOrder", member)
    mine = {one for name in ("booked", "hashed", "confirmed") for one in held[f"{name}_report"]}
    if member in mirror.view.get("Committee", "Committee")["normal"]:
        mine.update(live["bookable_report"])
    return tuple(one for one in ids if one in mine)
