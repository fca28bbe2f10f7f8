"""A chain that is used through a node: reads and sends over JSON-RPC, while its time is moved from behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.substrate.backend import SubstrateChain
from dbc_desktop.domain.network import Head
from tests.doubles.substrate_node.node import TestNode
from tests.doubles.substrate_node.server import NodeServer

_FROM_BEHIND = frozenset({"clock_mode", "set_clock", "play_money", "show_machine", "replay"})


class ChainThroughNode:
    """`ChainBackend` of a `SubstrateChain`; who moves time moves the embedded chain that its node answers from.

    Args:
        folder: Where the embedded chain is.
        profile: Its rules; the node's readers know those of the network only.
        residents: Whether its residents act.
    """

    def __init__(
        self,
        folder: Path,
        profile: str = "mainnet-411",
        metadata: bytes | None = None,
        *,
        residents: bool = True,
        **options: Any,
    ) -> None:
        self.folder = folder
        self.behind = LocalChain(folder, is_running=False, profile=profile, residents=residents)
        self.node = TestNode(self.behind, metadata)
        self.server = NodeServer(self.node)
        options = {"fresh_seconds": 0.0, "poll_seconds": 0.02} | options
        self.front = SubstrateChain([self.server.url], folder=folder.parent / "metadata", **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind if name in _FROM_BEHIND else self.front, name)

    def jump(self, blocks: int, progress: Callable[[int, int], None] | None = None) -> Head:
        """Let blocks pass behind the node."""
        return self.behind.jump(blocks, progress)

    def close(self) -> None:
        """Close all of it."""
        self.front.close()
        self.server.close()
        self.behind.close()
