"""What a file of evidence shows, what it proves, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.evidence import (
    ChainAtHand,
    Evidence,
    EvidenceVerdict,
    OwnerFinding,
    RentalFinding,
    SpanKind,
)
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr

SPANS: tuple[tuple[SpanKind, Callable[[], str]], ...] = (
    (SpanKind.HOUR, lambda: tr("The last hour")),
    (SpanKind.DAY, lambda: tr("The last day")),
    (SpanKind.RENTAL, lambda: tr("A rental")),
)
"""What a file may be of."""
_SHOWN_GAPS = 5


class Mark(StrEnum):
    """How a line of a check stands; the value is what a terminal puts before it."""

    HOLDS = "+"
    FAILS = "-"
    UNKNOWN = "?"
    """It could not be checked."""
    NOTE = "!"
    """It is so, and speaks against the readings."""
    LIMIT = " "
    """What no such file can prove."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One finding."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceScreen:
    """A checked file in words.

    Attributes:
        title: Whether the readings are real or of the demo: the first thing that is said.
        verdict: What the findings come to, as a line.
        rows: What the file says, label and value.
        lines: One for each finding, and the limits.
    """

    title: str
    is_demo: bool
    verdict: EvidenceLine
    rows: tuple[tuple[str, str], ...]
    lines: tuple[EvidenceLine, ...]


def evidence_limits() -> tuple[str, ...]:
    """What such a file proves, and what it does not; said before one is made and after one was checked."""
    return (
        tr("It proves that who holds the rig's key made these lines in this order, and changed none since signing."),
        tr("It proves that no line is older than the block it names. It does not prove that none is younger."),
        tr("It does not prove that the readings are true: who owns a computer can make its driver say anything."),
    )


def evidence_screen(verdict: EvidenceVerdict) -> EvidenceScreen:
    """The words for a file that could be read."""
    found = [
        *_of_file(verdict),
        _owner(verdict),
        *_anchors(verdict),
        *_clock(verdict),
        *_rental(verdict),
        *_readings(verdict),
    ]
    lines = (*found, *(EvidenceLine(Mark.LIMIT, text) for text in evidence_limits()))
    if verdict.is_demo:
        title = tr("Demo readings: not of real GPUs, and no proof of anything")
    else:
        title = tr("Readings of real GPUs, as their driver told them")
    if verdict.is_refuted:
        whole = EvidenceLine(Mark.FAILS, tr("Something in this file is not so. Trust nothing in it."))
    elif any(line.mark is Mark.UNKNOWN for line in found):
        whole = EvidenceLine(Mark.UNKNOWN, tr("The file is whole. Not everything could be checked."))
    else:
        whole = EvidenceLine(Mark.HOLDS, tr("The file is whole, and everything in it was checked."))
    return EvidenceScreen(title, verdict.is_demo, whole, _rows(verdict.evidence), lines)


def saved_text(evidence: Evidence, name: str) -> str:
    """What making a file did."""
    minutes = ntr("{n} minute", "{n} minutes", len(evidence.minutes))
    text = tr("{minutes} signed and saved as {name}.", minutes=minutes, name=name)
    missing = sum(end - start for start, end in evidence.gaps) // 60
    if missing:
        text += " " + ntr("{n} minute was not kept.", "{n} minutes were not kept.", missing)
    if evidence.source == "demo":
        text += " " + tr("It says that its readings are of demo GPUs.")
    return text


def who_text(name: str, *, can_sign: bool, is_certified: bool) -> str:
    """Who speaks for this rig."""
    if not can_sign:
        return tr("Choose an account whose key is here: it certifies the rig's key.")
    if is_certified:
        return tr("{name} has certified this rig's key.", name=name)
    return tr("{name} certifies this rig's key with one signature, which costs nothing.", name=name)


def demo_warning() -> str:
    """What is said before a file is made where there are no real GPUs."""
    return tr("These are demo GPUs. The file will say so in its first line, and proves nothing.")


def _rows(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    certificate, span = evidence.certificate, evidence.span
    cards = {gpu.uuid for minute in evidence.minutes for gpu in minute.gpus}
    if span.kind is SpanKind.RENTAL:
        bounds = tr(
            "Rental {number}, blocks {first} to {last}",
            number=span.rent_id,
            first=f"{span.from_height:,}",
            last=f"{span.to_height:,}",
        )
    else:
        bounds = tr("An hour") if span.kind is SpanKind.HOUR else tr("A day")
    return (
        (tr("Rig"), certificate.rig),
        (tr("Machine"), certificate.machine_id or formats.DASH),
        (tr("Of"), bounds),
        (tr("From"), formats.moment(span.start)),
        (tr("To"), formats.moment(span.end)),
        (tr("GPUs"), str(len(cards))),
        (tr("Minutes"), f"{len(evidence.minutes):,}"),
        (tr("Rig's key"), certificate.rig_key.hex()),
        (tr("Certified by"), formats.address_text(certificate.controller)),
    )


def _of_file(verdict: EvidenceVerdict) -> list[EvidenceLine]:
    certificate = verdict.evidence.certificate
    key, name = _key(verdict), formats.short_address(certificate.controller)
    if verdict.broken_at is None:
        lines = [EvidenceLine(Mark.HOLDS, tr("The readings are unbroken: every line is tied to the one before it."))]
    else:
        lines = [
            EvidenceLine(
                Mark.FAILS,
                tr("Line {number} does not follow from the one before it: it was changed.", number=verdict.broken_at),
            )
        ]
    if verdict.is_signed:
        lines.append(EvidenceLine(Mark.HOLDS, tr("The rig's key {key} signed all of it.", key=key)))
    else:
        lines.append(EvidenceLine(Mark.FAILS, tr("The rig's key {key} did not sign this.", key=key)))
    if verdict.is_certified:
        text = tr("{name} certified the key {key} for this rig, this machine and this chain.", name=name, key=key)
        lines.append(EvidenceLine(Mark.HOLDS, text))
    else:
        text = tr("{name} did not certify the key {key} for this rig, this machine and this chain.", name=name, key=key)
        lines.append(EvidenceLine(Mark.FAILS, text))
    return lines


def _owner(verdict: EvidenceVerdict) -> EvidenceLine:
    certificate = verdict.evidence.certificate
    facts = {
        "name": formats.short_address(certificate.controller),
        "machine": formats.short_id(certificate.machine_id),
        "height": formats.DASH if verdict.owner_height is None else f"{verdict.owner_height:,}",
    }
    texts: dict[OwnerFinding, tuple[Mark, Callable[[], str]]] = {
        OwnerFinding.CONTROLLER: (
            Mark.HOLDS,
            lambda: tr("{name} was the controller of the machine {machine} at block {height} of this chain.", **facts),
        ),
        OwnerFinding.STASH: (
            Mark.HOLDS,
            lambda: tr("{name} was the stash of the machine {machine} at block {height} of this chain.", **facts),
        ),
        OwnerFinding.NEITHER: (
            Mark.FAILS,
            lambda: tr(
                "{name} was NOT the controller of the machine {machine} at block {height} of this chain.", **facts
            ),
        ),
        OwnerFinding.NO_MACHINE: (
            Mark.FAILS,
            lambda: tr("There was no machine {machine} at block {height} of this chain.", **facts),
        ),
        OwnerFinding.UNTOLD: (
            Mark.UNKNOWN,
            lambda: tr("The chain does not tell any more who held the machine {machine} at block {height}.", **facts),
        ),
        OwnerFinding.UNKNOWN: (
            Mark.UNKNOWN,
            lambda: tr(
                "Whether {name} was the controller of the machine {machine} is unknown: its chain is not at hand.",
                **facts,
            ),
        ),
        OwnerFinding.NOT_NAMED: (
            Mark.UNKNOWN,
            lambda: tr("It names no machine: whose rig it is, is the word of {name} alone.", **facts),
        ),
    }
    mark, text = texts[verdict.owner]
    return EvidenceLine(mark, text())


def _anchors(verdict: EvidenceVerdict) -> list[EvidenceLine]:
    found = verdict.anchors
    if not found.named:
        return [EvidenceLine(Mark.UNKNOWN, tr("It names no block: when it was made cannot be told."))]
    if verdict.chain is ChainAtHand.NONE:
        text = tr("The blocks it names could not be checked: no chain is at hand.")
        return [EvidenceLine(Mark.UNKNOWN, text)]
    if verdict.chain is ChainAtHand.OTHER:
        text = tr("The blocks it names are of another chain than the one at hand; they were not compared.")
        return [EvidenceLine(Mark.UNKNOWN, text)]
    lines = []
    if found.known:
        text = ntr("{n} named block is on this chain.", "{n} named blocks are on this chain.", found.known)
        lines.append(EvidenceLine(Mark.HOLDS, text))
    if found.other:
        text = ntr("{n} named block is not on this chain.", "{n} named blocks are not on this chain.", found.other)
        lines.append(EvidenceLine(Mark.FAILS, text))
    if found.beyond:
        text = ntr(
            "{n} named block lies beyond what the chain at hand has reached.",
            "{n} named blocks lie beyond what the chain at hand has reached.",
            found.beyond,
        )
        lines.append(EvidenceLine(Mark.UNKNOWN, text))
    left = found.named - found.known - found.other - found.beyond
    if left:
        text = ntr("{n} more was not looked up.", "{n} more were not looked up.", left)
        lines.append(EvidenceLine(Mark.LIMIT, text))
    return lines


def _clock(verdict: EvidenceVerdict) -> list[EvidenceLine]:
    found, lines = verdict.clock, []
    if found.off_seconds is not None:
        minutes = max(1, abs(found.off_seconds) // 60)
        if found.off_seconds > 0:
            text = ntr(
                "A line is dated {n} minute later than the block it names was made: the rig's clock, or the line, "
                "is not right.",
                "A line is dated {n} minutes later than the block it names was made: the rig's clock, or the line, "
                "is not right.",
                minutes,
            )
        else:
            text = ntr(
                "A line is dated {n} minute before the block it names was made: the rig's clock, or the line, "
                "is not right.",
                "A line is dated {n} minutes before the block it names was made: the rig's clock, or the line, "
                "is not right.",
                minutes,
            )
        lines.append(EvidenceLine(Mark.NOTE, text))
    elif found.judged:
        lines.append(EvidenceLine(Mark.HOLDS, tr("The times of the lines go with those of the blocks they name.")))
    elif verdict.chain is ChainAtHand.SAME and verdict.anchors.known:
        text = tr("On this chain time can be jumped: its blocks say nothing of the rig's clock.")
        lines.append(EvidenceLine(Mark.LIMIT, text))
    if found.set_back:
        text = ntr("The rig's clock was set back {n} time.", "The rig's clock was set back {n} times.", found.set_back)
        lines.append(EvidenceLine(Mark.NOTE, text))
    if found.blocks_back:
        text = ntr(
            "{n} line names an earlier block than the one before it.",
            "{n} lines name an earlier block than the one before it.",
            found.blocks_back,
        )
        lines.append(EvidenceLine(Mark.NOTE, text))
    return lines


def _rental(verdict: EvidenceVerdict) -> list[EvidenceLine]:
    number = verdict.evidence.span.rent_id
    if verdict.rental is RentalFinding.FITS:
        return [EvidenceLine(Mark.HOLDS, tr("Rental {number} is of this machine and these blocks.", number=number))]
    if verdict.rental is RentalFinding.DIFFERS:
        return [EvidenceLine(Mark.FAILS, tr("Rental {number} is NOT of this machine and these blocks.", number=number))]
    if verdict.rental is RentalFinding.UNTOLD:
        return [EvidenceLine(Mark.UNKNOWN, tr("No chain at hand tells of rental {number}.", number=number))]
    return []


def _readings(verdict: EvidenceVerdict) -> list[EvidenceLine]:
    evidence, lines = verdict.evidence, []
    if not verdict.tells_gaps:
        lines.append(EvidenceLine(Mark.FAILS, tr("The gaps that it tells are not those that it has.")))
    missing = sum(end - start for start, end in evidence.gaps) // 60
    if missing:
        text = ntr("{n} minute was not kept:", "{n} minutes were not kept:", missing)
        spans = [f"{formats.moment(start)} - {formats.moment(end)}" for start, end in evidence.gaps[:_SHOWN_GAPS]]
        more = len(evidence.gaps) - len(spans)
        if more:
            spans.append(ntr("{n} gap more", "{n} gaps more", more))
        lines.append(EvidenceLine(Mark.NOTE, f"{text} {'; '.join(spans)}"))
    lost = sum(any(gpu.lost for gpu in minute.gpus) for minute in evidence.minutes)
    if lost:
        text = ntr("A GPU was lost in {n} minute.", "A GPU was lost in {n} minutes.", lost)
        lines.append(EvidenceLine(Mark.NOTE, text))
    return lines


def _key(verdict: EvidenceVerdict) -> str:
    return formats.short_id(verdict.evidence.certificate.rig_key.hex())
