"""Branches and snapshots of the embedded chain: use one, compare with one, go back to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import Branch, BranchComparison, Snapshot
from dbc_desktop.domain.errors import DbcError, InvalidInput
from dbc_desktop.screens import formats
from dbc_desktop.screens.chain_branches import branch_name, comparison_rows, comparison_title, file_size
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.ui.widgets import Badge, Button, Hairline, Label, Sheet

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

_LONG_SECONDS = 3_600.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BranchesSheet(Sheet):
    """Lists both; `moved` tells that the chain stands elsewhere now, `compared` brings a comparison."""

    moved = Signal()
    compared = Signal(object)

    def __init__(self, program: Program, own: bytes | None) -> None:
        super().__init__(
            tr("Branches and snapshots"),
            tr("A branch shares its past with the one it left, and goes its own way behind that."),
            width=620,
        )
        self._program, self._own = program, own
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.body.addLayout(self._list)
        self._problem = Label("", "second", "loss", wrap=True)
        self._problem.setObjectName("branches.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.buttons.addWidget(Button(tr("Import a file…"), name="branches.import", act=self._choose_file))
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Close"), name="branches.close", act=self.close_sheet))
        self._read()

    def _read(self) -> None:
        backend = self._program.backend
        self._program.runner.query(
            "chain-read",
            lambda: (backend.branches(), backend.snapshots()),
            owner=self,
            done=self._show,
            failed=self._failed,
        )

    def _show(self, found: tuple[tuple[Branch, ...], tuple[Snapshot, ...]]) -> None:
        branches, snapshots = found
        while (item := self._list.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for branch in branches:
            self._list.addWidget(self._branch_line(branch))
        if snapshots:
            self._list.addWidget(Label(tr("Snapshots of this branch").upper(), "section"))
        for snapshot in snapshots:
            line, box = _line()
            _fill(box, snapshot.name, snapshot.height, snapshot.size_bytes)
            act = partial(self._act, partial(self._program.backend.revert, snapshot.name))
            box.addWidget(Button(tr("Go back"), small=True, name=f"branches.revert.{snapshot.name}", act=act))
            self._list.addWidget(line)

    def _branch_line(self, branch: Branch) -> QWidget:
        line, box = _line()
        _fill(box, branch_name(branch.name), branch.height, branch.size_bytes)
        backend, name = self._program.backend, branch.name
        if branch.is_active:
            box.addWidget(Badge(tr("in use"), "accent"))
            return line
        box.addWidget(
            Button(tr("Compare"), small=True, name=f"branches.compare.{name}", act=partial(self._compare, name))
        )
        use = partial(self._act, lambda: backend.use_branch(name))
        box.addWidget(Button(tr("Change to it"), small=True, name=f"branches.use.{name}", act=use))
        if branch.forked_at is not None:
            drop = partial(self._act, lambda: backend.drop_branch(name))
            box.addWidget(Button(tr("Remove"), "danger", small=True, name=f"branches.drop.{name}", act=drop))
        return line

    def _act(self, work: Callable[[], object]) -> None:
        self._problem.hide()
        self._program.runner.command(
            "chain-write", work, owner=self, done=lambda _: self._acted(), failed=self._failed,
            deadline_seconds=_LONG_SECONDS,
        )  # fmt: skip

    def _acted(self) -> None:
        self.moved.emit()
        self._read()

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Import a chain"), "", "DBC (*.dbcchain)")
        if chosen:
            path, backend = Path(chosen), self._program.backend
            # What a file is called may be no name for a branch: the sheet says so.
            self._act(lambda: backend.import_branch(path, path.stem))

    def _compare(self, name: str) -> None:
        backend = self._program.backend
        own = None if self._own is None else Address(self._own)
        self._program.runner.query(
            "chain-read",
            lambda: backend.compare(name, own),
            owner=self,
            done=self.compared.emit,
            failed=self._failed,
            deadline_seconds=_LONG_SECONDS,
        )

    def _failed(self, error: DbcError) -> None:
        self._problem.setText(input_text(error) if isinstance(error, InvalidInput) else notice_for(error).body)
        self._problem.show()


class CompareSheet(Sheet):
    """Two branches side by side: what differs."""

    def __init__(self, found: BranchComparison, names: Mapping[bytes, str]) -> None:
        super().__init__(tr("Two branches compared"), comparison_title(found), width=720)
        inside = QWidget()
        inside.setObjectName("scrolled")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for at, row in enumerate(comparison_rows(found, names=names)):
            for column, text in enumerate(row):
                label = Label(text, "second" if at == 0 else "")
                if at and column == 3:
                    label.set_tone("loss" if text.startswith("−") else "good" if text.startswith("+") else "muted")
                    label.setObjectName(f"compare.{at}")
                if column:
                    label.setAlignment(_RIGHT)
                grid.addWidget(label, 2 * at, column)
            grid.addWidget(Hairline(), 2 * at + 1, 0, 1, 4)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(360)
        area.setWidget(inside)
        self.body.addWidget(area)
        self.buttons.addStretch(1)
        self.buttons.addWidget(Button(tr("Close"), name="compare.close", act=self.close_sheet))


def _line() -> tuple[QWidget, QHBoxLayout]:
    line = QWidget()
    box = QHBoxLayout(line)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(8)
    return line, box


def _fill(box: QHBoxLayout, name: str, height: int, size_bytes: int) -> None:
    box.addWidget(Label(name, "strong"))
    where = tr("block {height} · {size}", height=formats.height(height), size=file_size(size_bytes))
    box.addWidget(Label(where, "muted"))
    box.addStretch(1)
