"""The stand-in node on a thread of the test, on orders that the test holds."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager

from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.sessions.ports import OrderSource
from dbc_desktop.sessions.standin.sandbox import Sandbox
from dbc_desktop.sessions.standin.server import run_node
from dbc_desktop.sessions.standin.web import loopback_socket


@contextmanager
def running_node(
    orders: OrderSource, *, machines: Container[str] | None = None, sandbox: Sandbox | None = None
) -> Iterator[str]:
    """The base URL of a node that sweeps every twentieth of a second."""
    ready: queue.Queue[str] = queue.Queue()
    ends: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def work() -> None:
        stop = asyncio.Event()
        ends.put((asyncio.get_running_loop(), stop))
        await run_node(
            orders,
            SystemClock(),
            loopback_socket(0),
            stop,
            machines=machines,
            sandbox=sandbox or Sandbox(),
            ready=ready.put,
            sweep_seconds=0.05,
        )

    thread = threading.Thread(target=lambda: asyncio.run(work()), name="node")
    thread.start()
    loop, stop = ends.get(timeout=10)
    try:
        yield ready.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
