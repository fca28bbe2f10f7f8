"""Files written whole or not at all; settings; the lock of a folder; where data belongs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import ChainBusy, DataCorrupt, DataUnwritable
from dbc_desktop.storage.files import files_translated, read_limited, remove, write_whole
from dbc_desktop.storage.folder_lock import FolderLock
from dbc_desktop.storage.home import default_home
from dbc_desktop.storage.settings import Settings, SettingsStore


def test_a_file_is_replaced_at_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "x").write_text("")
    with pytest.raises(DataUnwritable):
        write_whole(tmp_path / "key", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(DataUnwritable) as caught, files_translated(Path("key")):
        Path("/dev/full").write_bytes(b"x")
    assert caught.value.reason == "full"


def test_reading_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert read_limited(path, 3) is None
    path.write_bytes(b"123")
    assert read_limited(path, 3) == b"123"
    path.write_bytes(b"1234")
    with pytest.raises(DataCorrupt):
        read_limited(path, 3)
    with pytest.raises(DataCorrupt):
        read_limited(tmp_path, 3)


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    write_whole(tmp_path / "key", b"x")
    remove(tmp_path / "key")
    remove(tmp_path / "key")
    assert not (tmp_path / "key").exists()
    remove(tmp_path / "nowhere" / "key")


def test_settings_come_back(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    assert store.load() == Settings("system", "system", 15, 1_000_000_000_000_000_000)
    store.save(Settings("dark", "zh_CN", 5, 12_345))
    assert SettingsStore(tmp_path).load() == Settings("dark", "zh_CN", 5, 12_345)


def test_a_switch_is_on_or_off(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"read_only": true, "lock_with_session": "no"}')
    assert SettingsStore(tmp_path).load() == Settings(read_only=True, lock_with_session=True)


def test_settings_of_another_version_are_kept(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": "light", "sound": "soft", "language": "tlh"}')
    store = SettingsStore(tmp_path)
    assert store.load() == Settings(theme="light")
    store.save(Settings(theme="dark"))
    written = json.loads((tmp_path / "settings.json").read_text())
    assert (written["theme"], written["sound"]) == ("dark", "soft")


@pytest.mark.parametrize("value", [0, -1, 1_441, True, 7.5, "15", None, [], 10**40])
def test_a_value_out_of_range_counts_as_not_set(tmp_path: Path, value: object) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"auto_lock_minutes": value, "theme": "dark"}))
    assert SettingsStore(tmp_path).load() == Settings(theme="dark")


@pytest.mark.parametrize("garbage", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"[" * 50_000])
def test_a_garbled_file_is_put_aside(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(garbage)
    assert SettingsStore(tmp_path).load() == Settings()
    assert (tmp_path / "settings.json.bad").read_bytes() == garbage
    assert not (tmp_path / "settings.json").exists()


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "home"), FolderLock(tmp_path / "home")
    first.acquire()
    first.acquire()
    with pytest.raises(ChainBusy) as caught:
        second.acquire()
    assert caught.value.folder == tmp_path / "home"
    assert caught.value.pid == os.getpid()
    first.release()
    first.release()
    with second:
        pass
    with first:
        pass


def test_the_lock_names_the_other_process_and_ends_with_it(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path\n"
        "from dbc_desktop.storage.folder_lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True)\n"
        "sys.stdin.readline(); os._exit(1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ChainBusy) as caught:
            FolderLock(tmp_path).acquire()
        assert caught.value.pid == other.pid
        other.communicate("crash\n")
    with FolderLock(tmp_path):
        assert (tmp_path / "writer.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_made_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataUnwritable):
        FolderLock(tmp_path / "file" / "home").acquire()


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux")
def test_the_home_is_private_and_follows_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    home = default_home()
    assert home == tmp_path / "dbc-desktop"
    assert home.stat().st_mode & 0o777 == 0o700
