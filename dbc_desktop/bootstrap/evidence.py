"""Evidence without a window: the minutes of a data folder, the rig's key from where it rests, and the chain."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.fleet_store import FleetStore

if TYPE_CHECKING:
    from dbc_desktop.chain.backend import ChainReader
    from dbc_desktop.domain.account import Address, KeyPlace
    from dbc_desktop.domain.evidence import Evidence, EvidenceRequest
    from dbc_desktop.wallet.rig_key import RigKey


class EvidenceFolder:
    """`cli.ports.EvidenceMaker` of one data folder."""

    def __init__(self, home: Path, chain: ChainReader, key_file: Path | None) -> None:
        self._home, self._key_file = home, key_file
        self._store = FleetStore(home / "fleet.json")
        self._log = EvidenceLog(home / "evidence.sqlite3", read_only=True)
        self._evidence = RigEvidence(chain, lambda: platform.node() or "rig-01", self._store, self._key)
        self._evidence.use(self._log)

    def last_controller(self) -> Address | None:
        """Who certified a key of this rig last."""
        certificates = self._store.settings().certificates
        return certificates[-1].controller if certificates else None

    def key_place(self) -> KeyPlace:
        """Where the rig's key rests."""
        return self._evidence.place()

    def write(
        self, path: Path, request: EvidenceRequest, sign_text: Callable[[str], bytes], passphrase: str = ""
    ) -> Evidence:
        """Make a file."""
        return self._evidence.write(path, request, sign_text, passphrase)

    def close(self) -> None:
        """Let go of files."""
        self._log.close()

    def _key(self, place: KeyPlace, passphrase: str) -> RigKey:
        from dbc_desktop.bootstrap import keyring_of
        from dbc_desktop.bootstrap.monitoring import rig_key
        from dbc_desktop.wallet.rig_key import BareRigKey

        if self._key_file is not None:
            return BareRigKey(self._key_file)
        return rig_key(self._home, keyring_of(self._home), place, passphrase)


def open_node(url: str) -> ChainReader:
    """A real node, read over JSON-RPC.

    Raises:
        InvalidInput: `endpoint` with `not_an_address`.
    """
    from dbc_desktop.chain.substrate.backend import SubstrateChain
    from dbc_desktop.services.networks import parse_endpoint

    return SubstrateChain([parse_endpoint(url)])
