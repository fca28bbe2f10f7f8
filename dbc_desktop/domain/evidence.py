"""Evidence of how a rig worked: readings in a chain of hashes, anchored to blocks, signed.

What it can prove and what it cannot is said in `screens/evidence.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Address


@dataclass(frozen=True, slots=True)
class EvidenceGpu:
    """One GPU over one minute; None where nothing was read. Percent, degrees Celsius, watts, bytes.

    Attributes:
        samples: How many samples it was read in; `lost` in how many it did not answer.
    """

    uuid: str
    samples: int
    lost: int
    gpu_percent: float | None
    temperature: float | None
    power_watts: float | None
    memory_used: int | None


@dataclass(frozen=True, slots=True)
class EvidenceMinute:
    """One minute of a rig, and the link that ties it to the one before.

    Attributes:
        number: Its place in the chain of this rig, from 1.
        began_at: Seconds since 1970 (UTC), a multiple of 60.
        height: The newest final block that was known when the minute ended; `block_hash` its hash. None where no chain
            was reached.
        link: blake2b-256 of the link before it and of this minute's canonical text.
    """

    number: int
    began_at: int
    gpus: tuple[EvidenceGpu, ...]
    height: int | None
    block_hash: bytes | None
    link: bytes


@dataclass(frozen=True, slots=True)
class RigCertificate:
    """What a controller once signed: that this key speaks for this rig.

    Attributes:
        signature: Over `services.evidence.certificate_text`, by the controller, as the Wallet page signs a text.
    """

    rig_key: bytes
    rig: str
    controller: Address
    signature: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a rig's chain, signed by its key.

    Attributes:
        machine_id: The machine on the chain that the owner says it is; empty where none was named.
        genesis_hash: Of the chain whose blocks are named.
        before: The link before the first minute.
        source: `nvml` or `demo`; demo readings are not real and prove nothing.
        signature: By the rig's key, over `services.evidence.signed_bytes`.
    """

    rig: str
    machine_id: str
    source: str
    genesis_hash: bytes
    before: bytes
    minutes: tuple[EvidenceMinute, ...]
    certificate: RigCertificate
    signature: bytes


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What a check found to hold.

    Attributes:
        gaps: Minutes between the first and the last that are not there.
        blocks_known: Named blocks that the chain at hand has; `blocks_other` those for which it has another hash.
            Both 0 where no chain, or another one, was at hand.
    """

    evidence: Evidence
    gaps: int
    blocks_known: int
    blocks_other: int
    is_same_chain: bool
