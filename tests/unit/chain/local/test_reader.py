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
    enough = threading.Event()

    def write() -> None:
        while not enough.is_set():
            alice.send(chain, transfer(TARGET.raw, 1))

    writing = threading.Thread(target=write)
    writing.start()
    reader = LocalReader(tmp_path)
    seen: list[int] = []
    try:
        while len(set(seen)) < 6:
            with reader._standing() as now:
                height, nonce = now.engine.height, reader.account(alice.address).nonce
                # Block 28,901 brought the play money; each later block one transfer.
                assert (height - 28_901, reader.account(TARGET).free.units) == (nonce, nonce)
                assert now.store.blocks(2**32, 1)[0].height == height
                seen.append(nonce)
    finally:
        enough.set()
        writing.join()
    assert seen == sorted(seen)
    assert reader.account(alice.address).nonce == chain.account(alice.address).nonce
    reader.close()
    chain.close()
