"""`dbc-desktop evidence FILE`: what a file of signed readings shows and proves."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.layout import pairs, printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import EvidenceVerdict
from dbc_desktop.screens.evidence import evidence_screen
from dbc_desktop.services.evidence import check_evidence

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("evidence", parents=[shared], help="check a file of signed readings")
    parser.add_argument("file", type=Path, metavar="FILE", help="as the Rigs page saves it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Check the file, by itself and against the chain of `home` where there is one.

    Raises:
        InvalidInput: `evidence`: the file is not whole.
    """
    try:
        with closing(make.open_reader(home)) as reader:
            verdict = check_evidence(options.file, reader)
    except InvalidInput as error:
        if (error.field, error.reason) != ("home", "no_chain"):
            raise
        verdict = check_evidence(options.file, None)
    if options.json:
        print(json.dumps(_document(verdict)))
        return
    screen = evidence_screen(verdict)
    print(printable(screen.title))
    for line in pairs(screen.rows):
        print(printable(line))
    for sign, lines in (("+", screen.holds), ("-", screen.open_ends), (" ", screen.limits)):
        for line in lines:
            print(printable(f"{sign} {line}"))


def _document(verdict: EvidenceVerdict) -> dict[str, object]:
    evidence = verdict.evidence
    return {
        "rig": evidence.rig,
        "machine_id": evidence.machine_id,
        "source": evidence.source,
        "from": evidence.minutes[0].began_at,
        "to": evidence.minutes[-1].began_at + 60,
        "minutes": len(evidence.minutes),
        "gaps": verdict.gaps,
        "blocks_known": verdict.blocks_known,
        "blocks_other": verdict.blocks_other,
        "is_same_chain": verdict.is_same_chain,
    }
