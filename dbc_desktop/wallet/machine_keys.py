"""The machine's own key, kept as the 32-byte seed that `node.dat` holds (chain-rules 4.1, compute-node-api 1.3)."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sealed import seal, unseal
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput
from dbc_desktop.domain.machine import HardwareInfo, MachineId

_LIMIT = 4_096
_LINE = re.compile(r"\s*(node_id|node_private_key)\s*=\s*(?:0x)?([0-9a-fA-F]{64})\s*")


@dataclass(frozen=True, slots=True)
class BindProof:
    """What `bond_machine` wants: that the machine's key knows the stash (chain-rules 4.1).

    Attributes:
        message: 112 ASCII bytes: machine id, then the address of the stash.
        signature: 64 bytes by the machine's key.
    """

    machine_id: MachineId
    message: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class HardwareProof:
    """What `submit_hardware_report` wants: what is declared, and that the machine itself says the same (design 3.1).

    Attributes:
        message: The report, as text.
        signature: 64 bytes by the machine's key.
    """

    declared: HardwareInfo
    message: bytes
    signature: bytes


class MachineSeed:
    """The seed of a machine's key; shows itself only in `node_dat`."""

    __slots__ = ("_pair", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._pair = KeyPair.from_seed(seed)

    @classmethod
    def new(cls) -> MachineSeed:
        """A fresh one from the system's randomness."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def from_node_dat(cls, text: str) -> MachineSeed:
        """The seed in an untrusted `node.dat`.

        Raises:
            InvalidInput: `node_dat` with `not_node_dat` or `keys_differ`.
        """
        lines = text.splitlines() if len(text) <= _LIMIT else []
        found = {match[1]: match[2].lower() for line in lines if (match := _LINE.fullmatch(line))}
        if set(found) != {"node_id", "node_private_key"}:
            raise InvalidInput("node_dat", "not_node_dat")
        seed = cls(bytes.fromhex(found["node_private_key"]))
        if seed.machine_id != found["node_id"]:
            raise InvalidInput("node_dat", "keys_differ")
        return seed

    @classmethod
    def from_record(cls, text: str, passphrase: str, machine_id: MachineId) -> MachineSeed:
        """The seed in a kept record.

        Raises:
            WrongPassword: The passphrase does not open it.
            DataCorrupt: It is not the record of this machine.
        """
        source = Path(f"machine-{machine_id[:8]}")
        try:
            document = json.loads(text) if len(text) <= _LIMIT else None
        except (ValueError, RecursionError) as error:
            raise DataCorrupt(source, "not JSON") from error
        sealed = document.get("sealed_seed") if isinstance(document, dict) else None
        if not isinstance(sealed, str):
            raise DataCorrupt(source, "not a machine key")
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise DataCorrupt(source, "not base64") from error
        plain = unseal(raw, passphrase, source)
        if len(plain) != 32 or (seed := cls(plain)).machine_id != machine_id:
            raise DataCorrupt(source, "the key of another machine")
        return seed

    @property
    def machine_id(self) -> MachineId:
        """Hex of the public key."""
        return MachineId(self._pair.public.hex())

    def record(self, passphrase: str) -> str:
        """The seed encrypted, as text to keep; under 1,280 characters."""
        sealed = base64.b64encode(seal(self._seed, passphrase)).decode()
        return json.dumps({"machine_id": self.machine_id, "sealed_seed": sealed}, separators=(",", ":"))

    def bind_proof(self, stash: Address) -> BindProof:
        """The signed sentence that binds this machine to `stash` (chain-rules 4.1)."""
        # The rules bring numpy with them, which the window does not need before its first paint.
        from dbc_desktop.rules.bind_message import bind_message

        message = bind_message(self.machine_id, ss58.encode(stash.raw))
        return BindProof(self.machine_id, message, self._pair.sign(message))

    def hardware_proof(self, hardware: HardwareInfo, stash: Address, height: int) -> HardwareProof:
        """The signed report of this machine's hardware, made at the block `height`.

        Raises:
            InvalidInput: `hardware` with `unreadable`: a text of it has a line break.
        """
        from dbc_desktop.rules.hardware_report import report_message  # as in `bind_proof`

        own = replace(hardware, machine_id=self.machine_id)
        try:
            message = report_message(own, ss58.encode(stash.raw), height)
        except ValueError as error:
            raise InvalidInput("hardware", "unreadable") from error
        return HardwareProof(own, message, self._pair.sign(message))

    def node_dat(self) -> str:
        """The two lines of `dat/node.dat`, in the clear: they go to the machine and nowhere else."""
        return f"node_id={self.machine_id}\nnode_private_key={self._seed.hex()}\n"

    def __repr__(self) -> str:
        return "***"
