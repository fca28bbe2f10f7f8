"""The time machine of the embedded chain: snapshots, branches, comparison, export and import (design 4.1)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path

from dbc_desktop.chain.local import branches
from dbc_desktop.chain.local.archive import NOTE_PREFIXES, Archive, write_archive
from dbc_desktop.chain.local.compare import compare_in
from dbc_desktop.chain.local.ledger import Ledger
from dbc_desktop.chain.local.rebuild import log_of, rebuild
from dbc_desktop.chain.local.store import FILE_NAME, Store
from dbc_desktop.chain.local.turns import Turns
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import MAIN, Branch, BranchComparison, Snapshot
from dbc_desktop.domain.errors import InvalidInput, InvalidTransaction
from dbc_desktop.domain.network import Head
from dbc_desktop.storage.files import files_translated

BEFORE_REVERT = "before the last revert"
"""The snapshot that a revert leaves of what it replaced."""

MOST_UNDONE = 10_000
"""So many blocks a reorganisation undoes at most."""

Progress = Callable[[int, int], None]


class TimeTravel:
    """What `LocalChain` can do with its whole file; who inherits owns the ledger and its turns."""

    _root: Path
    _folder: Path
    _turns: Turns
    _ledger: Ledger

    def _commit(self) -> None:
        raise AssertionError("the side that inherits commits")

    def _stand_on(self, folder: Path) -> None:
        """Let go of the present file and stand on the chain of another folder."""
        raise AssertionError(f"the side that inherits stands on {folder}")

    def _check_whole(self) -> None:
        raise AssertionError("the side that inherits knows whether its file is whole")

    def _moved(self) -> Head:
        """Tell everyone where the chain stands now."""
        raise AssertionError("the side that inherits tells")

    # --- snapshots ----------------------------------------------------------------------------------------------

    def snapshots(self) -> tuple[Snapshot, ...]:
        """The kept moments of the active branch, by height."""
        return branches.snapshot_list(self._folder)

    def take_snapshot(self, name: str) -> Snapshot:
        """Keep this moment under a name; one of that name is replaced.

        Raises:
            InvalidInput: `branch` with `bad_name`.
            DataUnwritable: The disk is full.
        """
        with self._turns:
            path = branches.snapshot_path(self._folder, name)
            self._commit()
            source = self._folder / FILE_NAME
        branches.copy_file(source, path)
        return next(one for one in self.snapshots() if one.name == path.stem)

    def revert(self, name: str) -> Head:
        """Let the active branch be as it was at a snapshot; what it was until now is kept as a snapshot too.

        Raises:
            InvalidInput: `snapshot` with `missing`.
            DataCorrupt: The snapshot is damaged; nothing has changed.
        """
        self._check_whole()
        path = branches.found_snapshot(self._folder, name)
        branches.check_file(path)
        with self._turns:
            self._commit()
            before = branches.snapshot_path(self._folder, BEFORE_REVERT)
            if path != before:
                branches.copy_file(self._folder / FILE_NAME, before)
            self._take_over(path)
            return self._moved()

    def _take_over(self, path: Path) -> None:
        """Have the content of another chain's file in ours, at once or not at all."""
        self._ledger.store.take_over(path)
        self._ledger.reload()

    # --- branches -----------------------------------------------------------------------------------------------

    def branches(self) -> tuple[Branch, ...]:
        """All branches, `main` first; asking writes nothing."""
        with self._turns:
            height, here = self._ledger.height, self._folder
        found = branches.branch_list(self._root)
        return tuple(
            replace(one, height=height) if branches.branch_folder(self._root, one.name) == here else one
            for one in found
        )

    def make_branch(self, name: str, height: int | None = None, progress: Progress | None = None) -> Branch:
        """Make another branch that shares the log of the active one up to `height`, by default up to the newest block.

        Raises:
            InvalidInput: `branch` with `bad_name` or `exists`; `height` with `too_large`.
            DataCorrupt: A block below `height` is damaged.
            Cancelled: `progress` said so; nothing is left behind.
        """
        folder = branches.new_branch_folder(self._root, name)
        with self._turns:
            self._commit()
            newest = self._ledger.height
        if height is None or height == newest:
            branches.copy_file(self._folder / FILE_NAME, folder / FILE_NAME)
        else:
            self._rebuild_until(height, newest, folder, progress)
        name = folder.name
        branches.mark_fork(folder, branches.check_file(folder / FILE_NAME))
        return next(one for one in branches.branch_list(self._root) if one.name == name)

    def _rebuild_until(self, height: int, newest: int, folder: Path, progress: Progress | None) -> None:
        if not 0 <= height <= newest:
            raise InvalidInput("height", "too_large", most=newest)
        with closing(Store(self._folder, read_only=True)) as log, log.snapshot():
            head, blocks = log_of(log, height, NOTE_PREFIXES)
            rebuild(log.path, head, blocks, folder, progress)

    def use_branch(self, name: str) -> Head:
        """Live on another branch from now on.

        Raises:
            InvalidInput: `branch` with `missing`.
            DataCorrupt, DataTooNew: It cannot be opened; the present one goes on.
        """
        with self._turns:
            folder = branches.found_branch(self._root, name)
            if folder != self._folder or branches.active_folder(self._root) != folder:
                self._stand_on(folder)
                branches.set_active(self._root, MAIN if folder == self._root else folder.name)
            return self._moved()

    def drop_branch(self, name: str) -> None:
        """Remove a branch and its snapshots.

        Raises:
            InvalidInput: `branch` with `missing`, or `in_use`.
        """
        with self._turns:
            branches.drop_branch(self._root, name)

    def compare(self, name: str, account: Address | None = None) -> BranchComparison:
        """How the active branch (`here`) and another one (`there`) differ.

        Raises:
            InvalidInput: `branch` with `missing`.
        """
        with self._turns:
            self._commit()
        return compare_in(self._root, name, account)

    # --- files --------------------------------------------------------------------------------------------------

    def export(self, path: Path, progress: Progress | None = None) -> Head:
        """Write the log of the active branch into one file, which appears when it is whole; where it ends.

        Raises:
            DataUnwritable: It cannot be written there.
            Cancelled: `progress` said so; nothing is left behind.
        """
        with closing(Store(self._folder, read_only=True)) as log:
            snapshot = ExitStack()
            with self._turns:
                self._commit()
                snapshot.enter_context(log.snapshot())
                log.meta("genesis")
                head = self._newest()
            with snapshot:
                write_archive(log, head.height, path, progress)
        return head

    def import_branch(self, path: Path, name: str, progress: Progress | None = None) -> Branch:
        """Run an exported file into a new branch; the active one goes on meanwhile.

        Raises:
            InvalidInput: `branch` with `bad_name` or `exists`.
            DataCorrupt, DataTooNew, DataTooLarge: The file is not what it says; nothing is left behind.
            Cancelled: `progress` said so; nothing is left behind.
        """
        folder = branches.new_branch_folder(self._root, name)
        import_chain(path, folder, progress)
        return next(one for one in branches.branch_list(self._root) if one.name == folder.name)

    def _newest(self) -> Head:
        raise AssertionError("the side that inherits knows its head")

    # --- a fault that is an act ---------------------------------------------------------------------------------

    def reorganise(self, blocks: int, progress: Progress | None = None) -> Head:
        """Undo the newest `blocks` heights, as when a network decides for another fork; where the chain stands then.

        Extrinsics of the undone blocks that are still valid wait for the next block again, the others are lost. What
        was undone is kept as a snapshot.

        Raises:
            InvalidInput: `height` with `too_large`.
        """
        with self._turns:
            self._check_whole()
            self._commit()
            newest = self._ledger.height
            if not 0 < blocks <= min(newest, MOST_UNDONE):
                raise InvalidInput("height", "too_large", most=min(newest, MOST_UNDONE))
            with files_translated(self._folder):
                scratch = tempfile.TemporaryDirectory(dir=self._folder, prefix=".undo.")
            with scratch as name:
                target = Path(name) / "chain"
                self._rebuild_until(newest - blocks, newest, target, progress)
                store = self._ledger.store
                undone = [body for at in store.block_heights(above=newest - blocks) for body in store.block(at).bodies]
                branches.copy_file(self._folder / FILE_NAME, branches.snapshot_path(self._folder, BEFORE_REVERT))
                self._take_over(target / FILE_NAME)
            for body in undone:
                with suppress(InvalidTransaction):
                    self._ledger.admit(body)
            return self._moved()


def import_chain(path: Path, folder: Path, progress: Progress | None = None) -> None:
    """Run an exported file into a folder that holds no chain yet.

    Raises:
        DataCorrupt, DataTooNew, DataTooLarge: The file is not what it says; nothing is left behind.
        DataUnwritable: The disk is read-only or full.
        Cancelled: `progress` said so; nothing is left behind.
    """
    archive = Archive(path)
    rebuild(path, archive.head, archive.blocks(), folder, progress)
