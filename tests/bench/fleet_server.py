"""Answers as a hundred rigs of eight GPUs do, in a process of its own: what it costs is nobody's but its own.

`/agent/N/metrics` and `/dcgm/N/metrics` are the pages of rig N in the words of this program's agent and of
dcgm-exporter, `/prometheus/api/v1/query` is a server that scraped the agents. Readings change from one answer to the
next; all bodies are made beforehand. The first line it prints is its port.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.telemetry.exposition import CONTENT_TYPE, Exposition

RIGS, TAKES = 100, 4
DCGM_NAMES = (
    "SM_CLOCK",
    "MEM_CLOCK",
    "MEMORY_TEMP",
    "GPU_TEMP",
    "POWER_USAGE",
    "TOTAL_ENERGY_CONSUMPTION",
    "PCIE_REPLAY_COUNTER",
    "GPU_UTIL",
    "MEM_COPY_UTIL",
    "ENC_UTIL",
    "DEC_UTIL",
    "XID_ERRORS",
    "FB_FREE",
    "FB_USED",
    "FB_RESERVED",
    "CORRECTABLE_REMAPPED_ROWS",
    "UNCORRECTABLE_REMAPPED_ROWS",
    "ROW_REMAP_FAILURE",
)
"""What dcgm-exporter tells as it comes, as far as a card has it."""
DCGM_LABELS = ("gpu", "UUID", "pci_bus_id", "device", "modelName", "Hostname", "DCGM_FI_DRIVER_VERSION")


class _Moved:
    """A clock that runs ahead: each rig and take stands elsewhere in the demo's curves."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._clock = SystemClock()

    def now(self) -> float:
        return self._clock.now() + self.ahead

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, seconds: float) -> bool:
        return self._clock.wait(seconds)


def takes_of(number: int) -> list[RigSample]:
    """A rig at some moments 15 seconds apart."""
    clock = _Moved()
    sensors = DemoSensors(f"rig-{number:03}", clock, 8)
    taken = []
    for take in range(TAKES):
        clock.ahead = number * 977.0 + take * 15.0
        sample = sensors.sample()
        cards = tuple(replace(gpu, uuid=f"GPU-fee1{number:04x}-0000-4000-8000-{gpu.index:012x}") for gpu in sample.gpus)
        # without a time of its own a page counts as read now
        taken.append(replace(sample, gpus=cards, taken_at=0.0, source="nvml", driver_version="580.95.05"))
    return taken


def dcgm_page(series: list[tuple[str, dict[str, str], float]]) -> bytes:
    """The same readings as dcgm-exporter tells them."""
    lines = []
    for short in DCGM_NAMES:
        name = f"DCGM_FI_DEV_{short}"
        lines += [f"# HELP {name} As it comes.", f"# TYPE {name} gauge"]
        for found, labels, value in series:
            if found == name:
                said = ",".join(f'{key}="{labels[key]}"' for key in DCGM_LABELS)
                lines.append(f"{name}{{{said}}} {value:.6f}" if value % 1 else f"{name}{{{said}}} {value:.0f}")
    return "\n".join([*lines, ""]).encode()


def bodies() -> dict[str, list[bytes]]:
    """All answers by path."""
    found: dict[str, list[bytes]] = {}
    vectors: list[list[object]] = [[] for _ in range(TAKES)]
    for number in range(1, RIGS + 1):
        exposition = Exposition("1.0.0")
        for take, sample in enumerate(takes_of(number)):
            series = list(exposition.series(sample))
            found.setdefault(f"/agent/{number}/metrics", []).append(exposition.page(sample))
            found.setdefault(f"/dcgm/{number}/metrics", []).append(dcgm_page(series))
            for name, labels, value in series:
                metric = {"__name__": name, **labels, "instance": f"{sample.rig}:9400", "job": "rigs"}
                vectors[take].append({"metric": metric, "value": [1_790_000_000.123, f"{value:.10g}"]})
    found["/prometheus/api/v1/query"] = [
        json.dumps(
            {"status": "success", "data": {"resultType": "vector", "result": rows}}, separators=(",", ":")
        ).encode()
        for rows in vectors
    ]
    return found


class Handler(BaseHTTPRequestHandler):
    """dcgm-exporter and Prometheus keep connections open, our agent does not."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bodies: ClassVar[dict[str, itertools.cycle[bytes]]] = {}

    def do_GET(self) -> None:
        """Answer with the next body."""
        body = next(self.bodies[self.path.split("?")[0]])
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/agent/"):
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """With room for all at once."""

    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    Handler.bodies = {path: itertools.cycle(answers) for path, answers in bodies().items()}
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
