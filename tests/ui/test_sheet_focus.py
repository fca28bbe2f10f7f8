"""A sheet gives the focus back, also where the widget that had it is gone."""

from __future__ import annotations

import shiboken6
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from dbc_desktop.ui.widgets import Sheet, SheetHost


def test_a_sheet_outlives_the_button_that_opened_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opener, other = QLineEdit(window), QLineEdit(window)
    host = SheetHost(window)
    window.show()
    opener.setFocus()
    host.open(Sheet("Title", "text"))
    shiboken6.delete(opener)
    assert host.sheet is not None
    host.sheet.close_sheet()
    assert host.sheet is None
    assert other.isVisible()
