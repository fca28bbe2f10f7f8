from __future__ import annotations

import numpy as np
import pytest

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.services.market import Condition, MarketQuery, SortColumn, filter_and_sort


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


TABLE = MachineTable(
    machine_id=tuple(MachineId(letter * 64) for letter in "abcd"),
    gpu_type=("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 3080", "NVIDIA A100-SXM4-80GB", "NVIDIA GeForce RTX 4090"),
    gpu_num=column(8, 4, 8, 2),
    free_gpu=column(8, 1, 0, 2),
    gpu_mem_gb=column(24, 10, 80, 24),
    mem_gb=column(512, 128, 1024, 64),
    data_disk_gb=column(4000, 1000, 8000, 500),
    download_mbit=column(1000, 100, 10_000, 500),
    price_usd=column(7_200_000, 2_400_000, 24_000_000, 7_200_000),
    calc_point=column(119_780, 59_890, 200_000, 30_000),
    rented_times=column(3, 0, 9, 1),
    longitude=np.array([113.3, 2.3, -74.0, 103.8]),
    latitude=np.array([23.1, 48.8, 40.7, 1.3]),
)


def found(text: str, column_name: SortColumn = SortColumn.MACHINE, ascending: bool = True) -> str:
    rows = filter_and_sort(TABLE, MarketQuery.parse(text), column_name, ascending)
    return "".join(TABLE.machine_id[row][0] for row in rows)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", "abcd"),
        ("gpu:4090", "ad"),
        ("gpu:rtx4090 gpus>=4", "a"),
        ("GPU:A100", "c"),
        ("gpus>=4", "abc"),
        ("gpus<4", "d"),
        ("gpus=8", "ac"),
        ("gpus:8", "ac"),
        ("price<0.3", "b"),
        ("price<=0.3", "abd"),
        ("price>0.3", "c"),
        ("price<.3", "b"),
        ("rented:no", "ad"),
        ("rented:yes", "bc"),
        ("gpu:4090 gpus>=4 price<0.31 rented:no", "a"),
        ("vram>=24 ram>=512 disk>=4000 down>=1000", "ac"),
        ("points>=598.9", "abc"),
        ("times>2", "ac"),
        ("free>0", "abd"),
        ("3080", "b"),
        ("cccccc", "c"),
        ("rtx 4090", "ad"),
        ("nothinglikeit", ""),
    ],
)
def test_a_query_line_finds_the_machines_it_describes(text: str, letters: str) -> None:
    assert found(text) == letters


@pytest.mark.parametrize(
    ("sort", "ascending", "letters"),
    [
        (SortColumn.PRICE, True, "badc"),
        (SortColumn.PRICE, False, "cadb"),
        (SortColumn.GPU, True, "cbad"),
        (SortColumn.GPUS, False, "acbd"),
        (SortColumn.MACHINE, False, "dcba"),
        (SortColumn.PLACE, True, "cbda"),
        (SortColumn.RENTED_TIMES, True, "bdac"),
    ],
)
def test_sorting_keeps_the_order_of_equals_both_ways(sort: SortColumn, ascending: bool, letters: str) -> None:
    assert found("", sort, ascending) == letters


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("color:red", "unknown_key"),
        ("price<cheap", "not_a_number"),
        ("gpus>=4.5", "not_a_number"),
        ("gpus>=-1", "not_a_number"),
        ("price<0.0000001", "not_a_number"),
        ("gpus>=٤", "not_a_number"),
        ("rented:maybe", "not_yes_or_no"),
        ("gpus>=", "missing_value"),
        ("gpu:", "missing_value"),
        ("<4", "unknown_key"),
        ("x" * 201, "too_long"),
    ],
)
def test_nonsense_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        MarketQuery.parse(text)
    assert (caught.value.field, caught.value.reason) == ("query", reason)


@pytest.mark.parametrize(
    "text", ["", "gpu:4090 gpus>=4 price<0.3 rented:no", "points>=598.9 word", "price=12 rented:yes", "gpu:a gpu:b"]
)
def test_a_query_is_written_as_it_was_read(text: str) -> None:
    assert MarketQuery.parse(text).format() == text
    assert MarketQuery.parse(MarketQuery.parse(text).format()) == MarketQuery.parse(text)


def test_a_price_per_hour_is_compared_in_micro_usd_per_day() -> None:
    assert MarketQuery.parse("price<0.3").conditions == (Condition("price", "<", 7_200_000),)


def test_an_empty_market_is_sorted_too() -> None:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
    empty = MachineTable((), (), *([whole] * 9), real, real)
    for sort in SortColumn:
        assert len(filter_and_sort(empty, MarketQuery.parse("gpu:4090 gpus>1 x"), sort, False)) == 0
