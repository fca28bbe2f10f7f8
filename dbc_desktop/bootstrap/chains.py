"""Which backend stands behind a network, and how a node is looked at that is not open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.services.networks import EXTENSION, LOCAL, Network, Networks

if TYPE_CHECKING:
    from dbc_desktop.chain.extensions import Extension
    from dbc_desktop.chain.host import HostedChain
    from dbc_desktop.domain.clock import Clock
    from dbc_desktop.domain.network import NodeHealth

NODE_POLL_SECONDS = 2.0
"""How often a real node is asked for the outcome of a transaction that was just sent."""


def open_backend(home: Path, network: Network) -> HostedChain:
    """The chain of a network in a process of its own; what goes wrong there is raised by the first call."""
    from dbc_desktop.chain.host import HostedChain, HostedExtension, HostedNode

    if network.kind == LOCAL:
        return HostedChain(home / network.folder, profile=network.rules)
    from dbc_desktop.storage.files import private_folder

    if network.kind == EXTENSION and network.extension is not None:
        return HostedExtension(private_folder(home / "extensions" / network.key), network.extension)
    return HostedNode(private_folder(home / "nodes"), network.endpoints, genesis_hash=network.genesis_hash)


def networks_of(home: Path, clock: Clock) -> Networks:
    """The networks of a data folder."""

    def look(endpoints: tuple[str, ...], genesis_hash: bytes | None) -> tuple[bytes, NodeHealth]:
        from dbc_desktop.chain.substrate.probe import probe

        return probe(endpoints, genesis_hash, clock)

    def make(network: Network, copy: bytes) -> None:
        from dbc_desktop.chain.host import HostedChain

        chain = HostedChain(home / network.folder, profile=network.rules, is_running=False, practice=copy)
        try:
            chain.head()
        finally:
            chain.close()

    return Networks(home, look, make, _discover)


def _discover() -> tuple[Extension, ...]:
    from dbc_desktop.chain.extensions import installed

    return installed()
