"""The market's query line and its chips; each writes the other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QInputMethodEvent, QTextCharFormat
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from dbc_desktop.screens.market import chips, filter_choices, key_spans, match_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.market import MAX_QUERY, MarketQuery
from dbc_desktop.ui import theme
from dbc_desktop.ui.widgets import Button, Label, restyle


class QueryBar(QWidget):
    """Emits `changed` with the text whenever it is another one."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        self._edit = QLineEdit()
        self._edit.setObjectName("market.query")
        self._edit.setAccessibleName(tr("Search the market"))
        self._edit.setPlaceholderText(tr("Search, for example gpu:4090 gpus>=4 price<0.3 rented:no"))
        self._edit.setProperty("mono", True)
        self._edit.setFixedHeight(36)
        self._edit.setMaxLength(MAX_QUERY)
        self._edit.textChanged.connect(self._typed)
        box.addWidget(self._edit)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        line.addLayout(self._chips)
        self._add = Button(tr("+ filter"), small=True, name="market.filter")
        self._add.setProperty("chip", True)
        self._add.setMenu(self._menu())
        self._found = Label("", "muted")
        self._problem = Label("", "second", "loss")
        self._problem.setObjectName("market.problem")
        line.addWidget(self._add)
        line.addWidget(self._found)
        line.addWidget(self._problem)
        line.addStretch(1)
        box.addLayout(line)
        self._shown: tuple[tuple[str, str], ...] = ()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, term in filter_choices():
            action = menu.addAction(text)
            action.setObjectName(f"market.filter.{term.rstrip('<>=:')}")
            action.triggered.connect(lambda _=False, term=term: self._start(term))
        return menu

    def _start(self, term: str) -> None:
        self._edit.setText(f"{self._edit.text().rstrip()} {term}".strip())
        self._edit.setFocus()
        self._edit.end(False)

    def text(self) -> str:
        """What is typed."""
        return self._edit.text()

    def set_text(self, text: str) -> None:
        """Type something else for the person."""
        self._edit.setText(text)

    def _typed(self, text: str) -> None:
        self._colour(text)
        self.changed.emit(text)

    def show_query(self, query: MarketQuery) -> None:
        """The query was understood: show its chips."""
        self._say("")
        wanted = chips(query)
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._chips.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.setObjectName("")  # what is on its way out must not be found by name
                gone.hide()
                gone.deleteLater()
        for number, (text, rest) in enumerate(wanted):
            chip = Button(f"{text}  ✕", small=True, name=f"market.chip.{number}", act=partial(self.set_text, rest))
            chip.setProperty("chip", True)
            chip.setToolTip(tr("Take this filter away"))
            self._chips.addWidget(chip)

    def show_problem(self, text: str) -> None:
        """The query was not understood."""
        self._say(text)

    def show_found(self, count: int | None) -> None:
        """How many machines match; None where everything is shown."""
        self._found.setText("" if count is None else match_text(count))

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._found.setVisible(not problem)
        restyle(self._edit, wrong=bool(problem))

    def _colour(self, text: str) -> None:
        """Draw the words before each comparison in the accent colour; QLineEdit takes formats only this way."""
        cursor = self._edit.cursorPosition()
        ink = QTextCharFormat()
        ink.setForeground(theme.color("accent"))
        spans = [
            QInputMethodEvent.Attribute(QInputMethodEvent.AttributeType.TextFormat, start - cursor, length, ink)
            for start, length in key_spans(text)
        ]
        QCoreApplication.sendEvent(self._edit, QInputMethodEvent("", spans))
