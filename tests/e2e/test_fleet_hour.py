"""An hour of the real program with Rigs open and a hundred rigs of eight GPUs, at fifteen times the pace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.telemetry.history_store import HistoryStore

BENCH = Path(__file__).parents[1] / "bench"
PACE = 15.0
RIGS, GPUS = 100, 8
SETTLED_MINUTE, LAST_MINUTE, STEP_MINUTES = 15, 65, 10
MOST_MIB, MOST_GROWTH_MIB = 350.0, 48.0


def held_mib(process: psutil.Process) -> float:
    """What a process and those below it hold; pages that they share count once."""
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in family) / 2**20


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_an_hour_with_a_hundred_rigs_holds_little_memory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with subprocess.Popen([sys.executable, BENCH / "fleet_server.py"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        sources = [source_of(f"http://127.0.0.1:{port}/agent/{rig}", SourceKind.EXPORTER) for rig in range(1, RIGS + 1)]
        FleetStore(home / "fleet.json").save(FleetSettings(sources=tuple(sources)))
        began = time.time()
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "BEGAN": str(began)}
        sizes: dict[int, float] = {}
        with subprocess.Popen([sys.executable, BENCH / "quick_program.py", home], env=environment) as program:
            process = psutil.Process(program.pid)
            for minute in range(SETTLED_MINUTE, LAST_MINUTE + 1, STEP_MINUTES):
                time.sleep(max(0.0, began + minute * 60 / PACE - time.time()))
                assert program.poll() is None
                sizes[minute] = round(held_mib(process), 1)
            program.terminate()
            assert program.wait(60) == 0
        server.kill()
    print(json.dumps(sizes))
    with_rigs = HistoryStore(home / "telemetry.sqlite3", read_only=True)
    known = [gpu for gpu in with_rigs.gpus() if gpu.rig_key]
    assert len(known) == RIGS * GPUS
    times, _ = with_rigs.seconds(known[0].rig_key, known[0].uuid, "power_watts", began, began + LAST_MINUTE * 60)
    with_rigs.close()
    assert times[-1] - times[0] > (LAST_MINUTE - SETTLED_MINUTE) * 60
    assert len(times) > LAST_MINUTE  # more than one reading a minute
    assert max(sizes.values()) <= MOST_MIB, sizes
    assert sizes[LAST_MINUTE] - sizes[SETTLED_MINUTE] <= MOST_GROWTH_MIB, sizes
