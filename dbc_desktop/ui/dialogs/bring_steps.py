"""The inputs of the bring-online wizard, one small form for each step that asks something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import CustomizeInfo, MachineId
from dbc_desktop.screens.bring_online import account_label, description
from dbc_desktop.screens.formats import short_id
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.places import places
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.bring_online import BringFacts
from dbc_desktop.ui.dialogs.key_place import KeyPlaceChoice, passphrase_problem
from dbc_desktop.ui.widgets import Field, Label

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

MAX_NODE_DAT = 4_000


def combo(name: str, label: str) -> QComboBox:
    """A drop-down of 32 pixels."""
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(label)
    made.setFixedHeight(32)
    return made


class Form(QWidget):
    """A column of inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(12)

    def show_facts(self, facts: BringFacts) -> None:
        """Fill in what was read; what the person typed stays."""

    def _named(self, label: str, widget: QWidget) -> None:
        inner = QVBoxLayout()
        inner.setSpacing(4)
        inner.addWidget(Label(label, "second"))
        inner.addWidget(widget)
        self.box.addLayout(inner)


class AccountForm(Form):
    """Which of the accounts that can sign."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.combo = combo(name, label)
        self._shown: tuple[Account, ...] = ()
        self._named(label, self.combo)

    def show_facts(self, facts: BringFacts) -> None:
        """The accounts of the wallet that have a key here."""
        own = tuple(account for account in facts.accounts if account.place is not KeyPlace.WATCH_ONLY)
        if own == self._shown:
            return
        chosen = self.address()
        self._shown = own
        self.combo.blockSignals(True)
        self.combo.clear()
        for account in own:
            self.combo.addItem(account_label(account, own))
        self.combo.blockSignals(False)
        if chosen is not None:
            self.choose(chosen)

    def choose(self, address: Address) -> None:
        """Choose an account without telling."""
        for number, account in enumerate(self._shown):
            if account.address == address:
                self.combo.blockSignals(True)
                self.combo.setCurrentIndex(number)
                self.combo.blockSignals(False)

    def address(self) -> Address | None:
        """The account that is chosen."""
        number = self.combo.currentIndex()
        return self._shown[number].address if 0 <= number < len(self._shown) else None


class KeyForm(Form):
    """Make a machine key, bring one in a node.dat, or take one that is kept here."""

    MAKE, PASTE, KEPT = "make", "paste", "kept"

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._keys: tuple[MachineId, ...] = ()
        self.mode_box = combo("bring.key_mode", tr("Where the key comes from"))
        self._named(tr("Where the key comes from"), self.mode_box)
        self.kept = combo("bring.key", tr("Machine key"))
        self.box.addWidget(self.kept)
        self.node_dat = QPlainTextEdit()
        self.node_dat.setObjectName("bring.node_dat")
        self.node_dat.setAccessibleName(tr("Content of node.dat"))
        self.node_dat.setPlaceholderText(tr("Paste the content of dat/node.dat"))
        self.node_dat.setProperty("mono", True)
        self.node_dat.setFixedHeight(72)
        self.box.addWidget(self.node_dat)
        self._secret = QWidget()
        inner = QVBoxLayout(self._secret)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(12)
        pair = QHBoxLayout()
        pair.setSpacing(12)
        self.first = Field(tr("Passphrase for the machine key"), "bring.new_passphrase", secret=True)
        self.second = Field(tr("The same again"), "bring.new_passphrase_again", secret=True)
        pair.addWidget(self.first, 1)
        pair.addWidget(self.second, 1)
        inner.addLayout(pair)
        self.places = KeyPlaceChoice(program, "bring")
        inner.addWidget(self.places)
        self.box.addWidget(self._secret)
        self.mode_box.currentIndexChanged.connect(lambda _: self._show_mode())
        self.show_keys(())

    def show_facts(self, facts: BringFacts) -> None:
        """Keys that no machine on the chain uses yet."""
        if facts.keys != self._keys:
            self.show_keys(facts.keys)

    def show_keys(self, keys: tuple[MachineId, ...]) -> None:
        """Offer these kept keys first, where there are any."""
        self._keys = keys
        self.mode_box.blockSignals(True)
        self.mode_box.clear()
        if keys:
            self.mode_box.addItem(tr("Use a machine key kept here"), self.KEPT)
        self.mode_box.addItem(tr("Make a new key for this computer"), self.MAKE)
        self.mode_box.addItem(tr("Paste the node.dat of a GPU node"), self.PASTE)
        self.mode_box.blockSignals(False)
        self.kept.clear()
        for key in keys:
            self.kept.addItem(short_id(key), key)
        self._show_mode()

    def mode(self) -> str:
        """`make`, `paste` or `kept`."""
        return str(self.mode_box.currentData())

    def key(self) -> MachineId | None:
        """The kept key that is chosen."""
        number = self.kept.currentIndex()
        return self._keys[number] if 0 <= number < len(self._keys) else None

    def passphrase(self) -> str | None:
        """The new passphrase, None where something is wrong with it, which is said then."""
        return None if passphrase_problem(self.first, self.second) else self.first.text()

    def clear_secrets(self) -> None:
        """Forget what was typed."""
        self.first.edit.clear()
        self.second.edit.clear()
        self.node_dat.clear()

    def _show_mode(self) -> None:
        mode = self.mode()
        self.kept.setVisible(mode == self.KEPT)
        self.node_dat.setVisible(mode == self.PASTE)
        self._secret.setVisible(mode != self.KEPT)


class PassphraseForm(Form):
    """The passphrase of the machine key."""

    def __init__(self, name: str = "bring.passphrase") -> None:
        super().__init__()
        self.field = Field(tr("Passphrase of the machine key"), name, secret=True)
        self.box.addWidget(self.field)


class DescribeForm(Form):
    """Place, speed and operator of the line, and the server room."""

    def __init__(self) -> None:
        super().__init__()
        self.place = combo("bring.place", tr("Place"))
        for place in places():
            self.place.addItem(place.name)
        self._named(tr("Place"), self.place)
        nets = QHBoxLayout()
        nets.setSpacing(12)
        self.upload = Field(tr("Upload, Mbit/s"), "bring.upload")
        self.download = Field(tr("Download, Mbit/s"), "bring.download")
        self.upload.set_text("1000")
        self.download.set_text("1000")
        nets.addWidget(self.upload, 1)
        nets.addWidget(self.download, 1)
        self.box.addLayout(nets)
        self.operators = Field(
            tr("Telecom operators"), "bring.operators", placeholder=tr("for example China Telecom, with commas between")
        )
        self.box.addWidget(self.operators)
        self._rooms: tuple[bytes, ...] = ()
        self.room = combo("bring.room", tr("Server room"))
        self._named(tr("Server room"), self.room)

    def show_facts(self, facts: BringFacts) -> None:
        """The server rooms of the stash."""
        rooms = facts.act.server_rooms if facts.act is not None else ()
        if rooms == self._rooms:
            return
        self._rooms = rooms
        self.room.clear()
        for room in rooms:
            self.room.addItem(short_id(room.hex()))

    def read(self) -> CustomizeInfo | None:
        """The description, None where something is wrong with it, which is said then."""
        fields = {"upload": self.upload, "download": self.download, "operators": self.operators}
        for field in fields.values():
            field.set_error("")
        number = self.room.currentIndex()
        if not 0 <= number < len(self._rooms):
            return None
        place = places()[self.place.currentIndex()]
        try:
            return description(
                self._rooms[number], place, self.upload.text(), self.download.text(), self.operators.text()
            )
        except InvalidInput as error:
            fields[error.field].set_error(notice_for(error).body)
            fields[error.field].edit.setFocus()
            return None
