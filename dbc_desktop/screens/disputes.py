"""What the Disputes page says: an inbox by deadline, and what is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.dispute import (
    CommitteeWork,
    Report,
    ReportResult,
    ReportStatus,
    Slash,
    SlashOutcome,
    SlashSource,
    WorkStep,
)
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.dispute_calls import fault_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.disputes import DisputeFacts


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One line of the inbox.

    Attributes:
        key: `slash.machine.3`, `report.5`, `work.report.5`, `work.<machine id>`; names its buttons.
        when: Until when, in words; `until` sorts.
        buttons: What can be done and how it is called: (`appeal`, text), in order.
    """

    key: str
    tone: str
    when: str
    until: int
    title: str
    detail: str
    badge: str
    badge_kind: str
    buttons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DisputesScreen:
    """The page; `waiting` counts what the rail shows, `can_report` says whether a lease runs to report."""

    summary: str
    inbox: tuple[DisputeRow, ...]
    over: tuple[DisputeRow, ...]
    waiting: int
    can_report: bool


_LATE = 2**32
_OVER_SHOWN = 8


def disputes_screen(
    facts: DisputeFacts, head: Head, voted: Collection[int] = (), tellable: Collection[int] = ()
) -> DisputesScreen:
    """The page at block `head`.

    Args:
        facts: What was read.
        head: The newest block.
        voted: Reports on which a vote is kept here.
        tellable: Reports of which it is known here what their members must be told.
    """
    slashes = [(slash, _slash(slash, head)) for slash in facts.slashes]
    reports = [(report, _report(report, head, report.report_id in tellable)) for report in facts.reporter.reports]
    inbox = [row for slash, row in slashes if slash.outcome is SlashOutcome.PENDING]
    inbox += [row for report, row in reports if report.result is None]
    inbox += [_work(work, head, voted) for work in facts.work]
    inbox.sort(key=lambda row: (row.until, row.key))
    over = [row for slash, row in slashes if slash.outcome is not SlashOutcome.PENDING]
    over += [row for report, row in reports if report.result is not None and not _is_told(report, facts)]
    over.sort(key=lambda row: (-row.until, row.key))
    waiting = sum(bool(row.buttons) and row.tone != "idle" for row in inbox)
    return DisputesScreen(
        summary=_summary(facts),
        inbox=tuple(inbox),
        over=tuple(over[:_OVER_SHOWN]),
        waiting=waiting,
        can_report=bool(facts.rented),
    )


def _is_told(report: Report, facts: DisputeFacts) -> bool:
    """Whether a lost report stands in the list as its slash already."""
    return any(one.source is SlashSource.REPORT and one.number == report.report_id for one in facts.slashes)


def _summary(facts: DisputeFacts) -> str:
    parts = []
    pending = sum(slash.outcome is SlashOutcome.PENDING for slash in facts.slashes)
    if pending:
        parts.append(ntr("{n} slash", "{n} slashes", pending))
    open_reports = sum(report.result is None for report in facts.reporter.reports)
    if open_reports:
        parts.append(ntr("{n} report", "{n} reports", open_reports))
    if facts.work:
        parts.append(ntr("{n} to judge", "{n} to judge", len(facts.work)))
    return " · ".join(parts)


def _slash(slash: Slash, head: Head) -> DisputeRow:
    pending = slash.outcome is SlashOutcome.PENDING
    left = slash.exec_time - head.height
    buttons = []
    if pending and slash.can_appeal:
        buttons.append(("appeal", tr("Appeal…")))
    badge, kind = "", "plain"
    if slash.outcome is SlashOutcome.CANCELED:
        badge, kind = tr("cancelled"), "good"
    elif slash.outcome is SlashOutcome.EXECUTED:
        badge, kind = tr("taken"), "plain"
    elif slash.appeal is not None:
        badge, kind = tr("appealed"), "accent"
    return DisputeRow(
        key=f"slash.{slash.source.value}.{slash.number}",
        tone="loss" if pending and slash.amount else "idle",
        when=formats.due(left) if pending else formats.ago(-left),
        until=slash.exec_time,
        title=_slash_title(slash),
        detail=_slash_detail(slash, head) if pending else _reason(slash),
        badge=badge,
        badge_kind=kind,
        buttons=tuple(buttons),
    )


def _slash_title(slash: Slash) -> str:
    amount = formats.amount(slash.amount)
    if slash.source is SlashSource.REPORT and not slash.amount:
        return tr("Verdict on report {report} about {machine}", report=slash.number, machine=_machine(slash.machine_id))
    if slash.outcome is SlashOutcome.EXECUTED:
        return tr("{amount} taken: {about}", amount=amount, about=_about(slash))
    if slash.outcome is SlashOutcome.CANCELED:
        return tr("{amount} came back: {about}", amount=amount, about=_about(slash))
    return tr("{amount} will be taken: {about}", amount=amount, about=_about(slash))


def _about(slash: Slash) -> str:
    if slash.source is SlashSource.REPORT:
        return tr("report {report}", report=slash.number)
    return _machine(slash.machine_id)


def _machine(machine_id: str) -> str:
    return formats.short_id(machine_id) if machine_id else tr("a machine kept secret")


def _slash_detail(slash: Slash, head: Head) -> str:
    reason = _reason(slash)
    if slash.appeal is not None:
        left = formats.blocks_as_time(max(0, slash.appeal.expire_time - head.height))
        return tr(
            "{reason} · appeal waits; its stake of {stake} is lost unless it is granted within {time}",
            reason=reason,
            stake=formats.amount(slash.appeal.staked, 0),
            time=left,
        )
    if slash.can_appeal:
        return tr(
            "{reason} · an appeal puts {stake} at risk", reason=reason, stake=formats.amount(slash.review_stake, 0)
        )
    return reason


def _reason(slash: Slash) -> str:
    known = {
        "RentedReportOffline": tr("you reported it offline while it was rented"),
        "OnlineReportOffline": tr("you reported it offline"),
        "RentedInaccessible": tr("its renter could not reach it"),
        "RentedHardwareMalfunction": tr("its hardware was reported broken"),
        "RentedHardwareCounterfeit": tr("its hardware was reported as not what was promised"),
        "OnlineRentFailed": tr("it was reported as impossible to rent"),
        "OnlineSucceed": tr("the others confirmed the machine, you did not"),
        "OnlineRefused": tr("the committee refused the machine"),
        "NoConsensus": tr("you gave no word in time"),
        ReportResult.SUCCEED.value: tr("the members believed the report"),
        ReportResult.REFUSED.value: tr("the members found the report false"),
        ReportResult.NOT_ENCRYPTED.value: tr("the members were not told what is wrong"),
    }
    return known.get(slash.reason, slash.reason)


def _report(report: Report, head: Head, can_tell: bool) -> DisputeRow:
    about = _machine(report.machine_id)
    told = [one.told_until for one in report.members if one.told_until is not None]
    until = min(told) if told else report.reveal_until
    buttons: tuple[tuple[str, str], ...] = ()
    if report.status is ReportStatus.REPORTED:
        buttons = (("take_back", tr("Take back")),)
    elif told and can_tell:
        buttons = (("tell", ntr("Tell {n} member…", "Tell {n} members…", len(told))),)
    over_at = report.exec_time if report.exec_time is not None else report.report_time
    return DisputeRow(
        key=f"report.{report.report_id}",
        tone="warn" if told and report.result is None else "idle",
        when=_when(until, head) if report.result is None else formats.ago(max(0, head.height - over_at)),
        until=(until if until is not None else _LATE) if report.result is None else over_at,
        title=tr("You reported {machine}: {fault}", machine=about, fault=fault_text(report.fault.kind)),
        detail=_report_detail(report, bool(told)),
        badge=_report_badge(report)[0],
        badge_kind=_report_badge(report)[1],
        buttons=buttons,
    )


def _report_detail(report: Report, must_tell: bool) -> str:
    stake = formats.amount(report.stake, 0)
    if report.result is ReportResult.SUCCEED:
        return tr("believed; the stake of {stake} comes back when the verdict is executed", stake=stake)
    if report.result is ReportResult.NO_CONSENSUS:
        return tr("nobody gave a word; others were asked")
    if report.result is not None:
        return tr("not believed; the stake of {stake} is lost", stake=stake)
    if must_tell:
        return tr("a member waits to be told what is wrong; the stake of {stake} is lost otherwise", stake=stake)
    if report.status is ReportStatus.REPORTED:
        return tr("nobody judges it yet · {stake} at risk", stake=stake)
    said = sum(bool(one.supports is not None) for one in report.members)
    return tr(
        "{said} of {all} members have said what they saw · {stake} at risk",
        said=said,
        all=len(report.members),
        stake=stake,
    )


def _report_badge(report: Report) -> tuple[str, str]:
    if report.result is ReportResult.SUCCEED:
        return tr("believed"), "good"
    if report.result is not None:
        return tr("refused"), "loss"
    return {
        ReportStatus.REPORTED: (tr("waits"), "plain"),
        ReportStatus.WAITING_BOOK: (tr("judged"), "accent"),
        ReportStatus.VERIFYING: (tr("judged"), "accent"),
        ReportStatus.SUBMITTING_RAW: (tr("revealing"), "accent"),
        ReportStatus.COMMITTEE_CONFIRMED: (tr("over"), "plain"),
    }[report.status]


def _when(until: int | None, head: Head) -> str:
    return formats.DASH if until is None else formats.due(until - head.height)


def _work(work: CommitteeWork, head: Head, voted: Collection[int]) -> DisputeRow:
    report = work.report
    is_fast = report is not None and report.fault.is_fast
    buttons: tuple[tuple[str, str], ...] = ()
    if work.step is WorkStep.BOOK and is_fast:
        buttons = (("book", tr("Judge it")),)
    elif work.step is WorkStep.HASH and is_fast:
        buttons = (("works", tr("It can be reached")), ("fails", tr("It cannot")))
    elif work.step is WorkStep.REVEAL and is_fast and report is not None and report.report_id in voted:
        buttons = (("reveal", tr("Reveal")),)
    if report is None:
        key, title = f"work.{work.machine_id[:16]}", tr("Verify machine {machine}", machine=_machine(work.machine_id))
    else:
        key = f"work.report.{report.report_id}"
        title = tr("Judge report {report}: {fault}", report=report.report_id, fault=fault_text(report.fault.kind))
    return DisputeRow(
        key=key,
        tone="warn" if work.step in (WorkStep.HASH, WorkStep.REVEAL) else "idle",
        when=_when(work.until, head),
        until=_LATE if work.until is None else work.until,
        title=title,
        detail=_work_detail(work, voted),
        badge="",
        badge_kind="plain",
        buttons=buttons,
    )


def _work_detail(work: CommitteeWork, voted: Collection[int]) -> str:
    steps = {
        WorkStep.BOOK: tr("open to you"),
        WorkStep.WAIT_FOR_REPORTER: tr("the reporter has yet to tell you what is wrong"),
        WorkStep.HASH: tr("look, and commit to what you see"),
        WorkStep.WAIT: tr("done for now; the others have their say"),
        WorkStep.REVEAL: tr("show what you committed to"),
    }
    parts = [steps[work.step]]
    if work.report is not None and work.machine_id:
        parts.append(_machine(work.machine_id))
    if work.report is not None and work.report.report_id in voted and work.step in (WorkStep.WAIT, WorkStep.REVEAL):
        parts.append(tr("your vote is kept here"))
    if work.at_risk != Balance(0):
        parts.append(tr("{stake} at risk", stake=formats.amount(work.at_risk, 0)))
    return " · ".join(parts)
