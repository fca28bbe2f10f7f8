"""The rules alone: jumps over 150 eras and a preview, beside what hashing the changed rows alone costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from dbc_desktop.domain.call import Call
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.genesis import GenesisSpec, genesis
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.state import Overlay
from dbc_desktop.rules.work import Work

DBC = 10**15
ERAS = 150
MACHINES = 1_000
STASHES = 10
OWNER = b"o" * 32
COMMITTEE = tuple(bytes([number]) * 32 for number in range(1, 4))


def _engine(machines: int) -> Engine:
    """An engine in whose first era so many machines came online."""
    engine = genesis(GenesisSpec("launch-2021", OWNER, ((OWNER, 3_900_000_000 * DBC),), COMMITTEE, 12_000))
    engine.apply(1, bytes(32), [])
    layer = Overlay(engine.state)
    work = Work(engine.profile, 1, bytes(32), layer)
    for number in range(machines):
        machine_id, stash = f"{number:064x}", bytes([number % STASHES]) * 32
        payout.open_queue(work, machine_id, stash, COMMITTEE, 730)
        points.came_online(work, machine_id, stash, 4, 59_890 + number, rented=number % 2 == 0)
    layer.settle()
    return engine


def _jump(engine: Engine) -> int:
    """Make every block of 150 eras; how many there were."""
    blocks, end = 0, engine.height + ERAS * 14_400
    while engine.next_due() <= end:
        height = engine.next_due()
        engine.apply(height, blake2b(height.to_bytes(8), digest_size=32).digest(), [])
        blocks += 1
    return blocks


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def _hash_alone() -> None:
    row = bytes(16 * 75 + 68)
    for _ in range(MACHINES * ERAS):
        blake2b(row, digest_size=32).digest()


def _row(name: str, value: float, limit: float, floor: float | None, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "limit": limit,
        "floor": floor,
        "ok": value <= limit,
        "note": note,
    }


def measure() -> list[dict[str, Any]]:
    """Quiet and busy jump of the rules without a store, and one preview."""
    quiet, busy = _engine(0), _engine(MACHINES)
    idle = _milliseconds(lambda: _jump(quiet))
    floor = _milliseconds(_hash_alone)
    paid = _milliseconds(lambda: _jump(busy))
    call = Call("Balances", "transfer_keep_alive", (b"r" * 32, 5))
    preview = _milliseconds(lambda: busy.preview(call, OWNER, 150))
    return [
        _row("rules: 150 quiet eras", idle, 50.0, None, "no store"),
        _row("rules: 150 eras, 1,000 machines", paid, 3_000.0, floor, "no store; floor hashes the rows alone"),
        _row("rules: preview of a transfer", preview, 10.0, None, ""),
    ]
