"""Money: typed, shown, added, and never a float."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0", 0),
        ("1", 1_000_000_000_000_000),
        ("1,204.5", 1_204_500_000_000_000_000),
        (" 1204.5 DBC ", 1_204_500_000_000_000_000),
        ("1204.5DBC", 1_204_500_000_000_000_000),
        (".5", 500_000_000_000_000),
        ("5.", 5_000_000_000_000_000),
        ("0.000000000000001", 1),
        ("0.0000000000000010000", 1),
        ("10,000,000,000", 10_000_000_000_000_000_000_000_000),
        ("007", 7_000_000_000_000_000),
    ],
)
def test_what_a_person_types(text: str, units: int) -> None:
    assert Balance.parse(text) == Balance(units)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("DBC", "empty"),
        (".", "not_a_number"),
        ("-1", "not_a_number"),
        ("+1", "not_a_number"),
        ("1e3", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("1,20", "not_a_number"),
        ("12,3456", "not_a_number"),
        ("1 000", "not_a_number"),
        ("1.000,5", "not_a_number"),
        ("NaN", "not_a_number"),
        ("0x10", "not_a_number"),
        ("١٢", "not_a_number"),
        ("１２", "not_a_number"),
        ("1" * 5_000, "not_a_number"),
        ("0." + "0" * 5_000, "not_a_number"),
        ("0.0000000000000001", "too_many_decimals"),
        ("1.0000000000000005", "too_many_decimals"),
        ("340282366920938463463374.607431768211456", "too_large"),
        ("9" * 40, "too_large"),
    ],
)
def test_what_is_no_amount_is_named(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Balance.parse(text)
    assert (caught.value.field, caught.value.reason) == ("amount", reason)


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (0, None, "0.00"),
        (1, None, "0.000000000000001"),
        (1_204_500_000_000_000_000, None, "1,204.50"),
        (1_204_500_000_000_000_000, 0, "1,204"),
        (12_345_678_999_999_999_999, 2, "12,345.67"),
        (999_999_999_999_999, 2, "0.99"),
        (-1_500_000_000_000_000, 2, "−1.50"),
        (-1, 2, "−0.00"),
    ],
)
def test_what_is_shown(units: int, decimals: int | None, text: str) -> None:
    assert Balance(units).text(decimals) == text


@given(st.integers(0, 10**30))
def test_what_is_shown_can_be_typed_again(units: int) -> None:
    assert Balance.parse(Balance(units).text()) == Balance(units)


@given(st.integers(0, 10**30), st.integers(0, 15))
def test_shown_short_is_never_more_than_there_is(units: int, decimals: int) -> None:
    shown = Balance.parse(Balance(units).text(decimals)).units
    assert 0 <= units - shown < 10 ** (15 - decimals)


@given(st.text(max_size=60))
def test_garbage_is_refused_or_a_whole_number_of_units(text: str) -> None:
    try:
        units: object = Balance.parse(text).units
    except InvalidInput as error:
        units = len(error.field)
    assert type(units) is int


@given(st.integers(), st.integers())
def test_the_arithmetic_is_that_of_whole_numbers(a: int, b: int) -> None:
    assert (Balance(a) + Balance(b)).units == a + b
    assert Balance(a) - Balance(b) == -(Balance(b) - Balance(a))
    assert (Balance(a) < Balance(b)) is (a < b)
    assert (Balance(a) >= Balance(b)) is (a >= b)
    assert bool(Balance(a)) is (a != 0)


def test_whole_coins() -> None:
    assert Balance.of_dbc(10_000).units == 10_000_000_000_000_000_000
    assert Balance(0) == ZERO
    assert not ZERO
