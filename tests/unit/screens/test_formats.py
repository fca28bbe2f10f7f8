from __future__ import annotations

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.screens import formats

ALICE = Address(bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"))


def test_amounts_are_cut_and_never_rounded_up() -> None:
    assert formats.amount(Balance.parse("12345.679999")) == "12,345.67 DBC"
    assert formats.amount(Balance.parse("0.000000000000001"), None) == "0.000000000000001 DBC"
    assert formats.amount(Balance(-1_500_000_000_000_000)) == "−1.50 DBC"


def test_an_amount_has_three_parts() -> None:
    assert formats.amount_parts(Balance.parse("4787.94")) == ("4,787", ".94", "DBC")


@pytest.mark.parametrize(
    ("micro", "decimals", "text"), [(45_004_320, 2, "45.00 USD"), (12_000, 4, "0.0120 USD"), (-5_000_000, 0, "−5 USD")]
)
def test_dollars(micro: int, decimals: int, text: str) -> None:
    assert formats.usd(micro, decimals) == text


def test_the_price_has_four_decimals() -> None:
    assert formats.price(12_000) == "0.0120 USD"


@pytest.mark.parametrize(("value", "text"), [(250, "25 %"), (5, "0.5 %"), (1000, "100 %")])
def test_permille(value: int, text: str) -> None:
    assert formats.permille(value) == text


def test_percent_of_nothing_is_a_dash() -> None:
    assert formats.percent(None) == "–"
    assert formats.percent(97.6) == "98 %"


def test_addresses_and_ids_are_shortened() -> None:
    assert formats.short_address(ALICE) == "5Grwva…utQY"
    assert formats.short_id("3f9a" + "0" * 56 + "c41d") == "3f9a…c41d"
    assert formats.short_id("12345") == "12345"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (59, "59 s"),
        (384, "6 min 24 s"),
        (900, "15 min"),
        (36 * 3600 + 720, "36 h 12 min"),
        (7200, "2 h"),
        (2 * 86400 + 4 * 3600, "2 d 4 h"),
        (150 * 86400, "150 d"),
    ],
)
def test_how_long(seconds: int, text: str) -> None:
    assert formats.seconds_as_time(seconds) == text


def test_blocks_take_six_seconds() -> None:
    assert formats.blocks_as_time(64) == "6 min 24 s"
    assert formats.blocks_as_eras(14_400) == "1 era"
    assert formats.blocks_as_eras(150 * 14_400) == "150 eras"


@pytest.mark.parametrize(
    ("blocks", "text"), [(127, "12:42"), (1841, "03:04:06"), (2 * 14_400 + 2_580, "2 d 04:18"), (-4, "00:00")]
)
def test_countdown(blocks: int, text: str) -> None:
    assert formats.countdown(blocks) == text


@pytest.mark.parametrize(
    ("blocks", "text"), [(0, "now"), (127, "12:42"), (6_650, "in 11 h"), (6 * 14_400, "in 6 days")]
)
def test_due(blocks: int, text: str) -> None:
    assert formats.due(blocks) == text


@pytest.mark.parametrize(
    ("blocks", "text"),
    [(3, "just now"), (50, "5 min ago"), (1_800, "3 h ago"), (14_400, "1 era ago"), (9 * 14_400, "9 eras ago")],
)
def test_ago(blocks: int, text: str) -> None:
    assert formats.ago(blocks) == text


def test_readings() -> None:
    assert formats.gigabytes(23_515_267_891) == "21.9 GB"
    assert formats.gigabytes(None) == "–"
    assert formats.temperature(72) == "72 °C"
    assert formats.temperature(None) == "–"
    assert formats.watts(2139.6) == "2,140 W"
    assert formats.watts(None) == "–"
    assert formats.gpu_name("NVIDIA GeForce RTX 4090") == "RTX 4090"
    assert formats.gpu_name("NVIDIA A100") == "A100"


def test_the_clock_shows_hours_minutes_seconds() -> None:
    assert formats.clock_time(1_700_000_008.2)[-2:] == "28"
    assert formats.moment(1_700_000_008.2)[:3] == "202"


def test_a_bar_says_its_era() -> None:
    assert formats.era_and_amount(149, Balance.parse("362.21")) == "era 149 · 362.21 DBC"
