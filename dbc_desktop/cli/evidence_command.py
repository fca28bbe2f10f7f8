"""`dbc-desktop evidence`: makes files of signed readings, and says what one shows and proves."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.cli.layout import pairs, printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.messages import verify_text
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import EvidenceRequest, EvidenceVerdict, SpanKind
from dbc_desktop.screens.evidence import EvidenceLine, evidence_screen, saved_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.evidence_check import check_evidence

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_NOBODY = Address(bytes(32))
_SIGNATURE_BYTES = 64


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("evidence", help="signed readings of a rig as one file: make one, or check one")
    acts = parser.add_subparsers(required=True, metavar="ACT")
    checking = acts.add_parser("check", parents=[shared], help="what a file shows, and what holds")
    checking.add_argument("file", type=Path, metavar="FILE", help="as the Rigs page or `make` saves it")
    _add_node(checking)
    checking.set_defaults(run=run_check)
    making = acts.add_parser("make", parents=[shared], help="an hour, a day or a rental of this rig as one file")
    making.add_argument("file", type=Path, metavar="FILE", help="where it is written")
    span = making.add_mutually_exclusive_group(required=True)
    span.add_argument("--last", choices=[SpanKind.HOUR.value, SpanKind.DAY.value], help="what has just passed")
    span.add_argument("--rental", type=int, metavar="NUMBER", help="a rent order of the chain, from its first block on")
    making.add_argument(
        "--machine", default="", metavar="ID", help="the machine that this rig is (64 letters and digits)"
    )
    making.add_argument("--controller", metavar="ADDRESS", help="who certifies (default: who did so last)")
    making.add_argument("--signature", metavar="HEX", help="the controller's signature, where the rig asks for one")
    making.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="the rig's key, on a rig without a keyring; made if it is not there",
    )
    _add_node(making)
    making.set_defaults(run=run_make)


def run_check(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Say each finding, by the file alone and by the chain: of a node, or of `home` where there is one.

    Raises:
        InvalidInput: `evidence`: the file cannot be read, or (`refuted`, after all was said) something is not so.
        ChainUnreachable: The node does not answer.
    """
    try:
        with _chain(options, home, make) as chain:
            verdict = check_evidence(options.file, chain)
    except InvalidInput as error:
        if (error.field, error.reason) != ("home", "no_chain"):
            raise
        verdict = check_evidence(options.file, None)
    if options.json:
        print(json.dumps(_document(verdict)))
    else:
        screen = evidence_screen(verdict)
        print(printable(screen.title))
        print(_line(screen.verdict))
        for row in pairs(screen.rows):
            print(printable(row))
        for line in screen.lines:
            print(_line(line))
    if verdict.is_refuted:
        raise InvalidInput("evidence", "refuted")


def run_make(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Make a file of the minutes in `home`, certified before or by the signature that is given.

    Raises:
        InvalidInput: `evidence`: as `RigEvidence.write`; `not_certified` with the text to sign, or `bad_signature`.
        SecretStoreUnavailable: The keyring cannot be used, and no file was named.
        DataCorrupt, DataUnwritable: The key, the minutes or the file.
        ChainUnreachable: The node does not answer.
    """
    kind = SpanKind(options.last) if options.last else SpanKind.RENTAL
    given = Address(ss58.decode(options.controller)) if options.controller else None
    with _chain(options, home, make) as chain, closing(make.open_evidence(home, chain, options.key_file)) as maker:
        controller = given or maker.last_controller() or _NOBODY
        place = maker.key_place()
        passphrase = ""
        if place is KeyPlace.FILE and options.key_file is None:
            passphrase = getpass.getpass(tr("Passphrase of the rig's key") + ": ")

        def sign_text(text: str) -> bytes:
            if not options.signature or controller == _NOBODY:
                raise InvalidInput("evidence", "not_certified", text=text)
            signature = _signature(options.signature)
            if not verify_text(controller.raw, text, signature):
                raise InvalidInput("evidence", "bad_signature", text=text)
            return signature

        request = EvidenceRequest(controller, options.machine, kind, make.clock().now(), options.rental, place)
        made = maker.write(options.file, request, sign_text, passphrase)
    if options.json:
        print(
            json.dumps(
                {
                    "file": str(options.file),
                    "source": made.source,
                    "minutes": len(made.minutes),
                    "gaps": [list(gap) for gap in made.gaps],
                    "rig_key": made.certificate.rig_key.hex(),
                }
            )
        )
    else:
        print(printable(saved_text(made, options.file.name)))


def _add_node(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node", metavar="URL", help="a node of the file's chain (default: the local chain of the data folder)"
    )


@contextmanager
def _chain(options: argparse.Namespace, home: Path, make: Factories) -> Iterator[ChainReader]:
    chain: ChainReader = make.open_node(options.node) if options.node else make.open_reader(home)
    with closing(chain):
        yield chain


def _signature(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) == _SIGNATURE_BYTES + 1 and raw[0] == 1:  # with its kind before it, as some wallets give it
        raw = raw[1:]
    return raw if len(raw) == _SIGNATURE_BYTES else bytes(_SIGNATURE_BYTES)


def _line(line: EvidenceLine) -> str:
    return printable(f"{line.mark} {line.text}")


def _document(verdict: EvidenceVerdict) -> dict[str, object]:
    evidence, clock, anchors = verdict.evidence, verdict.clock, verdict.anchors
    certificate, span = evidence.certificate, evidence.span
    return {
        "is_demo": verdict.is_demo,
        "is_refuted": verdict.is_refuted,
        "rig": certificate.rig,
        "machine_id": certificate.machine_id,
        "rig_key": certificate.rig_key.hex(),
        "certified_by": ss58.encode(certificate.controller.raw),
        "source": evidence.source,
        "span": {"kind": span.kind.value, "from": span.start, "to": span.end, "rent_id": span.rent_id},
        "minutes": len(evidence.minutes),
        "gaps": [list(gap) for gap in evidence.gaps],
        "broken_at": verdict.broken_at,
        "is_signed": verdict.is_signed,
        "is_certified": verdict.is_certified,
        "tells_gaps": verdict.tells_gaps,
        "chain": verdict.chain.value,
        "owner": verdict.owner.value,
        "owner_height": verdict.owner_height,
        "rental": verdict.rental.value,
        "blocks": {
            "named": anchors.named,
            "known": anchors.known,
            "other": anchors.other,
            "beyond": anchors.beyond,
        },
        "clock": {
            "set_back": clock.set_back,
            "blocks_back": clock.blocks_back,
            "off_seconds": clock.off_seconds,
            "judged": clock.judged,
        },
    }
