"""A process that writes into a chain until it is killed: `python -m tests.doubles.chain_writer FOLDER`.

On standard output, one byte each: `b` a commit begins, `c` it is durable, `a` a transfer is acknowledged.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.network import ClockMode
from tests.doubles.chain_user import ChainUser, transfer

BATCH = 20
TARGET = b"\x42" * 32


def write_forever(folder: Path) -> None:
    chain = LocalChain(folder, is_running=False)
    store = chain._ledger.store
    begin, commit = store.begin, store.commit

    def marked_begin() -> None:
        os.write(1, b"b")
        begin()

    def marked_commit() -> None:
        commit()
        os.write(1, b"c")

    store.begin, store.commit = marked_begin, marked_commit
    alice = ChainUser("//Alice")
    while True:
        # One by one, many at once, and a jump with the residents acting on the way.
        chain.set_clock(ClockMode.INSTANT)
        for _ in range(3):
            alice.send(chain, transfer(TARGET, 1))
            os.write(1, b"a")
        chain.set_clock(ClockMode.MANUAL)
        for extrinsic in alice.many(chain, [transfer(TARGET, 1)] * BATCH):
            chain.submit(extrinsic)
        chain.jump(1)
        os.write(1, b"a" * BATCH)
        chain.jump(20_000)


if __name__ == "__main__":
    write_forever(Path(sys.argv[1]))
