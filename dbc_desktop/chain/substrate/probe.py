"""A quick look at a node that is not open: does it answer, which chain is it, how far is it (no metadata read)."""

from __future__ import annotations

from collections.abc import Sequence

from dbc_desktop.chain.substrate.blocks import Blocks
from dbc_desktop.chain.substrate.rpc import NodeRpc, to_hex, whole
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, ChainRequestFailed
from dbc_desktop.domain.network import NodeHealth


def probe(endpoints: Sequence[str], genesis_hash: bytes | None, clock: Clock) -> tuple[bytes, NodeHealth]:
    """The genesis that the node shows, and how it fares.

    Raises:
        ChainUnreachable: No endpoint answers.
        BackendMismatch: `genesis`: it is another chain than the pinned one.
    """
    rpc = NodeRpc(endpoints, clock, genesis_hash)
    try:
        header, finalised = Blocks(rpc).best()
        said = rpc.call("state_getRuntimeVersion", to_hex(header.hash))
        if not isinstance(said, dict):
            raise ChainAnswerInvalid("rpc")
        genesis = rpc.genesis_hash
        if genesis is None:
            raise BackendMismatch("genesis")
        return genesis, health_of(rpc, header.height, finalised, whole(said.get("specVersion")))
    finally:
        rpc.close()


def health_of(rpc: NodeRpc, height: int, finalised: int, spec_version: int) -> NodeHealth:
    """How the endpoint that is in use fares; what it does not serve is left out."""
    try:
        said = rpc.call("system_health")
    except ChainRequestFailed:
        said = None
    told = said if isinstance(said, dict) else {}
    peers = told.get("peers")
    return NodeHealth(
        url=rpc.url,
        latency_seconds=rpc.latency_seconds or 0.0,
        height=height,
        finalised=finalised,
        spec_version=spec_version,
        peers=peers if type(peers) is int and 0 <= peers < 2**32 else None,
        is_syncing=told.get("isSyncing") is True,
    )
