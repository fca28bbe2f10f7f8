"""The bar at the top: chain, block, clock, and the account the window acts for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from dbc_desktop.domain.account import Account, Address
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.topbar import AccountChip, TopBar, clock_detail, clock_text
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import BarButton, Button, CopyLabel, Label, StateDot


class TopBarWidget(QWidget):
    """Draws `TopBar` and `AccountChip`; its signals are what the person asked for."""

    clock_chosen = Signal(object)
    jump_asked = Signal()
    account_chosen = Signal(object)
    create_asked = Signal()
    restore_asked = Signal()
    lock_asked = Signal()
    palette_asked = Signal()
    networks_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(16)
        self._logo = Label()
        self._logo.setFixedWidth(16)
        self._brand = Label("DBC Desktop", "strong")
        brand = QWidget()
        brand.setFixedWidth(160)
        inner = QHBoxLayout(brand)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(3)
        inner.addWidget(self._logo)
        inner.addWidget(self._brand)
        inner.addStretch(1)
        self._brand_box = brand
        row.addWidget(brand)
        self.chain = BarButton(name="topbar.chain")
        row.addWidget(self.chain)
        row.addLayout(self._build_block())
        self.clock = BarButton(name="topbar.clock", lead="play")
        self.jump = BarButton(tr("Jump…"), name="topbar.jump")
        self.jump.clicked.connect(self.jump_asked)
        row.addWidget(self.clock)
        row.addWidget(self.jump)
        row.addStretch(1)
        self.find_button = Button(tr("Find…"), "bare", small=True, name="topbar.find")
        self.find_button.setToolTip(tr("Pages and actions, Ctrl+K"))
        self.find_button.clicked.connect(self.palette_asked)
        row.addWidget(self.find_button)
        self.address = CopyLabel("", "", tone="muted")
        self.address.setObjectName("topbar.address")
        row.addWidget(self.address)
        self.balance = _BalanceButton(name="topbar.account")
        row.addWidget(self.balance)
        self.create_button = Button(tr("Make an account"), small=True, name="topbar.create")
        self.create_button.clicked.connect(self.create_asked)
        row.addWidget(self.create_button)
        for widget in (self.chain, self.clock, self.jump, self.address, self.balance, self.create_button):
            widget.hide()
        self._mode: ClockMode | None = None

    def _build_block(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(5)
        self._block_word = Label("", "muted")
        self._block = Label("", "strong")
        self._era = Label("", "muted")
        self._dot = StateDot()
        self._live = Label("", "muted")
        self._live.setObjectName("topbar.live")
        self._block.setObjectName("topbar.block")
        row.addWidget(self._block_word)
        row.addWidget(self._block)
        row.addWidget(self._era)
        row.addSpacing(10)
        row.addWidget(self._dot)
        row.addSpacing(2)
        row.addWidget(self._live)
        self._dot.hide()
        return row

    def changeEvent(self, event: QEvent) -> None:
        """Tint the mark anew when the theme changed."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._logo.setPixmap(theme.icon_pixmap("logo", "accent", 16, self.devicePixelRatioF()))

    def set_narrow(self, narrow: bool) -> None:
        """Leave out what a small window has no room for."""
        self._brand.setVisible(not narrow)
        self._brand_box.setFixedWidth(20 if narrow else 160)
        self.find_button.setVisible(not narrow)
        self._block_word.setVisible(not narrow)
        self._row.setSpacing(8 if narrow else 16)

    def render_chain(self, bar: TopBar) -> None:
        """Fill the left part."""
        self._logo.setPixmap(theme.icon_pixmap("logo", "accent", 16, self.devicePixelRatioF()))
        if self.chain.text() != bar.chain or self.chain.toolTip() != bar.chain_detail:
            self.chain.setText(bar.chain)
            self.chain.setToolTip(bar.chain_detail)
            self.chain.updateGeometry()
        self._block_word.setText(tr("block"))
        self._block.setText(bar.block)
        self._era.setText(f"· {bar.era}")
        self._era.setToolTip(bar.era_detail)
        self._dot.set_kind(bar.live_kind)
        self._dot.show()
        self._live.setText(bar.live)
        self._live.setToolTip(bar.live)
        if self.clock.text() != bar.clock:
            self.clock.setText(bar.clock)
            self.clock.updateGeometry()
        self.clock.set_lead(bar.clock_icon)
        self.clock.setVisible(bar.shows_clock)
        self.jump.setVisible(bar.shows_jump)
        self.chain.show()

    def name_chain(self, name: str) -> None:
        """The chosen chain's name before it answered; its menu leads to another one."""
        self.chain.setText(name)
        self.set_chain_menu(())
        self.chain.show()

    def set_chain_menu(self, rows: Sequence[tuple[str, str]]) -> None:
        """What the chain's menu lists beside the way to other chains: (text, what a click copies)."""
        menu = QMenu(self)
        networks = menu.addAction(tr("Networks…"))
        networks.setObjectName("topbar.networks")
        networks.triggered.connect(self.networks_asked)
        menu.addSeparator()
        for text, copied in rows:
            action = menu.addAction(text)
            action.triggered.connect(lambda _=False, copied=copied: QGuiApplication.clipboard().setText(copied))
        self.chain.set_menu(menu)

    def set_clock_mode(self, mode: ClockMode) -> None:
        """Which entry of the clock's menu is ticked."""
        if mode is self._mode:
            return
        self._mode = mode
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for each in ClockMode:
            action = QAction(clock_text(each)[0] + "   " + clock_detail(each), menu)
            action.setObjectName(f"topbar.clock.{each.value}")
            action.setCheckable(True)
            action.setChecked(each is mode)
            action.triggered.connect(lambda _=False, each=each: self.clock_chosen.emit(each))
            group.addAction(action)
            menu.addAction(action)
        self.clock.set_menu(menu)

    def render_account(self, chip: AccountChip | None) -> None:
        """Fill the right part; None where there is no account yet."""
        self.create_button.setVisible(chip is None)
        self.address.setVisible(chip is not None)
        self.balance.setVisible(chip is not None)
        if chip is not None:
            self.address.show_value(chip.address, chip.short)
            self.balance.show_balance(chip.whole, chip.rest)
            self.balance.setToolTip(chip.detail)

    def set_accounts(self, accounts: Sequence[Account], chosen: Address | None) -> None:
        """What the account's menu lists."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for number, account in enumerate(accounts):
            action = QAction(f"{account.name}   {formats.short_address(account.address)}", menu)
            action.setObjectName(f"topbar.account.{number}")
            action.setCheckable(True)
            action.setChecked(account.address == chosen)
            action.triggered.connect(lambda _=False, address=account.address: self.account_chosen.emit(address))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(tr("Lock all accounts")).triggered.connect(self.lock_asked)
        menu.addAction(tr("Make another account…")).triggered.connect(self.create_asked)
        menu.addAction(tr("Restore an account…")).triggered.connect(self.restore_asked)
        self.balance.set_menu(menu)


class _BalanceButton(BarButton):
    """The balance, its whole part strong, with a chevron."""

    def __init__(self, *, name: str) -> None:
        super().__init__("", "bare", name=name)
        self._strong, self._unit = "", ""

    def show_balance(self, strong: str, unit: str) -> None:
        if (strong, unit) != (self._strong, self._unit):
            self._strong, self._unit = strong, unit
            self.setText(f"{strong} {unit}")
            self.setAccessibleName(self.text())
            self.updateGeometry()
            self.update()

    def text_parts(self) -> tuple[tuple[str, int, str], ...]:
        return (self._strong, 600, "text"), (f" {self._unit}", 400, "muted")
