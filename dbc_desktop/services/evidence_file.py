"""A file of evidence as JSON: what is signed, what a controller certifies, and reading what strangers wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import (
    DEMO,
    MINUTE,
    Evidence,
    EvidenceMinute,
    EvidenceSpan,
    Gap,
    RigCertificate,
    SpanKind,
)
from dbc_desktop.storage.files import read_limited, write_whole
from dbc_desktop.telemetry.evidence_log import minute_text, parse_minute

FORMAT = "dbc-desktop-evidence-1"
MOST_MINUTES = 64 * 24 * 60
"""The longest rental has 60 days (chain-rules 5.1); a clock that was set back may make some lines more."""
_MAX_FILE = 128 * 2**20
_LATEST = 2**40
_DEMO_SAYS = "DEMO: these readings are of demo GPUs, which are not real. They prove nothing."
_REAL_SAYS = "Readings of GPUs as the driver of this computer told them."


def certificate_text(rig_key: bytes, rig: str, machine_id: str, genesis_hash: bytes) -> str:
    """What the controller signs once, as a text that a person can read; it binds key, rig, machine and chain."""
    machine = f"the machine {machine_id}" if machine_id else "no machine"
    return (
        f"DBC Desktop: the key {rig_key.hex()} signs the readings of my rig {rig}, "
        f"which is {machine} of the chain {genesis_hash.hex()}."
    )


def signed_bytes(evidence: Evidence) -> bytes:
    """What the rig's key signs: everything in the file but the signature, blake2b-256 of its canonical text."""
    return blake2_256(json.dumps(_document(evidence), sort_keys=True, separators=(",", ":")).encode())


def gaps_of(span: EvidenceSpan, minutes: tuple[EvidenceMinute, ...]) -> tuple[Gap, ...]:
    """The times of a span in which no minute began, each as long as it goes."""
    kept = {one.began_at for one in minutes}
    found: list[Gap] = []
    for at in range(span.start, span.end, MINUTE):
        if at in kept:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + MINUTE)
        else:
            found.append((at, at + MINUTE))
    return tuple(found)


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Write the file, all or nothing.

    Raises:
        DataUnwritable: It cannot be written there.
    """
    document = _document(evidence) | {"signature": evidence.signature.hex()}
    write_whole(path, json.dumps(document, indent=1, sort_keys=True).encode() + b"\n")


def read_evidence(path: Path) -> Evidence:
    """A file as it stands; whether anything in it is so, `services.evidence_check` says.

    Raises:
        InvalidInput: `evidence`: `unreadable`, `not_evidence`, `newer`, or `mixed`: demo and real readings in one file.
    """
    data = read_limited(path, _MAX_FILE)
    if data is None:
        raise InvalidInput("evidence", "unreadable", text=path.name)
    try:
        told = json.loads(data)
        if isinstance(told, dict) and told.get("format") != FORMAT:
            newer = str(told.get("format", "")).startswith("dbc-desktop-evidence-")
            raise InvalidInput("evidence", "newer" if newer else "not_evidence", text=path.name)
        evidence = _evidence(told)
    except InvalidInput as error:
        if error.field == "evidence":
            raise
        raise InvalidInput("evidence", "not_evidence", text=path.name) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InvalidInput("evidence", "not_evidence", text=path.name) from error
    if {one.source for one in evidence.minutes} != {evidence.source} or told.get("about") != _about(evidence.source):
        raise InvalidInput("evidence", "mixed", text=path.name)
    return evidence


def _about(source: str) -> str:
    return _DEMO_SAYS if source == DEMO else _REAL_SAYS


def _document(evidence: Evidence) -> dict[str, object]:
    certificate, span = evidence.certificate, evidence.span
    return {
        "about": _about(evidence.source),
        "format": FORMAT,
        "rig": certificate.rig,
        "machine_id": certificate.machine_id,
        "source": evidence.source,
        "genesis": certificate.genesis_hash.hex(),
        "span": {
            "kind": span.kind.value,
            "start": span.start,
            "end": span.end,
            "rent_id": span.rent_id,
            "from_height": span.from_height,
            "to_height": span.to_height,
        },
        "before": evidence.before.hex(),
        "minutes": [{"text": minute_text(minute), "link": minute.link.hex()} for minute in evidence.minutes],
        "gaps": [list(gap) for gap in evidence.gaps],
        "certificate": {
            "rig_key": certificate.rig_key.hex(),
            "controller": ss58.encode(certificate.controller.raw),
            "signature": certificate.signature.hex(),
        },
    }


def _evidence(told: Any) -> Evidence:
    minutes = tuple(parse_minute(one["text"], _bytes(one["link"], 32)) for one in told["minutes"])
    rig, machine_id, source, signed = told["rig"], told["machine_id"], told["source"], told["certificate"]
    if not all(isinstance(text, str) and text.isprintable() for text in (rig, machine_id, source)):
        raise ValueError("no texts")
    if not minutes or len(minutes) > MOST_MINUTES:
        raise ValueError("no minutes")
    certificate = RigCertificate(
        _bytes(signed["rig_key"], 32),
        rig,
        machine_id,
        _bytes(told["genesis"], 32),
        Address(ss58.decode(str(signed["controller"]))),
        _bytes(signed["signature"], 64),
    )
    gaps = tuple((_moment(start), _moment(end)) for start, end in told["gaps"])
    before, signature = _bytes(told["before"], 32), _bytes(told["signature"], 64)
    return Evidence(source, _span(told["span"]), before, minutes, gaps, certificate, signature)


def _span(told: Any) -> EvidenceSpan:
    span = EvidenceSpan(
        SpanKind(told["kind"]),
        _moment(told["start"]),
        _moment(told["end"]),
        _whole(told["rent_id"]),
        _whole(told["from_height"]),
        _whole(told["to_height"]),
    )
    if not 0 < span.end - span.start <= MOST_MINUTES * MINUTE:
        raise ValueError("no such span")
    is_bound = None not in (span.rent_id, span.from_height, span.to_height)
    if is_bound != (span.kind is SpanKind.RENTAL):
        raise ValueError("no rental")
    return span


def _moment(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LATEST or value % MINUTE:
        raise ValueError("not a minute's beginning")
    return value


def _whole(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**64:
        raise ValueError("not a number")
    return value


def _bytes(text: object, size: int) -> bytes:
    if not isinstance(text, str) or len(text) != 2 * size:
        raise ValueError("not hex of that size")
    return bytes.fromhex(text)
