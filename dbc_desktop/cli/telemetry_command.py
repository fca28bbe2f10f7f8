"""`dbc-desktop telemetry`: all GPUs of this computer, each second until Ctrl+C; `export`: the past; `fleet`: others."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.layout import printable, table
from dbc_desktop.cli.ports import Factories
from dbc_desktop.cli.telemetry_documents import fleet_document, sample_document
from dbc_desktop.domain.alert import Alert
from dbc_desktop.domain.errors import DriverMissing, InvalidInput
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.alerts import alert_row
from dbc_desktop.screens.telemetry import exported_text, telemetry_head, telemetry_row, telemetry_title

if TYPE_CHECKING:
    from argparse import _SubParsersAction

INTERVAL_SECONDS = 1.0
MOST_HOURS = 24 * 366.0
SURVEY_EVERY = 10
"""Samples between two surveys of the slow readings."""


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("telemetry", parents=[shared], help="readings of all GPUs of this computer")
    parser.add_argument("--once", action="store_true", help="one reading, not one each second until Ctrl+C")
    parser.set_defaults(run=run)
    more = parser.add_subparsers(metavar="export|fleet")
    export = more.add_parser("export", parents=[shared], help="readings of the past as a file")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="*.csv or *.json")
    export.add_argument("--hours", type=float, default=24.0, metavar="N", help="how far back (default: 24)")
    export.add_argument("--minutes", action="store_true", help="least, mean and most of minutes, not each second")
    export.set_defaults(run=run_export)
    fleet = more.add_parser("fleet", parents=[shared], help="which rigs the window reads, and what is wrong with them")
    fleet.set_defaults(run=run_fleet)


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


def run_export(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Write the readings of the last hours to a file, and say how many rows it has.

    Raises:
        InvalidInput: `out` ends otherwise than `.csv` or `.json`, or `hours` is no time.
        StorageError: There is no history, or the file cannot be written.
    """
    from dbc_desktop.telemetry.export import Stretch, export

    form = {".csv": "csv", ".json": "json"}.get(options.out.suffix.lower())
    if form is None:
        raise InvalidInput("out", "unknown_form", suffix=options.out.suffix)
    if not options.out.absolute().parent.is_dir():
        raise InvalidInput("out", "no_folder", folder=options.out.absolute().parent)
    if not 0 < options.hours <= MOST_HOURS:
        raise InvalidInput("hours", "not_in_range", most=f"{MOST_HOURS:,.0f}")
    stretch = Stretch.back(make.clock().now(), options.hours * 3_600)
    if options.minutes:
        stretch = replace(stretch, is_by_second=False)
    store = make.open_history(home)
    try:
        written = export(store, options.out, "csv" if form == "csv" else "json", stretch)
    finally:
        store.close()
    if options.json:
        print(json.dumps({"file": str(options.out), "rows": written}))
    else:
        print(printable(exported_text(written, options.out)))


def run_fleet(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Print what the window of this data folder reads, and its alerts that last.

    Raises:
        DataCorrupt, DataUnwritable: The files cannot be read.
    """
    from dbc_desktop.telemetry.alert_book import AlertBook
    from dbc_desktop.telemetry.fleet_store import FleetStore

    sources = FleetStore(home / "fleet.json").load().sources
    path, clock = home / "alerts.sqlite3", make.clock()
    alerts: tuple[Alert, ...] = ()
    if path.exists():
        book = AlertBook(path, clock)
        try:
            alerts = book.open_alerts()
        finally:
            book.close()
    if options.json:
        print(json.dumps(fleet_document(sources, alerts)))
        return
    for source in sources:
        print(printable(source.url))
    for alert in alerts:
        print(printable(f"! {alert_row(alert, clock.now()).title}"))


def _show(sample: RigSample, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(sample_document(sample)), flush=True)
        return
    print(printable(telemetry_title(sample)))
    for line in table([telemetry_head(), *(telemetry_row(gpu) for gpu in sample.gpus)]):
        print(printable(line), flush=True)
