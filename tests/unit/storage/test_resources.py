"""The files that come with the program."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.storage.resources import resource_path


def test_resources_are_found_beside_the_program() -> None:
    assert resource_path("no such thing").parent == Path(__file__).resolve().parents[3] / "resources"
    assert resource_path("").is_dir()
