"""`dbc-desktop chain new | info | replay | jump`: the embedded chain's file; the rest of `chain` stands beside."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli import chain_travel_commands
from dbc_desktop.cli.documents import chain_document, head_document
from dbc_desktop.cli.layout import pairs, printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.cli.progress import shown_progress
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA, Capability
from dbc_desktop.rules.profile import LAUNCH_2021, PROFILES
from dbc_desktop.screens.chain import chain_rows, jumped_text, replayed_text
from dbc_desktop.screens.jump import targets

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from dbc_desktop.chain.backend import LocalBackend

MAX_BLOCKS = 2**32 - 1
"""Heights are 32-bit numbers on the chain (chain-rules 0.1)."""


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    parser = commands.add_parser("chain", help="the embedded chain's file")
    acts = parser.add_subparsers(required=True, metavar="ACT")
    new = acts.add_parser("new", parents=[shared], help="make one, by rules of your choice")
    new.add_argument("--rules", choices=tuple(PROFILES), default=LAUNCH_2021.name, help="default: %(default)s")
    new.add_argument("--empty", action="store_true", help="without residents: nobody verifies, rents or offers")
    new.set_defaults(run=run_new)
    info = acts.add_parser("info", parents=[shared], help="which chain it is and where it stands")
    info.set_defaults(run=run_info)
    replay = acts.add_parser("replay", parents=[shared], help="run the whole log again and compare every digest")
    replay.set_defaults(run=run_replay)
    jump = acts.add_parser("jump", parents=[shared], help="let time pass at once")
    span = jump.add_mutually_exclusive_group(required=True)
    span.add_argument("--blocks", type=_blocks(1), metavar="N", dest="blocks", help="N blocks")
    span.add_argument("--minutes", type=_blocks(60_000 // BLOCK_MS), metavar="N", dest="blocks", help="N minutes")
    span.add_argument("--eras", type=_blocks(BLOCKS_PER_ERA), metavar="N", dest="blocks", help="N eras of a day each")
    span.add_argument(
        "--to-deadline", action="store_true", help="behind the next deadline of the accounts in the wallet"
    )
    jump.set_defaults(run=run_jump)
    chain_travel_commands.add_to(acts, shared)


def _blocks(each: int) -> Callable[[str], int]:
    """How `argparse` reads a count of something that takes `each` blocks."""

    def count(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) * each <= MAX_BLOCKS and len(text) <= 12):
            raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to {MAX_BLOCKS // each}")
        return int(text) * each

    return count


def run_new(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Make the chain of a folder that has none, and print which it is.

    Raises:
        InvalidInput: `home` with `chain_exists`.
        ChainBusy: Another process writes in this folder.
        DataUnwritable: Nothing can be written there.
    """
    make.create_chain(home, options.rules, residents=not options.empty).close()
    run_info(options, home, make)


def run_info(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Print which chain it is and where it stands; works beside a running window."""
    reader = make.open_reader(home)
    try:
        identity, head, totals = reader.identity(), reader.head(), reader.network()
        election = reader.election() if Capability.SUPER_NODES in reader.capabilities() else None
    finally:
        reader.close()
    if options.json:
        print(json.dumps(chain_document(identity, head, totals, election), indent=2))
        return
    for line in pairs(chain_rows(identity, head, totals, election), indent=0):
        print(printable(line))


def run_replay(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Run the log again from genesis.

    Raises:
        ChainBusy: Another process writes in this folder.
        DataCorrupt: A block or a digest differs.
    """
    chain = make.open_writer(home)
    try:
        with shown_progress() as progress:
            head = chain.replay(progress)
    finally:
        chain.close()
    print(
        json.dumps({"replayed": True, "head": head_document(head)}, indent=2) if options.json else replayed_text(head)
    )


def run_jump(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Let time pass at once.

    Raises:
        ChainBusy: Another process writes in this folder.
        Cancelled: Ctrl+C; the chain stands at the last whole block.
    """
    chain = make.open_writer(home)
    try:
        before = chain.head()
        blocks = _to_deadline(chain, home, make) if options.to_deadline else options.blocks
        with shown_progress() as progress:
            after = chain.jump(blocks, progress)
    finally:
        chain.close()
    if options.json:
        print(json.dumps({"from": head_document(before), "to": head_document(after)}, indent=2))
    else:
        print(jumped_text(before, after))


def _to_deadline(chain: LocalBackend, home: Path, make: Factories) -> int:
    """How many blocks lie before the end of the next deadline."""
    head = chain.head()
    accounts = make.accounts(home)
    if not accounts:
        raise InvalidInput("home", "no_accounts", home=str(home))
    ends = [end for account in accounts for end in chain.deadlines(account.address)]
    return targets(ends, head, 1)[0].blocks
