"""The engine's rows of disputes as values of the declared storage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.domain.dispute import MachineFault, MemberStatus, ReportStatus, SlashOutcome
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.rules import committee, committee_appeals, online_committee, parameters
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.maintain_committee import rows as reports
from dbc_desktop.rules.online_profile import reported
from dbc_desktop.rules.online_profile import rows as online
from dbc_desktop.rules.state import SINGLE

Entries = Iterable[tuple[tuple[object, ...], Any]]
_NO_HARDWARE = HardwareInfo(MachineId(""), "", 0, 0, 0, 0, 0, 0, "", 0, 0, 0, "", False)
_TIMED = ("CommitteeRefusedOnline", "CommitteeRefusedMutHardware", "ReonlineShouldReward")


class DisputeState:
    """The disputes' part of `NodeState`."""

    _engine: Engine

    def _onlineprofile_pendingslash(self) -> Entries:
        for number, row in self._engine.state.items(online.PENDING_SLASH):
            shares = self._engine.state.get(online.SLASH_SHARES, number)
            yield (
                (number,),
                {
                    "slash_who": row.stash,
                    "machine_id": row.machine_id,
                    "slash_time": row.slash_time,
                    "slash_amount": row.amount,
                    "slash_exec_time": row.exec_time,
                    "reporter": None if shares is None else shares.reporter,
                    "renters": row.renters,
                    "reward_to_committee": None if shares is None else shares.committee,
                    "slash_reason": Variant(row.reason, None if row.reason in _TIMED else row.slash_time),
                },
            )

    def _onlineprofile_machine2pendingslashids(self) -> Entries:
        """Never pruned: whoever waits for a slash is told the ids of those that are over too, whosever they were."""
        waiting = dict(self._engine.state.items(online.PENDING_SLASH))
        newest = self._engine.state.get(online.NEXT_SLASH_ID, SINGLE) or 0
        over = [number for number in range(newest) if number not in waiting]
        machines = {row.machine_id for row in waiting.values()}
        for one in machines:
            yield (one,), sorted([*over, *(number for number, row in waiting.items() if row.machine_id == one)])

    def _onlineprofile_pendingslashreview(self) -> Entries:
        return (((number,), _review(row)) for number, row in self._engine.state.items(online.SLASH_REVIEW))

    def _onlineprofile_maxslashexeced(self) -> Entries:
        return (((one,), height) for one, height in self._engine.state.items(reported.MAX_SLASHED))

    def _committee_committeestake(self) -> Entries:
        for who, row in self._engine.state.items(committee.STAKES):
            yield (
                (who,),
                {
                    "box_pubkey": row.box_pubkey or bytes(32),
                    "staked_amount": row.staked,
                    "used_stake": row.used,
                    "can_claim_reward": row.can_claim,
                    "claimed_reward": row.claimed,
                },
            )

    def _onlinecommittee_nextslashid(self) -> Entries:
        return [((), self._engine.state.get(online_committee.NEXT_SLASH_ID, SINGLE) or 0)]

    def _onlinecommittee_pendingslash(self) -> Entries:
        state, profile = self._engine.state, self._engine.profile
        for number, row in state.items(online_committee.PENDING):
            outcome = "Executed" if row.executed else "Pending"
            if state.get(online_committee.CANCELED, number) is not None:
                outcome = "Canceled"
            yield (
                (number,),
                {
                    "machine_id": row.machine_id,
                    "machine_stash": row.stash,
                    "stash_slash_amount": row.stash_amount,
                    "inconsistent_committee": row.invalid,
                    "unruly_committee": row.unruly,
                    "reward_committee": row.valid,
                    "committee_stake": parameters.member_stakes(profile, state).stake_per_order,
                    "slash_time": row.exec_time - profile.slash_delay,
                    "slash_exec_time": row.exec_time,
                    "book_result": Variant(row.result),
                    "slash_result": Variant(outcome),
                },
            )

    def _onlinecommittee_pendingslashreview(self) -> Entries:
        return (((number,), _review(row)) for number, row in self._engine.state.items(committee_appeals.REVIEWS))

    def _onlinecommittee_committeemachine(self) -> Entries:
        lists: dict[bytes, dict[str, list[str]]] = {}
        for one, order in sorted(self._engine.state.items(online_committee.ORDERS)):
            hashed, told = {who for who, _ in order.hashes}, {who for who, _ in order.infos}
            for member in order.booked:
                found = lists.setdefault(
                    member, {f"{name}_machine": [] for name in ("booked", "hashed", "confirmed", "online")}
                )
                stands = "confirmed" if member in told else "hashed" if member in hashed else "booked"
                found[f"{stands}_machine"].append(one)
        return (((member,), found) for member, found in lists.items())

    def _onlinecommittee_committeeops(self) -> Entries:
        for one, order in self._engine.state.items(online_committee.ORDERS):
            for member, digest in order.hashes:
                yield (
                    (member, one),
                    {
                        "staked_dbc": 0,
                        "verify_time": (),
                        "confirm_hash": digest,
                        "hash_time": 0,
                        "confirm_time": 0,
                        "machine_status": Variant("Hashed"),
                        "machine_info": _NO_HARDWARE,
                    },
                )

    def _maintaincommittee_nextreportid(self) -> Entries:
        return [((), self._engine.state.get(reports.NEXT_REPORT_ID, SINGLE) or 0)]

    def _maintaincommittee_reporterstakeparams(self) -> Entries:
        return [((), parameters.reporter_stakes(self._engine.profile, self._engine.state))]

    def _maintaincommittee_reporterstake(self) -> Entries:
        for who, row in self._engine.state.items(reports.STAKES):
            held = {"staked_amount": row.staked, "used_stake": row.used, "can_claim_reward": 0, "claimed_reward": 0}
            yield (who,), held

    def _maintaincommittee_reporterreport(self) -> Entries:
        for who, row in self._engine.state.items(reports.RECORDS):
            lists = dict(zip(("processing", "canceled", "succeed", "failed"), row, strict=True))
            yield (who,), {f"{name}_report": ids for name, ids in lists.items()}

    def _maintaincommittee_livereport(self) -> Entries:
        found: dict[str, list[int]] = {
            f"{name}_report": [] for name in ("bookable", "verifying", "waiting_raw", "finished")
        }
        for one in reports.live(self._engine.state):
            row = self._engine.state.get(reports.REPORTS, one)
            if row is not None:
                found[_LIVE[row.status]].append(one)
        return [((), found)]

    def _maintaincommittee_reportinfo(self) -> Entries:
        for number, row in self._engine.state.items(reports.REPORTS):
            yield (number,), _report(row)

    def _maintaincommittee_committeeorder(self) -> Entries:
        lists: dict[bytes, dict[str, list[int]]] = {}
        for number in reports.live(self._engine.state):
            row = self._engine.state.get(reports.REPORTS, number)
            for order in () if row is None else row.orders:
                found = lists.setdefault(
                    order.member, {f"{name}_report": [] for name in ("booked", "hashed", "confirmed", "finished")}
                )
                stands = (
                    "confirmed" if order.status is MemberStatus.FINISHED else "hashed" if order.digest else "booked"
                )
                found[f"{stands}_report"].append(number)
        return (((member,), found) for member, found in lists.items())

    def _maintaincommittee_committeeops(self) -> Entries:
        for number, row in self._engine.state.items(reports.REPORTS):
            for order in row.orders:
                yield (
                    (order.member, number),
                    {
                        "booked_time": order.booked_time,
                        "encrypted_err_info": order.encrypted or None,
                        "encrypted_time": order.encrypted_time,
                        "confirm_hash": order.digest or bytes(16),
                        "hash_time": order.hash_time,
                        "extra_err_info": order.extra,
                        "confirm_time": order.confirm_time,
                        "confirm_result": order.supports,
                        "staked_balance": order.stake,
                        "order_status": Variant(order.status.value),
                    },
                )

    def _maintaincommittee_reportresult(self) -> Entries:
        for number, row in self._engine.state.items(reports.RESULTS):
            yield (
                (number,),
                {
                    "report_id": number,
                    "reporter": row.reporter,
                    "reporter_stake": row.reporter_stake,
                    "inconsistent_committee": row.inconsistent,
                    "unruly_committee": row.unruly,
                    "reward_committee": row.rewarded,
                    "committee_stake": row.committee_stake,
                    "machine_stash": row.machine_stash,
                    "machine_id": row.machine_id,
                    "slash_time": row.slash_time,
                    "slash_exec_time": row.exec_time,
                    "report_result": Variant(row.result.value),
                    "slash_result": Variant(SlashOutcome(row.outcome).value),
                },
            )

    def _maintaincommittee_pendingslashreview(self) -> Entries:
        return (((number,), _review(row)) for number, row in self._engine.state.items(reports.REVIEWS))


_LIVE = {
    ReportStatus.REPORTED: "bookable_report",
    ReportStatus.WAITING_BOOK: "bookable_report",
    ReportStatus.VERIFYING: "verifying_report",
    ReportStatus.SUBMITTING_RAW: "waiting_raw_report",
    ReportStatus.COMMITTEE_CONFIRMED: "finished_report",
}


def _review(row: online.SlashReview) -> dict[str, Any]:
    return {
        "applicant": row.applicant,
        "staked_amount": row.staked,
        "apply_time": row.apply_time,
        "expire_time": row.expire_time,
        "reason": row.reason,
    }


def _report(row: reports.ReportRow) -> dict[str, Any]:
    revealed = [order for order in row.orders if order.status is MemberStatus.FINISHED]
    return {
        "reporter": row.reporter,
        "report_time": row.report_time,
        "reporter_stake": row.reporter_stake,
        "first_book_time": row.first_book_time,
        "machine_id": row.machine_id,
        "rent_order_id": row.rent_id,
        "err_info": row.reason,
        "verifying_committee": None,
        "booked_committee": sorted(order.member for order in row.orders),
        "get_encrypted_info_committee": sorted(order.member for order in row.orders if order.encrypted),
        "hashed_committee": sorted(order.member for order in row.hashed()),
        "confirm_start": 0,
        "confirmed_committee": sorted(order.member for order in revealed),
        "support_committee": sorted(order.member for order in revealed if order.supports),
        "against_committee": sorted(order.member for order in revealed if not order.supports),
        "report_status": Variant(row.status.value),
        "machine_fault_type": _fault(row.fault),
    }


def _fault(fault: MachineFault) -> Variant:
    if fault.is_fast:
        return Variant(fault.kind.value, (fault.machine_id, fault.rent_id))
    return Variant(fault.kind.value, (fault.reporter_hash, fault.box_pubkey))


def away(row: online.MachineRow, reports_on: tuple[reported.Reported, ...]) -> Variant:
    """The status of a machine that others reported, around what it was before."""
    newest, *below = reports_on
    before = Variant(newest.status.value)
    previous = Variant((newest.previous or newest.status).value)
    if newest.status.value == "ReporterReportOffline":
        before = away(row, tuple(below))
    elif newest.status.value == "StakerReportOffline":
        before = Variant("StakerReportOffline", (newest.offline_height, previous))
    reason = Variant(newest.reason.value, newest.report_time)
    return Variant("ReporterReportOffline", (reason, before, newest.reporter or bytes(32), newest.committee))
