"""A plan from a file: what it says, and what is said of one that says something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.simulation import Plan
from dbc_desktop.services.planning import parse_plan, read_plan

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))
WHOLE = """
gpus = 20
gpus_per_machine = 4
gpu = "RTX 3080"
gpu_memory_gb = 10
machine_memory_gb = 440
rented_percent = 25
offline_days = 2
offline_from = 30
dbc_price_usd = 0.0125
rent_price_usd = 3.6
power_watts = 450
tariff_usd = 0.31
claim_every = 0
replaces = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
"""


def test_a_plan_says_everything_once() -> None:
    # 598.90 points for four cards: chain-rules 4.4.
    assert parse_plan(WHOLE.encode()) == Plan(
        gpus=20, points_per_gpu=14_972, gpus_per_machine=4, rented_percent=25, offline_days=2, offline_from=30,
        dbc_price_usd=12_500, rent_price_usd=3_600_000, power_watts=450, tariff_usd=310_000, claim_every=0,
        replaces=ALICE,
    )  # fmt: skip


def test_json_says_the_same_and_what_is_left_out_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"gpus": 3, "points_per_gpu": 241.58}))
    assert read_plan(file) == Plan(gpus=3, points_per_gpu=24_158, gpus_per_machine=8, claim_every=7)
    assert parse_plan(b"gpus = 3\npoints_per_gpu = 241.589999999999999999\n").points_per_gpu == 24_158


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("gpus = ", "plan", "not_a_plan"),
        ("gpus = 1\ngpus = 2", "plan", "not_a_plan"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "plan", "not_a_plan"),
        ("{", "plan", "not_a_plan"),
        ('{"gpus": ' * 5_000, "plan", "not_a_plan"),
        ('{"gpus": NaN, "points_per_gpu": 1}', "plan", "not_whole"),
        ("", "plan", "missing"),
        ("points_per_gpu = 5", "plan", "missing"),
        ("gpus = 1", "plan", "points_twice"),
        ("gpus = 1\npoints_per_gpu = 5\ngpu = 'RTX 4090'", "plan", "points_twice"),
        ("gpus = 1\npoints_per_gpu = 5\ncolour = 'red'", "plan", "unknown_key"),
        ("gpus = 1.5\npoints_per_gpu = 5", "plan", "not_whole"),
        ("gpus = true\npoints_per_gpu = 5", "plan", "not_whole"),
        ("gpus = '1'\npoints_per_gpu = 5", "plan", "not_whole"),
        ("gpus = 1\npoints_per_gpu = '5'", "plan", "not_a_number"),
        ("gpus = 1\npoints_per_gpu = nan", "plan", "not_a_number"),
        ("gpus = 1\npoints_per_gpu = inf", "plan", "not_a_number"),
        ("gpus = 1\npoints_per_gpu = 1e300", "plan", "not_a_number"),
        ("gpus = 1\npoints_per_gpu = 5\ntariff_usd = 1e-300", "plan", "not_a_number"),
        ("gpus = 1\npoints_per_gpu = 0", "points_per_gpu", "out_of_range"),
        ("gpus = 100000000000000000000\npoints_per_gpu = 5", "gpus", "out_of_range"),
        ("gpus = 1\npoints_per_gpu = 5\nrented_percent = -1", "rented_percent", "out_of_range"),
        ("gpus = 1\npoints_per_gpu = 5\ndbc_price_usd = -0.1", "dbc_price_usd", "out_of_range"),
        ("gpus = 1\npoints_per_gpu = 5\nreplaces = 'me'", "plan", "address"),
        ("gpus = 1\npoints_per_gpu = 5\nreplaces = 5", "plan", "address"),
        ("gpus = 1\ngpu = 'Voodoo 2'", "plan", "unknown_gpu"),
        ("gpus = 1\ngpu = 5", "plan", "unknown_gpu"),
        ("gpus = 1\ngpu = 'RTX 4090'\ngpu_memory_gb = 24", "plan", "missing"),
        ("gpus = 1\ngpu = 'RTX 4090'\ngpu_memory_gb = -24\nmachine_memory_gb = 8", "gpu_memory_gb", "out_of_range"),
        ("gpus = 1\ngpus_per_machine = -8\ngpu = 'RTX 4090'\ngpu_memory_gb = 24\nmachine_memory_gb = 8",
         "gpus_per_machine", "out_of_range"),
        ("[gpus]\nnumber = 1", "plan", "not_whole"),
    ],
)  # fmt: skip
def test_a_plan_that_says_something_else(text: str, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_plan(text.encode("latin-1"))
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    big = tmp_path / "big.toml"
    big.write_text("#" * 20_001)
    for path, reason in ((tmp_path / "none", "unreadable"), (tmp_path, "unreadable"), (big, "too_big")):
        with pytest.raises(InvalidInput) as refused:
            read_plan(path)
        assert (refused.value.field, refused.value.reason) == ("plan", reason)
