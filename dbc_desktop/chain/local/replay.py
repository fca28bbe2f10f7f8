"""Running the whole log again: every signature, every outcome, every hash and the state it leads to."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.chain.local.launch import unpack_spec
from dbc_desktop.chain.local.rerun import Rerun
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.errors import DataCorrupt

PROGRESS_BLOCKS = 50


def replay(store: Store, progress: Callable[[int, int], None] | None = None) -> None:
    """Run the log of `store` in a fresh engine and compare.

    Raises:
        DataCorrupt: Something differs; the detail says what and in which block.
        Cancelled: `progress` said so.
    """
    rerun = genesis_of(store)
    total = store.block_count() - 1
    for done, height in enumerate(store.block_heights(above=0), 1):
        block = store.block(height)
        if block.parent_hash != rerun.hash_at(height - 1):
            raise rerun.differs("parent", height)
        ran = rerun.run(height, block.bodies)
        if ran.outcome.outcomes != block.outcomes:
            raise rerun.differs("outcome", height)
        if ran.outcome.digest != block.digest:
            raise rerun.differs("digest", height)
        if ran.root != block.extrinsics_root or ran.hash != block.hash:
            raise rerun.differs("hash", height)
        if progress is not None and (done % PROGRESS_BLOCKS == 0 or done == total):
            progress(done, total)
    if list(rerun.engine.rows()) != store.state_rows():
        raise DataCorrupt(store.path, "state")


def genesis_of(store: Store) -> Rerun:
    """An engine at the genesis of the file, which is as the file says.

    Raises:
        DataCorrupt: There is none, or it is another one.
    """
    packed, first = store.meta("genesis"), store.last_block(0)
    if packed is None or first is None:
        raise DataCorrupt(store.path, "no genesis")
    try:
        spec = unpack_spec(packed)
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(store.path, "genesis") from error
    rerun = Rerun(store.path, spec)
    if first[2] != rerun.engine.digest or first[1] != rerun.genesis_hash:
        raise DataCorrupt(store.path, "genesis")
    return rerun
