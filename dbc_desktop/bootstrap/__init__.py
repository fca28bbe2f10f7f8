"""The composition root: the only place that names concrete adapters.

Imports stand inside the functions that need them, so that a command without a window loads no Qt and the window paints
before the slow libraries are read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop import __version__
from dbc_desktop.domain.errors import DbcError, PartMissing
from dbc_desktop.storage.chain_folder import chain_folder

if TYPE_CHECKING:
    from dbc_desktop.bootstrap.evidence import EvidenceFolder
    from dbc_desktop.chain.backend import ChainReader, LocalBackend, LocalReading
    from dbc_desktop.domain.account import Account, Address
    from dbc_desktop.domain.branches import Branch, BranchComparison, Snapshot
    from dbc_desktop.domain.clock import Clock
    from dbc_desktop.domain.rental import RentOrder
    from dbc_desktop.services.program import Program
    from dbc_desktop.services.transactions import News
    from dbc_desktop.telemetry.evidence_log import EvidenceLog
    from dbc_desktop.telemetry.history_store import HistoryStore
    from dbc_desktop.telemetry.ports import Sensors
    from dbc_desktop.ui.running import RunningWindow
    from dbc_desktop.wallet.ports import SecretStore
    from dbc_desktop.wallet.wallet import Wallet

Post = Callable[[object | None, Callable[[], None]], None]

SWITCH_SECONDS = 0.000_2
"""How long a thread that computes may keep Python's lock from the window; 25 times as long by default."""


def run(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for; the exit status is 0 only on success."""
    from dbc_desktop.storage.core_dumps import forbid_core_dumps

    forbid_core_dumps()
    from dbc_desktop.cli.main import COMMANDS

    before = argparse.ArgumentParser(add_help=False)
    before.add_argument("--home", nargs=1, default=[])
    given, rest = before.parse_known_args(arguments)
    if rest and rest[0] in COMMANDS:
        from dbc_desktop.cli.main import main

        return main([*rest, *(word for home in given.home for word in ("--home", home))], ChainFactories())
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except DbcError as error:
        from dbc_desktop.screens.notices import notice_for

        notice = notice_for(error)
        print(f"{notice.title}: {notice.body}", file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dbc-desktop",
        description="DeepBrain Chain in one window. Without a command it opens the window.",
        epilog="Commands without a window: status, telemetry, chain, explain, simulate. Each has --help.",
    )
    parser.add_argument("--version", action="version", version=f"dbc-desktop {__version__}")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the data folder (default: the user's)")
    parser.set_defaults(run=_run_window)
    commands = parser.add_subparsers(metavar="COMMAND")
    tour = commands.add_parser("tour", help="play the newcomer's path through the real window, in a temporary home")
    tour.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    tour.set_defaults(run=_run_tour)
    self_test = commands.add_parser("self-test", help="what works on this computer, what is missing")
    self_test.set_defaults(run=_run_self_test)
    node = commands.add_parser("node", help="the local stand-in node; the window starts it by itself")
    node.add_argument("--home", type=Path, required=True, metavar="DIR", help="the data folder whose chain it asks")
    node.add_argument("--port", type=int, default=0, metavar="N", help="port on 127.0.0.1 (default: a free one)")
    node.add_argument("--chain", default="chain", metavar="FOLDER", help="the chain's folder below it")
    node.set_defaults(run=_run_node)
    return parser


def own_command() -> list[str]:
    """How to start this program again: frozen, or from its sources."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "dbc_desktop"]


def _home_of(options: argparse.Namespace) -> Path:
    from dbc_desktop.storage.files import private_folder
    from dbc_desktop.storage.home import default_home

    return private_folder(options.home) if options.home else default_home()


def keyring_of(home: Path) -> SecretStore:
    """The keyring's part of a data folder; two folders of one person must not share entries."""
    from dbc_desktop.storage.home import default_home
    from dbc_desktop.wallet.keyring_store import OsKeyringStore

    return OsKeyringStore(service="dbc-desktop" if home == default_home() else f"dbc-desktop {home.resolve()}")


def open_wallet(home: Path, clock: Clock) -> Wallet:
    """The wallet of a data folder, with the keyring and the file store as places for secrets."""
    from dbc_desktop.domain.account import KeyPlace
    from dbc_desktop.storage.settings import SettingsStore
    from dbc_desktop.wallet.file_store import FileStore
    from dbc_desktop.wallet.wallet import Wallet

    stores: dict[KeyPlace, SecretStore] = {
        KeyPlace.KEYRING: keyring_of(home),
        KeyPlace.FILE: FileStore(home / "keys"),
    }
    settings = SettingsStore(home)
    return Wallet(stores, home / "wallet.sqlite3", clock, lambda: settings.load().read_only)


class ChainFactories:
    """What the commands without a window are given (`cli/ports.py`)."""

    def default_home(self) -> Path:
        """The data folder when `--home` is not given."""
        from dbc_desktop.storage.home import default_home

        return default_home()

    def language(self, home: Path) -> str:
        """The language of the settings in `home`."""
        from dbc_desktop.storage.settings import SettingsStore

        return SettingsStore(home).load().language

    def clock(self) -> Clock:
        """The system's clock."""
        from dbc_desktop.lanes.clock import SystemClock

        return SystemClock()

    def open_reader(self, home: Path) -> LocalReading:
        """The embedded chain of `home` for reading, beside a running writer."""
        from dbc_desktop.chain.local.reader import LocalReader

        return LocalReader(chain_folder(home, is_new=False))

    def open_writer(self, home: Path) -> LocalBackend:
        """The embedded chain of `home` for writing; its clock stands still."""
        from dbc_desktop.chain.local.backend import LocalChain

        return LocalChain(chain_folder(home, is_new=False), clock=self.clock(), is_running=False)

    def create_chain(self, home: Path, rules: str, *, residents: bool) -> LocalBackend:
        """A new embedded chain in `home`; its clock stands still."""
        from dbc_desktop.chain.local.backend import LocalChain

        folder = chain_folder(home, is_new=True)
        return LocalChain(folder, profile=rules, clock=self.clock(), is_running=False, residents=residents)

    def branches(self, home: Path) -> tuple[Branch, ...]:
        """The branches of the embedded chain of `home`."""
        from dbc_desktop.chain.local.branches import branch_list

        return branch_list(chain_folder(home, is_new=False))

    def snapshots(self, home: Path) -> tuple[Snapshot, ...]:
        """The snapshots of the branch in use."""
        from dbc_desktop.chain.local.branches import active_folder, snapshot_list

        return snapshot_list(active_folder(chain_folder(home, is_new=False)))

    def compare(self, home: Path, name: str, account: Address | None) -> BranchComparison:
        """How the branch in use and another one differ."""
        from dbc_desktop.chain.local.compare import compare_in

        return compare_in(chain_folder(home, is_new=False), name, account)

    def import_chain(self, home: Path, file: Path, progress: Callable[[int, int], None]) -> None:
        """An exported file as the chain of `home`."""
        from dbc_desktop.chain.local.travel import import_chain

        import_chain(file, chain_folder(home, is_new=True), progress)

    def accounts(self, home: Path) -> tuple[Account, ...]:
        """The accounts of the wallet in `home`."""
        if not (home / "wallet.sqlite3").exists():
            return ()
        with closing(open_wallet(home, self.clock())) as wallet:
            return wallet.accounts()

    def open_history(self, home: Path) -> HistoryStore:
        """The history of readings of `home`, for reading."""
        from dbc_desktop.telemetry.history_store import HistoryStore

        return HistoryStore(home / "telemetry.sqlite3", read_only=True)

    def open_node(self, url: str) -> ChainReader:
        """A real node."""
        from dbc_desktop.bootstrap.evidence import open_node

        return open_node(url)

    def open_evidence_log(self, home: Path) -> EvidenceLog:
        """The minutes of this rig, to keep more of them."""
        from dbc_desktop.telemetry.evidence_log import EvidenceLog

        return EvidenceLog(home / "evidence.sqlite3")

    def open_evidence(self, home: Path, chain: ChainReader, key_file: Path | None) -> EvidenceFolder:
        """What makes files of evidence."""
        from dbc_desktop.bootstrap.evidence import EvidenceFolder

        return EvidenceFolder(home, chain, key_file)

    def open_sensors(self) -> Sensors:
        """The sensors of this computer."""
        from dbc_desktop.telemetry.choose import choose_sensors

        return choose_sensors(self.clock())


class Core:
    """Everything but the window: opened in order, closed in the reverse."""

    def __init__(
        self,
        home: Path,
        post: Post,
        on_failed: Callable[[DbcError], None],
        on_bug: Callable[[BaseException], None],
        on_news: Callable[[News], None] = lambda _: None,
    ) -> None:
        from dbc_desktop.bootstrap.chains import NODE_POLL_SECONDS, networks_of, open_backend
        from dbc_desktop.bootstrap.monitoring import open_monitoring
        from dbc_desktop.chain.journal import Journal
        from dbc_desktop.lanes.clock import SystemClock
        from dbc_desktop.lanes.runner import TaskRunner
        from dbc_desktop.services.client_node import ClientNode
        from dbc_desktop.services.look_ups import LookUps
        from dbc_desktop.services.networks import LOCAL, NODE
        from dbc_desktop.services.power_limit import PowerLimitTrial
        from dbc_desktop.services.program import Program
        from dbc_desktop.services.sessions import Sessions
        from dbc_desktop.services.transactions import POLL_SECONDS, Transactions
        from dbc_desktop.sessions.node_process import NodeProcess
        from dbc_desktop.sessions.store import SessionStore
        from dbc_desktop.storage.folder_lock import FolderLock
        from dbc_desktop.storage.settings import SettingsStore
        from dbc_desktop.telemetry.choose import choose_sensors, limits_of
        from dbc_desktop.telemetry.sampler import Sampler

        self._clock = clock = SystemClock()
        networks = networks_of(home, clock)
        network = networks.chosen()
        # Whoever writes in this data folder already is told at once. On the first local chain the engine process takes
        # the lock for good, on every other network this one keeps it.
        self._lock = FolderLock(home / "chain")
        self._lock.acquire()
        if network.folder == "chain":
            self._lock.release()
        wallet = open_wallet(home, clock)
        self._journal = Journal(home / "journal.sqlite3")
        backend = open_backend(home, network)
        self._store = SessionStore(home / "sessions.sqlite3", network.key)
        # Only machines of a local chain have a stand-in; those of a real one are reached through a client node.
        self._node = NodeProcess([*own_command(), "node", "--home", str(home), "--chain", network.folder])
        door = self._node if network.kind == LOCAL else ClientNode(networks, network.key)
        sampler = Sampler(
            lambda: choose_sensors(clock), clock, has_slow_lanes=True, history_file=home / "telemetry.sqlite3"
        )
        runner = TaskRunner(post, on_failed=on_failed, on_bug=on_bug)
        trial = PowerLimitTrial(lambda: limits_of(sampler), home / "power_limit.json", clock, sampler.tell)
        sampler.subscribe(trial.look)  # it takes a limit back whether a window is there or not
        self.program: Program = Program(
            home=home,
            backend=backend,
            wallet=wallet,
            transactions=Transactions(
                backend,
                self._journal,
                clock,
                POLL_SECONDS if network.kind == LOCAL else NODE_POLL_SECONDS,
                on_news,
            ),
            sampler=sampler,
            monitoring=open_monitoring(home, backend, sampler, wallet, keyring_of(home), runner, clock),
            sessions=Sessions(backend, wallet, door, self._store, clock),
            settings=SettingsStore(home),
            runner=runner,
            clock=clock,
            networks=networks,
            power_limit=trial,
        )
        sampler.start()
        self.program.monitoring.start()
        self._heads = backend.follow(self.program.monitoring.follow)
        if network.kind == NODE:
            self._pin(network.key)
        # What was on its way when the program last ended is unknown, and looked up by its hash; never sent again.
        self.program.transactions.recall()
        look_ups = LookUps(self.program.transactions, runner)
        look_ups.look(on_failed)
        backend.follow(lambda _: look_ups.look())
        # A move of a key that was cut off is brought to its end; the keyring is touched only where one was.
        self.program.runner.command("secrets", wallet.tidy, done=lambda _: None)

    def _pin(self, key: str) -> None:
        """Trust the genesis that is seen first from now on."""
        program, networks = self.program, self.program.networks
        if networks is not None and networks.chosen().genesis_hash is None:
            program.runner.query(
                "chain-read", lambda: networks.pin(key, program.backend.identity().genesis_hash), done=lambda _: None
            )

    def close(self) -> None:
        """Stop what runs, let go of files."""
        program = self.program
        if program.power_limit is not None:
            program.power_limit.leave()
        self._clock.close()  # wakes whoever waits, so that sampler and lanes can end at once
        self._heads.close()
        program.sampler.stop()
        program.runner.close()
        program.monitoring.stop()
        self._node.stop()
        program.backend.close()
        program.wallet.lock()
        program.wallet.close()
        self._store.close()
        self._journal.close()
        self._lock.release()


def open_window(home: Path) -> RunningWindow:
    """The window on this data folder, not shown yet; what stands behind it is put together after its first paint."""
    sys.setswitchinterval(SWITCH_SECONDS)
    from dbc_desktop.storage.settings import SettingsStore
    from dbc_desktop.ui.running import RunningWindow

    def open_core(
        post: Post,
        on_failed: Callable[[DbcError], None],
        on_bug: Callable[[BaseException], None],
        on_news: Callable[[News], None],
    ) -> Core:
        return Core(home, post, on_failed, on_bug, on_news)

    return RunningWindow(open_core, SettingsStore(home).load())


def _run_window(options: argparse.Namespace) -> int:
    if not _has_screen():  # Qt would abort the process
        raise PartMissing("screen")
    return open_window(_home_of(options)).run()


def _run_tour(options: argparse.Namespace) -> int:
    import os
    import tempfile

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from dbc_desktop.ui.tour.story import play

    with tempfile.TemporaryDirectory(prefix="dbc-tour-") as folder:
        running = open_window(Path(folder))
        try:
            return play(running.window, running.program, options.out, own_command(), running.close)
        finally:
            running.close()


def _run_node(options: argparse.Namespace) -> int:
    from dbc_desktop.chain.local.reader import LocalReader
    from dbc_desktop.lanes.clock import SystemClock
    from dbc_desktop.sessions.standin.server import serve

    is_first = options.chain == "chain"
    folder = chain_folder(options.home, is_new=False) if is_first else options.home / options.chain

    return serve(ReadOrders(LocalReader(folder)), SystemClock(), port=options.port)


class ReadOrders:
    """What the stand-in node asks of the chain (`sessions/ports.py`), read beside the writer."""

    def __init__(self, reader: ChainReader) -> None:
        self._reader = reader

    def order(self, rent_id: int) -> RentOrder | None:
        """One rent order."""
        return self._reader.rent_order(rent_id)

    def head_height(self) -> int:
        """The newest height."""
        return self._reader.head().height


def _has_screen() -> bool:
    import os

    return sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )


def _run_self_test(options: argparse.Namespace) -> int:
    import os
    import tempfile

    if not _has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"

    from dbc_desktop.bootstrap.self_test import checks
    from dbc_desktop.screens.checkup import check_line, verdict
    from dbc_desktop.services.checkup import run_checks

    results = []
    with tempfile.TemporaryDirectory(prefix="dbc-self-test-") as folder:
        for result in run_checks(checks(Path(folder), _home_of(options))):
            results.append(result)
            print(check_line(result), flush=True)  # noqa: T201 - a command
    print(verdict(results))  # noqa: T201 - a command
    return 0 if all(result.is_fine for result in results) else 1
