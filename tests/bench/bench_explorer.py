"""Looking into a long past: pages of a chain with 1,000,000 blocks and 100,000 extrinsics."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.explorer import EventQuery, ExtrinsicQuery
from dbc_desktop.domain.history import HistoryKind
from dbc_desktop.services.history import history_page
from tests.doubles.chain_user import ChainUser, transfer

EXTRINSICS = 100_000
BLOCKS = 1_000_000
BATCH = 2_000
PAGE = 100
RUNS = 5
LIMIT_MS = 20.0
HISTORY_LIMIT_MS = 1_000.0


def long_chain(folder: Path) -> tuple[ChainUser, ChainUser]:
    """Extrinsics by the chain itself; the quiet blocks above them are copied in, since no one waits for them."""
    chain = LocalChain(folder, is_running=False, residents=False)
    alice, bob = ChainUser("//Alice"), ChainUser("//Bob")
    chain.play_money(alice.address)
    chain.play_money(bob.address)
    chain.jump(1)
    for _ in range(EXTRINSICS // (2 * BATCH)):
        for user, other in ((alice, bob), (bob, alice)):
            # One in a hundred asks for more than there is.
            calls = [transfer(other.address.raw, 1 if at % 100 else 10**30) for at in range(BATCH)]
            for extrinsic in user.many(chain, calls):
                chain.submit(extrinsic)
        chain.jump(1)
    top = chain.head().height
    chain.close()
    file = sqlite3.connect(folder / "chain.sqlite3")
    file.execute(
        "WITH RECURSIVE n (height) AS (VALUES (?1 + 1) UNION ALL SELECT height + 1 FROM n WHERE height < ?2)"
        " INSERT INTO blocks SELECT height, randomblob(32), randomblob(32), randomblob(32),"
        " (SELECT digest FROM blocks WHERE height = ?1), 0, 0, NULL, NULL FROM n",
        (top, BLOCKS),
    )
    file.commit()
    file.close()
    return alice, bob


def milliseconds(work: Callable[[], object]) -> float:
    """The quickest of some runs, in time of the processor."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times) * 1_000


def measure() -> list[dict[str, Any]]:
    """The slowest page of each kind; the floor reads as many rows by their primary key."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alice, bob = long_chain(folder)
        reader = LocalReader(folder)
        middle = (26 << 20,)
        extrinsics = {
            "all": ExtrinsicQuery(),
            "by signer": ExtrinsicQuery(signer=alice.address),
            "by signer, refused": ExtrinsicQuery(signer=bob.address, succeeded=False),
            "by signer, another pallet": ExtrinsicQuery(signer=bob.address, pallet="OnlineProfile"),
            "by pallet": ExtrinsicQuery(pallet="Balances"),
            "by call, refused": ExtrinsicQuery(call="transfer_allow_death", succeeded=False),
            "refused": ExtrinsicQuery(succeeded=False),
        }
        events = {
            "all": EventQuery(),
            "by name": EventQuery(name="Transfer"),
            "by pallet": EventQuery(pallet="System"),
            "by account": EventQuery(subject=alice.address.raw),
            "by account and name": EventQuery(subject=bob.address.raw, name="Transfer"),
            "by account, never": EventQuery(subject=bob.address.raw, name="ExtrinsicSuccess"),
        }
        reader.head()
        of_blocks = {height: milliseconds(lambda at=height: reader.blocks(at, PAGE)) for height in (2**32, BLOCKS // 2)}
        of_extrinsics = {
            f"{key}{at}": milliseconds(lambda query=query, mark=mark: reader.extrinsics(query, PAGE, mark))
            for key, query in extrinsics.items()
            for at, mark in (("", None), (", from the middle", middle))
        }
        of_money = {
            "all": milliseconds(lambda: history_page(reader, alice.address)),
            "fees": milliseconds(lambda: history_page(reader, alice.address, None, frozenset({HistoryKind.FEE}))),
            "slashes, never": milliseconds(
                lambda: history_page(reader, alice.address, None, frozenset({HistoryKind.SLASH}))
            ),
        }
        of_events = {key: milliseconds(lambda q=query: reader.event_log(q, PAGE)) for key, query in events.items()}
        reader.close()
        bare = sqlite3.connect(f"file:{folder / 'chain.sqlite3'}?mode=ro", uri=True)
        floors = {
            table: milliseconds(
                lambda table=table: bare.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT {PAGE}").fetchall()
            )
            for table in ("blocks", "extrinsics")
        }
        bare.close()
    return [
        _row("page of 100 blocks of a million", of_blocks, floors["blocks"]),
        _row("page of 100 extrinsics of 100,000", of_extrinsics, floors["extrinsics"]),
        _row("page of 100 events", of_events, floors["extrinsics"]),
        _row("history of 150,000 movements opens", of_money, floors["extrinsics"], HISTORY_LIMIT_MS),
    ]


def _row(name: str, found: dict[Any, float], floor: float, limit: float = LIMIT_MS) -> dict[str, Any]:
    slowest = max(found, key=lambda key: found[key])
    value = found[slowest]
    note = f"the slowest of {len(found)}: {slowest}"
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "limit": limit,
        "floor": floor,
        "ok": value <= limit,
        "note": note,
    }
