"""The rules alone: jumps over 150 eras and a preview, beside what hashing the changed rows alone costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.simulation import Plan
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.genesis import GenesisSpec, genesis
from dbc_desktop.rules.online_profile import payout, points
from dbc_desktop.rules.reward_queue import HEAD, Queue, pack, unpack
from dbc_desktop.rules.simulation import simulate
from dbc_desktop.rules.state import Overlay
from dbc_desktop.rules.work import Work

DBC = 10**15
ERAS = 150
MACHINES = 1_000
STASHES = 10
BLOCK_MICROSECONDS = 100
"""What a block may cost whatever it holds; an era is paid in up to sixty."""
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


def _jump(engine: Engine, eras: int = ERAS) -> int:
    """Make every block of so many eras; how many there were."""
    blocks, end = 0, engine.height + eras * 14_400
    while engine.next_due() <= end:
        height = engine.next_due()
        engine.apply(height, blake2b(height.to_bytes(8), digest_size=32).digest(), [])
        blocks += 1
    return blocks


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def _filled(machines: int, waiting: int) -> Engine:
    """The same with so many rewards in each queue already."""
    engine = _engine(machines)
    layer, reward = Overlay(engine.state), 10**18
    for machine_id, owner in engine.state.items(payout.OWNERS):
        queue = Queue()
        for _ in range(waiting):
            queue, _ = engine.profile.payout.step(queue, owner, 0, reward)
        layer.put(payout.QUEUES, machine_id, pack(queue))
    layer.settle()
    return engine


def _each_payout(machines: int, eras: int, waiting: int) -> tuple[float, float]:
    """Microseconds of CPU that a machine and era take, and what hashing and keeping its row alone takes."""
    engine = _filled(machines, waiting)
    ours = _cpu(lambda: _jump(engine, eras))
    rows = {number: bytes(16 * (waiting + eras // 2) + HEAD) for number in range(machines)}

    def bare() -> None:
        for _ in range(eras):
            for number, row in rows.items():
                rows[number] = b"".join((row[16:], row[:16]))
                blake2b(row, digest_size=32).digest()

    count = machines * eras
    return ours * 1_000 / count, _cpu(bare) * 1_000 / count


def _operator() -> float:
    """Milliseconds of CPU for 150 eras of one operator with ten machines, a quarter rented; the best of five."""
    engine = _engine(100)
    plan = Plan(gpus=80, points_per_gpu=24_158, rented_percent=25, power_watts=350, tariff_usd=310_000)
    return min(_cpu(lambda: simulate(engine, plan, ERAS)) for _ in range(5))


def _bare_operator() -> float:
    """What packing and joining the rows of these payouts alone takes; the best of five."""
    row = bytes(16 * 75 + HEAD)

    def bare() -> None:
        for _ in range(10 * ERAS):
            queue = unpack(row)
            pack(queue)

    return min(_cpu(bare) for _ in range(5))


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU of this process: others on the machine do not count."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1_000


def _hash_alone() -> None:
    row = bytes(16 * 75 + 68)
    for _ in range(MACHINES * ERAS):
        blake2b(row, digest_size=32).digest()


def _row(name: str, value: float, limit: float, floor: float | None, note: str, unit: str = "ms") -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "limit": limit,
        "floor": floor,
        "ok": value <= limit,
        "note": note,
    }


def measure() -> list[dict[str, Any]]:
    """Quiet and busy jump of the rules without a store, and one preview."""
    quiet, busy = _engine(0), _engine(MACHINES)
    idle = _cpu(lambda: _jump(quiet))
    floor = _cpu(_hash_alone)
    paid = _cpu(lambda: _jump(busy))
    call = Call("Balances", "transfer_keep_alive", (b"r" * 32, 5))
    preview = _milliseconds(lambda: busy.preview(call, OWNER, 150))
    few, some, many = _each_payout(100, 60, 60), _each_payout(1_000, 30, 60), _each_payout(10_000, 10, 60)
    each = 3_000.0 * 1_000 / (MACHINES * ERAS)
    blocks = each + BLOCK_MICROSECONDS * 50 / 100
    note = "us of CPU a machine and era; floor keeps and hashes its row alone"
    return [
        _row("rules: 150 quiet eras", idle, 50.0, None, "CPU; no store"),
        _row("rules: 150 eras, 1,000 machines", paid, 3_000.0, floor, "CPU; no store; floor hashes the rows alone"),
        _row("rules: payout, 100 machines", few[0], blocks, few[1], note + "; half is the 50 blocks an era", "us"),
        _row("rules: payout, 1,000 machines", some[0], each, some[1], note, "us"),
        _row("rules: payout, 10,000 machines", many[0], each, many[1], note, "us"),
        _row("rules: payout, 10,000 against 1,000", many[0] / some[0], 1.2, None, "at most linear", "x"),
        _row("rules: preview of a transfer", preview, 10.0, None, ""),
        _row("rules: simulate 150 eras, 10 machines", _operator(), 40.0, _bare_operator(), "CPU; floor packs its rows"),
    ]
