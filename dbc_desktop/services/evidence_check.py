"""What can be found out about a file of evidence, each finding for itself: by the file alone, and by its chain."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.crypto.messages import verify_text
from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.domain.evidence import (
    MINUTE,
    AnchorFinding,
    ChainAtHand,
    ClockFinding,
    Evidence,
    EvidenceMinute,
    EvidenceVerdict,
    OwnerFinding,
    RentalFinding,
    SpanKind,
)
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import BLOCK_MS, MOST_STAMPS, BlockStamp, Head
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.services.evidence_file import certificate_text, gaps_of, read_evidence, signed_bytes
from dbc_desktop.telemetry.evidence_log import link_of, minute_text

Anchor = tuple[int, bytes]

_EARLY_SECONDS = 120
"""A line may name a block that is by so much younger than itself: clocks differ."""
_LATE_SECONDS = 900
"""And one that is by so much older: it names the newest final block that was known, for ten minutes at most."""
_DRIFT_PARTS = 50
"""Where a block's time is only reckoned back from the newest one, a fiftieth of the way may be missed blocks."""


def check_evidence(path: Path, backend: ChainReader | None) -> EvidenceVerdict:
    """Everything that can be found out; `backend` is the chain at hand, None where there is none.

    Raises:
        InvalidInput: `evidence`: `unreadable`, `not_evidence`, `newer` or `mixed`; all else is a finding.
        ChainUnreachable: The backend does not answer.
    """
    evidence = read_evidence(path)
    certificate = evidence.certificate
    text = certificate_text(certificate.rig_key, certificate.rig, certificate.machine_id, certificate.genesis_hash)
    chain = _chain(evidence, backend)
    there = backend if chain is ChainAtHand.SAME else None
    owner, owner_height = _owner(evidence, there)
    anchors, stamps, head = _anchors(evidence, there)
    return EvidenceVerdict(
        evidence,
        _broken_at(evidence),
        verify(certificate.rig_key, signed_bytes(evidence), evidence.signature),
        verify_text(certificate.controller.raw, text, certificate.signature),
        evidence.gaps == gaps_of(evidence.span, evidence.minutes),
        chain,
        owner,
        owner_height,
        _rental(evidence, there),
        anchors,
        _clock(evidence.minutes, stamps, head),
    )


def _broken_at(evidence: Evidence) -> int | None:
    link, number = evidence.before, evidence.minutes[0].number
    for minute in evidence.minutes:
        link = link_of(link, minute_text(minute))
        if link != minute.link or minute.number != number or minute.began_at % MINUTE:
            return minute.number
        number += 1
    return None


def _chain(evidence: Evidence, backend: ChainReader | None) -> ChainAtHand:
    if backend is None:
        return ChainAtHand.NONE
    is_same = backend.identity().genesis_hash == evidence.certificate.genesis_hash
    return ChainAtHand.SAME if is_same else ChainAtHand.OTHER


def _owner(evidence: Evidence, backend: ChainReader | None) -> tuple[OwnerFinding, int | None]:
    """What the certifier was to the machine at the first and the last named block; now, where no block is named."""
    certificate = evidence.certificate
    if not certificate.machine_id:
        return OwnerFinding.NOT_NAMED, None
    if backend is None:
        return OwnerFinding.UNKNOWN, None
    newest = backend.head().height
    heights = [one.height for one in evidence.minutes if one.height is not None and one.height <= newest]
    found = OwnerFinding.UNTOLD
    for height in sorted({heights[0], heights[-1]}) if heights else [newest]:
        owner = backend.machine_owner(MachineId(certificate.machine_id), height)
        if owner is None:
            return OwnerFinding.UNTOLD, height
        if owner.stash is None and owner.controller is None:
            return OwnerFinding.NO_MACHINE, height
        if certificate.controller not in (owner.controller, owner.stash):
            return OwnerFinding.NEITHER, height
        is_controller = certificate.controller == owner.controller
        found = OwnerFinding.CONTROLLER if is_controller else OwnerFinding.STASH
    return found, height


def _rental(evidence: Evidence, backend: ChainReader | None) -> RentalFinding:
    span = evidence.span
    if span.kind is not SpanKind.RENTAL or span.rent_id is None:
        return RentalFinding.NONE
    order = None if backend is None else backend.rent_order(span.rent_id)
    if order is None:
        return RentalFinding.UNTOLD
    is_it = order.machine_id == evidence.certificate.machine_id and order.rent_start == span.from_height
    heights = [one.height for one in evidence.minutes if one.height is not None]
    first, last = rental_heights(order)
    is_within = bool(heights) and first <= min(heights) and max(heights) < last
    return RentalFinding.FITS if is_it and is_within else RentalFinding.DIFFERS


def rental_heights(order: RentOrder) -> tuple[int, int]:
    """The block in which an order began, and the one in which it ended or ends; an unconfirmed one lapses."""
    is_open = order.status in (RentStatus.RENTING, RentStatus.ENDED)
    return order.rent_start, order.rent_end if is_open else order.confirm_until + 1


def _anchors(
    evidence: Evidence, backend: ChainReader | None
) -> tuple[AnchorFinding, dict[Anchor, BlockStamp], Head | None]:
    """What became of the named blocks; of very many, some evenly over all of them are looked up."""
    named = sorted(
        {(one.height, one.block_hash) for one in evidence.minutes if one.height is not None and one.block_hash}
    )
    if backend is None or not named:
        return AnchorFinding(len(named)), {}, None
    asked = [named[at * len(named) // MOST_STAMPS] for at in range(MOST_STAMPS)] if len(named) > MOST_STAMPS else named
    head = backend.head()
    stamps: dict[Anchor, BlockStamp] = {}
    known = other = beyond = 0
    for anchor, stamp in zip(asked, backend.block_stamps([height for height, _ in asked]), strict=True):
        if stamp is not None and stamp.hash == anchor[1]:
            known += 1
            stamps[anchor] = stamp
        elif anchor[0] > head.height:
            beyond += 1
        else:
            other += 1
    # Of a chain whose time can be jumped, times say nothing about a clock.
    is_timed = backend.identity().kind != "local"
    return AnchorFinding(len(named), known, other, beyond), stamps if is_timed else {}, head


def _clock(minutes: tuple[EvidenceMinute, ...], stamps: dict[Anchor, BlockStamp], head: Head | None) -> ClockFinding:
    set_back = blocks_back = judged = 0
    worst: int | None = None
    last: EvidenceMinute | None = None
    height = -1
    for minute in minutes:
        set_back += last is not None and minute.began_at < last.began_at
        last = minute
        if minute.height is None or minute.block_hash is None:
            continue
        blocks_back += minute.height < height
        height = minute.height
        stamp = stamps.get((minute.height, minute.block_hash))
        if stamp is None or head is None:
            continue
        judged += 1
        off = _off(minute.began_at + MINUTE, stamp, head)
        if off is not None and (worst is None or abs(off) > abs(worst)):
            worst = off
    return ClockFinding(set_back, blocks_back, worst, judged)


def _off(ended_at: int, stamp: BlockStamp, head: Head) -> int | None:
    """By how many seconds a line is later than its block, where that is not plausible."""
    slack, made_ms = 0, stamp.timestamp_ms
    if made_ms is None:
        passed_ms = (head.height - stamp.height) * BLOCK_MS
        made_ms, slack = head.timestamp_ms - passed_ms, passed_ms // 1_000 // _DRIFT_PARTS
    off = ended_at - made_ms // 1_000
    return None if -_EARLY_SECONDS - slack <= off <= _LATE_SECONDS + slack else off
