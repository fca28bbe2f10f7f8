"""Steps of a sheet, one shown at a time; the sheet is as tall as the one that is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class CurrentSteps(QWidget):
    """A stack that takes only the room of its current step."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._steps: list[QWidget] = []
        self._current = 0

    def addWidget(self, step: QWidget) -> None:
        """One more step, hidden unless it is the first."""
        step.setVisible(not self._steps)
        self._steps.append(step)
        self._box.addWidget(step)

    def removeWidget(self, step: QWidget) -> None:
        """Take a step out."""
        self._steps.remove(step)
        self._box.removeWidget(step)
        step.hide()

    def count(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    def widget(self, index: int) -> QWidget:
        """One step."""
        return self._steps[index]

    def currentIndex(self) -> int:
        """The step that is shown."""
        return self._current

    def setCurrentIndex(self, index: int) -> None:
        """Show another step."""
        self._current = index
        for number, step in enumerate(self._steps):
            step.setVisible(number == index)
