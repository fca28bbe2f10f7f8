"""Home: is everything running, what did it earn, what needs me; at first, the first ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.errors import ChainUnreachable, DbcError
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.screens.home import HomeScreen, home_screen, rig_strip
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.onboarding import StepId, StepState
from dbc_desktop.services.overview import HomeFacts, home_facts
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.home_cards import FigureCard, NeedsCard, RigCard, SideCards, StepsCard, mean_use
from dbc_desktop.ui.widgets import Card, Label
from dbc_desktop.ui.widgets.release_bars import ReleaseBars

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

FIGURES = ("today", "week", "claimable", "locked")


class HomePage(Page):
    """Reads `home_facts` when shown, when a block has come and when the account changes."""

    key: ClassVar[str] = "home"
    icon_name: ClassVar[str] = "home"
    skeleton = ((62, 1), (92, 4), (198, 1), (192, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._facts: HomeFacts | None = None
        self._wants_steps: bool | None = None
        self._is_reading = False
        self._is_asked_again = False
        self._toggle = self.add_action_button("", name="home.toggle", act=self._turn)
        self._toggle.hide()
        self.body.addWidget(self._build_first_run())
        self.body.addWidget(self._build_usual())
        self.body.addStretch(1)
        self._usual.hide()
        self._first_run.hide()
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Home")

    # building

    def _build_first_run(self) -> QWidget:
        self._first_run = QWidget()
        row = QHBoxLayout(self._first_run)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self._steps = StepsCard()
        self._steps.chosen.connect(self._do_step)
        self._side = SideCards()
        self._side.restore_asked.connect(self.window_services.open_restore_account)
        row.addWidget(self._steps, 63, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._side, 37)
        return self._first_run

    def _build_usual(self) -> QWidget:
        self._usual = QWidget()
        box = QVBoxLayout(self._usual)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        self._rig = RigCard()
        self._rig.opened.connect(lambda: self.navigate.emit("rigs", None))
        box.addWidget(self._rig)
        grid = QGridLayout()
        grid.setSpacing(12)
        self._figures = {key: FigureCard() for key in FIGURES}
        for column, card in enumerate(self._figures.values()):
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        box.addLayout(grid)
        self._releases = Card(tr("Releases to come"), tr("of what is already earned, per era"))
        self._rule = Label("", "muted")
        self._releases.add_right(self._rule)
        self._bars = ReleaseBars()
        self._no_releases = Label(tr("Nothing is locked now. Rewards of a machine appear here era by era."), "muted")
        self._releases.body.addWidget(self._bars, 1)
        self._releases.body.addWidget(self._no_releases)
        box.addWidget(self._releases)
        self._needs = NeedsCard()
        self._needs.opened.connect(self.navigate)
        box.addWidget(self._needs)
        box.addStretch(1)
        return self._usual

    # reading

    def on_shown(self) -> None:
        """Read everything."""
        if self._facts is None:
            self.show_loading()
        self._read()

    def on_head(self, change: HeadChange) -> None:
        """Read again, one read at a time."""
        self._read()

    def on_sample(self, sample: RigSample) -> None:
        """Show the readings as they come."""
        overview = None if self._facts is None else self._facts.overview
        strip = rig_strip(sample, overview)
        if strip is not None:
            use = mean_use(self.program.sampler.history, sample)
            self._rig.fill(strip, sample, use)
            self._side.fill_rig(strip, sample, use)

    def on_account(self) -> None:
        """Another account, other figures."""
        self._read()

    def _read(self) -> None:
        if self._is_reading:
            self._is_asked_again = True
            return
        self._is_reading = True
        program, services = self.program, self.window_services
        account, accounts = services.account(), services.accounts()
        chosen = None if account is None else account.address

        def read() -> HomeFacts:
            logged_in = program.sessions.has_logged_in()
            return home_facts(program.backend, accounts, chosen, program.sampler.latest(), logged_in)

        program.runner.query("chain-read", read, owner=self, done=self._show, failed=self._failed)

    def _show(self, facts: HomeFacts) -> None:
        self._is_reading = False
        self._facts = facts
        self.fill(home_screen(facts, wants_steps=self._wants_steps))
        self.show_content()
        if self._is_asked_again:
            self._is_asked_again = False
            self._read()

    def _failed(self, error: DbcError) -> None:
        self._is_reading = self._is_asked_again = False
        if self._facts is None:
            self.show_failed(notice_for(error))
        elif isinstance(error, ChainUnreachable):
            self.show_offline(notice_for(error))
        else:
            self.set_stale(notice_for(error).title)

    # showing

    def fill(self, screen: HomeScreen) -> None:
        """Fill the page."""
        self.title_label.setText(screen.title)
        self.set_right_note(screen.note)
        self._first_run.setVisible(screen.is_first_run)
        self._usual.setVisible(not screen.is_first_run)
        self._toggle.setVisible(self._facts is not None and self._facts.overview is not None)
        self._toggle.setText(tr("Show figures") if screen.is_first_run else tr("First ten minutes"))
        self._steps.fill(screen.steps)
        self._side.fill(screen.side)
        sample = self.program.sampler.latest()
        if screen.rig is not None and sample is not None:
            use = mean_use(self.program.sampler.history, sample)
            self._rig.fill(screen.rig, sample, use)
            self._side.fill_rig(screen.rig, sample, use)
        self._rig.setVisible(screen.rig is not None)
        for figure in screen.figures:
            self._figures[figure.key].fill(figure)
        releases = screen.releases
        self._bars.setVisible(releases is not None)
        self._no_releases.setVisible(releases is None)
        self._rule.setText("" if releases is None else releases.note)
        if releases is not None:
            self._bars.set_bars(releases.first_era, releases.amounts, releases.labels)
        self._needs.fill(screen.needs)
        self.window_services.mark("home", str(len(screen.needs)) if screen.needs else "")

    def _turn(self) -> None:
        if self._facts is not None:
            shown = home_screen(self._facts, wants_steps=self._wants_steps).is_first_run
            self._wants_steps = not shown
            self.fill(home_screen(self._facts, wants_steps=self._wants_steps))

    # the steps

    def _do_step(self, step: StepId) -> None:
        services = self.window_services
        if step is StepId.ACCOUNT:
            services.open_create_account()
        elif step is StepId.PLAY_MONEY:
            self._ask_money()
        elif step in (StepId.BOND, StepId.FULFILL):
            self.navigate.emit("machines", "bring_online")
        elif step is StepId.VERIFY:
            self._verify()
        elif step is StepId.EARN:
            services.open_jump(BLOCKS_PER_ERA)
        elif step is StepId.RENT:
            self.navigate.emit("rentals" if self._fact(step, "confirm_until") is not None else "market", None)
        elif step is StepId.LOGIN:
            self.navigate.emit("rentals", None)
        else:
            self._release()

    def _fact(self, step: StepId, name: str) -> object:
        steps = () if self._facts is None else self._facts.steps
        return next((each.facts.get(name) for each in steps if each.id is step), None)

    def _verify(self) -> None:
        until = self._fact(StepId.VERIFY, "until")
        current = [] if self._facts is None else [s for s in self._facts.steps if s.state is StepState.CURRENT]
        described = bool(current) and current[0].facts.get("status") != "AddingCustomizeInfo"
        if not described:
            self.navigate.emit("machines", "bring_online")
        elif isinstance(until, int) and self._facts is not None:
            self.window_services.open_jump(max(1, until + 1 - self._facts.head.height))
        else:
            self.window_services.open_jump(BLOCKS_PER_ERA)

    def _release(self) -> None:
        done, parts = self._fact(StepId.RELEASE, "parts_released"), self._fact(StepId.RELEASE, "parts")
        if isinstance(done, int) and isinstance(parts, int) and done < parts:
            self.window_services.open_jump((parts - done) * BLOCKS_PER_ERA)
        else:
            self.navigate.emit("rewards", None)

    def _ask_money(self) -> None:
        account, backend = self.window_services.account(), self.program.backend
        if account is None:
            return
        self._steps.set_busy(StepId.PLAY_MONEY)
        self.program.runner.command(
            "chain-write",
            lambda: backend.play_money(account.address),
            owner=self,
            done=lambda _: self._read(),
            failed=self._money_failed,
        )

    def _money_failed(self, error: DbcError) -> None:
        self._steps.set_busy(None)
        self.window_services.show_notice(notice_for(error))
