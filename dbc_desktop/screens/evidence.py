"""What a file of evidence shows, what it proves, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbc_desktop.domain.evidence import EvidenceVerdict
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr

SPANS: tuple[tuple[int, Callable[[], str]], ...] = (
    (3_600, lambda: tr("The last hour")),
    (86_400, lambda: tr("The last day")),
)
"""For how many seconds a file may be made in the window."""


@dataclass(frozen=True, slots=True)
class EvidenceScreen:
    """A checked file in words.

    Attributes:
        rows: What it says, label and value.
        holds: What was checked and is so.
        open_ends: What could not be checked, or speaks against it.
        limits: What no such file can prove.
    """

    title: str
    rows: tuple[tuple[str, str], ...]
    holds: tuple[str, ...]
    open_ends: tuple[str, ...]
    limits: tuple[str, ...]


def evidence_limits() -> tuple[str, ...]:
    """What such a file proves, and what it does not; said before one is made and after one was checked."""
    return (
        tr("It proves that who holds the rig's key made these lines in this order, and changed none since signing."),
        tr("It proves that no line is older than the block it names. It does not prove that none is younger."),
        tr("It does not prove that the readings are true: who owns a computer can make its driver say anything."),
    )


def evidence_screen(verdict: EvidenceVerdict) -> EvidenceScreen:
    """The words for a file whose chain of hashes, signature and certificate hold."""
    evidence = verdict.evidence
    first, last = evidence.minutes[0], evidence.minutes[-1]
    cards = {gpu.uuid for minute in evidence.minutes for gpu in minute.gpus}
    lost = sum(any(gpu.lost for gpu in minute.gpus) for minute in evidence.minutes)
    rows = (
        (tr("Rig"), evidence.rig),
        (tr("Machine"), formats.short_id(evidence.machine_id) if evidence.machine_id else formats.DASH),
        (tr("From"), formats.moment(first.began_at)),
        (tr("To"), formats.moment(last.began_at + 60)),
        (tr("GPUs"), str(len(cards))),
        (tr("Minutes"), f"{len(evidence.minutes):,}"),
        (tr("Certified by"), formats.short_address(evidence.certificate.controller)),
    )
    holds = [
        tr("Every line is tied to the one before it."),
        tr("The rig's key signed all of it, and the controller signed that the key speaks for this rig."),
    ]
    against = []
    if verdict.blocks_known:
        known = verdict.blocks_known
        holds.append(ntr("{n} named block is on this chain.", "{n} named blocks are on this chain.", known))
    if verdict.blocks_other:
        against.append(
            ntr(
                "{n} named block is not on this chain.", "{n} named blocks are not on this chain.", verdict.blocks_other
            )
        )
    if not verdict.is_same_chain:
        against.append(tr("The blocks it names are of another chain than the one at hand; they were not compared."))
    elif not verdict.blocks_known and not verdict.blocks_other:
        against.append(tr("It names no block: when it was made cannot be told."))
    if verdict.gaps:
        against.append(ntr("{n} minute is missing in between.", "{n} minutes are missing in between.", verdict.gaps))
    if lost:
        against.append(ntr("A GPU was lost in {n} minute.", "A GPU was lost in {n} minutes.", lost))
    if evidence.source == "demo":
        against.append(tr("Its readings are of demo GPUs, which are not real."))
    return EvidenceScreen(tr("The file is whole"), rows, tuple(holds), tuple(against), evidence_limits())


def saved_text(minutes: int, name: str) -> str:
    """What making a file did."""
    count = ntr("{n} minute", "{n} minutes", minutes)
    return tr("{minutes} signed and saved as {name}.", minutes=count, name=name)


def who_text(name: str, *, can_sign: bool, is_certified: bool) -> str:
    """Who speaks for this rig."""
    if not can_sign:
        return tr("Choose an account whose key is here: it certifies the rig's key.")
    if is_certified:
        return tr("{name} has certified this rig's key.", name=name)
    return tr("{name} certifies this rig's key with one signature, which costs nothing.", name=name)
