"""A real Prometheus server scrapes the agent, and the program reads its rigs back from that server."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.scrape import Scraper

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


@pytest.fixture
def server(tmp_path: Path, agent: str):
    program = shutil.which("prometheus")
    assert program, "prometheus is among the system packages of the tests"
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG.format(target=agent.split("/")[2]))
    port = free_port()
    process = subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


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
