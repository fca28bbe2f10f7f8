"""The stand-in node as a process: says where it listens, serves until its parent lets go, ends what it started."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Container
from contextlib import suppress

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import ChainError, StorageError
from dbc_desktop.sessions.ports import OrderSource
from dbc_desktop.sessions.standin.api import Api
from dbc_desktop.sessions.standin.authority import Authority, OrderLane
from dbc_desktop.sessions.standin.node import Node
from dbc_desktop.sessions.standin.privileges import drop_root, end_with_parent, leave_session_keyring
from dbc_desktop.sessions.standin.sandbox import Sandbox
from dbc_desktop.sessions.standin.web import WebServer, loopback_socket

_LOG = logging.getLogger(__name__)
_SWEEP_SECONDS = 1.0


def serve(
    orders: OrderSource,
    clock: Clock,
    *,
    port: int = 0,
    machines: Container[str] | None = None,
    sandbox: Sandbox | None = None,
) -> int:
    """Run the node until stdin closes, the parent dies, or SIGTERM or SIGINT comes; the exit status.

    Prints one JSON line on stdout: `{"base_url": …}` when it answers, `{"error": …}` when it cannot. Started as root it
    becomes an unprivileged user first; the chain is read once before, so that its files are open by then.

    Args:
        orders: The chain, read beside its writer.
        clock: Wall time for what is told.
        port: On 127.0.0.1; 0 is any free one.
        machines: Ids of the machines it stands for; None is every machine with an order.
        sandbox: The way to a shell.
    """
    parent = os.getppid()
    try:
        bound = loopback_socket(port)
    except OSError as error:
        return _failed(f"port {port} on 127.0.0.1 cannot be used: {error.strerror}")
    with bound:
        with suppress(ChainError, StorageError):
            orders.head_height()
            orders.order(0)
        try:
            drop_root()
        except OSError as error:
            return _failed(f"root privileges cannot be given up: {error.strerror}")
        if not leave_session_keyring():
            return _failed("the keys of this session cannot be kept from a sandbox")
        if not end_with_parent(parent):
            return _failed("the parent is gone")
        asyncio.run(_run(orders, clock, bound, machines, sandbox or Sandbox()))
    return 0


async def run_node(
    orders: OrderSource,
    clock: Clock,
    bound: socket.socket,
    stop: asyncio.Event,
    *,
    machines: Container[str] | None = None,
    sandbox: Sandbox,
    ready: Callable[[str], None],
    sweep_seconds: float = _SWEEP_SECONDS,
) -> None:
    """Serve on a bound socket until `stop`; `ready` is given the base URL."""
    lane = OrderLane(orders)
    node = Node(lane, clock, sandbox)
    web = WebServer(bound, Api(node, Authority(lane), machines).answer)
    try:
        await web.start()
        ready(f"http://127.0.0.1:{web.port}")
        while not stop.is_set():
            await node.sweep()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), sweep_seconds)
    finally:
        await web.close()
        await node.close()
        lane.close()


async def _run(
    orders: OrderSource, clock: Clock, bound: socket.socket, machines: Container[str] | None, sandbox: Sandbox
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":  # there the pipe alone tells the end
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    threading.Thread(target=_until_stdin_closes, args=(loop, stop), daemon=True, name="stdin").start()
    await run_node(orders, clock, bound, stop, machines=machines, sandbox=sandbox, ready=_say_ready)


def _until_stdin_closes(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with suppress(OSError, ValueError):
        while os.read(0, 4096):
            continue
    with suppress(RuntimeError):  # the loop ended by itself meanwhile
        loop.call_soon_threadsafe(stop.set)


def _say_ready(base_url: str) -> None:
    _say({"base_url": base_url})


def _failed(why: str) -> int:
    _say({"error": why})
    return 1


def _say(line: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
