"""The stand-in node as its own process, on orders from a file: `python -m tests.doubles.node_main ORDERS [PORT]`."""

from __future__ import annotations

import sys
from pathlib import Path

from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.sessions.standin.server import serve
from tests.doubles.rented_machine import FileOrders

if __name__ == "__main__":
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    raise SystemExit(serve(FileOrders(Path(sys.argv[1])), SystemClock(), port=port))
