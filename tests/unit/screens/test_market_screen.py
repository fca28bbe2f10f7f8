"""What the market's cells, chips, detail and rent sheet say."""

from __future__ import annotations

import numpy as np
import pytest

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.domain.rental import RentQuote
from dbc_desktop.screens.market import (
    SORT_OF,
    MarketColumn,
    cell,
    chips,
    column_title,
    dbc_per_hour,
    filter_choices,
    head_text,
    is_number,
    key_spans,
    market_detail,
    match_text,
    speed,
    tooltip,
)
from dbc_desktop.screens.rent_sheet import rent_sheet
from dbc_desktop.services.market import MarketQuery
from tests.ui.renting_doubles import GPU, MACHINE, machine, table

PRICE = 12_000


def one(**changes: object) -> MachineTable:
    values: dict[str, object] = {
        "machine_id": (MACHINE,),
        "gpu_type": (GPU,),
        "gpu_num": np.array([8]),
        "free_gpu": np.array([4]),
        "gpu_mem_gb": np.array([24]),
        "mem_gb": np.array([1_024]),
        "data_disk_gb": np.array([3_600]),
        "download_mbit": np.array([1_000]),
        "price_usd": np.array([6_744_960]),
        "calc_point": np.array([55_820]),
        "rented_times": np.array([61]),
        "longitude": np.array([103.82]),
        "latitude": np.array([1.35]),
    }
    return MachineTable(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (MarketColumn.MACHINE, "3f9a…c41d"),
        (MarketColumn.GPUS, "8 × RTX 4090"),
        (MarketColumn.FREE, "4"),
        (MarketColumn.GPU_MEMORY, "24 GB"),
        (MarketColumn.MEMORY, "1,024 GB"),
        (MarketColumn.POINTS, "558.20"),
        (MarketColumn.USD_HOUR, "0.281"),
        (MarketColumn.DBC_HOUR, "23.42"),
        (MarketColumn.PLACE, "Singapore"),
        (MarketColumn.DOWNLOAD, "1 Gb"),
        (MarketColumn.RECORD, "rented 61 times"),
    ],
)
def test_every_column_has_its_words(column: MarketColumn, text: str) -> None:
    assert cell(one(), 0, column, PRICE) == text
    assert column_title(column)
    assert column in SORT_OF
    assert isinstance(is_number(column), bool)


def test_without_a_price_of_dbc_the_cell_is_a_dash() -> None:
    assert cell(one(), 0, MarketColumn.DBC_HOUR, 0) == "–"
    assert tooltip(one(), 0, MarketColumn.DBC_HOUR, 0) == ""
    assert dbc_per_hour(24_000_000, 0) is None


def test_dbc_an_hour_is_exact_to_the_smallest_unit() -> None:
    # 0.281040 USD an hour at 0.012 USD a DBC
    assert dbc_per_hour(6_744_960, 12_000) == Balance(23_420_000_000_000_000)


def test_tooltips_hold_the_whole_value() -> None:
    assert tooltip(one(), 0, MarketColumn.MACHINE, PRICE) == MACHINE
    assert tooltip(one(), 0, MarketColumn.GPUS, PRICE) == "NVIDIA GeForce RTX 4090"
    assert tooltip(one(), 0, MarketColumn.USD_HOUR, PRICE) == "6.744960 USD for one GPU and day"
    assert tooltip(one(), 0, MarketColumn.DBC_HOUR, PRICE) == "562.08 DBC for one GPU and day"
    assert tooltip(one(), 0, MarketColumn.FREE, PRICE) == "4 of 8 GPUs"
    assert tooltip(one(), 0, MarketColumn.PLACE, PRICE) == "1.3500, 103.8200"
    assert tooltip(one(), 0, MarketColumn.RECORD, PRICE) == ""


@pytest.mark.parametrize(("mbit", "text"), [(500, "500 Mb"), (1_000, "1 Gb"), (10_000, "10 Gb"), (1_500, "1,500 Mb")])
def test_speeds(mbit: int, text: str) -> None:
    assert speed(mbit) == text


def test_record_of_a_new_machine_and_of_one_rental() -> None:
    assert cell(one(rented_times=np.array([0])), 0, MarketColumn.RECORD, PRICE) == "new"
    assert cell(one(rented_times=np.array([1])), 0, MarketColumn.RECORD, PRICE) == "rented once"


def test_the_head_counts_machines_and_free_gpus() -> None:
    assert head_text(one()) == "1 machine · 4 GPUs free"
    assert head_text(table(24)) == "24 machines · 113 GPUs free"
    assert match_text(1) == "1 matches"
    assert match_text(312) == "312 match"


def test_each_chip_says_its_filter_and_what_the_query_is_without_it() -> None:
    query = MarketQuery.parse("gpu:4090 free>=4 price<0.40 rented:no points>=500 frankfurt")
    assert chips(query) == (
        ("GPU 4090", "free>=4 price<0.4 points>=500 rented:no frankfurt"),
        ("≥ 4 GPUs free", "gpu:4090 price<0.4 points>=500 rented:no frankfurt"),
        ("< 0.400 USD per GPU-hour", "gpu:4090 free>=4 points>=500 rented:no frankfurt"),
        ("≥ 500.00 points", "gpu:4090 free>=4 price<0.4 rented:no frankfurt"),
        ("nothing rented", "gpu:4090 free>=4 price<0.4 points>=500 frankfurt"),
        ("“frankfurt”", "gpu:4090 free>=4 price<0.4 points>=500 rented:no"),
    )


def test_every_comparable_key_has_a_chip_of_its_own() -> None:
    query = MarketQuery.parse("gpus>=1 vram>=2 ram>=3 disk>=4 down>=5 times>=6 rented:yes")
    assert [text for text, _ in chips(query)] == [
        "≥ 1 GPUs",
        "≥ 2 GB GPU memory",
        "≥ 3 GB RAM",
        "≥ 4 GB disk",
        "≥ 5 Mb down",
        "rented ≥ 6 times",
        "rented",
    ]


def test_the_filter_menu_offers_only_terms_the_query_understands() -> None:
    for _, term in filter_choices():
        MarketQuery.parse(term + ("yes" if term == "rented:" else "1"))


def test_known_words_before_a_comparison_are_found_for_colouring() -> None:
    assert key_spans("gpu:4090 free>=4 foo:1 price<0.3") == ((0, 3), (9, 4), (23, 5))
    assert key_spans("") == ()


def test_the_detail_fills_up_as_more_is_read() -> None:
    first = market_detail(one(), 0, PRICE)
    assert first.title == "3f9a…c41d"
    assert first.subtitle == "8 × RTX 4090 · Singapore"
    assert (first.badge, first.badge_kind) == ("Partly rented", "accent")
    assert first.facts == (
        ("Calc points", "558.20"),
        ("GPU memory", "24 GB"),
        ("RAM", "1,024 GB"),
        ("Data disk", "3.6 TB"),
        ("Network, down", "1 Gb"),
        ("Free now", "4 of 8 GPUs"),
    )
    assert first.offer == ()
    assert first.record == ()
    assert first.can_rent
    quote = RentQuote(MACHINE, 4, 14_400, 26_979_840, Balance(2_248_320_000_000_000_000), ZERO, Balance.of_dbc(10))
    full = market_detail(one(), 0, PRICE, machine(), quote)
    assert ("CPU", "AMD EPYC 7543 · 32 cores") in full.facts
    assert ("Network, up / down", "1,000 / 1,000 Mb") in full.facts
    assert full.offer == (
        ("4 GPUs for 24 h", "2,248.32 DBC"),
        ("at 0.0120 USD a DBC", "26.97 USD"),
        ("fixed fee, not returned", "10.00 DBC"),
    )
    assert full.record == (
        "online since block 1,206,210 · 61 rentals",
        "renters paid 137,147.52 DBC so far",
        "operator 5Grwva…utQY",
    )


@pytest.mark.parametrize(
    ("free", "status", "badge"),
    [
        (8, MachineStatus.ONLINE, "Online"),
        (4, MachineStatus.RENTED, "Partly rented"),
        (0, MachineStatus.RENTED, "Rented out"),
        (4, MachineStatus.STAKER_REPORT_OFFLINE, "Offline"),
    ],
)
def test_the_badge_of_the_detail(free: int, status: MachineStatus, badge: str) -> None:
    assert market_detail(one(free_gpu=np.array([free])), 0, PRICE, machine(status)).badge == badge


def test_a_machine_without_a_free_gpu_cannot_be_rented_and_says_why() -> None:
    detail = market_detail(one(free_gpu=np.array([0])), 0, PRICE)
    assert not detail.can_rent
    assert detail.why_not == "Every GPU of this machine is rented now. Choose another one, or wait."


QUOTE = RentQuote(
    MACHINE,
    4,
    14_400,
    26_979_840,
    Balance(2_248_320_000_000_000_000),
    Balance(2_248_320_000_000_000_000),
    Balance.of_dbc(10),
)


def test_the_rent_sheet_adds_up() -> None:
    sheet = rent_sheet(QUOTE, Balance.of_dbc(5_000), GPU)
    assert sheet.title == "Rent RTX 4090"
    assert sheet.total == "2,258.32 DBC"
    assert sheet.total_usd == "≈ 27.09 USD"
    assert sheet.rows == (
        ("Rent, set aside now", "2,248.32 DBC"),
        ("of it burned at confirm", "2,248.32 DBC"),
        ("Fixed fee, not returned", "10.00 DBC"),
    )
    assert len(sheet.next_steps) == 3
    assert sheet.problem == ""
    assert sheet.button == "Rent 4 GPUs"


def test_the_rent_sheet_says_when_the_account_has_too_little() -> None:
    assert rent_sheet(QUOTE, Balance(2_258_320_000_000_000_000), GPU).problem == ""
    short = rent_sheet(QUOTE, Balance(2_258_319_999_999_999_999), GPU)
    assert short.problem.startswith("The account has 2,258.31 DBC free and this needs 2,258.32 DBC.")


def test_without_a_quote_there_is_nothing_to_rent() -> None:
    sheet = rent_sheet(None, None, GPU, "The chain refused.")
    assert (sheet.total, sheet.rows, sheet.problem) == ("–", (), "The chain refused.")


def test_what_was_read_before_the_row_changed_is_left_out() -> None:
    stale_quote = market_detail(one(free_gpu=np.array([3])), 0, PRICE, machine(), QUOTE)
    assert stale_quote.offer == ()
    stale_record = market_detail(one(rented_times=np.array([62])), 0, PRICE, machine(), QUOTE)
    assert stale_record.record == ()
    assert stale_record.offer != ()
