"""The embedded chain: durable transfers a second, in batches and one per block, and the jump through time."""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.sr25519 import KeyPair, verify
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId, MachineStatus
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.rules.hardware_report import report_message
from tests.doubles.chain_user import ChainUser, transfer

BATCH = 3_000
PORTION = 200
TURNS = 21
RUNS = 3
ERAS = 150
BLOCKS_PER_ERA = 14_400
MACHINES = 1_000
WAVE = 10
"""Machines that five committee members with a stake of 20,000 DBC can surely look at together."""


def transfers_in_batches(folder: Path) -> tuple[float, float]:
    """Transfers a second: signed, handed in, verified, and durable in one block; and the floor.

    The floor signs and verifies as many payloads of that length and writes them in one FULL commit of SQLite, without
    a rule, a fee or an event. The two take turns.
    """
    chain = LocalChain(folder, is_running=False, residents=False)
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    bare = bare_file(folder / "bare.sqlite3")
    rates, floors = [], []
    for _ in range(RUNS):
        started = time.perf_counter()
        for extrinsic in alice.many(chain, [transfer(bytes(32), 1)] * BATCH):
            chain.submit(extrinsic)
        chain.jump(1)
        rates.append(BATCH / (time.perf_counter() - started))
        assert chain.blocks(2**32, 1)[0].extrinsic_num == BATCH
        started = time.perf_counter()
        signed = [(payload, alice.pair.sign(payload)) for payload in (n.to_bytes(149) for n in range(BATCH))]
        assert all(verify(alice.pair.public, payload, signature) for payload, signature in signed)
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany("INSERT INTO rows (body) VALUES (?)", [(payload,) for payload, _ in signed])
        bare.execute("COMMIT")
        floors.append(BATCH / (time.perf_counter() - started))
    bare.close()
    chain.close()
    return statistics.median(rates), statistics.median(floors)


def bare_file(path: Path) -> sqlite3.Connection:
    """SQLite as the chain uses it, with nothing in it."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, body BLOB)")
    return bare


def one_per_block_and_bare(folder: Path) -> tuple[float, float]:
    """Transfers a second, each in a block and a commit of its own, signed before; and the floor.

    The floor is one row and one FULL commit at a time in SQLite. The two take turns, since the disk is not ours alone.
    """
    folder.mkdir()
    chain = LocalChain(folder / "chain", is_running=False, residents=False)
    alice = ChainUser("//Alice")
    chain.set_clock(ClockMode.INSTANT)
    chain.play_money(alice.address)
    bare = bare_file(folder / "bare.sqlite3")
    ours, floor = [], []
    for _ in range(TURNS):
        # A mortal signature lives 256 blocks: sign in portions, count only the sending.
        signed = alice.many(chain, [transfer(bytes(32), 1)] * PORTION)
        started = time.perf_counter()
        for extrinsic in signed:
            chain.submit(extrinsic)
        ours.append(PORTION / (time.perf_counter() - started))
        started = time.perf_counter()
        for _ in range(PORTION):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO rows (body) VALUES (?)", (b"x" * 149,))
            bare.execute("COMMIT")
        floor.append(PORTION / (time.perf_counter() - started))
    bare.close()
    chain.close()
    return statistics.median(ours), statistics.median(floor)


def quiet_jump(folder: Path) -> tuple[float, float]:
    """Seconds for 150 eras of a chain on which nobody does anything; and the floor.

    The floor hashes and writes as many rows of a block's length, and as many changed rows of state, in as many commits
    as the jump makes: one.
    """
    chain = LocalChain(folder, is_running=False, residents=False)
    bare = bare_file(folder / "bare.sqlite3")
    times, floors = [], []
    for _ in range(RUNS):
        before = chain.blocks(2**32, 1)[0].height
        started = time.perf_counter()
        chain.jump(ERAS * BLOCKS_PER_ERA)
        times.append(time.perf_counter() - started)
        made = sum(block.height > before for block in chain.blocks(2**32, 1_000))
        started = time.perf_counter()
        digest = bytes(32)
        bare.execute("BEGIN IMMEDIATE")
        for number in range(made):
            digest = blake2_256(digest + number.to_bytes(8))
            bare.execute("INSERT INTO rows (body) VALUES (?)", (digest * 4,))
            bare.execute("INSERT OR REPLACE INTO rows VALUES (?, ?)", (-number % 7 - 7, digest))
        bare.execute("COMMIT")
        floors.append(time.perf_counter() - started)
    bare.close()
    chain.close()
    return statistics.median(times), statistics.median(floors)


def busy_jump(folder: Path) -> float:
    """Seconds for 150 eras in which 1,000 machines earn."""
    chain = LocalChain(folder, is_running=False)
    alice = ChainUser("//Alice")
    for _ in range(100):
        chain.play_money(alice.address)
    chain.jump(1)
    bring_online(chain, alice)
    online = [one for one in chain.machines_of(alice.address) if one.status is MachineStatus.ONLINE]
    assert len(online) == MACHINES
    started = time.perf_counter()
    chain.jump(ERAS * BLOCKS_PER_ERA)
    spent = time.perf_counter() - started
    assert len(chain.rewards(alice.address, 0, 10_000)) >= MACHINES * ERAS
    chain.close()
    return spent


def bring_online(chain: LocalChain, owner: ChainUser) -> None:
    """All machines, in waves that the committee can bear."""
    for call in (
        Call("OnlineProfile", "set_controller", (owner.address.raw,)),
        Call("OnlineProfile", "gen_server_room"),
    ):
        owner.send(chain, call)
    chain.jump(1)
    (room,) = chain.server_rooms(owner.address)
    info = CustomizeInfo(room, 100, 100, Coordinate("East", 80_000), Coordinate("North", 480_000), ("Telco",))
    stash = ss58.encode(owner.address.raw)
    for wave in range(0, MACHINES, WAVE):
        calls = []
        for number in range(wave, wave + WAVE):
            key = KeyPair.from_seed(number.to_bytes(32))
            machine_id = MachineId(key.public.hex())
            message = (machine_id + stash).encode()
            hardware = HardwareInfo(
                machine_id, "RTX 3080", 1, 8_704, 10, 14_972, 480, 1_000, "Xeon", 16, 2_400, 64, "", True
            )
            chain.show_machine(hardware)
            report = report_message(hardware, stash, chain.head().height)
            calls.append(Call("OnlineProfile", "bond_machine", (machine_id, message, key.sign(message))))
            calls.append(Call("MachineCheck", "submit_hardware_report", (hardware, report, key.sign(report))))
            calls.append(Call("OnlineProfile", "add_machine_info", (machine_id, info)))
        for extrinsic in owner.many(chain, calls):
            chain.submit(extrinsic)
        chain.jump(5_000)


def row(name: str, value: float, unit: str, limit: float, floor: float | None, ok: bool, note: str) -> dict[str, Any]:
    """One line of the report."""
    return {"name": name, "value": value, "unit": unit, "limit": limit, "floor": floor, "ok": ok, "note": note}


def measure() -> list[dict[str, Any]]:
    """The four budgets of the embedded chain."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        batch, batch_floor = transfers_in_batches(home / "batch")
        single, bare = one_per_block_and_bare(home / "single")
        quiet, quiet_floor = quiet_jump(home / "quiet")
        busy = busy_jump(home / "busy")
    return [
        row(
            "transfers in batches",
            batch,
            "/s",
            3_000,
            batch_floor,
            batch >= 3_000,
            f"{BATCH} a block, signing included",
        ),
        row(
            "transfers one per block",
            single / bare,
            "of bare FULL commits",
            1 / 3,
            bare,
            single >= bare / 3,
            f"{single:.0f} against {bare:.0f} a second",
        ),
        row(
            "jump of 150 quiet eras",
            quiet * 1_000,
            "ms",
            50,
            quiet_floor * 1_000,
            quiet <= 0.05,
            "every mining and staking era rolled and stored, 34 super nodes standing",
        ),
        row("jump of 150 eras, 1,000 machines", busy, "s", 3, None, busy <= 3, "150,000 payouts, all in the books"),
    ]
