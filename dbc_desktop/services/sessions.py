"""From a rent order to a login: joins the node's client, the chain and the wallet (design 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address, Signer
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DbcError, InvalidInput, NodeRefused, NodeUnreachable, WalletLocked
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.sessions.states import after_order, lease_runs, may_launch

if TYPE_CHECKING:
    from dbc_desktop.sessions.store import SessionStore
    from dbc_desktop.sessions.vm_spec import VmSpec
    from dbc_desktop.wallet.wallet import Wallet

_OVER = (SessionState.ENDED, SessionState.FAILED)


@dataclass(frozen=True, slots=True)
class LoginTest:
    """How a real SSH login with the returned user and password went; what was found is the machine's own word.

    Attributes:
        works: A command ran on the machine and its answer came back.
        user: Who the machine says we are; empty when it did not answer. At most 64 printable characters.
        detail: Why it failed: `no_login`, `refused`, `wrong_password`, `timeout`, `no_answer`; empty when it works.
        cpus: Processors it has; None where it did not say, as with `mem_mb` and `disk_mb`.
    """

    works: bool
    user: str
    seconds: float
    detail: str = ""
    cpus: int | None = None
    mem_mb: int | None = None
    disk_mb: int | None = None


class Node(Protocol):
    """One machine under one rent order; `sessions/client.py` speaks to a real one and says what it raises."""

    def node_info(self) -> Mapping[str, object]:
        """What the machine says of itself."""

    def create(self, task_id: str, *, gpu_count: int, spec: VmSpec | None = None) -> Session:
        """A new virtual machine."""

    def task(self, task_id: str, before: SessionState = SessionState.BOOTING) -> Session:
        """The virtual machine as it is now."""

    def start(self, task_id: str) -> None:
        """Start a closed one again."""

    def stop(self, task_id: str) -> None:
        """Close it."""


class NodeDoor(Protocol):
    """Where the machines of the open network are asked: the stand-in node, or the person's client node."""

    def start(self) -> str:
        """Its base URL; what is a process of ours runs then.

        Raises:
            NodeUnreachable: It cannot be started.
            NoClientNode: The person named none.
        """


Connect = Callable[[str, str, int, Signer], Node]
"""Base URL, machine id, rent id and the renter's signer to a `Node`."""


class Sessions:
    """Starts, watches and ends logins on rented machines. Call it from the `io` lane.

    The renter's key signs each request to the node, so it must be unlocked. Passwords are never stored: `refresh`
    brings them from the node.
    """

    def __init__(
        self,
        backend: ChainReader,
        wallet: Wallet,
        node: NodeDoor,
        store: SessionStore,
        clock: Clock,
        connect: Connect | None = None,
    ) -> None:
        self._backend, self._wallet, self._node, self._store, self._clock = backend, wallet, node, store, clock
        self._connect = connect or _over_http

    def launch(self, order: RentOrder) -> Session:
        """A virtual machine on the GPUs of `order`: the one that runs, the closed one started again, else a new one.

        It is noted before the node is asked, so that a crash meanwhile loses nothing.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            InvalidInput: `rent_id` with `over`: the lease does not run.
            NodeUnreachable, NodeRefused, NoClientNode: No machine was made.
        """
        self._need_key(order.renter)
        if not lease_runs(self._backend.rent_order(order.rent_id), self._backend.head().height):
            raise InvalidInput("rent_id", "over", rent_id=order.rent_id)
        known = self.of_order(order.rent_id)
        if known is not None and not may_launch(known.state):
            return self.refresh(known)
        client = self._client(order)
        if known is not None and known.state is SessionState.STOPPED:
            client.start(known.task_id)
            return self._keep(client.task(known.task_id, before=SessionState.BOOTING))
        return self._create(client, order)

    def refresh(self, session: Session) -> Session:
        """What chain and node say of `session` now; ended where its lease does not run any more.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            NodeUnreachable, NodeRefused: The node did not say.
        """
        order = self._backend.rent_order(session.rent_id)
        state = after_order(session.state, order, self._backend.head().height)
        if order is None or state in _OVER:
            return self._keep(replace(session, state=state, login=None))
        self._need_key(order.renter)
        return self._keep(self._client(order).task(session.task_id, before=session.state))

    def stop(self, session: Session) -> Session:
        """Close the virtual machine; the lease runs on, and `launch` starts it again.

        Raises:
            WalletLocked: The renter's key is not unlocked.
            InvalidInput: `rent_id` with `over`: there is no such lease.
            NodeUnreachable, NodeRefused: It may still run.
        """
        order = self._backend.rent_order(session.rent_id)
        if order is None:
            raise InvalidInput("rent_id", "over", rent_id=session.rent_id)
        self._need_key(order.renter)
        self._client(order).stop(session.task_id)
        return self._keep(replace(session, state=SessionState.STOPPED, login=None))

    def of_order(self, rent_id: int) -> Session | None:
        """The newest session of an order as it was last seen, without its login."""
        return self._store.of_order(rent_id)

    def test_login(self, session: Session) -> LoginTest:
        """Log in with what the node returned and ask the machine who we are; a failure is in the result."""
        from dbc_desktop.sessions.login import try_login  # reads an SSH library: only who logs in pays for it

        found = try_login(session.login)
        if found.works:
            self._store.mark_logged_in(session.task_id)
        return LoginTest(found.works, found.user, found.seconds, found.detail, found.cpus, found.mem_mb, found.disk_mb)

    def has_logged_in(self) -> bool:
        """Whether a login has ever worked here; Home ticks its step by it."""
        return self._store.has_logged_in()

    def _create(self, client: Node, order: RentOrder) -> Session:
        from dbc_desktop.sessions.client import new_task_id
        from dbc_desktop.sessions.vm_spec import spec_for

        spec = spec_for(client.node_info(), order.gpu_num)
        session = Session(new_task_id(), order.rent_id, order.machine_id, SessionState.CREATING, None, "")
        self._store.save(session)
        try:
            return self._keep(client.create(session.task_id, gpu_count=order.gpu_num, spec=spec))
        except NodeUnreachable:
            raise  # it may have been made all the same: it stays on its way, and the next launch looks it up
        except DbcError as error:
            said = error.message[:200] if isinstance(error, NodeRefused) else ""
            self._store.save(replace(session, state=SessionState.FAILED, detail=said))
            raise

    def _keep(self, session: Session) -> Session:
        self._store.save(session)
        return session

    def _need_key(self, renter: Address) -> None:
        if not self._wallet.is_unlocked(renter):
            raise WalletLocked

    def _client(self, order: RentOrder) -> Node:
        return self._connect(self._node.start(), order.machine_id, order.rent_id, self._wallet.signer(order.renter))


def _over_http(base_url: str, machine_id: str, rent_id: int, signer: Signer) -> Node:
    from dbc_desktop.sessions.client import NodeClient  # reads httpx: only who talks to a node pays for it

    return NodeClient(base_url, machine_id, rent_id, signer)
