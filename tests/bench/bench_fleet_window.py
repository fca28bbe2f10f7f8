"""The window with a hundred rigs: the longest pause of its thread while they are read, looked at and scrolled through.

A child opens the real window on eight GPUs of the fake driver and a hundred rigs of eight, each of which is read every
15 seconds. For two such turns a hand scrolls through the fleet's table and opens rigs, while a timer of 5 ms on the
GUI thread notes how late it comes. The floor is the same timer in a bare window.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from bench_fleet import RIGS, addresses, served
from bench_gui_stall import LONGEST_MS, Heartbeat, bare_pause
from bench_sampling import built_driver, driver_environment

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore

ROOT = Path(__file__).parents[2]
KINDS = {"our agents": "agent", "a Prometheus server": "prometheus"}
SECONDS = 30.0
TABLE = "rigs.fleet"


def home_with_fleet(home: Path, kind: str, port: int) -> Path:
    """A data folder in which a hundred rigs are read."""
    source_kind = SourceKind.PROMETHEUS if kind == "prometheus" else SourceKind.EXPORTER
    sources = tuple(source_of(address, source_kind) for address in addresses(kind, port))
    home.mkdir()
    FleetStore(home / "fleet.json").save(FleetSettings(sources=sources))
    return home


def _child(home: Path) -> dict[str, Any]:
    from PySide6.QtWidgets import QAbstractItemView, QApplication

    from dbc_desktop.bootstrap import open_window
    from dbc_desktop.ui.sweeper import SETTLED_MS
    from dbc_desktop.ui.tour.hand import Hand

    app = QApplication(["bench"])
    floor = bare_pause()
    running = open_window(home)
    hand, core = Hand(running.window), running.program
    running.window.show()
    hand.wait(lambda: running.window.head() is not None, "the first block", 60)
    hand.click("rail.rigs")
    table = hand.find(TABLE, 60)
    assert isinstance(table, QAbstractItemView)
    hand.wait(lambda: table.model().rowCount() == RIGS + 1, "all rigs", 90)
    hand.rest(SETTLED_MS)
    heartbeat = Heartbeat()
    began, opened, turn = time.monotonic(), 0, -120
    while time.monotonic() < began + SECONDS:
        heartbeat.during = "the fleet is scrolled"
        bar = table.verticalScrollBar()
        for _ in range(30):
            hand.turn_wheel(table.viewport(), turn)
        turn = -turn if bar.value() in (bar.minimum(), bar.maximum()) else turn
        heartbeat.during = "a rig is opened"
        hand.click_row(TABLE, opened * 37 % RIGS)
        hand.rest(400)
        opened += 1
    longest, during = heartbeat.longest()
    parts = core.monitoring.parts
    assert parts is not None
    read = sum(len(sample.gpus) for key in parts.fleet.rig_keys() if (sample := parts.fleet.latest(key)) is not None)
    running.close()
    del app
    return {"longest": longest, "during": during, "floor": floor, "opened": opened, "read": read}


def measure() -> list[dict[str, Any]]:
    """A run for each kind of source."""
    rows = []
    with served() as port, tempfile.TemporaryDirectory() as folder:
        environment = driver_environment(built_driver(Path(folder)))
        for title, kind in KINDS.items():
            home = home_with_fleet(Path(folder) / kind, kind, port)
            said = subprocess.run(
                [sys.executable, __file__, str(home)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found = json.loads(said.stdout.splitlines()[-1])
            rows.append(
                {
                    "name": f"longest pause of the GUI thread with {RIGS} rigs by {title}",
                    "value": found["longest"],
                    "unit": "ms",
                    "limit": LONGEST_MS,
                    "floor": found["floor"],
                    "ok": found["longest"] <= LONGEST_MS,
                    "note": f"during: {found['during']}; {found['read']} GPUs read, {found['opened']} rigs opened",
                }
            )
    return rows


if __name__ == "__main__":
    print(json.dumps(_child(Path(sys.argv[1]))))
