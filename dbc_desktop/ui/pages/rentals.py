"""Rentals: every order of the account as a card, from trying it to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QScrollArea

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.domain.account import Account
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import DbcError, NoClientNode
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import Head
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.rentals import Phase, RentalCard, rentals_screen
from dbc_desktop.screens.texts import tr
from dbc_desktop.services import renting
from dbc_desktop.services.sessions import LoginTest
from dbc_desktop.services.terminal import Terminal, find_terminal
from dbc_desktop.ui.dialogs.extend_sheet import ExtendSheet
from dbc_desktop.ui.page import Page, WindowServices
from dbc_desktop.ui.pages.rental_card import OrderCard

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program

T = TypeVar("T")
_STARTING = (SessionState.CREATING, SessionState.BOOTING)
_LIVE = (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)
POLL_SECONDS = 0.5
MAX_POLLS = 240


@dataclass(frozen=True, slots=True)
class _Read:
    head: Head
    orders: tuple[RentOrder, ...]
    sessions: dict[int, Session]
    machines: dict[MachineId, Machine]
    is_unlocked: bool


class RentalsPage(Page):
    """Cards are made once for an order and filled in place; each block only moves the clocks."""

    key = "rentals"
    icon_name = "rentals"
    skeleton = ((240, 1), (132, 1), (54, 1))

    def __init__(self, program: Program, window_services: WindowServices) -> None:
        super().__init__(program, window_services)
        self._cards: dict[int, OrderCard] = {}
        self._orders: dict[int, RentOrder] = {}
        self._sessions: dict[int, Session] = {}
        self._machines: dict[MachineId, Machine] = {}
        self._tests: dict[int, LoginTest] = {}
        self._let_go: set[int] = set()
        self._busy: set[int] = set()
        self._head: Head | None = None
        self._is_reading = self._is_outdated = False
        self._terminal: Terminal | None = find_terminal()
        self._wanted: int | None = None
        self._area = self.findChild(QScrollArea)
        self.body.addStretch(1)

    def title(self) -> str:
        """Its name."""
        return tr("Rentals")

    # reading

    def on_shown(self) -> None:
        """Read the orders."""
        if self._head is None:
            self.show_loading()
        self._read()

    def on_account(self) -> None:
        """Another account has other orders."""
        self._orders, self._sessions, self._head = {}, {}, None
        self._render()
        self.on_shown()

    def on_argument(self, argument: object) -> None:
        """A rent id: bring its card into view."""
        if isinstance(argument, int):
            self._wanted = argument
            self._bring_into_view()

    def _bring_into_view(self) -> None:
        card = self._cards.get(self._wanted) if self._wanted is not None else None
        if card is not None and self._area is not None:
            self._wanted = None
            self._area.ensureWidgetVisible(card)

    def on_head(self, change: HeadChange) -> None:
        """Move the clocks; read again where something happened to an order."""
        self._head = change.head
        over = any(
            order.status in _LIVE
            and change.head.height
            > (order.confirm_until if order.status is RentStatus.WAITING_VERIFYING else order.rent_end)
            for order in self._orders.values()
        )
        if over or any(event.pallet == "RentMachine" for event in change.events):
            self._read()
        elif self.state == "content":
            self._render()

    def _read(self) -> None:
        account = self.window_services.account()
        if account is None:
            self.show_empty(
                tr("Nothing rented yet"),
                tr("Make an account, then rent GPUs on the market and log in to them from here."),
                tr("Make an account"),
                self.window_services.open_create_account,
                name="rentals.create_account",
            )
            return
        if self._is_reading:
            self._is_outdated = True
            return
        self._is_reading, self._is_outdated = True, False
        program, renter = self.program, account.address

        def read() -> _Read:
            orders = renting.my_orders(program.backend, renter)
            live = [order for order in orders if order.status in _LIVE]
            machines = (program.backend.machine(each) for each in dict.fromkeys(order.machine_id for order in orders))
            sessions = ((order.rent_id, program.sessions.of_order(order.rent_id)) for order in live)
            return _Read(
                program.backend.head(),
                orders,
                {rent_id: session for rent_id, session in sessions if session is not None},
                {machine.machine_id: machine for machine in machines if machine is not None},
                program.wallet.is_unlocked(renter),
            )

        self.program.runner.query(
            "chain-read", read, owner=self, done=partial(self._arrived, account), failed=self._fail
        )

    def _arrived(self, account: Account, read: _Read) -> None:
        self._is_reading = False
        now = self.window_services.account()
        if self._is_outdated or now is None or now.address != account.address:
            self._read()
            return
        self._head, self._machines = read.head, read.machines
        self._orders = {order.rent_id: order for order in read.orders}
        for rent_id, session in read.sessions.items():
            known = self._sessions.get(rent_id)
            # The store keeps no password: a session seen ready here is not replaced by its shadow.
            if known is None or known.task_id != session.task_id or known.state is not session.state:
                self._sessions[rent_id] = session
        self._sessions = {key: value for key, value in self._sessions.items() if key in self._orders}
        self._render()
        if read.is_unlocked:
            for session in list(self._sessions.values()):
                if session.state in _STARTING or (session.state is SessionState.READY and session.login is None):
                    self._follow(session, 0)

    def _fail(self, error: DbcError) -> None:
        self._is_reading = False
        if self._head is None:
            self.show_failed(notice_for(error))
        else:
            self.show_offline(notice_for(error))

    # drawing

    def _render(self) -> None:
        if self._head is None:
            return
        if not self._orders:
            self._drop_cards(set())
            self.set_note("")
            self.window_services.mark(self.key, "")
            self.show_empty(
                tr("Nothing rented yet"),
                tr("Rent GPUs on the market. You then have 15 minutes to try the machine before anything is paid."),
                tr("Go to the market"),
                lambda: self.navigate.emit("market", None),
                name="rentals.to_market",
            )
            return
        orders = tuple(self._orders.values())
        screen = rentals_screen(orders, self._sessions, self._machines, self._head, self._tests, self._let_go)
        self._drop_cards({card.rent_id for card in screen.cards})
        has_primary = False
        for place, card in enumerate(screen.cards):
            widget = self._cards.get(card.rent_id)
            if widget is None:
                widget = self._cards[card.rent_id] = OrderCard(card.rent_id)
                widget.wanted.connect(partial(self._act, card.rent_id))
                widget.login.set_terminal("" if self._terminal else self._no_terminal())
            if self.body.indexOf(widget) != place:
                self.body.removeWidget(widget)
                self.body.insertWidget(place, widget)
            session = self._sessions.get(card.rent_id)
            widget.login.set_login(session.login if session is not None else None)
            primary = "" if has_primary else self._primary(card)
            has_primary = has_primary or bool(primary)
            widget.show_card(
                card,
                is_busy=card.rent_id in self._busy,
                primary=primary,
                is_let_go=card.rent_id in self._let_go,
            )
        self.set_note(screen.summary)
        self.window_services.mark(self.key, str(screen.waiting) if screen.waiting else "")
        self.show_content()
        self._bring_into_view()

    def _no_terminal(self) -> str:
        return tr("No terminal program or no ssh was found on this computer: paste the line where you have one.")

    def _primary(self, card: RentalCard) -> str:
        """The one button a person is most likely to want; a page has one primary button."""
        if card.phase is Phase.OVER:
            return ""
        test = self._tests.get(card.rent_id)
        if card.confirm and test is not None and test.works:
            return "confirm"
        if card.launch:
            return "launch"
        return "test" if card.can_test and test is None else ""

    def _drop_cards(self, kept: set[int]) -> None:
        for rent_id in set(self._cards) - kept:
            gone = self._cards.pop(rent_id)
            self.body.removeWidget(gone)
            gone.hide()
            gone.deleteLater()

    # the person

    def _act(self, rent_id: int, want: str) -> None:
        order, session = self._orders.get(rent_id), self._sessions.get(rent_id)
        account = self.window_services.account()
        if order is None or account is None:
            return
        match want:
            case "confirm":
                self.spend.emit(renting.confirm_call(rent_id), account.address, lambda _: self._read())
            case "lapse":
                self._let_go.add(rent_id)
                self._render()
            case "launch":
                self.window_services.unlock(account, partial(self._launch, order))
            case "extend":
                self._extend(order, account)
            case "report":
                self.navigate.emit("disputes", rent_id)
            case "again":
                self.navigate.emit("market", order.machine_id)
            case _ if session is not None:
                self._act_on_session(want, session, account)

    def _act_on_session(self, want: str, session: Session, account: Account) -> None:
        sessions = self.program.sessions
        if want == "test":
            self._ask(session.rent_id, lambda: sessions.test_login(session), partial(self._tested, session.rent_id))
        elif want == "stop":
            stop = partial(self._ask, session.rent_id, lambda: sessions.stop(session), self._stopped)
            self.window_services.unlock(account, stop)
        elif want == "terminal" and self._terminal is not None and session.login is not None:
            terminal, login = self._terminal, session.login
            self._ask(session.rent_id, lambda: terminal.open(login), lambda _: None)

    def _ask(self, rent_id: int, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do something with a session in the `io` lane; its buttons rest meanwhile."""
        self._busy.add(rent_id)
        self._render()

        def arrived(value: T) -> None:
            self._busy.discard(rent_id)
            done(value)
            self._render()

        def failed(error: DbcError) -> None:
            self._busy.discard(rent_id)
            self._render()
            if isinstance(error, NoClientNode) and self._ask_client_node(lambda: self._ask(rent_id, work, done)):
                return
            self.window_services.show_notice(notice_for(error))

        self.program.runner.command("io", work, owner=self, done=arrived, failed=failed, deadline_seconds=60)

    def _ask_client_node(self, then: Callable[[], None]) -> bool:
        """Have the person name a client node, and go on with it; False where this network has none."""
        from dbc_desktop.ui.dialogs.client_node import ClientNodeSheet

        networks = self.program.networks
        if networks is None:
            return False
        sheet = ClientNodeSheet(self.program, networks, networks.chosen().key)
        sheet.named.connect(lambda is_named: then() if is_named else None)
        self.window_services.open_sheet(sheet)
        return True

    def _launch(self, order: RentOrder) -> None:
        sessions = self.program.sessions
        self._tests.pop(order.rent_id, None)
        self._ask(order.rent_id, lambda: sessions.launch(order), lambda session: self._seen(session, 0))

    def _seen(self, session: Session, polls: int) -> None:
        self._sessions[session.rent_id] = session
        self._render()
        if session.state in _STARTING and polls < MAX_POLLS:
            self._follow(session, polls + 1)

    def _follow(self, session: Session, polls: int) -> None:
        """Ask the node again in a moment, off the GUI thread."""
        program = self.program

        def look() -> Session:
            if polls:
                program.clock.wait(POLL_SECONDS)
            return program.sessions.refresh(session)

        program.runner.query(
            "io",
            look,
            owner=self,
            done=lambda seen: self._seen(seen, polls),
            failed=lambda error: self.window_services.show_notice(notice_for(error)),
        )

    def _stopped(self, session: Session) -> None:
        self._sessions[session.rent_id] = session
        self._tests.pop(session.rent_id, None)

    def _tested(self, rent_id: int, test: LoginTest) -> None:
        self._tests[rent_id] = test

    def _extend(self, order: RentOrder, account: Account) -> None:
        sheet = ExtendSheet(order.rent_id, tr("order {id}", id=order.rent_id))

        def spend(call: Call) -> None:
            self.spend.emit(call, account.address, lambda _: self._read())

        sheet.ordered.connect(spend)
        self.window_services.open_sheet(sheet)
