"""The window: top bar, rail, pages, message strip, and the sheets over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.network import Capability, ClockMode, Head, Identity
from dbc_desktop.screens import texts
from dbc_desktop.screens.topbar import account_chip, topbar_screen
from dbc_desktop.ui import theme
from dbc_desktop.ui.acting_account import ActingAccount
from dbc_desktop.ui.alarm import Alarm
from dbc_desktop.ui.frame import Frame
from dbc_desktop.ui.hop import Hop
from dbc_desktop.ui.key_guard import KeyGuard
from dbc_desktop.ui.network_door import NetworkDoor
from dbc_desktop.ui.page_shelf import PageShelf
from dbc_desktop.ui.pages import PAGES
from dbc_desktop.ui.rescued import say_rescued
from dbc_desktop.ui.window_state import ChainWatch

if TYPE_CHECKING:  # what only annotations name is not read before the first paint
    from dbc_desktop.chain.backend import HeadChange
    from dbc_desktop.domain.account import Account, Address
    from dbc_desktop.domain.call import Call, Receipt
    from dbc_desktop.domain.gpu import RigSample
    from dbc_desktop.screens.notices import Notice
    from dbc_desktop.services.program import Program
    from dbc_desktop.storage.settings import Settings
    from dbc_desktop.ui.page import Page
    from dbc_desktop.ui.widgets import Sheet

NARROW_BELOW = 1_100
TICK_MS = 1_000


class Window(QMainWindow):
    """Draws the program and forwards what the person does; nothing here waits for an answer.

    It asks for the program, and begins to follow the chain and the GPUs, when its frame has been painted; one that
    `waits` does so when `begin` was called too, and takes no input before.
    """

    def __init__(self, open_program: Callable[[], Program], settings: Settings, *, waits: bool = False) -> None:
        super().__init__()
        self._open_program, self._waits = open_program, waits
        self._hop = Hop(self)
        self._is_started = False
        self._theme_name = settings.theme
        texts.set_language(settings.language)
        self._watch = ChainWatch(lambda: self._program, self._hop, self)
        self._acting = ActingAccount(lambda: self._program, self)
        self.networks = NetworkDoor(self)
        self.alarm = Alarm(lambda: self._program, self, self._hop)
        self._sample: RigSample | None = None
        self._visible = "home"
        self._jump_sheet: Sheet | None = None
        self.setWindowTitle("DBC Desktop")
        self.resize(1280, 800)
        self.setMinimumSize(900, 600)
        self._dress()
        self._build()
        self._watch.head_changed.connect(self._on_head)
        self._watch.chain_known.connect(self._on_chain_known)
        self._watch.reach_changed.connect(self._on_reach)
        self._watch.sampled.connect(self._on_sample)
        self._watch.failed.connect(lambda error: self._say(error, self._ask_again))
        self._acting.changed.connect(self._tell_accounts)
        self._acting.balance_changed.connect(self._render_account)
        self._acting.failed.connect(self._say)
        self._guard = KeyGuard(lambda: self._program, self._acting, self)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        # The first page brings its imports: it comes when the frame and its skeleton stand on the screen.
        self._after_paint = QTimer(self, singleShot=True, interval=0)
        self._after_paint.timeout.connect(self._start)
        QShortcut(QKeySequence("Ctrl+K"), self, self.open_palette)
        self.setEnabled(not waits)

    @cached_property
    def _program(self) -> Program:
        return self._open_program()

    @property
    def program(self) -> Program:
        """What stands behind it."""
        return self._program

    # building

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, self._theme_name)

    def _build(self) -> None:
        frame = Frame()
        self.top_bar, self.rail, self.strip = frame.top_bar, frame.rail, frame.strip
        self._stack, self.sheets = frame.stack, frame.sheets
        self._shelf = PageShelf(lambda: self._program, self, self._stack, self._adopt_page)
        self.setCentralWidget(frame)
        self.rail.chosen.connect(self.show_page)
        bar = self.top_bar
        bar.clock_chosen.connect(self._watch.set_clock)
        bar.jump_asked.connect(self.open_jump)
        bar.networks_asked.connect(self.networks.open)
        bar.account_chosen.connect(self.choose_account)
        bar.create_asked.connect(self.open_create_account)
        bar.restore_asked.connect(self.open_restore_account)
        bar.lock_asked.connect(self.lock)
        bar.palette_asked.connect(self.open_palette)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Let the keys reach the rail from the first moment."""
        super().showEvent(event)
        if not self._is_started:
            self.rail.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin when there is something to see."""
        super().paintEvent(event)
        if not self._is_started and not self._waits:
            self._is_started = True
            self._after_paint.start()

    def begin(self) -> None:
        """What stands behind it is there."""
        self._waits = False
        self.networks.is_opened()
        self.setEnabled(True)
        self.rail.setFocus()
        self.update()

    def _start(self) -> None:
        self.show_page(self._visible)
        self.networks.name_chain()
        self._watch.start()
        self.reload_accounts()
        self._tick.start()
        self._shelf.prepare()
        self._guard.start()
        self.alarm.start()

    # pages

    def show_page(self, key: str, argument: object = None) -> None:
        """Bring a page to the front; `argument` is what it should point at. An unknown key changes nothing."""
        entry = next((each for each in PAGES if each.key == key), None)
        if entry is None:
            return
        self._visible = key
        self.rail.show_chosen(key)

        def show(page: Page) -> None:
            if self._visible != key:  # the person went elsewhere while its module was read
                return
            self._stack.setCurrentWidget(page)
            page.on_shown()
            if argument is not None:
                page.on_argument(argument)

        self._shelf.fetch(entry, show)

    def _adopt_page(self, page: Page) -> None:
        page.navigate.connect(self.show_page)
        page.spend.connect(lambda call, signer, on_done: self.open_spending(call, signer, on_done))

    def page(self, key: str) -> Page | None:
        """A page that was built already."""
        return self._shelf.page(key)

    def visible_page(self) -> Page | None:
        """The page in front; None while its module is read."""
        page = self._shelf.page(self._visible)
        return page if page is not None and page is self._stack.currentWidget() else None

    # what the chain, the GPUs and the wallet tell

    def _on_chain_known(self) -> None:
        identity = self._watch.identity
        if identity is not None:
            genesis = identity.genesis_hash.hex()
            rows = [
                (texts.tr("Copy the genesis hash"), genesis),
                (texts.tr("Copy the data folder"), str(self._program.home)),
            ]
            self.top_bar.set_chain_menu(rows)
            if identity.kind != "local":
                self.networks.ask_drift()
            if identity.rescued_at is not None:
                say_rescued(self._program, identity, self, self._say)
        if self._watch.mode is not None:
            self.top_bar.set_clock_mode(self._watch.mode)
        self._render_chain()

    def _on_head(self, change: HeadChange) -> None:
        self._render_chain()
        self._acting.read_balance()
        sheet = self.sheets.sheet
        update = getattr(sheet, "update_head", None)
        if update is not None:
            update(change.head)
        page = self.visible_page()
        if page is not None:
            page.on_head(change)

    def _on_sample(self, sample: RigSample) -> None:
        self._sample = sample
        self.alarm.on_sample(sample)
        page = self.visible_page()
        if page is not None:
            page.on_sample(sample)

    def _on_tick(self) -> None:
        self._render_chain()
        self._watch.look()
        self._guard.tick()

    def _on_reach(self) -> None:
        """The chain went away or came back: the page in front reads again and says so."""
        self._render_chain()
        page = self.visible_page()
        if page is not None:
            page.on_shown()

    def _render_chain(self) -> None:
        watch = self._watch
        if watch.identity is None or watch.head is None:
            return
        is_jumping = self._jump_sheet is not None and not self._jump_sheet.can_escape
        self.top_bar.render_chain(
            topbar_screen(
                watch.identity,
                watch.head,
                watch.mode,
                watch.capabilities,
                watch.silent_seconds(),
                is_jumping=is_jumping,
                is_reachable=watch.is_reachable,
            )
        )

    def _render_account(self) -> None:
        account = self.account()
        self.top_bar.render_account(None if account is None else account_chip(account, self._acting.state))

    # what pages ask for (WindowServices)

    def account(self) -> Account | None:
        """The account the window acts for."""
        return self._acting.account

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, as last read."""
        return self._acting.accounts

    def head(self) -> Head | None:
        """The newest block that was told."""
        return self._watch.head

    def identity(self) -> Identity | None:
        """Which chain it is."""
        return self._watch.identity

    def capabilities(self) -> frozenset[Capability]:
        """What the backend can do beyond reading and sending."""
        return self._watch.capabilities

    def clock_mode(self) -> ClockMode | None:
        """How the chain's time passes; None where it has no clock of ours."""
        return self._watch.mode

    def sample(self) -> RigSample | None:
        """The newest GPU readings."""
        return self._sample

    def open_sheet(self, sheet: Sheet) -> None:
        """Show a sheet over the window."""
        self.sheets.open(sheet)

    def show_notice(self, notice: Notice, act: Callable[[], None] | None = None, kind: str = "warn") -> None:
        """Say it in the message strip."""
        self.strip.say(notice, kind, act)

    def show_bug(self, report: str) -> None:
        """Show the report of something nobody expected; it goes nowhere unless the person copies it."""
        from dbc_desktop.ui.dialogs.bug_report import BugReportSheet

        if not isinstance(self.sheets.sheet, BugReportSheet):
            self.open_sheet(BugReportSheet(report))

    def mark(self, key: str, text: str) -> None:
        """Put a count, or `dot`, behind a page's name in the rail."""
        self.rail.set_mark(key, text)

    def open_spending(self, call: Call, signer: Address, on_done: Callable[[Receipt], None] | None = None) -> None:
        """Open the one spending sheet for `call`."""
        from dbc_desktop.ui.dialogs.spending_sheet import SpendingSheet

        self.open_sheet(SpendingSheet(self._program, self, call, signer, on_done, self._watch.mode))

    def open_create_account(self) -> None:
        """Open the sheet that makes an account."""
        from dbc_desktop.ui.dialogs.create_account import CreateAccountSheet

        self.open_sheet(CreateAccountSheet(self._program, self._acting.made, "" if self.accounts() else texts.tr("Me")))

    def open_restore_account(self) -> None:
        """Open the sheet that restores an account."""
        from dbc_desktop.ui.dialogs.restore_account import RestoreAccountSheet

        self.open_sheet(RestoreAccountSheet(self._program, self._acting.made))

    def open_jump(self, blocks: int = 0) -> None:
        """Open the sheet that lets time pass, with `blocks` filled in."""
        from dbc_desktop.ui.dialogs.jump import JumpSheet

        if self._watch.head is None:
            return
        sheet = JumpSheet(self._program, self._hop, self._watch.head, self._acting.address, blocks)
        self._jump_sheet = sheet
        sheet.closed.connect(self._jump_closed)
        self.open_sheet(sheet)

    def open_alerts(self) -> None:
        """List the alerts."""
        self.alarm.open_sheet()

    def open_palette(self) -> None:
        """Open the list of pages and actions (Ctrl+K)."""
        from dbc_desktop.ui.dialogs.palette import PaletteEntry, PaletteSheet

        entries = [PaletteEntry(entry.title(), partial(self.show_page, entry.key)) for entry in PAGES]
        entries += [PaletteEntry(texts.tr("Make an account"), self.open_create_account)]
        entries += [PaletteEntry(texts.tr("Restore an account"), self.open_restore_account)]
        if Capability.JUMP in self.capabilities():
            entries.append(PaletteEntry(texts.tr("Jump in time"), self.open_jump))
        entries.append(PaletteEntry(texts.tr("Lock all accounts"), self.lock))
        entries += [
            PaletteEntry(texts.tr("Act as {name}", name=each.name), partial(self.choose_account, each.address))
            for each in self.accounts()
        ]
        self.open_sheet(PaletteSheet(entries))

    def unlock(self, account: Account, then: Callable[[], None]) -> None:
        """Ask for the passphrase where the account is locked, then go on."""
        wallet = self._program.wallet

        def answered(is_unlocked: bool) -> None:
            from dbc_desktop.ui.dialogs.unlock import UnlockSheet

            if is_unlocked:
                then()
            else:
                self.open_sheet(UnlockSheet(self._program, account, then))

        self._program.runner.query(
            "secrets", lambda: wallet.is_unlocked(account.address), owner=self, done=answered, failed=self._say
        )

    def lock(self) -> None:
        """Lock every account."""
        self._guard.lock()

    def hears_session_lock(self) -> bool:
        """Whether this computer tells when its session locks."""
        return self._guard.session.is_listening

    def choose_account(self, address: Address) -> None:
        """Act for another account from now on."""
        self._acting.choose(address)

    def reload_accounts(self) -> None:
        """Read the accounts again."""
        self._acting.reload()

    def apply_settings(self) -> None:
        """Theme or language were changed: draw the window anew, on the same page."""
        settings = self._program.settings.load()
        self._theme_name = settings.theme
        self._dress()
        if texts.current_language() != texts.resolve(settings.language):
            texts.set_language(settings.language)
            self._build()
            self._on_chain_known()
            self._tell_accounts()
            self.show_page(self._visible)
            self._shelf.prepare()

    # inside

    def _tell_accounts(self) -> None:
        self.top_bar.set_accounts(self.accounts(), self._acting.address)
        self._render_account()
        page = self.visible_page()
        if page is not None:
            page.on_account()

    def _jump_closed(self) -> None:
        self._jump_sheet = None
        self._render_chain()

    def _ask_again(self) -> None:
        self._watch.ask_chain()
        page = self.visible_page()
        if page is not None:
            page.on_shown()

    def _say(self, error: DbcError, act: Callable[[], None] | None = None) -> None:
        from dbc_desktop.screens.notices import notice_for

        self.show_notice(notice_for(error), act)

    def _fit(self) -> None:
        narrow = self.width() < NARROW_BELOW
        self.rail.set_narrow(narrow)
        self.top_bar.set_narrow(narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Collapse the rail below 1100 pixels."""
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop timers and followers; whoever made the program closes its parts afterwards."""
        self._guard.close()
        self.alarm.close()
        self._after_paint.stop()
        self._tick.stop()
        self._watch.stop()
        self._hop.close()
        super().closeEvent(event)
