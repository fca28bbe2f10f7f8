"""One promise, kept by each store: the file store, the real Secret Service, and the double that other tests use.

The Secret Service is gnome-keyring on a private bus with a home of its own, started and ended here.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest
import secretstorage
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from dbc_desktop.crypto import keystore
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import DataCorrupt, DataUnwritable, SecretStoreUnavailable
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.keyring_store import OsKeyringStore
from dbc_desktop.wallet.ports import SecretStore
from dbc_desktop.wallet.wallet import Wallet

PASSWORD = "ci-password"
NAME = "account:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>{more}</policy>
</busconfig>"""


class MemoryStore:
    """The double: a dictionary that keeps the port."""

    place = "memory of a test"

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def put(self, name: str, text: str) -> None:
        self._kept[name] = text

    def delete(self, name: str) -> None:
        self._kept.pop(name, None)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A private folder with a short path: sockets allow a hundred letters."""
    with tempfile.TemporaryDirectory(prefix="dbc") as name:
        yield Path(name)


@contextmanager
def private_bus(folder: Path, more: str = "") -> Iterator[str]:
    """The address of a bus that starts nothing by itself; `more` are further rules of its policy."""
    if shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-daemon") is None:
        pytest.skip("gnome-keyring is not installed")
    config = folder / "bus.conf"
    config.write_text(BUS.format(path=folder / "bus", more=more))
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        assert address.startswith("unix:")
        try:
            yield address
        finally:
            daemon.terminate()


@contextmanager
def environment(**changes: str) -> Iterator[None]:
    before = {key: os.environ.get(key) for key in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key)
            else:
                os.environ[key] = value


def bus_has_service() -> bool:
    connection = secretstorage.dbus_init()
    try:
        return bool(secretstorage.check_service_availability(connection))
    finally:
        connection.close()


@contextmanager
def gnome_keyring(home: Path, address: str, *, unlock: bool) -> Iterator[None]:
    """The daemon over the keyrings in `home`; locked unless `unlock`."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "DBUS_SESSION_BUS_ADDRESS": address}
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if unlock else [])]
    with (
        environment(DBUS_SESSION_BUS_ADDRESS=address),
        subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"]} | private,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as daemon,
    ):
        assert daemon.stdin is not None
        daemon.stdin.write(PASSWORD.encode() if unlock else b"")
        daemon.stdin.close()
        until = time.monotonic() + 20
        while not bus_has_service():
            assert daemon.poll() is None, "gnome-keyring ended"
            assert time.monotonic() < until, "gnome-keyring did not answer"
            threading.Event().wait(0.05)
        try:
            yield
        finally:
            daemon.terminate()


@pytest.fixture(scope="module")
def unlocked_keyring() -> Iterator[None]:
    with short_folder() as folder, private_bus(folder) as address, gnome_keyring(folder, address, unlock=True):
        yield


@pytest.fixture
def file_store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "keys")


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def keyring_store(unlocked_keyring: None) -> Iterator[OsKeyringStore]:
    store = OsKeyringStore()
    yield store
    for name in (NAME, "account:other"):
        store.delete(name)


@pytest.fixture(params=["file_store", "keyring_store", "memory_store"])
def store(request: pytest.FixtureRequest) -> SecretStore:
    return request.getfixturevalue(request.param)


def test_nothing_is_kept_at_first(store: SecretStore) -> None:
    assert store.get(NAME) is None


def test_what_is_put_comes_back(store: SecretStore) -> None:
    store.put(NAME, '{"text":"深链 \U0001f511"}')
    assert store.get(NAME) == '{"text":"深链 \U0001f511"}'


def test_putting_again_replaces(store: SecretStore) -> None:
    store.put(NAME, "old")
    store.put(NAME, "new")
    assert store.get(NAME) == "new"


def test_names_are_told_apart(store: SecretStore) -> None:
    store.put(NAME, "one")
    store.put("account:other", "two")
    assert (store.get(NAME), store.get("account:other")) == ("one", "two")
    store.delete(NAME)
    assert (store.get(NAME), store.get("account:other")) == (None, "two")


def test_deleting_twice_is_no_error(store: SecretStore) -> None:
    store.put(NAME, "gone")
    store.delete(NAME)
    store.delete(NAME)
    assert store.get(NAME) is None


def test_a_whole_keystore_fits(store: SecretStore) -> None:
    text = keystore.encrypt(KeyPair.from_phrase("//Alice"), "ten letters at least", "n" * 64)
    store.put(NAME, text)
    assert store.get(NAME) == text


def test_the_place_has_a_name(store: SecretStore) -> None:
    assert len(store.place) > 3


def reason_of(act: Callable[[], object]) -> str:
    with pytest.raises(SecretStoreUnavailable) as caught:
        act()
    return caught.value.reason


def every_act(store: SecretStore) -> list[Callable[[], object]]:
    return [lambda: store.get(NAME), lambda: store.put(NAME, "text"), lambda: store.delete(NAME)]


def test_the_real_keyring_names_itself(keyring_store: OsKeyringStore) -> None:
    assert keyring_store.place == "Secret Service"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_real_keyring_that_is_locked_says_so() -> None:
    """Nobody is there to answer the prompt. keyring 25.7 leaves its connection to the collector when locked."""
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            OsKeyringStore().put(NAME, "kept")
        with gnome_keyring(folder, address, unlock=False):
            assert {reason_of(act) for act in every_act(OsKeyringStore())} == {"locked"}
            gc.collect()
        with gnome_keyring(folder, address, unlock=True):
            assert OsKeyringStore().get(NAME) == "kept"


def test_no_bus_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    assert {reason_of(act) for act in every_act(OsKeyringStore())} == {"no_bus"}
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert {reason_of(act) for act in every_act(OsKeyringStore())} == {"no_bus"}


def test_a_bus_without_the_service() -> None:
    with (
        short_folder() as folder,
        private_bus(folder) as address,
        environment(DBUS_SESSION_BUS_ADDRESS=address),
    ):
        assert {reason_of(act) for act in every_act(OsKeyringStore())} == {"no_service"}


DENY = (
    '<deny send_destination="org.freedesktop.secrets" send_interface="org.freedesktop.Secret.Service"'
    ' send_member="{member}"/>'
)


def test_a_real_keyring_that_denies() -> None:
    """The policy of the bus lets nobody search the keyring or open a session in it."""
    with short_folder() as folder, private_bus(folder, DENY.format(member="OpenSession")) as address:
        with gnome_keyring(folder, address, unlock=True):
            assert reason_of(lambda: OsKeyringStore().put(NAME, "text")) == "denied"
        gc.collect()


def test_a_real_keyring_that_vanishes_midway(tmp_path: Path) -> None:
    """It answers while the key is read, and is gone when the old copy should be let go: nothing is lost."""
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            stores = {KeyPlace.KEYRING: OsKeyringStore(), KeyPlace.FILE: FileStore(tmp_path / "keys")}
            wallet = Wallet(stores, tmp_path / "wallet.sqlite3", SystemClock())
            alice = wallet.restore("Alice", "//Alice", "ten letters at least", KeyPlace.KEYRING).address
        with environment(DBUS_SESSION_BUS_ADDRESS=address):
            assert {reason_of(act) for act in every_act(OsKeyringStore())} == {"no_service"}
            assert reason_of(lambda: wallet.move(alice, KeyPlace.FILE, "ten letters at least")) == "no_service"
            assert reason_of(lambda: wallet.unlock(alice, "ten letters at least")) == "no_service"
            assert [account.place for account in wallet.accounts()] == [KeyPlace.KEYRING]
        with gnome_keyring(folder, address, unlock=True):
            put, left = stores[KeyPlace.FILE].put, [True]
            daemon_gone = threading.Event()

            class Vanishing(FileStore):
                """The moment the file is written, the keyring goes away."""

                def put(self, name: str, text: str) -> None:
                    put(name, text)
                    if left.pop():
                        os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/gone"
                        daemon_gone.set()

            wallet.close()
            stores[KeyPlace.FILE] = Vanishing(tmp_path / "keys")
            wallet = Wallet(stores, tmp_path / "wallet.sqlite3", SystemClock())
            assert reason_of(lambda: wallet.move(alice, KeyPlace.FILE, "ten letters at least")) == "no_bus"
            assert daemon_gone.is_set()
            assert [account.place for account in wallet.accounts()] == [KeyPlace.FILE]
            wallet.unlock(alice, "ten letters at least")
            assert wallet.tidy() == 1
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
            assert OsKeyringStore().get(NAME) is not None
            assert wallet.tidy() == 0
            assert OsKeyringStore().get(NAME) is None
            wallet.close()
        gc.collect()


@pytest.mark.parametrize("backend", [keyring.backends.null.Keyring(), keyring.backends.fail.Keyring()])
def test_a_keyring_that_is_not_listed_is_refused(backend: keyring.backend.KeyringBackend) -> None:
    assert {reason_of(act) for act in every_act(OsKeyringStore(backend))} == {"unsupported"}


def test_the_environment_chooses_nothing(keyring_store: OsKeyringStore) -> None:
    with environment(
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        KEYRING_PROPERTY_PREFERRED_COLLECTION="/org/freedesktop/secrets/collection/elsewhere",
    ):
        OsKeyringStore().put(NAME, "kept")
        assert OsKeyringStore().get(NAME) == "kept"
    assert keyring_store.get(NAME) == "kept"


class FailingKeyring(SecretServiceKeyring):
    """A listed keyring whose every call fails in a given way."""

    priority = 5

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self._error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self._error

    def delete_password(self, service: str, username: str) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyringLocked(), "locked"),
        (secretstorage.exceptions.LockedException(), "locked"),
        (secretstorage.exceptions.PromptDismissedException(), "locked"),
        (NoKeyringError(), "no_service"),
        (InitError(), "no_service"),
        (secretstorage.exceptions.SecretServiceNotAvailableException(), "no_service"),
        (PasswordSetError(), "denied"),
        (secretstorage.exceptions.ItemNotFoundException(), "denied"),
        (ConnectionResetError(), "denied"),
    ],
)
def test_no_error_of_a_library_comes_through(error: Exception, reason: str) -> None:
    assert {reason_of(act) for act in every_act(OsKeyringStore(FailingKeyring(error)))} == {reason}


def test_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    store = FileStore(folder)
    store.put(NAME, "text")
    assert folder.stat().st_mode & 0o777 == 0o700
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.name == f"{NAME.replace(':', '-')}.json"


@pytest.mark.parametrize(
    "name", ["", "account:", "../x", "account:../../x", "account:a/b", "account:a\n", "a:" + "x" * 65]
)
def test_a_name_is_no_path(file_store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="kind:letters"):
        file_store.put(name, "text")


def test_a_file_of_a_stranger_is_corrupt(file_store: FileStore, tmp_path: Path) -> None:
    file_store.put(NAME, "text")
    (file,) = (tmp_path / "keys").iterdir()
    for data in (b"\xff\xfe", b"x" * 20_000):
        file.write_bytes(data)
        with pytest.raises(DataCorrupt):
            file_store.get(NAME)


def test_a_folder_that_cannot_be_made_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(DataUnwritable):
        FileStore(tmp_path / "keys").put(NAME, "text")
