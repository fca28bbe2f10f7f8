"""The newcomer's path through the real window, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PAGES = (
    "home", "rigs", "machines", "rewards", "market", "rentals", "disputes", "network", "wallet", "chain", "settings",
)  # fmt: skip


@pytest.mark.timeout(600)
def test_the_tour_is_played_to_its_end_and_shows_every_page(tmp_path: Path) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "dbc_desktop", "tour", "--out", str(tmp_path)],
        capture_output=True, text=True, timeout=580, check=False, encoding="utf-8",
    )  # fmt: skip
    lines = played.stdout.splitlines()
    assert (lines[-1:], played.returncode) == (["25 of 25 steps"], 0), played.stdout + played.stderr
    assert sum("  ok  " in line for line in lines) == 25
    assert "Traceback" not in played.stderr
    for page in PAGES:
        for theme in ("light", "dark"):
            picture = (tmp_path / f"{page}-{theme}.png").read_bytes()
            assert picture.startswith(b"\x89PNG")
            assert len(picture) > 20_000
    for name in ("fleet-100-rigs", "fleet-1-gpu", "fleet-8-gpu", "alerts-sheet", "evidence-saved", "evidence-checked"):
        assert len((tmp_path / f"{name}.png").read_bytes()) > 20_000
