"""The embedded chain's file read beside the process that writes it: the newest commit, no lock, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbc_desktop.chain.local.branches import active_folder
from dbc_desktop.chain.local.ledger import hash_after, load
from dbc_desktop.chain.local.reads import LocalReads, Standing
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.errors import StorageError
from dbc_desktop.domain.network import Capability


class LocalReader(LocalReads):
    """`LocalReading` on the active branch of a chain folder; its state is read again when another process committed.

    While nothing happens the writer notes its head once a minute, so the height may be that much behind.

    Raises:
        DataCorrupt: There is no chain in the folder, or it is damaged.
        DataTooNew: A newer version of this program wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._folder = active_folder(folder)
        self._store = Store(self._folder, read_only=True)
        self._version = -1
        self._now: Standing | None = None

    def capabilities(self) -> frozenset[Capability]:
        """It only reads, the past too, with the rules at hand."""
        kinds = (
            Capability.EXPLORER,
            Capability.EXPLAIN,
            Capability.SIMULATE,
            Capability.SUPER_NODES,
            Capability.DISPUTES,
        )
        return frozenset(kinds)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    @contextmanager
    def _standing(self) -> Iterator[Standing]:
        self._follow_branch()
        with self._store.snapshot():
            yield self._newest()

    def _follow_branch(self) -> None:
        """Read the branch that is active now.

        A process that gave up its rights after it opened the chain may not look into the folder any more: it stays.
        """
        try:
            folder = active_folder(self._root)
        except StorageError:
            return
        if folder != self._folder:
            store = Store(folder, read_only=True)
            self._store.close()
            self._store, self._folder, self._now = store, folder, None

    def _newest(self) -> Standing:
        version = self._store.data_version()
        if self._now is None or version != self._version:
            loaded = load(self._store)
            height, last = loaded.engine.height, loaded.last
            head_hash = last[1] if height == last[0] else hash_after(last[1], height)
            self._now = Standing(loaded.engine, self._store, loaded.genesis_hash, head_hash, loaded.start_ms)
            self._version = version
        return self._now
