"""What the commands need from the composition root; `bootstrap` implements it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dbc_desktop.chain.backend import ChainReader, LocalBackend, LocalReading
from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.branches import Branch, BranchComparison, Snapshot
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.evidence import Evidence, EvidenceRequest
from dbc_desktop.telemetry.ports import Sensors

if TYPE_CHECKING:  # reading it loads numpy
    from dbc_desktop.telemetry.evidence_log import EvidenceLog
    from dbc_desktop.telemetry.history_store import HistoryStore


class EvidenceMaker(Protocol):
    """Makes files of evidence of a data folder, without a window."""

    def last_controller(self) -> Address | None:
        """Who certified a key of this rig last; None where nobody did."""

    def key_place(self) -> KeyPlace:
        """Where the rig's key rests, if it is in no file that was named."""

    def write(
        self, path: Path, request: EvidenceRequest, sign_text: Callable[[str], bytes], passphrase: str = ""
    ) -> Evidence:
        """As `services.rig_evidence.RigEvidence.write`."""

    def close(self) -> None:
        """Let go of files."""


class Factories(Protocol):
    """Makes the parts a command uses; the command closes what it opened."""

    def default_home(self) -> Path:
        """The data folder when `--home` is not given."""

    def language(self, home: Path) -> str:
        """The language of the settings in `home`, as `screens.texts.set_language` takes it."""

    def clock(self) -> Clock:
        """The clock to wait by; its `wait` returns True when the program is told to end."""

    def open_reader(self, home: Path) -> LocalReading:
        """The embedded chain of `home` for reading, beside a running writer.

        Raises:
            InvalidInput: `home` with `no_chain`: there is none in this folder yet.
            DataCorrupt, DataTooNew: It cannot be read.
        """

    def open_writer(self, home: Path) -> LocalBackend:
        """The embedded chain of `home` for writing; its clock stands still.

        Raises:
            InvalidInput: `home` with `no_chain`: there is none in this folder yet.
            ChainBusy: Another process writes there.
            DataCorrupt, DataTooNew, DataUnwritable: It cannot be used.
        """

    def create_chain(self, home: Path, rules: str, *, residents: bool) -> LocalBackend:
        """A new embedded chain in `home` by the profile `rules`; its clock stands still.

        Raises:
            InvalidInput: `home` with `chain_exists`.
            ChainBusy: Another process writes there.
            DataUnwritable: Nothing can be written there.
        """

    def branches(self, home: Path) -> tuple[Branch, ...]:
        """The branches of the embedded chain of `home`, read beside a running writer.

        Raises:
            InvalidInput: `home` with `no_chain`.
        """

    def snapshots(self, home: Path) -> tuple[Snapshot, ...]:
        """The snapshots of the branch in use, read beside a running writer.

        Raises:
            InvalidInput: `home` with `no_chain`.
        """

    def compare(self, home: Path, name: str, account: Address | None) -> BranchComparison:
        """How the branch in use and another one differ, read beside a running writer.

        Raises:
            InvalidInput: `home` with `no_chain`; `branch` with `missing`.
            BackendMismatch: They do not begin with the same genesis.
        """

    def import_chain(self, home: Path, file: Path, progress: Callable[[int, int], None]) -> None:
        """Run an exported file into `home`, which has no chain yet.

        Raises:
            InvalidInput: `home` with `chain_exists`.
            DataCorrupt, DataTooNew, DataTooLarge: The file is not what it says; nothing is left behind.
            Cancelled: `progress` said so; nothing is left behind.
        """

    def accounts(self, home: Path) -> tuple[Account, ...]:
        """The accounts of the wallet in `home`; empty where there is none yet. Needs no keyring."""

    def open_history(self, home: Path) -> HistoryStore:
        """The history of readings of `home` for reading, beside a running window.

        Raises:
            DataCorrupt, DataTooNew, DataUnwritable: It cannot be read, or there is none yet.
        """

    def open_node(self, url: str) -> ChainReader:
        """A real node, read over JSON-RPC.

        Raises:
            InvalidInput: `endpoint` with `not_an_address`.
        """

    def open_evidence_log(self, home: Path) -> EvidenceLog:
        """The minutes of this rig in `home`, to keep more of them.

        Raises:
            DataCorrupt, DataTooNew, DataUnwritable: It cannot be used.
        """

    def open_evidence(self, home: Path, chain: ChainReader, key_file: Path | None) -> EvidenceMaker:
        """What makes files of the minutes in `home`, beside a running window or agent.

        Args:
            home: The data folder.
            chain: The chain that the rig is certified for.
            key_file: The rig's key, where it rests neither in the keyring nor in the folder.

        Raises:
            DataCorrupt, DataTooNew: There are no minutes, or they cannot be read.
        """

    def open_sensors(self) -> Sensors:
        """The sensors of this computer: its driver's, else the demo."""
