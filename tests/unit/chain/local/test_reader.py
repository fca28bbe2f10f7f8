"""A reader beside a writer at work: always one whole commit, never a mixture."""

from __future__ import annotations

import threading
from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.network import ClockMode
from tests.doubles.chain_user import ChainUser, transfer

TARGET = Address(b"\x42" * 32)


def test_what_is_read_during_writes_is_of_one_commit(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False)
    alice = ChainUser("//Alice")
    chain.set_clock(ClockMode.INSTANT)
    chain.play_money(alice.address)
    finished = threading.Event()

    def write() -> None:
        for _ in range(150):
            alice.send(chain, transfer(TARGET.raw, 1))
        finished.set()

    writing = threading.Thread(target=write)
    writing.start()
    reader = LocalReader(tmp_path)
    seen = []
    while not finished.is_set():
        with reader._standing() as now:
            height, nonce = now.engine.height, reader.account(alice.address).nonce
            # Block 28,901 brought the play money; each later block one transfer.
            assert (height - 28_901, reader.account(TARGET).free.units) == (nonce, nonce)
            assert now.store.blocks(2**32, 1)[0].height == height
            seen.append(nonce)
    writing.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert reader.account(alice.address).nonce == 150
    reader.close()
    chain.close()
