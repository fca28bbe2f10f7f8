"""Evidence of how a rig worked: readings in a chain of hashes, anchored to blocks, signed.

What it can prove and what it cannot is said in `screens/evidence.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address, KeyPlace

DEMO = "demo"
"""The source of readings that are not real (`RigSample.source`)."""
MINUTE = 60
Gap = tuple[int, int]
"""From and until when nothing was kept, in seconds since 1970 (UTC)."""


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
        number: Its place in the chain of this rig and source, from 1.
        began_at: Seconds since 1970 (UTC), a multiple of 60. A program that was started anew within a minute, or a
            clock that was set back, leaves lines that are not later than the one before.
        source: What read the GPUs: `nvml`, or `demo` for readings that are not real. Each has a chain of its own.
        height: The newest final block that was known when the minute ended; `block_hash` its hash. None where no chain
            was reached.
        link: blake2b-256 of the link before it and of this minute's canonical text.
    """

    number: int
    began_at: int
    source: str
    gpus: tuple[EvidenceGpu, ...]
    height: int | None
    block_hash: bytes | None
    link: bytes


class SpanKind(StrEnum):
    """What a file is of."""

    HOUR = "hour"
    DAY = "day"
    RENTAL = "rental"


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """The stretch that a file is of, whether readings of all of it were kept or not.

    Attributes:
        start: Seconds since 1970 (UTC), a multiple of 60; `end` likewise, and left out. Of a rental: where its lines
            begin and end, because blocks and not clocks bound it.
        rent_id: The order of a rental; None for hours and days.
        from_height: The block in which the rental began; `to_height` the one in which it ends, as the chain has them.
    """

    kind: SpanKind
    start: int
    end: int
    rent_id: int | None = None
    from_height: int | None = None
    to_height: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """What a file is asked to be of, and who certifies.

    Attributes:
        controller: The account that signs, once, that the rig's key speaks for this rig.
        machine_id: The machine that the rig is; empty where it is none. Of a rental it may be left empty.
        now: Seconds since 1970: where the hour or the day ends.
        rent_id: The order, of a rental.
        place: Where the rig's key rests.
    """

    controller: Address
    machine_id: str
    kind: SpanKind
    now: float
    rent_id: int | None = None
    place: KeyPlace = KeyPlace.KEYRING


@dataclass(frozen=True, slots=True)
class RigCertificate:
    """What a controller once signed: that this key speaks for this rig, as this machine, on this chain.

    Attributes:
        machine_id: Empty where the rig is no machine of the chain.
        genesis_hash: Of the chain that the machine is on.
        signature: Over `services.evidence_file.certificate_text`, by the controller, as the Wallet page signs a text.
    """

    rig_key: bytes
    rig: str
    machine_id: str
    genesis_hash: bytes
    controller: Address
    signature: bytes

    def is_for(self, rig: str, machine_id: str, genesis_hash: bytes, controller: Address) -> bool:
        """Whether it is what this account said of this rig as this machine on this chain."""
        said = self.rig, self.machine_id, self.genesis_hash, self.controller
        return said == (rig, machine_id, genesis_hash, controller)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a rig's chain, signed by its key. Rig, machine and chain are those that `certificate` names.

    Attributes:
        source: Of every line; `demo` readings are not real and prove nothing.
        before: The link before the first minute.
        gaps: Times of the span of which nothing was kept, in their order.
        signature: By the rig's key, over `services.evidence_file.signed_bytes`.
    """

    source: str
    span: EvidenceSpan
    before: bytes
    minutes: tuple[EvidenceMinute, ...]
    gaps: tuple[Gap, ...]
    certificate: RigCertificate
    signature: bytes


class ChainAtHand(StrEnum):
    """Which chain a file was held against."""

    SAME = "same"
    OTHER = "other"
    NONE = "none"


class OwnerFinding(StrEnum):
    """What the certifying account is to the named machine, at the blocks that the file names first and last."""

    CONTROLLER = "controller"
    STASH = "stash"
    NEITHER = "neither"
    NO_MACHINE = "no_machine"
    """The chain had no record of that machine then."""
    UNTOLD = "untold"
    """The chain does not tell of that height any more."""
    UNKNOWN = "unknown"
    """The file's chain is not at hand."""
    NOT_NAMED = "not_named"
    """The file names no machine."""


class RentalFinding(StrEnum):
    """Whether the named order is one of the named machine, from and to the named blocks."""

    FITS = "fits"
    DIFFERS = "differs"
    UNTOLD = "untold"
    """The chain at hand does not know it (any more), or is another one."""
    NONE = "none"
    """The file is of an hour or a day."""


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """What became of the named blocks.

    Attributes:
        named: How many different blocks the file names.
        known: How many of those that were looked up are on the chain; `other` at whose height it has another one.
        beyond: Those that lie higher than the chain at hand has come.
    """

    named: int
    known: int = 0
    other: int = 0
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class ClockFinding:
    """How the times of the lines go with the times of the blocks they name.

    Attributes:
        set_back: Lines that are dated before the line before them; `blocks_back` those that name an earlier block.
        off_seconds: How much later a line says it ended than the block it names was made, where that is not plausible,
            the worst of them; negative where the block is younger. None where nothing is wrong, or was judged.
        judged: Lines whose block's time is known; 0 without the file's chain, and on one whose time can be jumped.
    """

    set_back: int
    blocks_back: int
    off_seconds: int | None = None
    judged: int = 0


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What a check found, each finding for itself.

    Attributes:
        broken_at: The first line that does not follow from the one before it; None where all do.
        is_signed: The named key signed all of it; `is_certified`: the named account signed for that key.
        tells_gaps: The gaps it tells are those it has.
        owner_height: The last block at which the owner was looked up; None where none was.
    """

    evidence: Evidence
    broken_at: int | None
    is_signed: bool
    is_certified: bool
    tells_gaps: bool
    chain: ChainAtHand
    owner: OwnerFinding
    owner_height: int | None
    rental: RentalFinding
    anchors: AnchorFinding
    clock: ClockFinding

    @property
    def is_demo(self) -> bool:
        """Whether the readings are not real."""
        return self.evidence.source == DEMO

    @property
    def is_refuted(self) -> bool:
        """Whether something that it claims is not so; what could not be checked refutes nothing."""
        is_whole = self.broken_at is None and self.is_signed and self.is_certified and self.tells_gaps
        is_anothers = self.owner in (OwnerFinding.NEITHER, OwnerFinding.NO_MACHINE)
        return not is_whole or is_anothers or self.anchors.other > 0 or self.rental is RentalFinding.DIFFERS
