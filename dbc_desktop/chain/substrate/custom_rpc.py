"""The network's own RPC methods, where a node serves them (chain-rules 10.3): what else takes going through a map.

All else is read from storage: a thousand values in one request, of any block, by the types of the node's metadata,
where these methods give one thing a request in a form of their own. Each is asked for a block by its hash, so that a
page never mixes two. What a node does not serve, gives as nonsense or contradicts itself in is None, and the caller
reads storage.
"""

from __future__ import annotations

import threading
from typing import Any

from dbc_desktop.chain.substrate.rpc import NodeRpc, to_hex, whole
from dbc_desktop.domain.errors import ChainAnswerInvalid, ChainRequestFailed

_METHOD_UNKNOWN = -32_601
_MOST = 2**32
_FIELDS = ("onlineGpu", "offlineGpu", "rentedGpu", "onlineGpuCalcPoints")


class CustomRpc:
    """Asks for what the node lists in `rpc_methods`; callable from any thread."""

    def __init__(self, rpc: NodeRpc) -> None:
        self._rpc = rpc
        self._guard = threading.Lock()
        self._served: dict[str, set[str]] = {}

    def operators(self, at: bytes) -> int | None:
        """How many stashes have a record."""
        try:
            found = self._ask("onlineProfile_getStakerNum", at)
            count = None if found is None else whole(found)
        except ChainAnswerInvalid:
            return None
        return count if count is not None and count < _MOST else None

    def places(self, at: bytes) -> int | None:
        """At how many coordinates machines are online."""
        try:
            found = self._ask("onlineProfile_getPosGpuInfo", at)
            return None if found is None else _places(found)
        except ChainAnswerInvalid:
            return None

    def _ask(self, method: str, at: bytes) -> Any:
        """The answer; None where the node does not serve the method, or refuses."""
        served = self._listed()
        if method not in served:
            return None
        try:
            return self._rpc.call(method, to_hex(at))
        except ChainRequestFailed as error:
            if error.code == _METHOD_UNKNOWN:  # listed, and yet not there: behind a gateway, or of another endpoint
                served.discard(method)
            return None

    def _listed(self) -> set[str]:
        """What the endpoint in use lists, asked for once."""
        url = self._rpc.url
        with self._guard:
            known = self._served.get(url)
        if known is None:
            try:
                said = self._rpc.call("rpc_methods")
            except ChainRequestFailed:
                said = None
            methods = said.get("methods") if isinstance(said, dict) else None
            known = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
            with self._guard:
                self._served[url] = known
        return known


def _places(found: object) -> int:
    """Coordinates with GPUs online.

    Raises:
        ChainAnswerInvalid: `rpc`: it is no list of places, or more is rented at one than is there.
    """
    if not isinstance(found, list):
        raise ChainAnswerInvalid("rpc")
    seen = set()
    for row in found:
        if not isinstance(row, list) or len(row) != 3 or not isinstance(row[2], dict):
            raise ChainAnswerInvalid("rpc")
        online, _, rented, _ = (whole(row[2].get(name)) for name in _FIELDS)
        if rented > online:
            raise ChainAnswerInvalid("rpc")
        if online:
            seen.add((_coordinate(row[0]), _coordinate(row[1])))
    return len(seen)


def _coordinate(value: object) -> tuple[str, int]:
    if not isinstance(value, dict) or len(value) != 1:
        raise ChainAnswerInvalid("rpc")
    ((direction, degrees),) = value.items()
    return str(direction), whole(degrees)
