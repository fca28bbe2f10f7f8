"""The time machine, asked over the pipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import Branch, BranchComparison, Fault, ResidentSettings, Snapshot
from dbc_desktop.domain.network import Head

Progress = Callable[[int, int], None]


class HostedTravel:
    """Branches, snapshots, files, residents and faults of `TimeMachine`, in another process; who inherits asks.

    Callbacks of progress run in the caller's thread and may raise `Cancelled`.
    """

    def _ask(self, method: str, *arguments: object, progress: Progress | None = None) -> Any:
        raise AssertionError(f"the side that inherits asks for {method}{arguments}{progress}")

    def snapshots(self) -> tuple[Snapshot, ...]:
        """The kept moments of the active branch, by height."""
        found: tuple[Snapshot, ...] = self._ask("snapshots")
        return found

    def take_snapshot(self, name: str) -> Snapshot:
        """Keep this moment under a name."""
        found: Snapshot = self._ask("take_snapshot", name)
        return found

    def revert(self, name: str) -> Head:
        """Let the active branch be as it was at a snapshot."""
        found: Head = self._ask("revert", name)
        return found

    def branches(self) -> tuple[Branch, ...]:
        """All branches, `main` first."""
        found: tuple[Branch, ...] = self._ask("branches")
        return found

    def make_branch(self, name: str, height: int | None = None, progress: Progress | None = None) -> Branch:
        """Make another branch that shares the log of the active one up to `height`."""
        found: Branch = self._ask("make_branch", name, height, progress=progress)
        return found

    def use_branch(self, name: str) -> Head:
        """Live on another branch from now on."""
        found: Head = self._ask("use_branch", name)
        return found

    def drop_branch(self, name: str) -> None:
        """Remove a branch and its snapshots."""
        self._ask("drop_branch", name)

    def compare(self, name: str, account: Address | None = None) -> BranchComparison:
        """How the active branch and another one differ."""
        found: BranchComparison = self._ask("compare", name, account)
        return found

    def export(self, path: Path, progress: Progress | None = None) -> Head:
        """Write the log of the active branch into one file."""
        found: Head = self._ask("export", path, progress=progress)
        return found

    def import_branch(self, path: Path, name: str, progress: Progress | None = None) -> Branch:
        """Run an exported file into a new branch."""
        found: Branch = self._ask("import_branch", path, name, progress=progress)
        return found

    def resident_names(self) -> Mapping[bytes, str]:
        """The residents by their public keys."""
        found: Mapping[bytes, str] = self._ask("resident_names")
        return found

    def resident_settings(self) -> ResidentSettings:
        """How the residents live."""
        found: ResidentSettings = self._ask("resident_settings")
        return found

    def set_residents(self, settings: ResidentSettings) -> None:
        """Have the residents live otherwise."""
        self._ask("set_residents", settings)

    def fault(self) -> Fault | None:
        """What the fault panel does to the chain now."""
        found: Fault | None = self._ask("fault")
        return found

    def set_fault(self, fault: Fault | None) -> None:
        """Do something to the chain on purpose, or mend it."""
        self._ask("set_fault", fault)

    def reorganise(self, blocks: int, progress: Progress | None = None) -> Head:
        """Undo the newest heights."""
        found: Head = self._ask("reorganise", blocks, progress=progress)
        return found
