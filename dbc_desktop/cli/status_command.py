"""`dbc-desktop status [ADDRESS]`: machines, stake, claimable, locked, rentals and deadlines of an account."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.documents import status_document
from dbc_desktop.cli.layout import pairs, printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens.status import status_screen
from dbc_desktop.services.overview import status_report

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("status", parents=[shared], help="stake, rewards, machines and rentals of an account")
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help="default: every account of the wallet")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Print the report.

    Raises:
        InvalidInput: `home`, where there is no chain yet; `address`, where it is none of this network or where none is
            given and the wallet is empty.
    """
    given = None if options.address is None else Address(ss58.decode(options.address))
    reader = make.open_reader(home)
    try:
        addresses = [account.address for account in make.accounts(home)] if given is None else [given]
        if not addresses:
            raise InvalidInput("address", "empty")
        report = status_report(reader, addresses)
    finally:
        reader.close()
    if options.json:
        print(json.dumps(status_document(report), indent=2))
        return
    screen = status_screen(report)
    print(printable(screen.title))
    for section in screen.sections:
        print()
        print(printable(section.heading))
        for line in pairs(section.rows):
            print(printable(line))
