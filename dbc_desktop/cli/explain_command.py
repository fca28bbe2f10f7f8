"""`dbc-desktop explain MACHINE:ERA` and `explain --check FILE`: why a reward is what it is (design 3.2)."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.layout import pairs, printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.screens.explaining import checked_text, explaining_screen, saved_text
from dbc_desktop.services.explaining import compare, parse_reward, read_file, text_of
from dbc_desktop.storage.files import write_whole

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("explain", parents=[shared], help="why a reward is what it is; check a saved one")
    parser.add_argument("reward", nargs="?", metavar="MACHINE:ERA", help="a machine's id and a mining era")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the explanation into a file")
    parser.add_argument("--check", type=Path, metavar="FILE", help="reckon a saved explanation again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Explain a reward, or check a saved explanation by itself and against the chain of `home` where there is one.

    Raises:
        InvalidInput: `reward`, `explanation` as the services say, or `home` where there is no chain to explain from.
    """
    if options.check is not None:
        _check(options, home, make)
        return
    if options.reward is None:
        raise InvalidInput("reward", "not_a_reward")
    machine_id, era = parse_reward(options.reward)
    with closing(make.open_reader(home)) as reader:
        explanation = reader.explain(machine_id, era)
    if options.save is not None:
        write_whole(options.save, text_of(explanation).encode())
    if options.json:
        print(text_of(explanation), end="")
        return
    _print(explanation)
    if options.save is not None:
        print(printable(saved_text(str(options.save))))


def _check(options: argparse.Namespace, home: Path, make: Factories) -> None:
    explanation = read_file(options.check)
    if options.reward is not None and parse_reward(options.reward) != (
        explanation.inputs.machine_id,
        explanation.inputs.era,
    ):
        raise InvalidInput("explanation", "other_reward")
    with_chain = True
    try:
        with closing(make.open_reader(home)) as reader:
            compare(explanation, reader, reader.identity().genesis_hash)
    except InvalidInput as error:
        if (error.field, error.reason) not in (("home", "no_chain"), ("explanation", "other_chain")):
            raise
        with_chain = False
    if options.json:
        print(text_of(explanation), end="")
        return
    _print(explanation)
    print(printable(checked_text(with_chain=with_chain)))


def _print(explanation: Explanation) -> None:
    screen = explaining_screen(explanation, is_wide=True)
    print(printable(screen.title))
    for section in screen.sections:
        print()
        print(printable(section.heading))
        for line in pairs(section.rows):
            print(printable(line))
    print()
