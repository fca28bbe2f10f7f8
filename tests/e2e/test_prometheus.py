"""A real Prometheus server scrapes the agent, and the program reads its rigs back from that server."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry.fleet import Fleet
from dbc_desktop.telemetry.history_store import HistoryStore
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.scrape import Scraper
from tests.doubles.hand_clock import HandClock

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: rigs
    static_configs: [{{targets: ["{target}"]}}]
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def agent(tmp_path: Path):
    command = [sys.executable, "-m", "dbc_desktop", "agent", "--json", "--home", str(tmp_path / "home")]
    process = subprocess.Popen([*command, "--listen", f"127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, text=True)
    yield json.loads(process.stdout.readline())["address"]
    process.terminate()
    process.wait(10)
    process.stdout.close()


@contextmanager
def prometheus(folder: Path, config: str, *options: str) -> Iterator[str]:
    program = shutil.which("prometheus")
    assert program, "prometheus is among the system packages of the tests"
    file = folder / "prometheus.yml"
    file.write_text(config)
    port = free_port()
    command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder / 'tsdb'}", *options]
    process = subprocess.Popen(
        [*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def server(tmp_path: Path, agent: str):
    with prometheus(tmp_path, CONFIG.format(target=agent.split("/")[2])) as address:
        yield address


def test_what_prometheus_scraped_from_the_agent_is_read_back(agent: str, server: str):
    direct = Scraper(source_of(agent, SourceKind.EXPORTER), SystemClock())
    through = Scraper(source_of(server, SourceKind.PROMETHEUS), SystemClock())
    until = time.monotonic() + 60
    rigs, past = (), ()
    while time.monotonic() < until:
        try:
            rigs = through.read()
            past = through.past(time.time() - 60, time.time(), 1.0)
        except NotRead:  # the server is still starting
            rigs = ()
        if rigs and any(len(one.times) >= 2 for one in past):
            break
        time.sleep(0.2)
    (own,) = direct.read()
    (rig,) = rigs
    assert rig.rig == own.rig
    assert rig.source == own.source == "demo"
    assert {gpu.uuid for gpu in rig.gpus} == {gpu.uuid for gpu in own.gpus}
    assert [gpu.memory_total for gpu in rig.gpus] == [gpu.memory_total for gpu in own.gpus]
    temperatures = [one for one in past if one.name == "DCGM_FI_DEV_GPU_TEMP"]
    assert {one.labels["UUID"] for one in temperatures} == {gpu.uuid for gpu in own.gpus}
    assert all(20 <= value <= 100 for one in temperatures for value in one.values)
    direct.close()
    through.close()


END = 1_700_001_000
"""When the program asks; a full minute."""
REMEMBERED = (*range(END - 10_800, END - 7_200, 15), *range(END - 3_600, END, 15))
"""When rigs were scraped: an hour, an hour of nothing, and the hour before the program asks."""
UUIDS = ("GPU-7c1e0000-0000-4000-8000-000000000000", "GPU-7c1e0000-0000-4000-8000-000000000001")


def remembered() -> str:
    """What two rigs of one name told: degrees that are the minute of the hour, and twice as many watts."""
    lines = []
    for name, scale in (("DCGM_FI_DEV_GPU_TEMP", 1), ("DCGM_FI_DEV_POWER_USAGE", 2)):
        lines.append(f"# TYPE {name} gauge")
        for number, uuid in enumerate(UUIDS):
            labels = f'gpu="0",UUID="{uuid}",modelName="RTX 3090",Hostname="rig",instance="10.0.0.{number}:9400"'
            lines += [f"{name}{{{labels}}} {scale * (at // 60 % 60 + number)} {at}" for at in REMEMBERED]
    return "\n".join([*lines, "# EOF", ""])


def test_what_a_server_remembers_fills_the_history(tmp_path: Path):
    tool = shutil.which("promtool")
    assert tool, "promtool comes with prometheus"
    (tmp_path / "past.txt").write_text(remembered())
    subprocess.run(
        [tool, "tsdb", "create-blocks-from", "openmetrics", tmp_path / "past.txt", tmp_path / "tsdb"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    clock, store = HandClock(), HistoryStore(tmp_path / "telemetry.sqlite3")
    with prometheus(tmp_path, "", "--storage.tsdb.retention.time=100y") as address:
        source = source_of(address, SourceKind.PROMETHEUS)
        fleet = Fleet(clock, lambda one: Scraper(one, clock), open_store=lambda: store)
        until = time.monotonic() + 60
        while not store.gpus() and time.monotonic() < until:  # until the server has started it is asked again
            fleet.fetch_past(source).join()
            time.sleep(0.1)
    keys = [f"{address}#10.0.0.{number}:9400 rig" for number in range(2)]
    assert [(gpu.rig_key, gpu.uuid, gpu.name) for gpu in store.gpus()] == [
        (keys[0], UUIDS[0], "RTX 3090"),
        (keys[1], UUIDS[1], "RTX 3090"),
    ]
    for number in range(2):
        for field, scale in (("temperature", 1), ("power_watts", 2)):
            times, values = store.seconds(keys[number], UUIDS[number], field, END - 86_400, END)
            # What promtool writes has no mark of an end: a server goes on with the last value for five minutes.
            first, second = range(END - 10_800, END - 7_200 + 300, 60), range(END - 3_600, END, 60)
            assert times.tolist() == [*first, *second]
            told = dict(zip(times.tolist(), values.tolist(), strict=True))
            assert [told[at] for at in second] == [scale * (at // 60 % 60 + number) for at in second]
            assert told[END - 7_200] == told[END - 7_260] == scale * (29 + number)
    store.close()
