"""Recurring mistakes become a check with an explanation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "dbc_desktop").rglob("*.py"))

FORBIDDEN = [
    (
        r"except Exception|except BaseException|except:",
        "bugs go to the one handler in ui/running.py; errors have names",
        set(),
    ),
    (r"Signal\(int\)", "Signal(int) truncates large amounts; use Signal(object)", set()),
    (r"QTimer\.singleShot", "it never fires from a Python thread; go through the hop", set()),
    (r"get_keyring\(", "it follows the environment; the adapter names its backends", set()),
    (r"NotImplementedError|\bTODO\b|\bFIXME\b", "no stubs: a smaller thing that is whole", set()),
    (r"transactions\.send\(", "spending goes through the one sheet: emit `spend`", {"spending_sheet.py"}),
    (r"type: ignore(?!\[)", "name what is ignored", set()),
]


@pytest.mark.parametrize(("pattern", "why", "allowed"), FORBIDDEN, ids=[row[0] for row in FORBIDDEN])
def test_recurring_mistakes_are_absent(pattern: str, why: str, allowed: set[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        if path.name not in allowed
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, f"{why}: {found}"


def test_files_stay_short_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long


def test_the_sources_are_found() -> None:
    assert len(SOURCES) > 30


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
