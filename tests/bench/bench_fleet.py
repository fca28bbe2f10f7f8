"""A hundred rigs of eight GPUs, read each 15 seconds: CPU of a turn as a share of a core, beside its floor.

A turn is everything the program does with an answer: reading and understanding it, the fleet, alerts, the history on
disk, and the fleet's table in the window. The floor fetches the same bodies with httpx and reads them with
prometheus_client (a Prometheus server's with json), and does nothing with them. Another process serves them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RIGS, GPUS, INTERVAL = 100, 8, 15.0
LIMIT = 10.0
TURNS, FLOOR_TURNS, WARM = 8, 3, 4
KINDS = {"our agent": "agent", "dcgm-exporter": "dcgm", "a Prometheus server": "prometheus"}


@contextmanager
def served() -> Iterator[int]:
    """The port of the rigs."""
    command = [sys.executable, str(Path(__file__).with_name("fleet_server.py"))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()


def addresses(kind: str, port: int) -> list[str]:
    """Where the rigs of one kind are read."""
    if kind == "prometheus":
        return [f"http://127.0.0.1:{port}/prometheus"]
    return [f"http://127.0.0.1:{port}/{kind}/{number}" for number in range(1, RIGS + 1)]


class _Quick:
    """A clock whose turns take no time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def wait(self, seconds: float) -> bool:
        del seconds
        return False


def _least(turn: Callable[[], None], turns: int) -> float:
    """CPU milliseconds of the quickest of some turns."""
    spent = []
    for _ in range(turns):
        started = time.process_time()
        turn()
        spent.append((time.process_time() - started) * 1_000)
    return min(spent)


def _ours(kind: str, port: int, home: Path) -> dict[str, Any]:
    from types import SimpleNamespace

    from PySide6.QtWidgets import QApplication

    from dbc_desktop.bootstrap.monitoring import message_of
    from dbc_desktop.domain.fleet import SourceKind, source_of
    from dbc_desktop.services.alerts import Alerts
    from dbc_desktop.telemetry.alert_book import AlertBook
    from dbc_desktop.telemetry.demo import DemoSensors
    from dbc_desktop.telemetry.fleet import Fleet
    from dbc_desktop.telemetry.fleet_store import FleetSettings
    from dbc_desktop.telemetry.history import History
    from dbc_desktop.telemetry.history_writer import HistoryWriter
    from dbc_desktop.telemetry.scrape import Scraper
    from dbc_desktop.ui import theme
    from dbc_desktop.ui.pages.rigs_fleet import FleetSide

    clock = _Quick()
    writer = HistoryWriter(home / "telemetry.sqlite3", clock)
    fleet = Fleet(clock, lambda source: Scraper(source, clock), History(writer))
    alerts = Alerts(AlertBook(home / "alerts.sqlite3", clock), message_of, clock)
    fleet.subscribe(alerts.hear)
    source_kind = SourceKind.PROMETHEUS if kind == "prometheus" else SourceKind.EXPORTER
    fleet.set_sources([source_of(address, source_kind) for address in addresses(kind, port)])
    app = QApplication([])
    theme.apply(app, "dark")
    parts = SimpleNamespace(fleet=fleet)
    monitoring = SimpleNamespace(parts=parts, settings=FleetSettings)
    side = FleetSide(SimpleNamespace(monitoring=monitoring), SimpleNamespace(open_alerts=None), lambda: None)  # type: ignore[arg-type]
    side.card.resize(1_040, 260)
    side.card.show()
    own = DemoSensors("own", clock).sample()
    readings = list(fleet._readings.values())
    drawn = read = 0.0

    def draw() -> None:
        nonlocal drawn
        started = time.process_time()
        side.update(own)
        app.processEvents()
        drawn += time.process_time() - started

    def turn() -> None:
        nonlocal read
        clock.ahead += INTERVAL
        each = max(1, round(len(readings) / INTERVAL))  # the window looks once a second
        for number, reading in enumerate(readings):
            started = time.process_time()
            fleet.read_one(reading)
            read += time.process_time() - started
            if number % each == each - 1:
                draw()
        draw()
        writer.work_off()

    for _ in range(WARM):  # a minute, so that the history has full ones to write
        turn()
    drawn = read = 0.0
    least = _least(turn, TURNS)
    samples = [fleet.latest(key) for key in fleet.rig_keys()]
    gpus = [gpu for sample in samples if sample is not None for gpu in sample.gpus]
    assert (len(samples), len(gpus)) == (RIGS, RIGS * GPUS), [sample.trouble for sample in samples if sample]
    assert len(side.card.model.rows) == RIGS + 1
    assert len(writer.store().gpus()) == RIGS * GPUS
    return {"turn": least, "read": read / TURNS * 1_000, "drawn": drawn / TURNS * 1_000}


def _floor(kind: str, port: int) -> dict[str, Any]:
    import httpx
    from prometheus_client.parser import text_string_to_metric_families

    clients = {address: httpx.Client(trust_env=False) for address in addresses(kind, port)}

    def turn() -> None:
        for address, client in clients.items():
            if kind == "prometheus":
                answer = client.get(f"{address}/api/v1/query")
                assert len(json.loads(answer.content)["data"]["result"]) > RIGS * GPUS
            else:
                answer = client.get(f"{address}/metrics")
                assert sum(len(one.samples) for one in text_string_to_metric_families(answer.text)) > GPUS

    return {"turn": _least(turn, FLOOR_TURNS)}


def _child(*arguments: str) -> dict[str, Any]:
    said = subprocess.run(
        [sys.executable, __file__, *arguments],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def measure() -> list[dict[str, Any]]:
    """A row for each kind of source."""
    rows = []
    with served() as port:
        for title, kind in KINDS.items():
            floor = _child("floor", kind, str(port))["turn"]
            ours = _child("ours", kind, str(port))
            share, least = (one / INTERVAL / 10 for one in (ours["turn"], floor))
            rows.append(
                {
                    "name": f"{RIGS} rigs of {GPUS} GPUs each {INTERVAL:.0f} s, by {title}",
                    "value": share,
                    "unit": "% of a core",
                    "limit": LIMIT,
                    "floor": least,
                    "ok": share <= LIMIT,
                    "note": f"a turn {ours['turn']:.0f} ms; on average reading and keeping {ours['read']:.0f}, "
                    f"table {ours['drawn']:.0f}; floor {floor:.0f}",
                }
            )
    return rows


if __name__ == "__main__":
    what, which, at = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_ours(which, int(at), Path(folder)) if what == "ours" else _floor(which, int(at))))
