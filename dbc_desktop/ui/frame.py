"""What the window always shows around its page: top bar, rail, message strip, and room for a sheet over all."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from dbc_desktop.ui.pages import PAGES
from dbc_desktop.ui.rail import Rail
from dbc_desktop.ui.strip import MessageStrip
from dbc_desktop.ui.topbar import TopBarWidget
from dbc_desktop.ui.widgets import SheetHost
from dbc_desktop.ui.widgets.skeleton import page_skeleton


class Frame(QWidget):
    """Built anew when the language changes; `stack` holds the pages, first a skeleton."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.top_bar = TopBarWidget()
        self.rail = Rail([(entry.key, entry.title(), entry.icon) for entry in PAGES])
        self.strip = MessageStrip()
        self.stack = QStackedWidget()
        self.stack.addWidget(page_skeleton())
        outer.addWidget(self.top_bar)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(self.strip)
        middle.addLayout(right, 1)
        outer.addLayout(middle, 1)
        self.sheets = SheetHost(self)
