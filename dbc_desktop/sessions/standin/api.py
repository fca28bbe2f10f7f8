"""The URLs of the compute node that the stand-in answers (compute-node-api 2.4 and 2.5)."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Container
from dataclasses import dataclass

import dbc_desktop
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.sessions.standin.authority import Authority
from dbc_desktop.sessions.standin.envelope import NO_SUCH_URI, RESPONSE_ERROR, Refusal, invalid
from dbc_desktop.sessions.standin.node import Node
from dbc_desktop.sessions.standin.task import IMAGE

PREFIX = "/api/v1"
_VERSION = f"{dbc_desktop.__version__}-standin"
_MACHINE_ID = re.compile(r"[0-9a-f]{64}")
_ACTS = ("start", "shutdown", "poweroff", "stop", "restart", "delete")


@dataclass(frozen=True, slots=True)
class _Request:
    """The common part of a body (compute-node-api 2.2)."""

    machine_id: str
    additional: dict[str, object]
    wallet: str
    nonce: str
    sign: str
    rent_order: str


class Api:
    """Answers `(path, body)`; `machines` narrows down for which machines this node stands."""

    def __init__(self, node: Node, authority: Authority, machines: Container[str] | None = None) -> None:
        self._node, self._authority, self._machines = node, authority, machines

    async def answer(self, path: str, body: dict[str, object]) -> object:
        """The `message` of a successful call.

        Raises:
            Refusal: The call is not done.
        """
        if path == f"{PREFIX}/":
            return {"client_version": _VERSION}
        parts = path.removeprefix(f"{PREFIX}/").split("/") if path.startswith(f"{PREFIX}/") else []
        match parts:
            case ["mining_nodes"]:
                return self._mining_nodes(body)
            case ["tasks"]:
                return [task.row() for task in self._node.of_order((await self._allowed(body))[1])]
            case ["tasks", "start"]:
                request, order = await self._allowed(body)
                return self._node.create(order, request.wallet, request.additional).row()
            case ["tasks", task_id]:
                return self._node.task((await self._allowed(body))[1], task_id).detail()
            case ["tasks", "logs", task_id]:
                task = self._node.task((await self._allowed(body))[1], task_id)
                return {"task_id": task.task_id, "log_content": list(task.log)}
            case ["tasks", act, task_id] if act in _ACTS:
                return await self._act(act, task_id, (await self._allowed(body))[1])
        raise Refusal(NO_SUCH_URI, "no such uri", 404)

    async def _act(self, act: str, task_id: str, order: RentOrder) -> str:
        task = self._node.task(order, task_id)
        if act == "delete":
            await self._node.delete(task)
        elif act == "start":
            self._node.start(order, task)
        else:
            await self._node.stop(task)
            if act == "restart":
                self._node.start(order, task)
        return "ok"

    async def _allowed(self, body: dict[str, object]) -> tuple[_Request, RentOrder]:
        request = self._request(body)
        if not request.wallet:
            raise invalid("session_id and wallet all invalid")
        return request, await self._authority.check(
            request.machine_id, request.wallet, request.nonce, request.sign, request.rent_order
        )

    def _request(self, body: dict[str, object]) -> _Request:
        additional = body.get("additional")
        if not isinstance(additional, dict):
            raise invalid("additional is invalid")
        machine_id = self._peer(body)
        if machine_id is None:
            raise invalid("peer_nodes_list is invalid")
        texts = [body.get(name, "") for name in ("wallet", "nonce", "sign", "rent_order")]
        if not all(isinstance(text, str) and len(text) <= 200 for text in texts):
            raise invalid("wallet, nonce, sign and rent_order must be strings")
        return _Request(machine_id, additional, *map(str, texts))

    def _peer(self, body: dict[str, object]) -> str | None:
        peers = body.get("peer_nodes_list")
        if not isinstance(peers, list) or not all(isinstance(peer, str) for peer in peers):
            raise invalid("peer_nodes_list is invalid")
        if not peers:
            return None
        machine_id = str(peers[0])
        if not _MACHINE_ID.fullmatch(machine_id):
            raise invalid("peer_nodes_list is invalid")
        if self._machines is not None and machine_id not in self._machines:
            raise Refusal(RESPONSE_ERROR, "create node request failed", 500)
        return machine_id

    def _mining_nodes(self, body: dict[str, object]) -> object:
        if self._peer(body) is None:
            return {"mining_nodes": []}
        return {
            "version": _VERSION,
            "node_type": "compute",
            "ip": "127.0.*.*",
            "os": platform.system(),
            "simulated": True,
            "cpu": {"type": platform.machine(), "hz": "N/A", "cores": str(os.cpu_count() or 1), "used_usage": "N/A"},
            "gpu": {"gpu_count": "0", "gpu_used": "0"},
            "mem": {"size": _gigabytes("SC_PHYS_PAGES"), "free": _gigabytes("SC_AVPHYS_PAGES"), "used_usage": "N/A"},
            "disk_system": {"type": "memory", "size": "1G"},
            "images": [{"image_name": IMAGE, "image_size": "0G"}],
        }


def _gigabytes(pages: str) -> str:
    if not hasattr(os, "sysconf"):  # Windows
        return "N/A"
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf(pages) >> 30}G"
