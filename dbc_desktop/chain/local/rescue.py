"""A damaged chain file: what of its log still runs is put into a branch of its own, the file stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.local.archive import NOTE_PREFIXES, LoggedBlock, LogHead
from dbc_desktop.chain.local.branches import branch_folder
from dbc_desktop.chain.local.launch import unpack_spec
from dbc_desktop.chain.local.rebuild import rebuild
from dbc_desktop.chain.local.rerun import Rerun
from dbc_desktop.chain.local.store import FILE_NAME, Store
from dbc_desktop.domain.errors import DataCorrupt


@dataclass(frozen=True, slots=True)
class Rescued:
    """What could be saved.

    Attributes:
        damaged: The file that is damaged; it was not touched.
        name: The branch that holds what could be saved.
        height: The last good block.
    """

    damaged: Path
    name: str
    height: int


def rescue(root: Path, folder: Path) -> Rescued:
    """Save what still runs of the branch in `folder`; where that was done before, nothing is done again.

    Raises:
        DataCorrupt: Not even its beginning can be read.
        DataUnwritable: There is no room for what could be saved.
    """
    path = folder / FILE_NAME
    with closing(Store(folder, read_only=True)) as store:
        head = _head(store)
        height = _last_good(store, head)
        name = f"rescued {height}"
        target = branch_folder(root, name)
        if not (target / FILE_NAME).is_file():
            until = LogHead(head.spec, head.start_ms, height, 0, head.notes)
            rebuild(path, until, _blocks(store, height), target)
    return Rescued(path, name, height)


def _head(store: Store) -> LogHead:
    packed, start = store.meta("genesis"), store.meta("start_ms")
    if packed is None or start is None:
        raise DataCorrupt(store.path, "no chain")
    try:
        spec = unpack_spec(packed)
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(store.path, "genesis") from error
    notes: tuple[tuple[str, bytes], ...] = ()
    with suppress(DataCorrupt):
        notes = tuple(item for prefix in NOTE_PREFIXES for item in store.meta_items(prefix))
    return LogHead(spec, int.from_bytes(start), 0, 0, notes)


def _last_good(store: Store, head: LogHead) -> int:
    """The newest height whose block gives its hash; what lies behind it is not believed."""
    rerun, good = Rerun(store.path, head.spec), 0
    if (first := store.last_block(0)) is None or first[1] != rerun.genesis_hash:
        raise DataCorrupt(store.path, "genesis")
    with suppress(DataCorrupt):
        for block in _blocks(store, 2**32):
            if rerun.run(block.height, block.bodies).hash != block.hash:
                break
            good = block.height
    return good


def _blocks(store: Store, until: int) -> Iterator[LoggedBlock]:
    """The blocks one by one: a page of the file that cannot be read must not take its neighbours with it."""
    at = 0
    while True:
        row = store.first("SELECT height FROM blocks WHERE height > ? ORDER BY height LIMIT 1", (at,))
        if row is None or row[0] > until:
            return
        at = row[0]
        block = store.block(at)
        yield LoggedBlock(at, block.hash, block.bodies)
