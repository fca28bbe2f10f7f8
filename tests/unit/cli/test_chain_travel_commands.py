"""The chain's file as a time machine, by commands alone, on a real chain in a fresh folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.bootstrap import ChainFactories
from dbc_desktop.cli.main import main

DATA = Path(__file__).parents[2] / "data"


class Terminal:
    """Types commands for one data folder."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status, output, what went wrong."""
        status = main(["chain", *words, "--home", str(self._home)], ChainFactories())
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def json(self, *words: str) -> Any:
        status, out, err = self.run(*words, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    found = Terminal(tmp_path / "home", capsys)
    assert found.run("new", "--empty")[0] == 0
    return found


def test_a_branch_is_made_used_compared_and_dropped(terminal: Terminal) -> None:
    terminal.json("jump", "--eras", "2")
    made = terminal.json("branch", "quick", "--at", "14400")["branches"]
    assert [(one["name"], one["height"], one["forked_at"], one["is_active"]) for one in made] == [
        ("main", 28_800, None, True),
        ("quick", 14_400, 14_400, False),
    ]
    terminal.json("branch", "quick", "--use")
    assert terminal.json("info")["head"]["height"] == 14_400
    found = terminal.json("compare", "main")
    assert (found["here"]["name"], found["there"]["height"], found["forked_at"]) == ("quick", 28_800, 14_400)
    status, out, _ = terminal.run("compare", "main")
    assert status == 0
    assert out.startswith("“quick” (block 14,400) against “main” (block 28,800): the same up to block 14,400")
    terminal.json("branch", "main", "--use")
    assert [one["name"] for one in terminal.json("branch", "quick", "--drop")["branches"]] == ["main"]


def test_a_snapshot_is_kept_and_gone_back_to(terminal: Terminal) -> None:
    assert terminal.json("snapshot", "start")["snapshots"][0]["height"] == 0
    terminal.json("jump", "--blocks", "5")
    assert terminal.json("revert", "start")["head"]["height"] == 0
    assert [one["name"] for one in terminal.json("snapshot")["snapshots"]] == ["start", "before the last revert"]
    assert "before the last revert  5" in terminal.run("snapshot")[1]


def test_a_chain_moves_to_another_computer_in_one_file(terminal: Terminal, tmp_path: Path) -> None:
    terminal.json("jump", "--eras", "1")
    kept = tmp_path / "kept.dbcchain"
    assert terminal.json("export", str(kept))["head"]["height"] == 14_400
    other = Terminal(tmp_path / "other", terminal._capsys)
    assert [one["height"] for one in other.json("import", str(kept))["branches"]] == [14_400]
    assert other.json("info")["head"] == terminal.json("info")["head"]
    assert other.json("replay")["replayed"] is True
    assert other.run("import", str(kept))[0] == 1
    assert other.json("import", str(kept), "--branch", "again")["branches"][0]["name"] == "again"
    kept.write_bytes(kept.read_bytes()[:-5])
    status, out, err = other.run("import", str(kept), "--branch", "cut")
    assert (status, out) == (1, "")
    assert err.startswith("A file is damaged: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("branch", "main"), "Use letters, digits, blanks"),
        (("branch", "x", "--at", "99"), "Choose a block between 1 and 0."),
        (("branch", "gone", "--use"), "There is no branch “gone” here."),
        (("branch", "main", "--drop"), "This branch is the one in use"),
        (("revert", "gone"), "There is no snapshot “gone” of this branch."),
        (("compare", "gone"), "There is no branch “gone” here."),
        (("jump", "--to-deadline"), "There is no account in "),
        (("import", "no-such-file", "--branch", "x"), "A file is damaged: "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    status, out, err = terminal.run(*words)
    assert (status, out) == (1, "")
    assert err.startswith(said)
    assert err.count("\n") == 1
