"""Client of the compute node's REST API: one rent order, one machine, one renter (compute-node-api 2 and 3)."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import replace

from dbc_desktop.crypto.ss58 import encode
from dbc_desktop.domain.account import Signer
from dbc_desktop.domain.errors import NodeRefused, NodeUnreachable
from dbc_desktop.domain.session import Login, Session, SessionState
from dbc_desktop.sessions.node_wire import NodeWire, plain
from dbc_desktop.sessions.states import after_missing, after_status
from dbc_desktop.sessions.vm_spec import VmSpec, spec_for

_CREATE_TRIES = 5
_PROBE_SECONDS = 1.0
_MISSING = "task_id not exist"
_CONFLICT = "port conflict"
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_TASK_ID = re.compile(r"[0-9A-Za-z]{20,22}")


def new_task_id() -> str:
    """A random id in the node's form; by it a create whose answer got lost is looked up (compute-node-api 2.5)."""
    return secrets.token_hex(11)


class NodeClient:
    """Speaks to one machine under one rent order; each call carries a fresh nonce that the renter signed.

    Calls block; use it from the `io` lane. Everything the node says is untrusted and cut to size.
    """

    def __init__(self, base_url: str, machine_id: str, rent_order: int, signer: Signer) -> None:
        self._wire, self._machine_id, self._rent_order, self._signer = (
            NodeWire(base_url),
            machine_id,
            rent_order,
            signer,
        )

    def node_info(self) -> Mapping[str, object]:
        """What the machine says of itself (compute-node-api 2.4); asked without a signature.

        Raises:
            NodeUnreachable, NodeRefused: It did not say.
        """
        message = self._wire.post("/mining_nodes", {"peer_nodes_list": [self._machine_id], "additional": {}})
        if not isinstance(message, dict):
            raise NodeUnreachable("the node's description is not an object")
        return message

    def create(self, task_id: str, *, gpu_count: int, spec: VmSpec | None = None) -> Session:
        """Ask for a new virtual machine; returns while it is being made.

        A lost answer is not asked for twice: the task is looked up by its id. A port that is taken is tried again with
        another one, five times.

        Args:
            task_id: From `new_task_id`.
            gpu_count: GPUs of the rent order.
            spec: What to ask for; by default the share that belongs to the GPUs.

        Raises:
            NodeUnreachable: No answer, and no such task on the node.
            NodeRefused: It said no.
            WalletLocked: The renter's key is not unlocked.
        """
        spec = spec or spec_for(self.node_info(), gpu_count)
        tries = 1
        while True:
            try:
                message = self._signed("/tasks/start", {"task_id": _checked(task_id), **spec.fields()})
                return self._session(task_id, SessionState.CREATING, message)
            except NodeRefused as refused:
                if tries == _CREATE_TRIES or _CONFLICT not in refused.message:
                    raise
                tries += 1
            except NodeUnreachable:
                found = self.task(task_id, before=SessionState.CREATING)
                if found.detail == _MISSING:
                    raise
                return found

    def task(self, task_id: str, before: SessionState = SessionState.BOOTING) -> Session:
        """The machine as it is now, its login included once it takes connections.

        Args:
            task_id: The task.
            before: Where the session was, kept where the node says what this program does not know.

        Raises:
            NodeUnreachable, NodeRefused: It did not say.
            WalletLocked: The renter's key is not unlocked.
        """
        try:
            message = self._signed(f"/tasks/{_checked(task_id)}", {})
        except NodeRefused as refused:
            if _MISSING not in refused.message:
                raise
            gone = self._session(task_id, before, {})
            return replace(gone, state=after_missing(before), detail=_MISSING)
        return self._session(task_id, before, message)

    def stop(self, task_id: str) -> None:
        """Close the machine; it can be started again while the lease runs.

        Raises:
            NodeUnreachable, NodeRefused: It may still run.
            WalletLocked: The renter's key is not unlocked.
        """
        self._signed(f"/tasks/poweroff/{_checked(task_id)}", {})

    def start(self, task_id: str) -> None:
        """Start a closed machine again.

        Raises:
            NodeUnreachable, NodeRefused: It may not run.
            WalletLocked: The renter's key is not unlocked.
        """
        self._signed(f"/tasks/start/{_checked(task_id)}", {})

    def delete(self, task_id: str) -> None:
        """Delete the machine with its disks.

        Raises:
            NodeUnreachable, NodeRefused: It may still be there.
            WalletLocked: The renter's key is not unlocked.
        """
        self._signed(f"/tasks/delete/{_checked(task_id)}", {})

    def _signed(self, path: str, additional: Mapping[str, object]) -> object:
        nonce = secrets.token_hex(28)
        body = {
            "peer_nodes_list": [self._machine_id],
            "additional": additional,
            "wallet": encode(self._signer.address.raw),
            "nonce": nonce,
            "sign": self._signer.sign_message(nonce).hex(),
            "rent_order": str(self._rent_order),
        }
        return self._wire.post(path, body)

    def _session(self, task_id: str, before: SessionState, message: object) -> Session:
        detail = message if isinstance(message, dict) else {}
        status = plain(detail.get("status"), 40)
        login = _login(detail)
        state = after_status(before, status, login is not None and status == "running" and _answers(login))
        trouble = plain(detail.get("error"), 200) or (status if state is SessionState.FAILED else "")
        if status == "running" and login is None:
            trouble = "the node gave no login that can be used"
        return Session(
            task_id=task_id,
            rent_id=self._rent_order,
            machine_id=self._machine_id,
            state=state,
            login=login if state is SessionState.READY else None,
            created_at=plain(detail.get("create_time"), 40),
            detail=trouble,
        )


def _checked(task_id: str) -> str:
    """It becomes part of a URL."""
    if not _TASK_ID.fullmatch(task_id):
        raise ValueError("a task id has 20 to 22 letters and digits")
    return task_id


def _login(detail: Mapping[str, object]) -> Login | None:
    """A login of plain parts only: the person pastes it into a terminal. `N/A` means none (compute-node-api 2.5)."""
    host, port = plain(detail.get("ssh_ip"), 45), plain(detail.get("ssh_port"), 5)
    user, password = plain(detail.get("user_name"), 32), plain(detail.get("login_password"), 128)
    try:
        host = str(ipaddress.ip_address(host))
    except ValueError:
        return None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        return None
    if not _USER.fullmatch(user) or not password or password == "N/A":  # noqa: S105 - the node's word for none
        return None
    return Login(host, int(port), user, password)


def _answers(login: Login) -> bool:
    """Whether the port takes a connection; a guest that still boots does not."""
    try:
        with socket.create_connection((login.host, login.port), _PROBE_SECONDS):
            return True
    except OSError:
        return False
