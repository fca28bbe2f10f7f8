"""The newcomer's path, step by step: each acts by mouse and keys, and is read back by another process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from dbc_desktop.ui.tour.disputes import DisputeSteps
from dbc_desktop.ui.tour.evidence_steps import EvidenceSteps
from dbc_desktop.ui.tour.fleet_steps import FleetSteps
from dbc_desktop.ui.tour.gallery import Gallery
from dbc_desktop.ui.tour.hand import Hand, TourStopped
from dbc_desktop.ui.tour.time_steps import TimeSteps
from dbc_desktop.ui.tour.witness import Witness, dbc
from dbc_desktop.ui.window import Window

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

PASSPHRASE = "a passphrase for the tour"  # noqa: S105 - of an account in a temporary folder, worth play money
SERVED_ERAS = 40


class Story:
    """The steps in their order. A step returns what it saw, or raises `TourStopped`."""

    def __init__(self, hand: Hand, witness: Witness, gallery: Gallery, folder: Path) -> None:
        self._hand, self._witness, self._gallery = hand, witness, gallery
        self._evidence = EvidenceSteps(self, folder, PASSPHRASE)
        self._address = ""
        self._rent_id = 0
        self._rent_fee = dbc("0")

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Name and act of each step that needs the window."""
        return (
            ("the window opens on a living chain", self.open),
            ("an account is made, its words asked back, its key kept in an encrypted file", self.make_account),
            ("play money arrives by a signed transfer", self.get_play_money),
            ("the machine is bonded with its own signature", self.bond),
            ("the machine reports its hardware and is described in a server room", self.describe),
            ("the committee verifies it by hash and reveal; the stake is fulfilled, it is online", self.verify),
            ("an era passes: the reward is shown as 25 % + 150 parts", self.earn),
            ("a super node is supported, and has a seat after the next election", self.support),
            ("a machine is rented", self.rent),
            ("a session answers ssh with the returned password", self.log_in),
            ("the rent is confirmed, and burned", self.confirm),
            ("the session is stopped", self.stop),
            *DisputeSteps(self).steps(),
            ("the machine serves, then goes offline, so that its rewards stand alone", self.serve),
            ("150 eras later every reward is released to the last unit", self.release),
            ("the rewards are claimed", self.claim),
            *self._evidence.steps(),
            *TimeSteps(self._hand, self._witness, self._gallery, self._jump_eras).steps(),
            *FleetSteps(self._hand, self._witness, self._gallery).steps(),
        )

    def open(self) -> str:
        """Wait for the first head."""
        hand = self._hand
        hand.wait(lambda: "," in self._text("topbar.block"), "the first block in the top bar", 60)
        hand.pick_action("topbar.clock", "topbar.clock.instant")
        self._gallery.take("home-first-run")
        head = self._witness.chain()["head"]
        return f"block {head['height']:,}"

    def make_account(self) -> str:
        """Three steps of the sheet; the words are read where a person reads them."""
        hand = self._hand
        hand.click("home.step.account")
        hand.type("create.name", "operator")
        hand.click("create.place.file")
        hand.type("create.passphrase", PASSPHRASE)
        hand.type("create.repeat", PASSPHRASE)
        hand.click("create.next")
        hand.find("create.shown.12")
        words = [self._text(f"create.shown.{number}") for number in range(1, 13)]
        hand.click("create.next")
        for number, word in enumerate(words, 1):
            if hand.seen(f"create.word.{number}") is not None:
                hand.type(f"create.word.{number}", word)
        hand.click("create.finish")
        hand.find("home.step.play_money")
        (account,) = self._witness.accounts()
        self._address = account["address"]
        return self._address

    def get_play_money(self) -> str:
        """One click on Home."""
        self._hand.click("home.step.play_money")
        self._until(lambda: dbc(self.account()["free"]) == 1_000_000, "1,000,000 DBC to arrive")
        return "1,000,000 DBC"

    def bond(self) -> str:
        """The wizard: account, machine key, controller, bond."""
        hand = self._hand
        hand.click("home.step.bond")
        hand.click("bring.next")
        hand.type("bring.new_passphrase", PASSPHRASE)
        hand.type("bring.new_passphrase_again", PASSPHRASE)
        hand.click("bring.place.file")
        hand.click("bring.next")
        hand.find("bring.controller")
        hand.click("bring.next")
        self.sign()
        hand.type("bring.passphrase", PASSPHRASE)
        self._gallery.take("bring-online")
        hand.click("bring.next")
        hand.find("sheet.sign")
        self._gallery.take("spend-sheet")
        self.sign()
        (machine,) = self.account()["machines"]
        if machine["status"] != "AddingCustomizeInfo" or dbc(machine["stake_held"]) <= 0:
            raise TourStopped(f"the machine is {machine['status']}")
        return f"{machine['machine_id'][:8]}… holds {machine['stake_held']} DBC of stake"

    def describe(self) -> str:
        """The wizard: server room, the machine's own report, place and lines."""
        hand = self._hand
        hand.wait(lambda: hand.seen("bring.passphrase") is None, "the next step of the wizard")
        hand.click("bring.next")
        self.sign()
        hand.type("bring.report_passphrase", PASSPHRASE)
        hand.click("bring.next")
        self.sign()
        hand.type("bring.operators", "China Telecom")
        hand.click("bring.next")
        self.sign()
        (machine,) = self.account()["machines"]
        if machine["status"] not in ("DistributingOrder", "CommitteeVerifying"):
            raise TourStopped(f"the machine is {machine['status']}")
        return str(machine["status"])

    def verify(self) -> str:
        """Let the committee's hours pass; what it finds brings the machine online with its whole stake."""
        hand = self._hand
        opener = "bring.jump"
        for _ in range(9):
            hand.click(opener)
            hand.type("jump.hours", "6")
            hand.click("jump.go")
            hand.wait(lambda: hand.seen("jump.go") is None, "the jump to end", 120)
            (machine,) = self.account()["machines"]
            if machine["status"] not in ("DistributingOrder", "CommitteeVerifying"):
                break
            opener = "topbar.jump"
        if machine["status"] != "Online" or machine["stake_held"] != machine["stake_needed"]:
            raise TourStopped(f"the machine is {machine['status']} with {machine['stake_held']} DBC")
        hand.click("bring.next")
        return f"{machine['gpu_num']} × {machine['gpu_type']}, stake {machine['stake_held']} DBC"

    def earn(self) -> str:
        """Two eras: it earns from its first full era, which is paid in the next."""
        hand = self._hand
        self._jump_eras(2)
        hand.click("rail.rewards")
        hand.find("rewards.claim")
        account = self.account()
        earned, claimable, locked = (dbc(account[key]) for key in ("earned", "claimable", "locked"))
        schedule = [dbc(amount) for amount in account["release_schedule"]["amounts"]]
        parts = [amount for amount in schedule if amount]
        if not (earned > 0 and claimable + locked == earned and len(parts) == 150 and sum(parts) == locked):
            raise TourStopped(f"earned {earned}, claimable {claimable}, {len(parts)} parts of {locked}")
        if abs(claimable * 4 - earned) > dbc("0.000000000000004"):
            raise TourStopped(f"{claimable} is no quarter of {earned}")
        return f"{claimable} DBC at once of {earned}, then {len(parts)} parts"

    def support(self) -> str:
        """Stake for the first super node below the line, enough to carry it over; the next day it is elected."""
        hand = self._hand
        nodes = self._witness.chain()["election"]["super_nodes"]
        place = next(at for at, node in enumerate(nodes) if not node["wins"])
        node, above = nodes[place], nodes[place - 1]
        stake = int(dbc(above["total"]) - dbc(node["total"])) + 1_000
        hand.click("rail.network")
        hand.wait(lambda: self._rows("network.table") == len(nodes), "the super nodes to be listed")
        hand.click_row("network.table", place)
        hand.click("network.support")
        hand.type("stake.amount", f"{stake}")
        hand.rest(200)
        self._gallery.take("stake-sheet")
        hand.click("stake.go")
        self.sign()
        support = self.account()["support"]
        if dbc(support["bonded"]) != stake or support["targets"] != [node["address"]]:
            raise TourStopped(f"{support['bonded']} DBC stand behind {support['targets']}")
        self._jump_eras(1)
        elected = {one["address"] for one in self._witness.chain()["election"]["super_nodes"] if one["elected"]}
        if node["elected"] or node["address"] not in elected:
            raise TourStopped(f"{node['address']} has no seat among {len(elected)}")
        self._gallery.take("network-elected")
        return f"{stake:,} DBC for {node['address'][:8]}…, elected as one of {len(elected)}"

    def rent(self) -> str:
        """Find a machine on the market and order two of its GPUs for a day."""
        hand = self._hand
        hand.click("rail.market")
        hand.type("market.query", "gpu:3090 free>=2")
        hand.wait(lambda: self._rows("market.table") == 1, "one machine to match")
        hand.click_row("market.table", 0)
        hand.click("market.rent")
        hand.type("rent.gpus", "2")
        hand.type("rent.duration", "1 d")
        hand.rest(300)
        self._gallery.take("rent-sheet")
        hand.click("rent.go")
        self.sign()
        (order,) = self.account()["rentals"]
        if (order["status"], order["gpu_num"]) != ("WaitingVerifying", 2):
            raise TourStopped(f"the order is {order['status']}")
        self._rent_id, self._rent_fee = order["rent_id"], dbc(order["fee"])
        return f"order {self._rent_id}, {order['fee']} DBC reserved"

    def log_in(self) -> str:
        """Launch, test, and log in from another process with what the page shows."""
        hand, rent_id = self._hand, self._rent_id
        hand.click("rail.rentals")
        hand.click(f"rentals.launch.{rent_id}")
        hand.find(f"rentals.ssh.{rent_id}", 60)
        hand.click(f"rentals.test.{rent_id}")
        hand.wait(
            lambda: (test := hand.seen(f"rentals.test.{rent_id}")) is not None and test.isEnabled(), "the test", 60
        )
        hand.click(f"rentals.password.show.{rent_id}")
        command, password = self._text(f"rentals.ssh.{rent_id}"), self._text(f"rentals.password.{rent_id}")
        answer = self._witness.log_in(command, password)
        if "uid=" not in answer or "uid=0" in answer:
            raise TourStopped(f"id answered {answer[:100]!r}")
        hand.click(f"rentals.password.show.{rent_id}")
        return f"{command}: {answer.strip()[:60]}"

    def confirm(self) -> str:
        """Confirm within the 15 minutes; the whole rent is burned."""
        hand = self._hand
        self._gallery.take("rentals-confirm")
        before = dbc(self._witness.chain()["burned"])
        hand.click(f"rentals.confirm.{self._rent_id}")
        self.sign()
        burned = dbc(self._witness.chain()["burned"]) - before
        (order,) = self.account()["rentals"]
        if order["status"] != "Renting" or burned != self._rent_fee:
            raise TourStopped(f"the order is {order['status']}, burned {burned} of {self._rent_fee}")
        return f"burned {burned} DBC = the rent paid"

    def stop(self) -> str:
        """Stop the machine; its login is gone."""
        hand, rent_id = self._hand, self._rent_id
        self._gallery.take("rentals-running")
        command = self._text(f"rentals.ssh.{rent_id}")
        hand.click(f"rentals.stop.{rent_id}")
        hand.wait(lambda: hand.seen(f"rentals.ssh.{rent_id}") is None, "the login to go", 60)
        try:
            self._witness.log_in(command, "nothing")
        except TourStopped:
            return "the port is closed"
        raise TourStopped("somebody still answers at the old login")

    def serve(self) -> str:
        """Forty eras of service make a full chart; then the machine is reported offline."""
        hand = self._hand
        self._jump_eras(SERVED_ERAS)
        self._gallery.take_pages()
        hand.click("rail.machines")
        hand.click_row("machines.table", 0)
        hand.click("machines.row.report_offline")
        hand.find("sheet.sign")
        self._gallery.take("spend-sheet-danger")
        self.sign()
        (machine,) = self.account()["machines"]
        if machine["status"] != "StakerReportOffline":
            raise TourStopped(f"the machine is {machine['status']}")
        return f"{self.account()['earned']} DBC earned in all"

    def release(self) -> str:
        """Jump; nothing is locked any more, and nothing was lost."""
        self._jump_eras(151)
        account = self.account()
        earned, claimable, locked = (dbc(account[key]) for key in ("earned", "claimable", "locked"))
        if locked != 0 or claimable != earned:
            raise TourStopped(f"earned {earned}, released {claimable}, still locked {locked}")
        return f"{claimable} DBC released of {earned} earned"

    def claim(self) -> str:
        """Claim what was released; it is minted to the stash."""
        hand = self._hand
        hand.click("rail.rewards")
        expected = dbc(self.account()["claimable"])
        hand.click("rewards.claim")
        self.sign()
        account = self.account()
        if dbc(account["claimed"]) != expected or dbc(account["claimable"]) != 0:
            raise TourStopped(f"claimed {account['claimed']} of {expected}")
        self._gallery.take("rewards-claimed")
        hand.click("rail.home")
        hand.rest(500)
        self._gallery.take("home-claimed")
        return f"{account['claimed']} DBC"

    # the hand's habits, and what other files of the tour use

    @property
    def hand(self) -> Hand:
        """The hand on the window."""
        return self._hand

    @property
    def witness(self) -> Witness:
        """The other process."""
        return self._witness

    @property
    def gallery(self) -> Gallery:
        """Where pictures go."""
        return self._gallery

    @property
    def rent_id(self) -> int:
        """The order that was made."""
        return self._rent_id

    def account(self) -> dict[str, Any]:
        """What another process reads of the tour's account."""
        return self._witness.account(self._address)

    def _text(self, name: str) -> str:
        widget = self._hand.seen(name)
        return widget.text() if isinstance(widget, QLabel | QLineEdit) else ""

    def _rows(self, name: str) -> int:
        widget: QWidget | None = self._hand.seen(name)
        model = getattr(widget, "model", None)
        return model().rowCount() if model is not None else 0

    def _until(self, holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise TourStopped(f"waited {seconds:.0f} s for {what}")
            self._hand.rest(200)

    def sign(self) -> None:
        """Sign in the spending sheet, with the passphrase where it asks for it, and wait until it has gone."""
        hand = self._hand
        hand.find("sheet.sign")
        hand.rest(100)
        if hand.seen("sheet.passphrase") is not None:
            hand.type("sheet.passphrase", PASSPHRASE)
        hand.click("sheet.sign")
        hand.wait(lambda: hand.seen("sheet.sign") is None, "the call to be in a block", 60)
        hand.rest(100)

    def jump_hours(self, hours: int) -> None:
        """Let hours pass at once."""
        hand = self._hand
        hand.click("topbar.jump")
        hand.type("jump.eras", "")
        hand.type("jump.hours", str(hours))
        hand.click("jump.go")
        hand.wait(lambda: hand.seen("jump.go") is None, "the jump to end", 120)
        hand.rest(200)

    def _jump_eras(self, eras: int) -> None:
        hand = self._hand
        hand.click("topbar.jump")
        hand.type("jump.hours", "")
        hand.type("jump.eras", str(eras))
        hand.click("jump.go")
        hand.wait(lambda: hand.seen("jump.go") is None, "the jump to end", 180)
        hand.rest(200)


def play(window: Window, program: Program, out: Path, command: Sequence[str], close: Callable[[], None]) -> int:
    """Play it; 0 when every step held. `close` ends the window before the chain is replayed by another process."""
    qInstallMessageHandler(_without_plugin_talk)
    hand = Hand(window)
    window.show()
    witness = Witness(command, program.home, hand.wait)
    story = Story(hand, witness, Gallery(hand, window, out), program.home)
    steps = (*story.steps(), ("the chain is replayed by another process", lambda: _replayed(witness, close)))
    for number, (name, act) in enumerate(steps, 1):
        try:
            seen = act()
        except TourStopped as stopped:
            hand.picture(out / "stopped.png")
            _say(f"{number:2d}  FAILED  {name}: {stopped}")
            _say(f"{number - 1} of {len(steps)} steps")
            return 1
        _say(f"{number:2d}  ok  {name}: {seen}")
    _say(f"pictures in {out}")
    _say(f"{len(steps)} of {len(steps)} steps")
    return 0


def _replayed(witness: Witness, close: Callable[[], None]) -> str:
    close()
    document = witness.replay()
    return f"the same digest at block {document['head']['height']:,}"


def _without_plugin_talk(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """What Qt says, less the offscreen plugin's remarks on what a screen would do."""
    if message and not message.startswith("This plugin does not support"):
        sys.stderr.write(f"{message}\n")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
