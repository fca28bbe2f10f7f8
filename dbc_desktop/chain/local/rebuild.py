"""Making a chain's folder out of a log: for imports, for branches from the past, for what can be rescued."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from dbc_desktop.chain import scale
from dbc_desktop.chain.local.archive import LoggedBlock, LogHead
from dbc_desktop.chain.local.launch import pack_spec, unpack_spec
from dbc_desktop.chain.local.replay import PROGRESS_BLOCKS
from dbc_desktop.chain.local.rerun import Rerun
from dbc_desktop.chain.local.store import FILE_NAME, Store
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.storage.files import files_translated, private_folder
from dbc_desktop.storage.sqlite import translated

_COMMIT_EXTRINSICS = 5_000
_COMMIT_BLOCKS = 5_000

Progress = Callable[[int, int], None]


def rebuild(
    path: Path, head: LogHead, blocks: Iterable[LoggedBlock], folder: Path, progress: Progress | None = None
) -> None:
    """Run a log into a new folder, which appears when all of it is there.

    Args:
        path: Where the log comes from, for errors.
        head: Its genesis, its time and where it ends.
        blocks: Its blocks; each must give the hash it says.
        folder: Where the chain goes; holds none yet.
        progress: Told `(done, total)` in blocks; may raise `Cancelled`.

    Raises:
        DataCorrupt: A block does not give its hash, or cannot stand where it does.
        DataUnwritable: The disk is read-only or full.
        Cancelled: `progress` said so; nothing is left behind.
    """
    private_folder(folder.parent)
    with files_translated(folder):
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with closing(Store(scratch)) as store, translated(store.path):
            _fill(path, head, blocks, store, progress)
        with files_translated(folder):
            if folder.is_dir():
                # Somebody looked here before there was a chain, and left a lock.
                (scratch / FILE_NAME).replace(folder / FILE_NAME)
            else:
                scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(path: Path, head: LogHead, blocks: Iterable[LoggedBlock], store: Store, progress: Progress | None) -> None:
    rerun = Rerun(path, head.spec)
    store.begin()
    store.put_meta("genesis", pack_spec(head.spec))
    store.put_meta("start_ms", head.start_ms.to_bytes(8))
    for key, value in head.notes:
        _check_note(path, value)
        store.put_meta(key, value)
    store.add_genesis(rerun.genesis_hash, rerun.engine.digest)
    changes: dict[tuple[str, bytes], bytes | None] = {(name, key): value for name, key, value in rerun.engine.rows()}
    waiting_blocks = waiting_extrinsics = last = 0
    for done, block in enumerate(blocks, 1):
        if not last < block.height <= head.height:
            raise rerun.differs("height", block.height)
        ran = rerun.run(block.height, block.bodies)
        if ran.hash != block.hash:
            raise rerun.differs("hash", block.height)
        last = block.height
        store.add_block(ran.parent_hash, ran.outcome, block.bodies, ran.hashes, ran.calls)
        changes.update(ran.outcome.changes)
        store.put_history(ran.outcome.history)
        waiting_blocks, waiting_extrinsics = waiting_blocks + 1, waiting_extrinsics + len(block.bodies)
        if waiting_blocks >= _COMMIT_BLOCKS or waiting_extrinsics >= _COMMIT_EXTRINSICS:
            store.put_state(changes)
            store.commit()
            store.begin()
            changes, waiting_blocks, waiting_extrinsics = {}, 0, 0
        if progress is not None and (done % PROGRESS_BLOCKS == 0 or done == head.blocks):
            progress(done, max(done, head.blocks))
    if rerun.engine.next_due() <= head.height:
        raise rerun.differs("height", rerun.engine.next_due())
    store.put_state(changes)
    store.put_meta("head", head.height.to_bytes(4))
    store.commit()


def _check_note(path: Path, value: bytes) -> None:
    try:
        scale.decode("CommitteeUploadInfo", value)
    except InvalidTransaction as error:
        raise DataCorrupt(path, "note") from error


def log_of(store: Store, height: int, notes_of: tuple[str, ...]) -> tuple[LogHead, Iterator[LoggedBlock]]:
    """The log of a chain's file up to a height.

    Raises:
        DataCorrupt: The file holds no chain.
    """
    packed, start = store.meta("genesis"), store.meta("start_ms")
    if packed is None or start is None:
        raise DataCorrupt(store.path, "no chain")
    try:
        spec = unpack_spec(packed)
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(store.path, "genesis") from error
    notes = tuple(item for prefix in notes_of for item in store.meta_items(prefix))
    count = store.query("SELECT count(*) FROM blocks WHERE height > 0 AND height <= ?", (height,))[0][0]

    def blocks() -> Iterator[LoggedBlock]:
        for at in store.block_heights(above=0):
            if at > height:
                return
            block = store.block(at)
            yield LoggedBlock(at, block.hash, block.bodies)

    return LogHead(spec, int.from_bytes(start), height, count, notes), blocks()
