"""The resident committee as judges of reports: each looks, commits to what it saw, and reveals (chain-rules 7).

They say the truth as far as they can see it: a machine that is offline, or whose hardware is not what the chain says,
is at fault; any other is not.
"""

from __future__ import annotations

from functools import partial

from dbc_desktop.chain import sealed_report
from dbc_desktop.chain.local.launch import COMMITTEE
from dbc_desktop.chain.local.residents.stage import Stage
from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.dispute import MemberStatus, ReportStatus
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.rules import committee
from dbc_desktop.rules.maintain_committee.rows import MEMBERS_PER_REPORT, REPORTS, MemberOrder, ReportRow, live
from dbc_desktop.rules.online_profile.rows import MACHINES
from dbc_desktop.rules.report_hash import inaccessible_hash, member_hash
from dbc_desktop.rules.report_policies import ReportWindows

_PALLET = "MaintainCommittee"
_LOOKS_AFTER = 3
_WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)
_STIRRING = frozenset({"ReportMachineFault", "CommitteeBookReport", "EncryptedInfoSent", "HashSubmited"})


class ResidentArbiters:
    """The members of `launch.COMMITTEE`, on reports."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._members = {stage.keys.account(name): name for name in COMMITTEE}

    def plan(self, soon: int) -> None:
        """Take up every report that is open; on an old chain first say to which key messages are sealed."""
        for member, name in self._members.items():
            held = committee.stake_of(self._stage.state, member)
            if held.staked and held.box_pubkey != self._box(name).public:
                self._stage.at(soon, partial(self._name_key, name))
        for report_id in live(self._stage.state):
            self._plan_report(soon, report_id)

    def see(self, soon: int, event: EventRecord) -> None:
        """Something happened to a report: look at all that are open."""
        if event.pallet == _PALLET and event.name in _STIRRING:
            for report_id in live(self._stage.state):
                self._plan_report(soon, report_id)

    def _box(self, name: str) -> BoxKey:
        return self._stage.keys.box(name)

    def _name_key(self, name: str) -> None:
        self._stage.attempt(name, Call("Committee", "committee_set_box_pubkey", (self._box(name).public,)))

    def _plan_report(self, soon: int, report_id: int) -> None:
        report = self._stage.state.get(REPORTS, report_id)
        if report is None:
            return
        self._stage.at(soon + _LOOKS_AFTER, partial(self._work_on, report_id))
        if report.first_book_time:
            opens = report.first_book_time + self._windows().reveal_from(is_fast=report.fault.is_fast)
            self._stage.at(max(soon, opens + 1), partial(self._work_on, report_id))

    def _windows(self) -> ReportWindows:
        return self._stage.ledger.engine.profile.report_windows

    def _work_on(self, report_id: int) -> None:
        """Do whatever each resident member can do for the report now."""
        report = self._stage.state.get(REPORTS, report_id)
        if report is None or report_id not in live(self._stage.state):
            return
        self._book(report_id, report)
        for order in report.orders:
            name = self._members.get(order.member)
            if name is None:
                continue
            if order.status is MemberStatus.VERIFYING and not order.digest:
                self._commit(report_id, report, order, name)
            elif order.status is MemberStatus.WAITING_RAW and report.status is ReportStatus.SUBMITTING_RAW:
                self._reveal(report_id, report, order, name)

    def _book(self, report_id: int, report: ReportRow) -> None:
        """Where members book by themselves: as many residents as there is room for, one at a time in the slow flow."""
        is_open = report.status in (ReportStatus.REPORTED, ReportStatus.WAITING_BOOK)
        if self._stage.ledger.engine.profile.reports.is_drawn or not is_open:
            return
        room = MEMBERS_PER_REPORT - len(report.orders)
        normal = committee.lists(self._stage.state).normal
        fit = [
            name
            for member, name in self._members.items()
            if member in normal and report.order_of(member) is None and member not in report.unruly
        ]
        for name in fit[: room if report.fault.is_fast else min(room, 1)]:
            self._stage.attempt(name, Call(_PALLET, "committee_book_report", (report_id,)))

    def _commit(self, report_id: int, report: ReportRow, order: MemberOrder, name: str) -> None:
        word = self._word(report_id, name)
        if report.fault.is_fast:
            digest = inaccessible_hash(report_id, word, supports=self._is_at_fault(report.fault.machine_id))
        else:
            told = self._told(report, order, name)
            if told is None:
                return
            digest = member_hash(
                told.machine_id,
                told.rent_id,
                told.word.encode(),
                word,
                told.reason.encode(),
                supports=self._is_at_fault(told.machine_id),
            )
        self._stage.attempt(name, Call(_PALLET, "committee_submit_verify_hash", (report_id, digest)))

    def _reveal(self, report_id: int, report: ReportRow, order: MemberOrder, name: str) -> None:
        word = self._word(report_id, name)
        for vote in (True, False):
            if report.fault.is_fast:
                if inaccessible_hash(report_id, word, supports=vote) == order.digest:
                    call = Call(_PALLET, "committee_submit_inaccessible_raw", (report_id, word, vote))
                    self._stage.attempt(name, call)
                continue
            told = self._told(report, order, name)
            if told is None:
                continue
            sent = (told.machine_id, told.rent_id, told.word.encode())
            reason = told.reason.encode()
            if member_hash(*sent, word, reason, supports=vote) == order.digest:
                args = (report_id, *sent, word, reason, b"", vote)
                self._stage.attempt(name, Call(_PALLET, "committee_submit_verify_raw", args))

    def _told(self, report: ReportRow, order: MemberOrder, name: str) -> sealed_report.Told | None:
        """What the reporter told this member; None where it is not what the report carries in the open."""
        plain = self._box(name).open(order.encrypted, report.fault.box_pubkey)
        told = None if plain is None else sealed_report.unpack(plain)
        return told if told is not None and told.digest() == report.fault.reporter_hash else None

    def _is_at_fault(self, machine_id: MachineId) -> bool:
        machine = self._stage.state.get(MACHINES, machine_id)
        if machine is None or machine.status not in _WORKING:
            return True
        seen = self._stage.findings.shown(machine_id)
        if machine_id in self._stage.owned or seen is None or machine.hardware is None:
            return False
        promised = machine.hardware
        return (seen.gpu_type, seen.gpu_num) != (promised.gpu_type, promised.gpu_num)

    def _word(self, report_id: int, name: str) -> bytes:
        return self._stage.keys.word(f"report {report_id} {name}").encode()
