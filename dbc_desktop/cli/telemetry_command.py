"""`dbc-desktop telemetry [--once]`: readings of all GPUs of this computer, each second until Ctrl+C."""

from __future__ import annotations

import argparse
import json
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.layout import printable, table
from dbc_desktop.cli.ports import Factories
from dbc_desktop.cli.telemetry_documents import sample_document
from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.telemetry import telemetry_head, telemetry_row, telemetry_title

if TYPE_CHECKING:
    from argparse import _SubParsersAction

INTERVAL_SECONDS = 1.0
SURVEY_EVERY = 10
"""Samples between two surveys of the slow readings."""


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("telemetry", parents=[shared], help="readings of all GPUs of this computer")
    parser.add_argument("--once", action="store_true", help="one reading, not one each second until Ctrl+C")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Print one sample, or one each second; with `--json` one document on one line each.

    Raises:
        DriverMissing: With `--once`, there are no readings at all.
    """
    del home
    clock = make.clock()
    sensors = make.open_sensors()
    try:
        sensors.sample()  # opens the driver, so that the first survey finds its GPUs
        for number in count():
            started = clock.monotonic()
            if number % SURVEY_EVERY == 0:
                sensors.survey()
            sample = sensors.sample()
            _show(sample, as_json=options.json)
            if options.once:
                if sample.trouble is not None:
                    raise DriverMissing(sample.trouble)
                return
            if clock.wait(max(0.0, INTERVAL_SECONDS - (clock.monotonic() - started))):
                return
    except KeyboardInterrupt:
        if options.once:
            raise
    finally:
        sensors.close()


def _show(sample: RigSample, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(sample_document(sample)), flush=True)
        return
    print(printable(telemetry_title(sample)))
    for line in table([telemetry_head(), *(telemetry_row(gpu) for gpu in sample.gpus)]):
        print(printable(line), flush=True)
