"""A fleet for a computer without one: many rigs that are not real, read as from a Prometheus server, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from dbc_desktop import __version__
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample
from dbc_desktop.telemetry.demo import DemoSensors
from dbc_desktop.telemetry.exposition import CONTENT_TYPE, Exposition

MOST_RIGS = 1_000
_SIZES = (8, 1, 2, 4)
"""GPUs of the first rig, the second and so on, over and over."""
_APART_SECONDS = 977.0
"""Each rig is so much later in the demo's curves than the one before, so that no two look alike."""
_LOST_RIG, _SILENT_RIG = 3, 7
"""One rig in every hundred has lost its last GPU, one says nothing."""
_KEPT = ("uuid", "index", "name", "taken_at", "missing", "is_lost", "board", "health")


class _Later:
    """A clock that runs ahead."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    def now(self) -> float:
        return self._clock.now() + self._seconds

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, seconds: float) -> bool:
        return self._clock.wait(seconds)


class DemoRigs:
    """`count` rigs, `rig-001` and on; the same second always gives the same readings, marked as demo.

    Raises:
        InvalidInput: `demo_rigs` with `not_in_range`.
    """

    def __init__(self, clock: Clock, count: int) -> None:
        if not 1 <= count <= MOST_RIGS:
            raise InvalidInput("demo_rigs", "not_in_range", most=MOST_RIGS)
        self._clock = clock
        self._sensors = [
            DemoSensors(
                f"rig-{number:03}",
                _Later(clock, number * _APART_SECONDS),
                _SIZES[(number - 1) % len(_SIZES)],
            )
            for number in range(1, count + 1)
        ]

    def samples(self) -> tuple[RigSample, ...]:
        """All of them now."""
        now = self._clock.now()
        return tuple(_dressed(sensors.sample(), number, now) for number, sensors in enumerate(self._sensors, 1))

    def vector(self) -> bytes:
        """What a Prometheus server that scraped them answers to `/api/v1/query`."""
        now = self._clock.now()
        exposition = Exposition(__version__)
        rows = []
        for sample in self.samples():
            for name, labels, value in exposition.series(sample):
                metric = {"__name__": name, "instance": f"{sample.rig}:9400"} | labels
                rows.append({"metric": metric, "value": [now, f"{value:.10g}"]})
        return json.dumps({"status": "success", "data": {"resultType": "vector", "result": rows}}).encode()

    def page(self, rig: str) -> bytes | None:
        """The page of one rig, None where there is none of that name."""
        found = next((sample for sample in self.samples() if sample.rig == rig), None)
        return Exposition(__version__).page(found) if found is not None else None


class DemoServer:
    """Answers the query of `Scraper`, and `/rig-001/metrics`; on loopback only, a fleet that is not real.

    Raises:
        InvalidInput: `listen` with `taken`.
    """

    def __init__(self, rigs: DemoRigs, port: int) -> None:
        try:
            self._server = _Server(rigs, port)
        except (OSError, OverflowError) as error:
            raise InvalidInput("listen", "taken", text=f"127.0.0.1:{port}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="demo-rigs", daemon=True)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, rigs: DemoRigs, port: int) -> None:
        self.rigs = rigs
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout: ClassVar[float] = 5.0
    server_version = "dbc-desktop-demo"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        """Answer one question."""
        path = self.path.split("?")[0]
        if path == "/api/v1/query":
            body, kind = self.server.rigs.vector(), "application/json"
        elif path.endswith("/metrics") and (page := self.server.rigs.page(path.split("/")[1])) is not None:
            body, kind = page, CONTENT_TYPE
        else:
            body, kind = b"", ""
        self.send_response(HTTPStatus.OK if body else HTTPStatus.NOT_FOUND)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _dressed(sample: RigSample, number: int, now: float) -> RigSample:
    if number % 100 == _SILENT_RIG:
        return replace(sample, taken_at=now, gpus=(), trouble="driver_failed")
    return replace(sample, taken_at=now, gpus=tuple(_cards(sample, number, now)))


def _cards(sample: RigSample, number: int, now: float) -> Iterator[GpuReading]:
    for gpu in sample.gpus:
        card = replace(gpu, uuid=f"GPU-de3{number:05x}-0000-4000-8000-{gpu.index:012x}", taken_at=now)
        if number % 100 == _LOST_RIG and gpu.index == len(sample.gpus) - 1:
            gone = dict.fromkeys((name for name in GpuReading.__slots__ if name not in _KEPT), None)
            missing = dict.fromkeys(gone, Missing.GPU_LOST)
            card = replace(card, **gone, missing=missing, is_lost=True, health=None)  # type: ignore[arg-type]
        yield card
