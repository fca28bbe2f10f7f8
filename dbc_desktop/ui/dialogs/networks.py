"""The chooser of networks: local chains and nodes, how each fares, open, add, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.network import NodeHealth
from dbc_desktop.screens.networks import (
    ExtensionRow,
    NetworkRow,
    extension_rows,
    extension_warning,
    networks_screen,
)
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.networks import NODE, Networks
from dbc_desktop.ui.dialogs.client_node import ClientNodeSheet
from dbc_desktop.ui.dialogs.form_sheet import FormSheet
from dbc_desktop.ui.widgets import Badge, Button, Hairline, Label, Sheet, StateDot

if TYPE_CHECKING:
    from dbc_desktop.chain.extensions import Extension
    from dbc_desktop.services.program import Program

RULES = ("launch-2021", "mainnet-411", "mainnet-411-strict")
_LIST_HEIGHT = 300


class NetworksSheet(Sheet):
    """`opened` says which network the person chose to work on; `sheet_asked` opens another sheet in its place."""

    opened = Signal(object)
    sheet_asked = Signal(object)

    def __init__(self, program: Program, networks: Networks) -> None:
        super().__init__(tr("Networks"), tr("The chain that the window works on"), width=620)
        self._program, self._networks = program, networks
        self._healths: dict[str, NodeHealth | DbcError] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        inner = QWidget()
        inner.setLayout(self._list)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFixedHeight(_LIST_HEIGHT)
        area.setObjectName("networks.list")
        self.body.addWidget(area)
        self._problem = Label("", "", "loss", wrap=True)
        self._problem.setObjectName("networks.problem")
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._note = Label("", "second", "muted", wrap=True)
        self.body.addWidget(self._note)
        self.add_node = Button(tr("Add a node…"), name="networks.add_node", act=self._add_node)
        self.add_local = Button(tr("New local chain…"), name="networks.add_local", act=self._add_local)
        self.practice = Button(tr("Practise from an account…"), name="networks.practice", act=self._practise)
        self.practice.setVisible(networks.chosen().kind == NODE)
        self.close_button = Button(tr("Close"), "primary", name="networks.close", act=self.close_sheet)
        self.buttons.addWidget(self.add_node)
        self.buttons.addWidget(self.add_local)
        self.buttons.addWidget(self.practice)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)
        self.read()

    def first_focus(self) -> QWidget:
        """Closing it."""
        return self.close_button

    def read(self) -> None:
        """Draw the list, and ask each node how it fares."""
        self._render()
        for one in self._networks.all():
            if one.kind == NODE:
                self._ask(one.key)

    def _ask(self, key: str) -> None:
        self._program.runner.query(
            "io",
            lambda: self._networks.health(key),
            owner=self,
            done=lambda health: self._told(key, health),
            failed=lambda error: self._told(key, error),
        )

    def _told(self, key: str, health: NodeHealth | DbcError) -> None:
        self._healths[key] = health
        self._render()

    def _render(self) -> None:
        screen = networks_screen(self._networks.all(), self._networks.chosen().key, self._healths)
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()  # it goes with the next turn of the loop, and must not shine through until then
                widget.deleteLater()
        for number, row in enumerate(screen.rows):
            if number:
                self._list.addWidget(Hairline())
            self._list.addWidget(self._row(row))
        found = extension_rows(self._networks.extensions())
        if found:
            self._list.addWidget(Label(tr("BACKENDS OF OTHER PACKAGES"), "section"))
        for number, offered in enumerate(found):
            self._list.addWidget(self._offer(number, offered))
        self._list.addStretch(1)
        self._note.setText(screen.note)

    def _row(self, row: NetworkRow) -> QWidget:
        widget = QWidget()
        outer = QHBoxLayout(widget)
        outer.setContentsMargins(0, 0, 8, 0)
        outer.setSpacing(8)
        dot = StateDot()
        dot.set_kind(row.health_kind)
        outer.addWidget(dot)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(row.name, "strong"))
        if row.is_chosen:
            head.addWidget(Badge(tr("open"), "good"))
        head.addStretch(1)
        texts.addLayout(head)
        texts.addWidget(Label(row.detail, "second", "muted", wrap=True))
        health = Label(row.health, "second", "loss" if row.health_kind == "loss" else "", wrap=True)
        health.setObjectName(f"networks.health.{row.key}")
        texts.addWidget(health)
        if row.warning:
            warning = Label(row.warning, "second", "warn", wrap=True)
            warning.setObjectName(f"networks.warning.{row.key}")
            texts.addWidget(warning)
        if row.client_node:
            reached = Label(row.client_node, "second", "muted", wrap=True)
            reached.setObjectName(f"networks.reached.{row.key}")
            texts.addWidget(reached)
        outer.addLayout(texts, 1)
        if row.has_client_node and row.is_chosen:
            name = f"networks.client_node.{row.key}"
            outer.addWidget(
                Button(tr("Client node…"), "bare", small=True, name=name, act=lambda: self._client_node(row.key))
            )
        if row.can_remove:
            name = f"networks.remove.{row.key}"
            outer.addWidget(Button(row.remove_text, "bare", small=True, name=name, act=lambda: self._remove(row)))
        if not row.is_chosen:
            name = f"networks.open.{row.key}"
            outer.addWidget(Button(tr("Open"), small=True, name=name, act=lambda: self.opened.emit(row.key)))
        return widget

    def _offer(self, number: int, row: ExtensionRow) -> QWidget:
        widget = QWidget()
        line = QHBoxLayout(widget)
        line.setContentsMargins(0, 0, 8, 0)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(Label(row.title, "strong", wrap=True))
        detail = Label(row.detail, "second", "muted", wrap=True)
        detail.setObjectName(f"networks.extension.state.{number}")
        texts.addWidget(detail)
        line.addLayout(texts, 1)
        name = f"networks.extension.{number}"
        line.addWidget(Button(row.act, small=True, name=name, act=lambda: self._turn(row)))
        return widget

    def _turn(self, row: ExtensionRow) -> None:
        if not row.is_on:
            self.sheet_asked.emit(TurnOnSheet(self._program, self._networks, row.extension))
            return
        self._program.runner.command(
            "io",
            lambda: self._networks.turn_off(row.extension),
            owner=self,
            done=lambda _: self._render(),
            failed=self._say,
        )

    def _remove(self, row: NetworkRow) -> None:
        if row.key in {one.key for one in self._networks.all() if one.kind == NODE}:
            self._program.runner.command(
                "io",
                lambda: self._networks.remove(row.key),
                owner=self,
                done=lambda _: self._render(),
                failed=self._say,
            )
        else:
            self.sheet_asked.emit(RemoveChainSheet(self._program, self._networks, row))

    def _client_node(self, key: str) -> None:
        self.sheet_asked.emit(ClientNodeSheet(self._program, self._networks, key))

    def _add_node(self) -> None:
        self.sheet_asked.emit(AddNodeSheet(self._program, self._networks))

    def _add_local(self) -> None:
        self.sheet_asked.emit(NewChainSheet(self._program, self._networks))

    def _practise(self) -> None:
        self.sheet_asked.emit(PracticeSheet(self._program, self._networks))

    def _say(self, error: DbcError) -> None:
        notice = notice_for(error)
        self._problem.setText(f"{notice.title}. {notice.body}")
        self._problem.show()


class AddNodeSheet(FormSheet):
    """A node by its name and addresses; `added` when it is in the list."""

    lane = "io"
    added = Signal()

    def __init__(self, program: Program, networks: Networks) -> None:
        super().__init__(program, "add_node", tr("Add a node"), go=tr("Add"))
        self._networks = networks
        self.name = self.add_field("name", tr("Name"), wrong="network_name")
        self.endpoint = self.add_field("endpoint", tr("Address, for example https://node.example:9944"), mono=True)
        self.add_note(
            tr(
                "Several addresses of the same network may stand there, apart by spaces:"
                " the next one answers when one is down."
            )
        )
        self.add_note(
            tr(
                "wss:// is asked as https:// at the same port, ws:// as http://. A certificate of your own authority"
                " is trusted where the system trusts it, or where SSL_CERT_FILE names it."
            )
        )
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Put it into the list."""
        name, endpoint = self.name.text(), self.endpoint.text()
        return lambda: self._networks.add_node(name, endpoint)

    def done(self, result: Any) -> None:
        """Back to the list."""
        self.close_sheet()
        self.added.emit()


class NewChainSheet(FormSheet):
    """Another local chain, by the rules of one's choice."""

    lane = "io"
    added = Signal()

    def __init__(self, program: Program, networks: Networks) -> None:
        super().__init__(program, "new_chain", tr("New local chain"), go=tr("Make it"))
        self._networks = networks
        self.name = self.add_field("name", tr("Name"), wrong="network_name")
        self.rules = QComboBox()
        self.rules.setObjectName("new_chain.rules")
        self.rules.setAccessibleName(tr("Rules"))
        for rules in RULES:
            self.rules.addItem(rules)
        self.body.addWidget(Label(tr("Rules"), "second", "muted"))
        self.body.addWidget(self.rules)
        self.add_note(
            tr("It is made when it is first opened, with residents and play money; it has nothing to do with others.")
        )
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Put it into the list."""
        name, rules = self.name.text(), self.rules.currentText()
        return lambda: self._networks.add_local(name, rules)

    def done(self, result: Any) -> None:
        """Back to the list."""
        self.close_sheet()
        self.added.emit()


class PracticeSheet(FormSheet):
    """Reads a stash from the node that is open, and makes a local chain that goes on from there."""

    lane = "io"
    added = Signal()

    def __init__(self, program: Program, networks: Networks) -> None:
        super().__init__(program, "practice", tr("Practise from an account"), go=tr("Read and make it"))
        self._networks = networks
        self.name = self.add_field("name", tr("Name"), wrong="network_name", text=tr("Practice"))
        self.address = self.add_field("address", tr("Address of the stash"), mono=True)
        self.add_note(
            tr(
                "Its machines, locked rewards, coins and running leases are read from the open node and go on on a"
                " local chain with play money. Nothing is sent to the node, and nothing there changes. Machines earn"
                " there from the next era on; what still waits for a committee or a confirmation is left out."
            )
        )
        self.add_note(
            tr(
                "What earlier rewards release is what the network would release. New rewards are not: they follow from"
                " the points of the few machines here. Slashes and reports that wait are not taken along: their coins"
                " stay reserved, and a machine that others reported is offline by your own word."
            )
        )
        self.end_fields()

    def work(self) -> Callable[[], Any]:
        """Read it and make the chain."""
        name, backend = self.name.text(), self.program.backend
        stash = Address(ss58.decode(self.address.text().strip()))
        return lambda: self._networks.practice(name, backend.stash_copy(stash))

    def done(self, result: Any) -> None:
        """Back to the list."""
        self.close_sheet()
        self.added.emit()


class TurnOnSheet(FormSheet):
    """Asks before a third-party backend may be opened; the package's name must be typed."""

    lane = "io"
    added = Signal()

    def __init__(self, program: Program, networks: Networks, extension: Extension) -> None:
        title = tr("Turn on the backend of {package}", package=extension.package)
        super().__init__(program, "turn_on", title, extension.version, go=tr("Turn on"), kind="danger")
        self._networks, self._extension = networks, extension
        self.cancel.setText(tr("Leave it off"))
        self.cancel.set_kind("primary")
        self.add_note(extension_warning(extension), "loss")
        label = tr("Type the name of the package to turn it on: {name}", name=extension.package)
        self.name = self.add_field("name", label)
        self.name.edit.textChanged.connect(lambda _: self._compare())
        self.end_fields()
        self._compare()

    def first_focus(self) -> QWidget:
        """Leaving it off."""
        return self.cancel

    def _compare(self) -> None:
        self.go.setEnabled(self.name.text().strip() == self._extension.package)

    def work(self) -> Callable[[], Any]:
        """Remember it by package, version and name."""
        return lambda: self._networks.turn_on(self._extension)

    def done(self, result: Any) -> None:
        """Back to the list."""
        self.close_sheet()
        self.added.emit()


class RemoveChainSheet(FormSheet):
    """Asks before a local chain is deleted; its name must be typed."""

    lane = "io"
    added = Signal()

    def __init__(self, program: Program, networks: Networks, row: NetworkRow) -> None:
        title = tr("Delete {name} with everything on it", name=row.name)
        super().__init__(program, "remove_chain", title, go=tr("Delete"), kind="danger")
        self._networks, self._row = networks, row
        self.cancel.setText(tr("Keep it"))
        self.cancel.set_kind("primary")
        self.name = self.add_field("name", tr("Type the name of the chain to delete it: {name}", name=row.name))
        self.name.edit.textChanged.connect(lambda _: self._compare())
        self.end_fields()
        self._compare()

    def first_focus(self) -> QWidget:
        """Keeping it."""
        return self.cancel

    def _compare(self) -> None:
        self.go.setEnabled(self.name.text().strip() == self._row.name)

    def work(self) -> Callable[[], Any]:
        """Delete it."""
        key = self._row.key
        return lambda: self._networks.remove(key)

    def done(self, result: Any) -> None:
        """Back to the list."""
        self.close_sheet()
        self.added.emit()
