"""The commands of the program without a window (design 8.1)."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dbc_desktop.cli import (
    agent_command,
    chain_commands,
    evidence_command,
    explain_command,
    simulate_command,
    status_command,
    telemetry_command,
)
from dbc_desktop.cli.layout import printable
from dbc_desktop.cli.ports import Factories
from dbc_desktop.domain.errors import Cancelled, DbcError, InvalidInput
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import set_language, tr

COMMANDS = ("status", "telemetry", "chain", "explain", "simulate", "agent", "evidence")
"""First words that `main` takes; the composition root knows the rest."""

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def main(argv: Sequence[str], make: Factories) -> int:
    """Run one command; its exit status: 0 only on success, 1 failed, 2 `argv` makes no sense, 130 Ctrl+C.

    The result goes to the standard output; what went wrong is one line on the standard error.
    """
    _let_everything_be_printed()
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leaving:  # argparse has said what is wrong, or printed the help
        return leaving.code if isinstance(leaving.code, int) else USAGE
    try:
        home = options.home or make.default_home()
        set_language(make.language(home))
        options.run(options, home, make)
        sys.stdout.flush()
    except Cancelled:
        print(tr("Cancelled"), file=sys.stderr)
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except DbcError as error:
        notice = notice_for(error)
        # A wrong input is one sentence that says what to do; "check this field" is for forms.
        said = notice.body if isinstance(error, InvalidInput) else f"{notice.title}: {notice.body}"
        print(printable(said), file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader has left, as `head` does; a second error while closing would be noise
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return FAILED
    return 0


def _let_everything_be_printed() -> None:
    """A terminal that cannot show a character shows its code; it never ends the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", type=Path, metavar="DIR", help="the data folder (default: the user's)")
    shared.add_argument("--json", action="store_true", help="print one JSON document, for scripts")
    parser = argparse.ArgumentParser(prog="dbc-desktop", description="DeepBrain Chain without a window.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    status_command.add_to(commands, shared)
    telemetry_command.add_to(commands, shared)
    agent_command.add_to(commands, shared)
    evidence_command.add_to(commands, shared)
    chain_commands.add_to(commands, shared)
    explain_command.add_to(commands, shared)
    simulate_command.add_to(commands, shared)
    return parser
