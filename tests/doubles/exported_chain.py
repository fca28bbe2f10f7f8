"""Makes the exported chain kept under `tests/data` for each version: `python -m tests.doubles.exported_chain`.

A file of a released version is never made again. Before the release it is, whenever the rules' genesis has changed: an
import runs the log by the rules of today.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from tests.doubles.chain_user import ChainUser, transfer

FILE = Path(__file__).parents[1] / "data" / "exported_chain_of_version_1.dbcchain"
START_MS = 1_800_000_000_000


def make(path: Path) -> None:
    """Four transfers, one of them in vain, and two eras."""
    with tempfile.TemporaryDirectory() as folder:
        chain = LocalChain(Path(folder), is_running=False, residents=False, seed=b"exported by version 1")
        with chain._ledger.whole():
            chain._ledger.store.begin()
            chain._ledger.set_start(START_MS)
            chain._ledger.commit()
        alice, bob = ChainUser("//Alice"), ChainUser("//Bob")
        chain.play_money(alice.address)
        chain.jump(1)
        for extrinsic in alice.many(chain, [transfer(bob.address.raw, units) for units in (5, 6, 10**30)]):
            chain.submit(extrinsic)
        chain.jump(14_400 * 2 + 1)
        chain.export(path)
        chain.close()


if __name__ == "__main__":
    make(FILE)
