"""Settings: look, language, data folder, locking, keyring, about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import DbcError, InvalidInput, SecretStoreUnavailable
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.settings import Choice, SettingsScreen, parse_minutes, settings_screen
from dbc_desktop.screens.texts import tr
from dbc_desktop.storage.settings import Settings
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.settings_audit import AuditCard
from dbc_desktop.ui.widgets import Badge, Button, Card, Field, KeyValue, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class SettingsPage(Page):
    """What is chosen is applied and saved at once."""

    key: ClassVar[str] = "settings"
    icon_name: ClassVar[str] = "settings"
    skeleton = ((140, 1), (110, 1), (150, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._settings: Settings | None = None
        self._is_filling = False
        self._theme = QComboBox()
        self._theme.setObjectName("settings.theme")
        self._language = QComboBox()
        self._language.setObjectName("settings.language")
        for box in (self._theme, self._language):
            box.setFixedHeight(32)
            box.setMinimumWidth(220)
            box.currentIndexChanged.connect(lambda _: self._choose())
        look = Card(tr("Look and language"))
        look.body.addLayout(_form([(tr("Theme"), self._theme), (tr("Language"), self._language)]))
        self._lock = Field("", "settings.autolock")
        self._lock.edit.setMaximumWidth(80)
        self._lock.edit.setMaxLength(6)
        self._lock.edit.editingFinished.connect(self._save_lock)
        keys = Card(tr("Keys"))
        minutes = _with_unit(self._lock, tr("minutes after unlocking"))
        self._keyring = Badge()
        self._keyring.setObjectName("settings.keyring")
        self._keyring_detail = Label("", "second", wrap=True)
        self._check = Button(tr("Check again"), small=True, name="settings.keyring.check", act=self._read)
        state = QWidget()
        row = QHBoxLayout(state)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._keyring)
        row.addWidget(self._check)
        row.addStretch(1)
        self._ask_above = Field("", "settings.askabove")
        self._ask_above.edit.setMaximumWidth(160)
        self._ask_above.edit.setMaxLength(40)
        self._ask_above.edit.editingFinished.connect(self._save_limit)
        self._with_session = _switch("settings.locksession", tr("when this computer's session locks or sleeps"))
        self._read_only = _switch("settings.readonly", tr("read-only: sign nothing at all"))
        for switch in (self._with_session, self._read_only):
            switch.toggled.connect(lambda _: self._save_switches())
        self._session_detail = Label("", "second", "warn", wrap=True)
        keys.body.addLayout(
            _form(
                [
                    (tr("Lock again"), minutes),
                    ("", self._with_session),
                    (tr("Ask again above"), _with_unit(self._ask_above, tr("DBC leave the account"))),
                    (tr("Signing"), self._read_only),
                    (tr("Keyring"), state),
                ]
            )
        )
        keys.body.addWidget(self._session_detail)
        keys.body.addWidget(self._keyring_detail)
        folder = Card(tr("Data folder"))
        self._folder = QLineEdit()
        self._folder.setObjectName("settings.folder")
        self._folder.setReadOnly(True)
        self._folder.setFixedHeight(32)
        self._folder.setProperty("mono", True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._folder, 1)
        line.addWidget(Button(tr("Open"), name="settings.folder.open", act=self._open_folder))
        line.addWidget(Button(tr("Copy"), name="settings.folder.copy", act=self._copy_folder))
        folder.body.addLayout(line)
        text = tr(
            "Chain, wallet and history lie here. To keep them, copy the whole folder while the program is closed."
        )
        folder.body.addWidget(Label(text, "second", wrap=True))
        about = Card(tr("About"))
        self._about = KeyValue()
        about.body.addWidget(self._about)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, cards in ((left, (look, keys)), (right, (folder, AuditCard(self.program), about))):
            column.setSpacing(12)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.body.addLayout(columns)
        self.body.addStretch(1)
        self.show_loading()

    def title(self) -> str:
        """Its name."""
        return tr("Settings")

    def on_shown(self) -> None:
        """Read settings and keyring."""
        self._read()

    def _read(self) -> None:
        program = self.program
        self._check.setEnabled(False)

        def read() -> tuple[Settings, SecretStoreUnavailable | None]:
            return program.settings.load(), program.wallet.place_problem(KeyPlace.KEYRING)

        program.runner.query("secrets", read, owner=self, done=lambda found: self._show(*found), failed=self._failed)

    def _show(self, settings: Settings, problem: SecretStoreUnavailable | None) -> None:
        self._settings = settings
        identity = self.window_services.identity()
        hears = self.window_services.hears_session_lock()
        self._fill(settings_screen(settings, self.program.home, problem, identity, qVersion(), hears_session=hears))
        self._check.setEnabled(True)
        self.show_content()

    def _failed(self, error: DbcError) -> None:
        self._check.setEnabled(True)
        if self._settings is None:
            self.show_failed(notice_for(error))
        else:
            self.window_services.show_notice(notice_for(error))

    def _fill(self, screen: SettingsScreen) -> None:
        self._is_filling = True
        _fill_box(self._theme, screen.themes, screen.theme)
        _fill_box(self._language, screen.languages, screen.language)
        self._lock.set_text(screen.auto_lock)
        self._ask_above.set_text(screen.ask_above)
        self._with_session.setChecked(screen.lock_with_session)
        self._read_only.setChecked(screen.read_only)
        self._session_detail.setText(screen.session_detail)
        self._session_detail.setVisible(bool(screen.session_detail))
        self._folder.setText(screen.folder)
        self._keyring.show_state(screen.keyring_text, screen.keyring_kind)
        self._keyring_detail.setText(screen.keyring_detail)
        self._about.set_rows(screen.about)
        self._is_filling = False

    def _choose(self) -> None:
        if self._is_filling or self._settings is None:
            return
        self._save(replace(self._settings, theme=self._theme.currentData(), language=self._language.currentData()))

    def _save_lock(self) -> None:
        if self._settings is None:
            return
        try:
            minutes = parse_minutes(self._lock.text())
        except InvalidInput as error:
            self._lock.set_error(input_text(error))
            return
        if minutes != self._settings.auto_lock_minutes:
            self._save(replace(self._settings, auto_lock_minutes=minutes))

    def _save_limit(self) -> None:
        if self._settings is None:
            return
        try:
            units = Balance.parse(self._ask_above.text()).units
        except InvalidInput as error:
            self._ask_above.set_error(input_text(error))
            return
        if units != self._settings.ask_above:
            self._save(replace(self._settings, ask_above=units))

    def _save_switches(self) -> None:
        if self._is_filling or self._settings is None:
            return
        is_read_only = self._read_only.isChecked()
        if is_read_only and not self._settings.read_only:
            self.window_services.lock()
        with_session = self._with_session.isChecked()
        self._save(replace(self._settings, read_only=is_read_only, lock_with_session=with_session))

    def _save(self, settings: Settings) -> None:
        store, services = self.program.settings, self.window_services
        self._settings = settings
        # Applying draws this page anew: a choice made right after another must not be dropped with the old page.
        self.program.runner.command(
            "io",
            lambda: store.save(settings),
            done=lambda _: services.apply_settings(),
            failed=lambda error: services.show_notice(notice_for(error)),
        )

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.program.home)))

    def _copy_folder(self) -> None:
        QGuiApplication.clipboard().setText(str(self.program.home))


def _switch(name: str, text: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setObjectName(name)
    box.setFixedHeight(32)
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return box


def _with_unit(field: Field, unit: str) -> QWidget:
    """A short field with its unit behind it."""
    both = QWidget()
    line = QHBoxLayout(both)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(12)
    line.addWidget(field)
    label = Label(unit, "muted")
    label.setFixedHeight(32)
    line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    line.addStretch(1)
    return both


def _form(rows: Sequence[tuple[str, QWidget]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    for number, (name, widget) in enumerate(rows):
        label = Label(name, "muted")
        label.setMinimumWidth(110)
        label.setFixedHeight(32)
        grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(widget, number, 1, Qt.AlignmentFlag.AlignLeft)
    grid.setColumnStretch(1, 1)
    return grid


def _fill_box(box: QComboBox, choices: Sequence[Choice], value: str) -> None:
    box.clear()
    for choice in choices:
        box.addItem(choice.text, choice.value)
    box.setCurrentIndex(max(0, box.findData(value)))
