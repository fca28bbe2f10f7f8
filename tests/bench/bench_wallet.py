"""Signing what the spending sheet showed."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import SigningContext
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.wallet import Wallet
from tests.doubles.chain_user import transfer

RUNS = 200
LIMIT_MS = 5.0
PASSPHRASE = "ten letters at least"


def measure() -> list[dict[str, Any]]:
    """The median of signing a transfer with an open key; the floor signs as many bytes with the bare pair."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wallet = Wallet({KeyPlace.FILE: FileStore(folder / "keys")}, folder / "wallet.sqlite3", SystemClock())
        alice = wallet.restore("Alice", "//Alice", PASSPHRASE, KeyPlace.FILE).address
        wallet.unlock(alice, PASSPHRASE)
        draft = codec.draft(transfer(bytes(32), 1), alice.raw, SigningContext(bytes(32), 411, 1, 0, 7, bytes(32)), ZERO)
        signer, pair = wallet.signer(alice), KeyPair.from_phrase("//Alice")
        signed, bare = [], []
        for _ in range(RUNS):
            started = time.process_time()
            signer.sign(draft)
            between = time.process_time()
            pair.sign(draft.payload)
            signed.append(between - started)
            bare.append(time.process_time() - between)
        wallet.close()
    value = statistics.median(signed) * 1_000
    return [
        {
            "name": "signing a transaction",
            "value": value,
            "unit": "ms",
            "limit": LIMIT_MS,
            "floor": statistics.median(bare) * 1_000,
            "ok": value <= LIMIT_MS,
            "note": f"median of {RUNS}, CPU time",
        }
    ]
