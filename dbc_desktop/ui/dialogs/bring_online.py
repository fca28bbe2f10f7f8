"""The wizard that brings a machine online: it stands in the Machines page and is resumed from what the chain says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import CustomizeInfo, Machine, MachineId
from dbc_desktop.domain.network import Capability
from dbc_desktop.screens.bring_online import BringScreen, BringStep, Choice, bring_screen
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import staking
from dbc_desktop.services.bring_online import BringFacts, read_facts, unfinished
from dbc_desktop.ui.dialogs.bring_steps import AccountForm, DescribeForm, Form, KeyForm, PassphraseForm
from dbc_desktop.ui.page import WindowServices
from dbc_desktop.ui.widgets import Button, Card, Hairline, KeyValue, Label, StateDot, StepKind, StepLine

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

T = TypeVar("T")
SIDE_WIDTH = 380


class BringOnline(QWidget):
    """`left` tells that the person went; `spend` carries (call, signer, on_done) to the one spending sheet."""

    left = Signal()
    spend = Signal(object, object, object)

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__()
        self._program, self._window = program, window_services
        self._choice = Choice()
        self._facts: BringFacts | None = None
        self._screen: BringScreen | None = None
        self._is_reading = self._is_outdated = self._is_busy = False
        self._build()

    # building

    def _build(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        top = Card()
        self._line = StepLine()
        top.body.addWidget(self._line)
        box.addWidget(top)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._build_main(), 1)
        row.addWidget(self._build_side())
        box.addLayout(row)
        box.addStretch(1)

    def _build_main(self) -> Card:
        card = Card(padding=20)
        self._title = Label("", "heading")
        self._title.setObjectName("bring.title")
        self._body = Label("", "muted", wrap=True)
        card.body.addWidget(self._title)
        card.body.addWidget(self._body)
        card.body.addSpacing(4)
        self._account = AccountForm("bring.account", tr("Account"))
        self._account.combo.currentIndexChanged.connect(lambda _: self._choose_account())
        self._controller = AccountForm("bring.controller", tr("Controller"))
        self._key = KeyForm(self._program)
        self._bond = PassphraseForm()
        self._bond.field.edit.returnPressed.connect(self._next)
        self._report = PassphraseForm("bring.report_passphrase")
        self._report.field.edit.returnPressed.connect(self._next)
        self._key.second.edit.returnPressed.connect(self._next)
        self._describe = DescribeForm()
        self._describe.operators.edit.returnPressed.connect(self._next)
        self._forms: dict[BringStep, Form] = {
            BringStep.ACCOUNT: self._account,
            BringStep.KEY: self._key,
            BringStep.CONTROLLER: self._controller,
            BringStep.BOND: self._bond,
            BringStep.REPORT: self._report,
            BringStep.DESCRIBE: self._describe,
        }
        for form in self._forms.values():
            form.hide()
            card.body.addWidget(form)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("bring.problem")
        self._problem.hide()
        card.body.addWidget(self._problem)
        card.body.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self._go = Button("", "primary", name="bring.next", act=self._next)
        self._jump = Button(tr("Let time pass…"), name="bring.jump", act=self._window.open_jump)
        self._money = Button(tr("Get play money"), name="bring.play_money", act=self._get_money)
        for button in (self._go, self._jump, self._money):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(Button(tr("Leave, go on later"), "link", name="bring.leave", act=self.left.emit))
        card.body.addLayout(buttons)
        card.body.addStretch(1)
        return card

    def _build_side(self) -> Card:
        self._side = Card()
        self._side.setFixedWidth(SIDE_WIDTH)
        self._rows = KeyValue()
        self._side.body.addWidget(self._rows)
        self._check_line = Hairline()
        self._side.body.addWidget(self._check_line)
        self._checks = [_CheckLine() for _ in range(5)]
        for line in self._checks:
            self._side.body.addWidget(line)
        self._side.body.addStretch(1)
        return self._side

    # reading

    def start(self, machine: Machine | None = None) -> None:
        """Open it for a machine, or for the account's machine that is still on its way, or from the beginning."""
        account = self._window.account()
        if machine is not None:
            self._choice = Choice(machine.stash, machine.machine_id, True)
        else:
            self._choice = Choice(account.address if account else None)
        self._facts = self._screen = None
        self._is_busy = False
        self._key.clear_secrets()
        self._bond.field.edit.clear()
        self._report.field.edit.clear()
        self._say("")
        if account is None or machine is not None:
            self.read()
            return
        stash, backend = account.address, self._program.backend
        self._ask("chain-read", lambda: unfinished(backend, stash), self._resume)

    @property
    def is_finished(self) -> bool:
        """The machine is online: nothing is left to do here."""
        return self._screen is not None and self._screen.step is BringStep.ONLINE

    def _resume(self, machine_id: MachineId | None) -> None:
        if machine_id is not None:
            self._choice = self._choice.with_key(machine_id).checked()
        self.read()

    def read(self) -> None:
        """Read again what the open step needs."""
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        program, choice = self._program, self._choice
        sample = program.sampler.latest()

        def arrived(facts: BringFacts) -> None:
            self._is_reading = False
            if self._is_outdated or choice != self._choice:
                self.read()
                return
            self._facts = facts
            self._render()

        def failed(error: DbcError) -> None:
            self._is_reading = False
            self._render()
            self._say(notice_for(error).body)

        program.runner.query(
            "chain-read",
            lambda: read_facts(program.backend, program.wallet, sample, choice.stash, choice.machine_id),
            owner=self,
            done=arrived,
            failed=failed,
        )

    def see(self, sample: RigSample) -> None:
        """GPUs were read: read again where the step says there are none, or the other way round."""
        if self._facts is not None and bool(self._facts.gpu_num) != bool(sample.gpus):
            self.read()

    def _render(self) -> None:
        if self._facts is None:
            return
        before, screen = self._screen, bring_screen(self._choice, self._facts)
        self._screen = screen
        if before is None or screen.step is not before.step or self._problem.text() == before.problem:
            self._say("")
        if before is not None and before.step is BringStep.COMMITTEE and screen.step is BringStep.BOND:
            self._say(
                tr(
                    "The committee refused the machine, so the chain forgot it. A part of the stake is lost, the "
                    "rest is back. Check what was declared; you can bond it again."
                )
            )
        self._line.set_steps([(text, StepKind(state)) for text, state in screen.line])
        self._title.setText(screen.title)
        self._body.setText(screen.body)
        for step, form in self._forms.items():
            if step is screen.step:
                form.show_facts(self._facts)
            form.setVisible(step is screen.step)
        if before is None or screen.step is not before.step:
            self._focus(screen.step)
        if screen.step is BringStep.ACCOUNT and self._choice.stash is not None:
            self._account.choose(self._choice.stash)
        self._rows.set_rows(screen.rows)
        for number, line in enumerate(self._checks):
            line.show_check(*((screen.checks[number].text, screen.checks[number].kind)
                              if number < len(screen.checks) else ("", "")))  # fmt: skip
        self._check_line.setVisible(bool(screen.checks) and bool(screen.rows))
        self._side.setVisible(bool(screen.rows) or bool(screen.checks))
        self._show_buttons(screen)

    def _focus(self, step: BringStep) -> None:
        """Typing goes to the first field of the step."""
        field = {
            BringStep.KEY: self._key.first,
            BringStep.BOND: self._bond.field,
            BringStep.REPORT: self._report.field,
            BringStep.DESCRIBE: self._describe.place,
        }
        if (wanted := field.get(step)) is not None and wanted.isVisible():
            wanted.setFocus()

    def _show_buttons(self, screen: BringScreen) -> None:
        can = self._window.capabilities()
        self._go.setText(screen.button)
        self._go.setVisible(bool(screen.button))
        self._go.setEnabled(not screen.problem and not self._is_busy)
        self._jump.setVisible(screen.step is BringStep.COMMITTEE and Capability.JUMP in can)
        lacks = any(check.kind == "loss" for check in screen.checks)
        self._money.setVisible(lacks and self._choice.stash is not None and Capability.PLAY_MONEY in can)
        self._money.setEnabled(not self._is_busy)
        if screen.problem and not lacks:
            self._say(screen.problem)

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    # the person

    def _choose_account(self) -> None:
        address = self._account.address()
        if address is not None:
            self._choice = self._choice.with_account(address)
            self.read()

    def _next(self) -> None:
        screen, facts = self._screen, self._facts
        if screen is None or facts is None or not self._go.isEnabled():
            return
        self._say("")
        act = facts.act
        controller = act.controller if act is not None else None
        match screen.step:
            case BringStep.ACCOUNT:
                self._choice = self._choice.checked()
                self.read()
            case BringStep.KEY:
                self._take_key()
            case BringStep.CONTROLLER:
                chosen = self._controller.address()
                if chosen is not None and self._choice.stash is not None:
                    self._spend(staking.set_controller_call(chosen), self._choice.stash)
            case BringStep.BOND if controller is not None:
                self._bond_machine(controller)
            case BringStep.ROOM if controller is not None:
                self._spend(staking.gen_server_room_call(), controller)
            case BringStep.REPORT if controller is not None:
                self._report_machine(facts, controller)
            case BringStep.DESCRIBE if controller is not None:
                self._describe_machine(facts, controller)
            case BringStep.STAKE | BringStep.ONLINE if act is not None and act.call is not None and controller:
                self._spend(act.call, controller)
            case BringStep.ONLINE:
                self.left.emit()

    def _take_key(self) -> None:
        mode = self._key.mode()
        if mode == KeyForm.KEPT:
            if (kept := self._key.key()) is not None:
                self._have_key(kept)
            return
        passphrase, place = self._key.passphrase(), self._key.places.place()
        if passphrase is None:
            return
        if place is None:
            self._say(tr("Choose where the key is to be kept."))
            return
        wallet, text = self._program.wallet, self._key.node_dat.toPlainText()
        if mode == KeyForm.PASTE:
            self._ask("secrets", lambda: wallet.import_node_dat(text, passphrase, place), self._have_key)
        else:
            self._ask("secrets", lambda: wallet.new_machine_key(passphrase, place), self._have_key)

    def _have_key(self, machine_id: MachineId) -> None:
        self._key.clear_secrets()
        self._choice = self._choice.with_key(machine_id)
        self.read()

    def _bond_machine(self, controller: Address) -> None:
        machine_id, stash, passphrase = self._choice.machine_id, self._choice.stash, self._bond.field.text()
        if machine_id is None or stash is None:
            return
        wallet = self._program.wallet

        def signed(call: Call) -> None:
            self._bond.field.edit.clear()
            self._spend(call, controller)

        self._ask("secrets", lambda: staking.bond_call(wallet.bind_proof(machine_id, stash, passphrase)), signed)

    def _report_machine(self, facts: BringFacts, controller: Address) -> None:
        machine_id, stash, hardware = self._choice.machine_id, self._choice.stash, facts.hardware
        if machine_id is None or stash is None or hardware is None:
            return
        wallet, height, passphrase = self._program.wallet, facts.head.height, self._report.field.text()

        def signed(call: Call) -> None:
            self._report.field.edit.clear()
            self._spend(call, controller)

        def sign() -> Call:
            return staking.hardware_report_call(wallet.hardware_proof(machine_id, hardware, stash, height, passphrase))

        self._ask("secrets", sign, signed)

    def _describe_machine(self, facts: BringFacts, controller: Address) -> None:
        info, hardware, machine_id = self._describe.read(), facts.hardware, self._choice.machine_id
        if info is None or hardware is None or machine_id is None:
            return
        backend = self._program.backend

        def show() -> CustomizeInfo:
            if Capability.PLAY_MONEY in backend.capabilities():
                backend.show_machine(hardware)  # the resident committee looks at this computer
            return info

        self._ask(
            "chain-write",
            show,
            lambda told: self._spend(staking.add_machine_info_call(machine_id, told), controller),
        )

    def _get_money(self) -> None:
        stash, backend = self._choice.stash, self._program.backend
        if stash is not None:
            self._ask("chain-write", lambda: backend.play_money(stash), lambda _: self.read())

    def _spend(self, call: Call, signer: Address) -> None:
        def signed(_receipt: object) -> None:
            self._go.setEnabled(False)  # until the chain said what comes next: nothing is signed twice
            self.read()

        self.spend.emit(call, signer, signed)

    def _ask(self, lane: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do something in a lane; the buttons rest meanwhile."""
        self._is_busy = True
        self._go.setEnabled(False)

        def arrived(value: T) -> None:
            self._is_busy = False
            self._render()
            done(value)

        def failed(error: DbcError) -> None:
            self._is_busy = False
            self._render()
            notice = notice_for(error)
            self._say(f"{notice.title}. {notice.body}")

        self._program.runner.command(lane, work, owner=self, done=arrived, failed=failed, deadline_seconds=60)


class _CheckLine(QWidget):
    """A dot and what was checked."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._dot = StateDot()
        self._text = Label("", "second", wrap=True)
        row.addWidget(self._dot)
        row.addWidget(self._text, 1)
        self.hide()

    def show_check(self, text: str, kind: str) -> None:
        """Say it; hidden where there is nothing to say."""
        self.setVisible(bool(text))
        if text:
            self._dot.set_kind(kind)
            self._text.setText(text)
            self._text.set_tone(kind if kind == "loss" else "muted")
