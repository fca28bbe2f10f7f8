"""`dbc-desktop simulate PLAN`: what the rules would make of a plan, era by era (design 3.2)."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.documents import simulation_document
from dbc_desktop.cli.layout import pairs, printable, table
from dbc_desktop.cli.ports import Factories
from dbc_desktop.domain.simulation import MOST_ERAS
from dbc_desktop.screens.simulation import simulation_csv, simulation_screen
from dbc_desktop.services.planning import read_plan

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("simulate", parents=[shared], help="what the rules would make of a plan")
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a TOML or JSON file, see the README")
    parser.add_argument("--eras", type=_eras, default=150, metavar="N", help="days (default: %(default)s)")
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")
    parser.set_defaults(run=run)


def _eras(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_ERAS):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to {MOST_ERAS}")
    return int(text)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Play the plan on a branch of the chain in `home`, in memory; the chain itself is only read.

    Raises:
        InvalidInput: `plan` or a field of it; `home` where there is no chain.
    """
    plan = read_plan(options.plan)
    with closing(make.open_reader(home)) as reader:
        found = reader.simulate(plan, options.eras)
    if options.json:
        print(json.dumps(simulation_document(found), indent=2))
        return
    if options.csv:
        print(simulation_csv(found), end="")
        return
    screen = simulation_screen(found)
    lines = [screen.title, *screen.assumptions, "", *table(screen.table), "", *pairs(screen.sums, indent=0)]
    for line in (*lines, *screen.warnings):
        print(printable(line))
