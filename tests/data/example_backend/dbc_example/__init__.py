"""The smallest backend of another package: a chain of its own in the folder that it is given.

A real one answers from somewhere else; what it must keep is the port, `dbc_desktop.chain.backend.ChainBackend`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.network import Capability, Identity

if mark := os.environ.get("DBC_EXAMPLE_MARK"):  # so that a test sees when, and where, this module is run
    with Path(mark).open("a") as file:
        file.write(f"{os.getpid()}\n")


class ExampleChain(LocalChain):
    """States what it can do; the window hides the rest and says why."""

    def identity(self) -> Identity:
        """By its own name."""
        return replace(super().identity(), kind="node", name="Example chain")

    def capabilities(self) -> frozenset[Capability]:
        """A look ahead and super nodes; no clock, no play money, no index of the past."""
        return frozenset({Capability.PREVIEW, Capability.SUPER_NODES})

    def account(self, address: Address) -> AccountState:
        """Breaks where it is told to."""
        if os.environ.get("DBC_EXAMPLE_BREAKS"):
            raise KeyError("told to break")
        return super().account(address)


def open_chain(folder: Path) -> ExampleChain:
    """What the entry point names."""
    if os.environ.get("DBC_EXAMPLE_BREAKS_AT_ONCE"):
        raise RuntimeError("told to break at once")
    return ExampleChain(folder, is_running=False, profile="mainnet-411")
