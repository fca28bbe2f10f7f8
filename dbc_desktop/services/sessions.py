"""From a rent order to a login: joins the node's client, the chain and the wallet (design 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainBackend
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.session import Session, SessionState

if TYPE_CHECKING:
    from dbc_desktop.sessions.client import NodeClient
    from dbc_desktop.sessions.node_process import NodeProcess
    from dbc_desktop.sessions.store import SessionStore
    from dbc_desktop.wallet.wallet import Wallet

_ALIVE = (SessionState.CREATING, SessionState.BOOTING, SessionState.READY)
_RENTED = (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)


@dataclass(frozen=True, slots=True)
class LoginTest:
    """How a real SSH login with the returned user and password went.

    Attributes:
        works: A command ran on the machine and its answer came back.
        user: Who the machine says we are; empty when it did not answer. Untrusted text, cut to 64 characters.
        detail: Why it failed, a short code such as `refused`, `no_client`, `timeout`; empty when it works.
    """

    works: bool
    user: str
    seconds: float
    detail: str = ""


class Sessions:
    """Starts, watches and ends logins on rented machines. Call it from the `io` lane.

    The wallet's key of the renter signs each request to the node, so it must be unlocked.
    """

    def __init__(
        self, backend: ChainBackend, wallet: Wallet, node: NodeProcess, store: SessionStore, clock: Clock
    ) -> None:
        self._backend, self._wallet, self._node, self._store, self._clock = backend, wallet, node, store, clock

    def launch(self, order: RentOrder) -> Session:
        """Ask the node for a virtual machine on the GPUs of `order`; the session it has already, where one runs.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            NodeUnreachable, NodeRefused, SandboxUnavailable: No session was made.
        """
        known = self.of_order(order.rent_id)
        if known is not None and known.state in _ALIVE:
            return self.refresh(known)
        from dbc_desktop.sessions.client import new_task_id

        session = self._client(order).create(new_task_id(), gpu_count=order.gpu_num)
        self._store.save(session)
        return session

    def refresh(self, session: Session) -> Session:
        """What the node says of `session` now; ended where its order is over.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            NodeUnreachable, NodeRefused: The node did not say.
        """
        order = self._order(session)
        if order.status not in _RENTED:
            ended = replace(session, state=SessionState.ENDED, login=None)
        else:
            ended = self._client(order).task(session.task_id, before=session.state)
        self._store.save(ended)
        return ended

    def stop(self, session: Session) -> Session:
        """Stop the virtual machine; the order runs on, and a new session may be launched.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            NodeUnreachable, NodeRefused: It may still run.
        """
        client = self._client(self._order(session))
        client.stop(session.task_id)
        stopped = replace(session, state=SessionState.STOPPED, login=None)
        self._store.save(stopped)
        return stopped

    def of_order(self, rent_id: int) -> Session | None:
        """The newest session of an order, as it was last seen; its password is not kept, `refresh` brings it."""
        return self._store.of_order(rent_id)

    def test_login(self, session: Session) -> LoginTest:
        """Log in with what the node returned, and ask the machine who we are."""
        from dbc_desktop.sessions.login import try_login

        result = try_login(session.login)
        if result.works:
            self._store.mark_logged_in(session.task_id)
        return LoginTest(result.works, result.user[:64], result.seconds, result.detail)

    def has_logged_in(self) -> bool:
        """Whether a login has ever worked here; Home ticks its step by it."""
        return self._store.has_logged_in()

    def _client(self, order: RentOrder) -> NodeClient:
        from dbc_desktop.sessions.client import NodeClient

        return NodeClient(self._node.start(), order.machine_id, order.rent_id, self._wallet.signer(order.renter))

    def _order(self, session: Session) -> RentOrder:
        order = self._backend.rent_order(session.rent_id)
        if order is None:
            raise InvalidInput("rent_id", "unknown", rent_id=session.rent_id)
        return order
