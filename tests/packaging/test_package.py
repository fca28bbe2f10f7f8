"""The frozen program in `build/package/`, as a stranger runs it: no Python, no checkout, an empty home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dbc_desktop

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "package" / "dbc-desktop"
PROGRAM = FOLDER / ("dbc-desktop.exe" if sys.platform == "win32" else "dbc-desktop")
MOST_BYTES = 200_000_000

pytestmark = pytest.mark.package


def run(home: Path, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """With nothing of our environment but where the system's programs are."""
    env = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
    }
    return subprocess.run(
        [PROGRAM, *arguments],
        env=env,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
    )


def names() -> list[str]:
    return [str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*")]


def test_it_knows_its_version(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"dbc-desktop {dbc_desktop.__version__}\n")


def test_its_self_test_finds_all_that_is_needed(tmp_path: Path) -> None:
    done = run(tmp_path, "self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert re.search(r"^ok .*launch-2021", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^ok .*1280 × 800", done.stdout, re.MULTILINE), done.stdout


def test_its_window_opens_on_a_screen(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.defpath, "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", PROGRAM, "self-test"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ok .*1280 × 800, xcb$", done.stdout, re.MULTILINE), done.stdout


def test_every_module_of_ours_is_inside(tmp_path: Path) -> None:
    sources = [path for path in (ROOT / "dbc_desktop").rglob("*.py") if path.name != "__main__.py"]
    found = re.search(r"^ok .*: (\d+)$", run(tmp_path, "self-test").stdout, re.MULTILINE)
    assert found is not None
    assert int(found[1]) >= len(sources) - 1  # the package itself is not counted


def test_the_newcomers_path_works_in_it(tmp_path: Path) -> None:
    done = run(tmp_path, "tour", "--out", str(tmp_path / "pictures"), seconds=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "pictures").glob("home-*.png"))


def test_resources_are_inside() -> None:
    inside = FOLDER / "_internal" / "dbc_desktop" / "_resources"
    wanted = {path.relative_to(ROOT / "resources") for path in (ROOT / "resources").rglob("*") if path.is_file()}
    assert wanted - {path.relative_to(inside) for path in inside.rglob("*")} == set()


@pytest.mark.parametrize(
    "pattern",
    [r"libQt6(Qml|Quick|Pdf)", r"libgtk-3", r"libcairo", r"libpango", r"tkinter", r"pytest", r"libqeglfs", r"libqvnc"],
)
def test_what_it_never_uses_is_left_out(pattern: str) -> None:
    assert [name for name in names() if re.search(pattern, name)] == []


def test_the_platforms_it_needs_are_inside() -> None:
    plugins = {Path(name).name for name in names() if "/plugins/platforms/" in name}
    if sys.platform.startswith("linux"):
        assert {"libqxcb.so", "libqwayland.so", "libqoffscreen.so"} <= plugins


def test_it_is_no_larger_than_it_must_be() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_no_path_of_the_builder_is_told() -> None:
    home = str(Path.home()).encode()
    ours = [path for path in FOLDER.rglob("*") if path.suffix in {".json", ".txt", ".toml", ".pth"} and path.is_file()]
    assert [path.name for path in ours if home in path.read_bytes() or str(ROOT).encode() in path.read_bytes()] == []
