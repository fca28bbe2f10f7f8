"""Evidence as one signed file: made of a rig's chain of minutes, and checked by anybody who has the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.messages import verify_text
from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import Evidence, EvidenceMinute, EvidenceVerdict, RigCertificate
from dbc_desktop.storage.files import read_limited, write_whole
from dbc_desktop.telemetry.evidence_log import EvidenceLog, link_of, minute_text, parse_minute

FORMAT = "dbc-desktop-evidence-1"
_MAX_FILE = 64 * 2**20
_MAX_MINUTES = 32 * 24 * 60
_SECONDS = 60


def certificate_text(rig_key: bytes, rig: str) -> str:
    """What the controller signs once, as a text that a person can read."""
    return f"DBC Desktop: the key {rig_key.hex()} signs the readings of my rig {rig}."


def signed_bytes(evidence: Evidence) -> bytes:
    """What the rig's key signs: everything in the file but the signature, blake2b-256 of its canonical text."""
    return blake2_256(json.dumps(_document(evidence), sort_keys=True, separators=(",", ":")).encode())


def newest_stored_block(backend: ChainReader) -> tuple[int, bytes] | None:
    """Height and hash of the newest final block that holds anything; what evidence is anchored to."""
    blocks = backend.blocks(backend.head().finalised + 1, 1)
    return (blocks[0].height, blocks[0].hash) if blocks else None


def make_evidence(
    log: EvidenceLog,
    sign: Callable[[bytes], bytes],
    certificate: RigCertificate,
    genesis_hash: bytes,
    source: str,
    machine_id: str,
    start: float,
    end: float,
) -> Evidence:
    """A stretch of the log, signed by `sign` (the rig's key); times in seconds since 1970. For the `secrets` lane.

    Raises:
        InvalidInput: `evidence` with `nothing_kept` or `too_long` (over 32 days).
        SecretStoreUnavailable, DataCorrupt: As for the log and the key.
    """
    before, minutes = log.minutes(start, end)
    if not minutes:
        raise InvalidInput("evidence", "nothing_kept")
    if len(minutes) > _MAX_MINUTES:
        raise InvalidInput("evidence", "too_long", days=32)
    unsigned = Evidence(certificate.rig, machine_id, source, genesis_hash, before, minutes, certificate, b"")
    signature = sign(signed_bytes(unsigned))
    return replace(unsigned, signature=signature)


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Write the file, all or nothing.

    Raises:
        DataUnwritable: It cannot be written there.
    """
    document = _document(evidence) | {"signature": evidence.signature.hex()}
    write_whole(path, json.dumps(document, indent=1, sort_keys=True).encode() + b"\n")


def check_evidence(path: Path, backend: ChainReader | None) -> EvidenceVerdict:
    """Everything that can be found out about a file; a chain at hand tells whether its named blocks are real.

    Raises:
        InvalidInput: `evidence`: `unreadable`, `not_evidence`, `newer`, `broken_chain` (`number`), `bad_signature` or
            `bad_certificate`.
        ChainUnreachable: The backend does not answer.
    """
    evidence = _read(path)
    link, last = evidence.before, None
    for minute in evidence.minutes:
        link = link_of(link, minute_text(minute))
        is_next = last is None or (minute.number == last.number + 1 and minute.began_at > last.began_at)
        if link != minute.link or not is_next or minute.began_at % _SECONDS:
            raise InvalidInput("evidence", "broken_chain", number=minute.number)
        last = minute
    certificate = evidence.certificate
    if not verify(certificate.rig_key, signed_bytes(evidence), evidence.signature):
        raise InvalidInput("evidence", "bad_signature")
    text = certificate_text(certificate.rig_key, certificate.rig)
    if certificate.rig != evidence.rig or not verify_text(certificate.controller.raw, text, certificate.signature):
        raise InvalidInput("evidence", "bad_certificate")
    known, other, is_same = 0, 0, False
    if backend is not None:
        is_same = backend.identity().genesis_hash == evidence.genesis_hash
        known, other = _compared(evidence.minutes, backend) if is_same else (0, 0)
    return EvidenceVerdict(evidence, _gaps(evidence.minutes), known, other, is_same)


def _compared(minutes: tuple[EvidenceMinute, ...], backend: ChainReader) -> tuple[int, int]:
    known = other = 0
    for height, block_hash in sorted({(one.height, one.block_hash) for one in minutes if one.height is not None}):
        blocks = backend.blocks(height + 1, 1)
        is_it = bool(blocks) and blocks[0].height == height and blocks[0].hash == block_hash
        known, other = (known + 1, other) if is_it else (known, other + 1)
    return known, other


def _gaps(minutes: tuple[EvidenceMinute, ...]) -> int:
    return (minutes[-1].began_at - minutes[0].began_at) // _SECONDS + 1 - len(minutes)


def _document(evidence: Evidence) -> dict[str, object]:
    certificate = evidence.certificate
    return {
        "format": FORMAT,
        "rig": evidence.rig,
        "machine_id": evidence.machine_id,
        "source": evidence.source,
        "genesis": evidence.genesis_hash.hex(),
        "before": evidence.before.hex(),
        "minutes": [{"text": minute_text(minute), "link": minute.link.hex()} for minute in evidence.minutes],
        "certificate": {
            "rig_key": certificate.rig_key.hex(),
            "controller": ss58.encode(certificate.controller.raw),
            "signature": certificate.signature.hex(),
        },
    }


def _read(path: Path) -> Evidence:
    data = read_limited(path, _MAX_FILE)
    if data is None:
        raise InvalidInput("evidence", "unreadable", text=path.name)
    try:
        told = json.loads(data)
        if isinstance(told, dict) and told.get("format") != FORMAT:
            newer = str(told.get("format", "")).startswith("dbc-desktop-evidence-")
            raise InvalidInput("evidence", "newer" if newer else "not_evidence", text=path.name)
        minutes = tuple(parse_minute(one["text"], _bytes(one["link"], 32)) for one in told["minutes"])
        signed = told["certificate"]
        controller = Address(ss58.decode(str(signed["controller"])))
        rig = str(told["rig"])
        certificate = RigCertificate(_bytes(signed["rig_key"], 32), rig, controller, _bytes(signed["signature"], 64))
        texts = (rig, str(told["machine_id"]), str(told["source"]))
        if not minutes or len(minutes) > _MAX_MINUTES or not all(text.isprintable() for text in texts):
            raise ValueError("no minutes")
        return Evidence(
            *texts,
            _bytes(told["genesis"], 32),
            _bytes(told["before"], 32),
            minutes,
            certificate,
            _bytes(told["signature"], 64),
        )
    except InvalidInput as error:
        if error.field == "evidence":
            raise
        raise InvalidInput("evidence", "not_evidence", text=path.name) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput("evidence", "not_evidence", text=path.name) from error


def _bytes(text: object, size: int) -> bytes:
    if not isinstance(text, str) or len(text) != 2 * size:
        raise ValueError("not hex of that size")
    return bytes.fromhex(text)
