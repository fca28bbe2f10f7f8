"""Disputes: slashes, reports and a member's work by deadline, and the slash stopwatch of one's machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account, Address
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import Slash
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Capability, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.disputes import DisputesScreen, disputes_screen
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.stopwatch import stopwatch_card
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import disputes, staking
from dbc_desktop.ui.dialogs.appeal_sheet import AppealSheet
from dbc_desktop.ui.dialogs.report_sheet import ReportSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.dispute_list import DisputeList
from dbc_desktop.ui.pages.stopwatch import Stopwatch

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_PALLETS = frozenset({"MaintainCommittee", "OnlineCommittee", "OnlineProfile", "RentMachine", "TechnicalCommittee"})


@dataclass(frozen=True, slots=True)
class _Read:
    facts: disputes.DisputeFacts
    votes: disputes.VoteDrafts
    voted: frozenset[int]


class DisputesPage(Page):
    """The inbox and the stopwatch are filled in place; each block moves their clocks."""

    key = "disputes"
    icon_name = "disputes"
    skeleton = ((180, 1), (280, 1), (92, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._facts: disputes.DisputeFacts | None = None
        self._votes: disputes.VoteDrafts | None = None
        self._voted: frozenset[int] = frozenset()
        self._head: Head | None = None
        self._screen: DisputesScreen | None = None
        self._wanted: MachineId | None = None
        self._to_report: int | None = None
        self._is_reading = self._is_outdated = False
        self._report = self.add_action_button(tr("Report a machine…"), name="disputes.report", act=self._open_report)
        self._inbox = DisputeList(
            tr("Inbox"), tr("sorted by deadline"), tr("Nothing waits: no slash, no open report, nothing to judge.")
        )
        self._clock = Stopwatch()
        self._over = DisputeList(tr("What is over"), tr("newest first"), "")
        for card in (self._inbox, self._clock, self._over):
            self.body.addWidget(card)
        self.body.addStretch(1)
        self._inbox.wanted.connect(self._act)
        self._clock.chosen.connect(self._choose)
        self._clock.wanted.connect(self._report_own)

    def title(self) -> str:
        """Its name."""
        return tr("Disputes")

    # reading

    def on_shown(self) -> None:
        """Read what is disputed."""
        if self._facts is None:
            self.show_loading()
        self._read()

    def on_account(self) -> None:
        """Another account has other disputes."""
        self._facts = self._head = self._wanted = None
        self.on_shown()

    def on_argument(self, argument: object) -> None:
        """A machine id: show its stopwatch. A rent id: ask whether to report its machine."""
        if isinstance(argument, str):
            self._wanted = MachineId(argument)
            self._read()
        elif isinstance(argument, int):
            self._to_report = argument
            self._read()

    def on_head(self, change: HeadChange) -> None:
        """Move the clocks; read again where something happened or a window closed."""
        before, self._head = self._head, change.head
        facts = self._facts
        if facts is None:
            return
        ends = [row.until for row in self._screen.inbox] if self._screen is not None else []
        passed = before is not None and any(before.height <= until <= change.head.height for until in ends)
        if passed or any(event.pallet in _PALLETS for event in change.events):
            self._read()
        elif self.state == "content":
            self._render()

    def _read(self) -> None:
        account = self.window_services.account()
        if Capability.DISPUTES not in self.window_services.capabilities():
            self.show_empty(tr("Not on this chain"), tr("This backend does not tell of slashes and reports."))
            return
        if account is None:
            self.show_empty(
                tr("Nothing is disputed"),
                tr("Slashes against you, reports you make and appeals will stand here. First make an account."),
                tr("Make an account"),
                self.window_services.open_create_account,
                name="disputes.create_account",
            )
            return
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        program, who, wanted = self.program, account.address, self._wanted

        def read() -> _Read:
            facts = disputes.dispute_facts(program.backend, who, wanted)
            votes = disputes.VoteDrafts(program.home, program.backend.identity().genesis_hash)
            reports = [work.report.report_id for work in facts.work if work.report is not None]
            return _Read(facts, votes, frozenset(one for one in reports if votes.of(who, one) is not None))

        self.program.runner.query(
            "chain-read", read, owner=self, done=lambda found: self._arrived(account, found), failed=self._fail
        )

    def _arrived(self, account: Account, read: _Read) -> None:
        self._is_reading = False
        now = self.window_services.account()
        if self._is_outdated or now is None or now.address != account.address:
            self._read()
            return
        self._facts, self._votes, self._voted = read.facts, read.votes, read.voted
        self._head = read.facts.head
        self._render()
        if self._to_report is not None:
            rent_id, self._to_report = self._to_report, None
            self._open_report(rent_id)

    def _fail(self, error: DbcError) -> None:
        self._is_reading = False
        if self._facts is None:
            self.show_failed(notice_for(error))
        else:
            self.show_offline(notice_for(error))

    # drawing

    def _render(self) -> None:
        facts, head = self._facts, self._head
        if facts is None or head is None:
            return
        secret = self.program.secret_reports
        tellable = {report.report_id for report in facts.reporter.reports if secret.can_tell(report)}
        screen = self._screen = disputes_screen(facts, head, self._voted, tellable)
        self.set_note(screen.summary)
        self.window_services.mark(self.key, str(screen.waiting) if screen.waiting else "")
        self._report.setVisible(screen.can_report)
        if not (screen.inbox or screen.over or facts.machines):
            self._show_nothing(screen)
            return
        leading = (row.key for row in screen.inbox if row.buttons and row.buttons[0][0] in ("reveal", "tell"))
        primary = next(leading, "")
        self._inbox.fill(screen.inbox, primary)
        self._over.fill(screen.over)
        self._over.setVisible(bool(screen.over))
        machine = self._clocked(facts)
        self._clock.setVisible(machine is not None)
        if machine is not None and facts.clock is not None:
            names = [f"{one.gpu_num} GPUs · {formats.short_id(one.machine_id)}" for one in facts.machines]
            self._clock.set_machines(names, facts.machines.index(machine))
            self._clock.fill(stopwatch_card(facts.clock, machine, head))
        self.show_content()

    def _clocked(self, facts: disputes.DisputeFacts) -> Machine | None:
        if facts.clock is None:
            return None
        return next((one for one in facts.machines if one.machine_id == facts.clock.machine_id), None)

    def _show_nothing(self, screen: DisputesScreen) -> None:
        text = tr("Slashes against you, reports you make and appeals will stand here, the next deadline first.")
        if screen.can_report:
            report = tr("Report a machine…")
            self.show_empty(tr("Nothing is disputed"), text, report, self._open_report, name="disputes.first_report")
        else:
            rentals = tr("Go to Rentals")
            self.show_empty(tr("Nothing is disputed"), text, rentals, self._to_rentals, name="disputes.to_rentals")

    def _to_rentals(self) -> None:
        self.navigate.emit("rentals", None)

    # the person

    def _choose(self, row: object) -> None:
        if self._facts is not None and isinstance(row, int) and 0 <= row < len(self._facts.machines):
            self._wanted = self._facts.machines[row].machine_id
            self._read()

    def _report_own(self, want: str) -> None:
        machine = self._clocked(self._facts) if self._facts is not None else None
        if machine is not None:
            call = staking.offline_call if want == "offline" else staking.online_call
            self._spend(call(machine.machine_id), machine.controller)

    def _open_report(self, rent_id: int | None = None) -> None:
        account = self.window_services.account()
        if self._facts is None or account is None or not self._facts.rented:
            return
        orders = [order for order in self._facts.rented if rent_id in (None, order.rent_id)]
        sheet = ReportSheet(orders or self._facts.rented, self._facts.reporter, self.program.secret_reports)
        sheet.reported.connect(lambda call: self._spend(call, account.address))
        self.window_services.open_sheet(sheet)

    def _act(self, key: str, want: str) -> None:
        """What a line's button asks for."""
        account = self.window_services.account()
        if self._facts is None or account is None:
            return
        kind, _, rest = key.partition(".")
        if want == "appeal":
            slash = next((one for one in self._facts.slashes if f"{one.source.value}.{one.number}" == rest), None)
            if kind == "slash" and slash is not None:
                self._open_appeal(slash)
            return
        report_id = int(rest.rpartition(".")[2])
        match want:
            case "take_back":
                self._spend(disputes.take_back_call(report_id), account.address)
            case "tell":
                self._tell(account.address, report_id)
            case "book":
                self._spend(disputes.book_call(report_id), account.address)
            case "works" | "fails":
                self._vote(account.address, report_id, supports=want == "fails")
            case "reveal":
                self._reveal(account.address, report_id)

    def _tell(self, reporter: Address, report_id: int) -> None:
        """Seal what is wrong to every member that waits; one call for all of them."""
        reports = self._facts.reporter.reports if self._facts is not None else ()
        report = next((one for one in reports if one.report_id == report_id), None)
        if report is None:
            return
        try:
            call = self.program.secret_reports.tell_call(report)
        except InvalidInput as error:
            self.window_services.show_notice(notice_for(error))
            return
        if call is not None:
            self._spend(call, reporter)

    def _open_appeal(self, slash: Slash) -> None:
        key = f"slash.{slash.source.value}.{slash.number}"
        rows = self._screen.inbox if self._screen is not None else ()
        title = next((row.title for row in rows if row.key == key), "")
        sheet = AppealSheet(slash, title)
        sheet.appealed.connect(lambda call: self._spend(call, slash.signer))
        self.window_services.open_sheet(sheet)

    def _vote(self, member: Address, report_id: int, *, supports: bool) -> None:
        votes = self._votes
        if votes is not None:
            self.program.runner.command(
                "io",
                lambda: votes.commit_call(member, report_id, supports=supports),
                owner=self,
                done=lambda call: self._spend(call, member),
                failed=lambda error: self.window_services.show_notice(notice_for(error)),
            )

    def _reveal(self, member: Address, report_id: int) -> None:
        votes = self._votes
        if votes is None:
            return

        def kept(call: Call | None) -> None:
            if call is not None:
                self._spend(call, member)

        self.program.runner.query(
            "io",
            lambda: votes.reveal_call(member, report_id),
            owner=self,
            done=kept,
            failed=lambda error: self.window_services.show_notice(notice_for(error)),
        )

    def _spend(self, call: Call, signer: Address) -> None:
        self.spend.emit(call, signer, lambda _: self._read())
