"""`explain` on a real chain file: printed, saved, checked, and refused where it was altered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.bootstrap import ChainFactories
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.cli.main import main

MACHINE = PlayKeys(SEED).machine_id("operator Frankfurt", 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    ChainFactories().create_chain(folder, "launch-2021", residents=True).close()
    return folder


def run(*words: str | Path) -> int:
    return main([str(word) for word in words], ChainFactories())


def test_a_reward_is_printed_saved_and_checked(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reward.json"
    assert run("explain", f"{MACHINE}:2", "--home", home, "--save", file) == 0
    said = capsys.readouterr().out
    for part in (
        "in era 2 · launch-2021",
        "1,095,890.00 DBC",
        "The era began in block 14,401",
        "25 % of it =",
        str(file),
    ):
        assert part in said
    assert run("explain", "--check", file, "--home", home) == 0
    assert "the chain says the same" in capsys.readouterr().out
    assert run("explain", f"{MACHINE}:2", "--check", file, "--home", home, "--json") == 0
    assert json.loads(capsys.readouterr().out) == json.loads(file.read_text())
    assert run("explain", "--check", file, "--home", tmp_path / "nobody") == 0
    assert "not in this data folder" in capsys.readouterr().out


def test_an_altered_file_does_not_pass(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", f"{MACHINE}:2", "--home", home, "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    document["basic_points"] += 1
    file = tmp_path / "altered.json"
    file.write_text(json.dumps(document))
    assert run("explain", "--check", file, "--home", home) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "The file was altered: its digest is not that of what it says.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["explain"], "Name a reward as MACHINE:ERA"),
        (["explain", "rig-01:2"], "Name a reward as MACHINE:ERA"),
        (["explain", f"{MACHINE}:9"], "The chain has paid nothing to this machine for era 9."),
        (["explain", "--check", "/none/such"], "/none/such cannot be read."),
    ],
)
def test_what_cannot_be_explained_is_said(
    home: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, "--home", home) == 1
    assert sentence in capsys.readouterr().err
