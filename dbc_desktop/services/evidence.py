"""Evidence as one signed file, made of a rig's chain of minutes; `services.evidence_check` checks one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import DEMO, MINUTE, Evidence, EvidenceSpan, RigCertificate, SpanKind
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.services.evidence_check import rental_heights
from dbc_desktop.services.evidence_file import MOST_MINUTES, gaps_of, signed_bytes
from dbc_desktop.telemetry.evidence_log import EvidenceLog

_SECONDS = {SpanKind.HOUR: 3_600, SpanKind.DAY: 86_400}


def newest_stored_block(backend: ChainReader) -> tuple[int, bytes] | None:
    """Height and hash of the newest final block that holds anything; what evidence is anchored to."""
    blocks = backend.blocks(backend.head().finalised + 1, 1)
    return (blocks[0].height, blocks[0].hash) if blocks else None


def span_until(kind: SpanKind, now: float) -> EvidenceSpan:
    """The last hour or day, in whole minutes; `now` in seconds since 1970."""
    end = int(now // MINUTE) * MINUTE
    return EvidenceSpan(kind, end - _SECONDS[kind], end)


def source_kept(log: EvidenceLog, span: EvidenceSpan | RentOrder) -> str:
    """Whose readings a file of a span is of: real ones wherever there are any, never both.

    Raises:
        InvalidInput: `evidence` with `nothing_kept`.
        DataCorrupt: The log cannot be read.
    """
    if isinstance(span, RentOrder):
        counts = log.counts_of_blocks(*rental_heights(span))
    else:
        counts = log.counts(span.start, span.end)
    if not counts:
        raise InvalidInput("evidence", "nothing_kept")
    return max(counts, key=lambda source: (source != DEMO, counts[source]))


def make_evidence(
    log: EvidenceLog,
    sign: Callable[[bytes], bytes],
    certificate: RigCertificate,
    span: EvidenceSpan | RentOrder,
) -> Evidence:
    """A stretch of the log, signed by `sign` (the rig's key). For the `secrets` lane.

    Args:
        log: The rig's minutes.
        sign: Signs bytes with the key that `certificate` names.
        certificate: Who says that the key speaks for the rig.
        span: An hour or a day; or a rent order, whose blocks bound the file.

    Raises:
        InvalidInput: `evidence` with `nothing_kept` or `too_long`.
        SecretStoreUnavailable, DataCorrupt: As for the log and the key.
    """
    source = source_kept(log, span)
    if isinstance(span, RentOrder):
        first, last = rental_heights(span)
        before, minutes = log.minutes_of_blocks(source, first, last)
        times = [one.began_at for one in minutes]
        span = EvidenceSpan(
            SpanKind.RENTAL, min(times, default=0), max(times, default=0) + MINUTE, span.rent_id, first, last
        )
    else:
        before, minutes = log.minutes(source, span.start, span.end)
    if not minutes:
        raise InvalidInput("evidence", "nothing_kept")
    if len(minutes) > MOST_MINUTES or span.end - span.start > MOST_MINUTES * MINUTE:
        raise InvalidInput("evidence", "too_long", days=MOST_MINUTES // (24 * 60))
    unsigned = Evidence(source, span, before, minutes, gaps_of(span, minutes), certificate, b"")
    return replace(unsigned, signature=sign(signed_bytes(unsigned)))
