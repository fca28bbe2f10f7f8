"""A long chain: how fast it opens and is replayed, and that its length costs no memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.store import Store
from tests.doubles.chain_user import ChainUser, transfer

LONG, SHORT = 100_000, 10_000
BATCH = 2_500
RUNS = 3
MOST_GROWTH = 1.1

_WORKER = """
import sys, psutil
from pathlib import Path
from dbc_desktop.chain.local.backend import LocalChain
from tests.doubles.chain_user import ChainUser, transfer
chain = LocalChain(Path(sys.argv[1]), is_running=False, residents=False)
bob = ChainUser("//Bob")
for _ in range(4):
    for extrinsic in bob.many(chain, [transfer(bytes(32), 1)] * 500):
        chain.submit(extrinsic)
    chain.jump(1)
if sys.argv[2] == "replay":
    chain.replay()
print(psutil.Process().memory_info().rss)
chain.close()
"""


def made(folder: Path, extrinsics: int) -> Path:
    """A chain with so many transfers."""
    chain = LocalChain(folder, is_running=False, residents=False)
    alice, bob = ChainUser("//Alice"), ChainUser("//Bob")
    chain.play_money(alice.address)
    chain.play_money(bob.address)
    chain.jump(1)
    for _ in range(extrinsics // BATCH):
        for extrinsic in alice.many(chain, [transfer(bytes(32), 1)] * BATCH):
            chain.submit(extrinsic)
        chain.jump(1)
    chain.close()
    return folder


def opening(folder: Path) -> tuple[float, float]:
    """Seconds until the chain answers; the floor reads the same rows of state through SQLite."""
    times, floors = [], []
    for _ in range(RUNS):
        started = time.perf_counter()
        chain = LocalChain(folder, is_running=False, residents=False)
        chain.head()
        times.append(time.perf_counter() - started)
        chain.close()
        started = time.perf_counter()
        store = Store(folder, read_only=True)
        assert store.state_rows()
        floors.append(time.perf_counter() - started)
        store.close()
    return min(times), min(floors)


def resident_bytes(folder: Path, act: str) -> int:
    """What a process holds that opened the chain, made 2,000 transfers and, where asked, replayed all of it."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _WORKER, str(folder), act], capture_output=True, text=True, check=True, cwd=root
    )
    return int(done.stdout)


def measure() -> list[dict[str, Any]]:
    """Opening, memory and replay; a chain of a tenth of the length is the floor of memory."""
    with tempfile.TemporaryDirectory() as name:
        short, long = made(Path(name) / "short", SHORT), made(Path(name) / "long", LONG)
        opened, bare = opening(long)
        lived = resident_bytes(long, "live"), resident_bytes(short, "live")
        replayed = resident_bytes(long, "replay"), resident_bytes(short, "replay")
        chain = LocalChain(long, is_running=False, residents=False)
        started = time.process_time()
        assert chain.replay() == chain.head()
        rate = LONG / (time.process_time() - started)
        chain.close()
    rows = [
        {
            "name": "opening a chain of 100,000 extrinsics",
            "value": opened,
            "unit": "s",
            "limit": 1.0,
            "floor": bare,
            "ok": opened <= 1,
            "note": "until it answers",
        },
        {
            "name": "replay of 100,000 extrinsics",
            "value": rate,
            "unit": "/CPU s",
            "limit": 2_000.0,
            "floor": None,
            "ok": rate >= 2_000,
            "note": "every signature, outcome and digest; it agrees",
        },
    ]
    for text, (much, little) in (("", lived), (", replayed", replayed)):
        rows.append(
            {
                "name": f"memory of a chain ten times as long{text}",
                "value": much / little,
                "unit": "of the short one's",
                "limit": MOST_GROWTH,
                "floor": 1.0,
                "ok": much / little <= MOST_GROWTH,
                "note": f"{much / 2**20:.0f} MB against {little / 2**20:.0f} MB",
            }
        )
    return rows
