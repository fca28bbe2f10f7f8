"""What every page has: a head line with actions, a body, and its designed states."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Badge, Button, ElidedLabel, EmptyState, Label, Sheet, Skeleton

if TYPE_CHECKING:
    from dbc_desktop.chain.backend import HeadChange
    from dbc_desktop.domain.account import Account, Address
    from dbc_desktop.domain.gpu import RigSample
    from dbc_desktop.domain.network import Capability, Head, Identity
    from dbc_desktop.screens.notices import Notice
    from dbc_desktop.services.program import Program


class WindowServices(Protocol):
    """What a page may ask of the window around it. All on the GUI thread; nothing here waits."""

    def account(self) -> Account | None:
        """The account the window acts for, None before there is one."""

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, as last read."""

    def head(self) -> Head | None:
        """The newest block that was told."""

    def identity(self) -> Identity | None:
        """Which chain it is, None until it answered."""

    def capabilities(self) -> frozenset[Capability]:
        """What the backend can do beyond reading and sending."""

    def open_sheet(self, sheet: Sheet) -> None:
        """Show a sheet over the window."""

    def show_notice(self, notice: Notice, act: Callable[[], None] | None = None) -> None:
        """Say it in the message strip; `act` is what its one button does."""

    def open_create_account(self) -> None:
        """Open the sheet that makes an account."""

    def open_restore_account(self) -> None:
        """Open the sheet that restores an account."""

    def open_jump(self, blocks: int = 0) -> None:
        """Open the sheet that lets time pass, with `blocks` filled in."""

    def open_alerts(self) -> None:
        """Open the sheet that lists the alerts."""

    def choose_account(self, address: Address) -> None:
        """Act for another account from now on."""

    def reload_accounts(self) -> None:
        """Read the accounts again, after one was made or removed."""

    def unlock(self, account: Account, then: Callable[[], None]) -> None:
        """Ask for the passphrase where the account is locked, then go on."""

    def lock(self) -> None:
        """Lock every account."""

    def hears_session_lock(self) -> bool:
        """Whether this computer tells when its session locks."""

    def apply_settings(self) -> None:
        """Theme or language were changed: draw the window anew."""

    def mark(self, key: str, text: str) -> None:
        """Put a count, or `dot`, behind a page's name in the rail; empty takes it away."""


class Page(QWidget):
    """One page of the rail.

    A page builds its widgets once and fills them when told. It never waits: reads go through `program.runner` with
    `owner=self`, so that an answer for a page that is gone is dropped.

    Attributes:
        key: Name in the rail and in `navigate`.
        icon_name: Drawing in `resources/icons` for the narrow rail.
        scrolls: Whether the body scrolls as a whole; a page that is one large table says no.
        skeleton: Rows of (height, cards) that stand in while loading.
        navigate: Emits (page key, argument) to go elsewhere.
        spend: Emits (Call, Address, on_done) to open the one spending sheet; `on_done(receipt)` runs after success.
    """

    key: ClassVar[str] = ""
    icon_name: ClassVar[str] = ""
    scrolls: ClassVar[bool] = True
    skeleton: ClassVar[tuple[tuple[int, int], ...]] = ((92, 4), (260, 1), (160, 1))

    navigate = Signal(str, object)
    spend = Signal(object, object, object)

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.program = program
        self.window_services = window_services
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        outer.addLayout(self._build_head())
        self._states = QStackedWidget()
        outer.addWidget(self._states, 1)
        content = QWidget()
        content.setObjectName("scrolled")
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        self._content = content
        if self.scrolls:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(content)
            self._states.addWidget(area)
        else:
            self._states.addWidget(content)
        self._states.addWidget(Skeleton(self.skeleton))
        self._message: EmptyState | None = None

    def title(self) -> str:
        """Its name, in the rail and above it."""
        return self.key

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(12)
        self.title_label = Label(self.title(), "title")
        self.title_label.setFixedHeight(32)
        self.note_label = Label("", "muted")
        self.note_label.hide()  # an empty label would still take its spacing
        self.head_badge = Badge()
        self.head_badge.hide()
        self._age = Badge("", "warn")
        self._age.setObjectName(f"{self.key}.age")
        self._age.hide()
        self.right_note = ElidedLabel("", "muted")  # in a narrow window it gives way to the buttons
        self.retry_button = Button(tr("Try again"), small=True, name=f"{self.key}.retry", act=self.on_shown)
        self.retry_button.hide()
        for widget in (self.title_label, self.note_label, self.head_badge, self._age, self.retry_button):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.right_note)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(12)
        head.addLayout(self._actions)
        return head

    def add_action_button(
        self, text: str, primary: bool = False, *, name: str = "", act: Callable[[], object] | None = None
    ) -> Button:
        """A button at the end of the head line; at most one on a page is primary."""
        button = Button(text, "primary" if primary else "plain", name=name, act=act)
        self._actions.addWidget(button)
        return button

    def add_action(self, widget: QWidget) -> None:
        """Any other widget at the end of the head line."""
        self._actions.addWidget(widget)

    def set_note(self, text: str) -> None:
        """A muted line beside the title."""
        self.note_label.setText(text)
        self.note_label.setVisible(bool(text))

    def set_right_note(self, text: str) -> None:
        """A muted line at the end of the head line."""
        self.right_note.setText(text)

    # what the window tells

    def on_shown(self) -> None:
        """The page came to the front, or the person asked to try again: read what it shows."""

    def on_argument(self, argument: object) -> None:
        """The page was opened with something to point at, e.g. a machine id."""

    def on_head(self, change: HeadChange) -> None:
        """A new block, while the page is in front."""

    def on_sample(self, sample: RigSample) -> None:
        """New GPU readings, while the page is in front."""

    def on_account(self) -> None:
        """The window acts for another account now."""
        self.on_shown()

    # states

    @property
    def state(self) -> str:
        """`content`, `loading` or `message` (empty and failed)."""
        return ("content", "loading", "message")[self._states.currentIndex()]

    def show_content(self) -> None:
        """Show the body, fresh."""
        self._set_grey(False)
        self._age.hide()
        self.retry_button.hide()
        self._states.setCurrentIndex(0)

    def show_loading(self) -> None:
        """Show the skeleton; a page that has content keeps it, so that nothing jumps."""
        self._states.setCurrentIndex(1)

    def show_empty(
        self,
        title: str,
        text: str = "",
        button: str = "",
        act: Callable[[], object] | None = None,
        *,
        name: str = "",
    ) -> None:
        """Say what would be here and offer the first step."""
        self._show_message(EmptyState(title, text, button, act, name=name or f"{self.key}.empty"))

    def show_failed(self, notice: Notice, act: Callable[[], object] | None = None) -> None:
        """Say what failed and why, with one action: `act`, or trying again."""
        text = notice.action if act is not None and notice.action else tr("Try again")
        self._show_message(
            EmptyState(notice.title, notice.body, text, act or self.on_shown, name=f"{self.key}.failed", primary=False)
        )

    def set_stale(self, age_text: str) -> None:
        """Grey the body and say how old it is."""
        self._states.setCurrentIndex(0)
        self._age.show_state(age_text, "warn")
        self._age.show()
        self._set_grey(True)

    def show_offline(self, notice: Notice) -> None:
        """Keep the last known values, greyed, with the reason and a way to try again."""
        self.set_stale(notice.title)
        self._age.setToolTip(notice.body)
        self.retry_button.show()

    def _set_grey(self, grey: bool) -> None:
        if grey and self._content.graphicsEffect() is None:
            effect = QGraphicsOpacityEffect(self._content)
            effect.setOpacity(0.5)
            self._content.setGraphicsEffect(effect)
        elif not grey and self._content.graphicsEffect() is not None:
            self._content.setGraphicsEffect(None)  # type: ignore[arg-type]

    def _show_message(self, message: EmptyState) -> None:
        if self._message is not None:
            self._states.removeWidget(self._message)
            self._message.deleteLater()
        self._message = message
        self._states.addWidget(message)
        self._states.setCurrentWidget(message)

    def sizeHint(self) -> QSize:
        """What fits a small window."""
        return QSize(900, 600)
