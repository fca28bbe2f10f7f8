"""The runtime that a node runs: its version, its metadata, and what follows from them; kept on disk by both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.metadata import MOST_BYTES, decode_metadata
from dbc_desktop.chain.substrate.rpc import NodeRpc, from_hex, to_hex, whole
from dbc_desktop.chain.substrate.storage import Storage
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, DataCorrupt
from dbc_desktop.storage.files import private_folder, read_limited, write_whole

_NAME = re.compile(r"[A-Za-z0-9_. -]{1,64}")


@dataclass(frozen=True, slots=True)
class Runtime:
    """One runtime; a new version of it is another object."""

    spec_name: str
    spec_version: int
    transaction_version: int
    codec: Codec
    storage: Storage

    def constant(self, pallet: str, name: str) -> Any:
        """A constant of a pallet, None where this runtime has none of that name."""
        found = self.codec.metadata.pallets.get(pallet)
        value = None if found is None else found.constants.get(name)
        return None if value is None else self.codec.decode(value[0], value[1], "metadata")

    def error_name(self, pallet: int, error: int) -> tuple[str, str]:
        """Pallet and name of a module error; numbers where this runtime does not name it."""
        for name, found in self.codec.metadata.pallets.items():
            if found.number == pallet:
                if found.errors is not None:
                    for variant in self.codec.metadata.types[found.errors].body:
                        if variant.number == error:
                            return name, variant.name
                return name, f"Error{error}"
        return f"Pallet{pallet}", f"Error{error}"


class Runtimes:
    """Finds the runtime at a block, and its metadata: in memory, in a file by genesis and version, or from the node.

    Args:
        rpc: The node.
        folder: Where metadata is kept; None keeps it in memory only.
    """

    def __init__(self, rpc: NodeRpc, folder: Path | None) -> None:
        self._rpc, self._folder = rpc, folder
        self._known: dict[tuple[str, int, int], Runtime] = {}

    def at(self, block: bytes) -> Runtime:
        """The runtime that reads the state of this block.

        Raises:
            ChainUnreachable: The node does not say, or not in a form that can be understood.
            BackendMismatch: `metadata_version`: its metadata has a form that this program does not know.
        """
        said = self._rpc.call("state_getRuntimeVersion", to_hex(block))
        if not isinstance(said, dict):
            raise ChainAnswerInvalid("rpc")
        name, spec, transaction = said.get("specName"), said.get("specVersion"), said.get("transactionVersion")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ChainAnswerInvalid("rpc")
        version = name, whole(spec), whole(transaction)
        found = self._known.get(version)
        if found is None:
            found = self._known[version] = self._load(*version, block)
        return found

    def _load(self, name: str, spec: int, transaction: int, block: bytes) -> Runtime:
        genesis = self._rpc.genesis_hash
        path = (
            None if self._folder is None or genesis is None else self._folder / f"{genesis.hex()}-{name}-{spec}.scale"
        )
        data = None if path is None else _kept(path)
        if data is None:
            data = self._fetch(block)
            codec = Codec(decode_metadata(data))
            if path is not None:
                private_folder(path.parent)
                write_whole(path, blake2_256(data) + data)
        else:
            codec = Codec(decode_metadata(data))
        return Runtime(name, spec, transaction, codec, Storage(codec))

    def _fetch(self, block: bytes) -> bytes:
        """The metadata as the node gives it; where that is of an unknown version, V15 is asked for by name."""
        data = from_hex(self._rpc.call("state_getMetadata", to_hex(block)))
        if len(data) > 4 and data[4] in (14, 15):
            return data
        wanted = (15).to_bytes(4, "little")
        answer = self._rpc.call("state_call", "Metadata_metadata_at_version", to_hex(wanted), to_hex(block))
        opaque = from_hex(answer)
        if opaque[:1] != b"\x01":
            raise BackendMismatch("metadata_version")
        start = opaque.find(b"meta", 1, 8)
        if start < 0:
            raise ChainAnswerInvalid("metadata")
        return opaque[start:]


def _kept(path: Path) -> bytes | None:
    """Metadata that was kept, None where there is none or it is not whole."""
    try:
        data = read_limited(path, MOST_BYTES + 32)
    except DataCorrupt:
        return None
    if data is None or len(data) < 36 or blake2_256(data[32:]) != data[:32]:
        return None
    return data[32:]
