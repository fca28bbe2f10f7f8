"""`simulate` on a real chain file: a table, CSV, a document; and what is wrong with a plan in one sentence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dbc_desktop.bootstrap import ChainFactories
from dbc_desktop.cli.main import main

PLAN = "gpus = 16\npoints_per_gpu = 241.58\npower_watts = 450\ntariff_usd = 0.31\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    ChainFactories().create_chain(folder, "mainnet-411", residents=True).close()
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


def run(*words: str | Path) -> int:
    return main([str(word) for word in words], ChainFactories())


def test_the_table_says_each_era_and_the_sums(home: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain = (home / "chain" / "chain.sqlite3").read_bytes()
    assert run("simulate", plan, "--home", home, "--eras", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 eras from era 4 on, by mainnet-411"
    assert lines[1] == "16 GPUs in 2 machines, 241.58 points each, 0 % rented"
    assert lines[2] == "One DBC is 0.0120 USD; 450 W a GPU at 0.3100 USD a kWh"
    assert lines[3] == "Everybody else stays as they are at block 28,900."
    assert [line.split()[0] for line in lines[6:9]] == ["4", "5", "6"]
    assert "53.56 USD" in lines[6]
    assert any(line.startswith("Net of electricity") for line in lines)
    assert (home / "chain" / "chain.sqlite3").read_bytes() == chain


def test_csv_and_the_document_say_the_same(home: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", plan, "--home", home, "--csv", "--eras", "2") == 0
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert run("simulate", plan, "--home", home, "--json", "--eras", "2") == 0
    found = json.loads(capsys.readouterr().out)
    assert head[:4] == ["era", "earned_dbc", "released_dbc", "locked_dbc"]
    assert [row[0] for row in rows] == ["4", "5"]
    for row, era in zip(rows, found["eras"], strict=True):
        assert row[1:7] == [era[name] for name in ("earned", "released", "locked", "stake", "slashed", "rent_income")]
        assert row[7] == "53.568000"
        assert int(row[8].replace(".", "")) == era["net_micro_usd"]
    assert (found["plan"]["points_per_gpu"], found["height"], found["refused"]) == (24_158, 28_900, [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("gpus = 0\npoints_per_gpu = 5", "“gpus” must lie between 1 and 2,000."),
        ("gpus = 1\npoints_per_gpu = 5\ntariff_usd = 500", "“tariff_usd” must lie between 0.00 USD and 100.00 USD."),
        ("gpus = 1\npoints_per_gpu = 0", "“points_per_gpu” must lie between 0.01 and 100,000.00."),
        ("gpu = 3", "The plan does not say “gpus”. Add it."),
    ],
)
def test_a_wrong_plan_is_one_sentence(
    home: Path, tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    assert run("simulate", file, "--home", home) == 1
    assert capsys.readouterr().err == sentence + "\n"


def test_only_so_many_eras(home: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", plan, "--home", home, "--eras", "731") == 2
    assert "731" in capsys.readouterr().err
