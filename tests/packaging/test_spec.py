"""What the build description must name, checked without a build."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "build.spec"
SOURCES = sorted((ROOT / "dbc_desktop").rglob("*.py"))


def constant(name: str) -> list[object]:
    for node in ast.parse(SPEC.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            found = ast.literal_eval(node.value)
            assert isinstance(found, list)
            return found
    raise AssertionError(f"build.spec has no {name}")


def imported() -> set[str]:
    names = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_all_resources_go_where_the_program_looks_for_them() -> None:
    assert constant("RESOURCES") == [("resources", "dbc_desktop/_resources")]


def test_every_resource_the_program_names_exists() -> None:
    named = {
        name for path in SOURCES for name in re.findall(r'resource_path\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert {"icons", "fonts", "locale"} <= named
    assert [name for name in sorted(named) if not (ROOT / "resources" / name).exists()] == []


def test_the_keyring_backends_are_named_and_are_those_the_wallet_uses() -> None:
    named = constant("KEYRING_BACKENDS")
    assert named == ["keyring.backends.SecretService", "keyring.backends.Windows", "keyring.backends.macOS"]
    assert all(importlib.util.find_spec(str(name)) for name in named)
    used = {name for name in imported() if re.fullmatch(r"keyring\.backends\.\w+", name)}
    assert used == set(named)


def test_nothing_that_is_left_out_is_imported() -> None:
    left_out = [str(name) for name in constant("EXCLUDES")]
    assert "PySide6.QtQml" in left_out
    assert [
        (name, gone) for name in sorted(imported()) for gone in left_out if name == gone or name.startswith(f"{gone}.")
    ] == []


@pytest.mark.parametrize("word", ["strip=True", "upx=False", 'collect_submodules("dbc_desktop")', "__version__"])
def test_the_folder_is_small_whole_and_knows_its_version(word: str) -> None:
    assert word in SPEC.read_text(encoding="utf-8")
