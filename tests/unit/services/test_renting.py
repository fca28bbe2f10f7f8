from __future__ import annotations

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.services.renting import confirm_call, parse_duration, relet_call, rent_call


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("1 d", 14_400),
        ("1d", 14_400),
        ("24 h", 14_400),
        ("24", 14_400),
        ("30 min", 300),
        ("90m", 900),
        ("1 d 12 h", 21_600),
        ("1d12h30min", 21_900),
        ("2 days", 28_800),
        ("3 天", 43_200),
        ("12小时", 7_200),
        ("60 d", 864_000),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, blocks: int) -> None:
    assert parse_duration(text) == blocks


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("soon", "not_a_duration"),
        ("1.5 d", "not_a_duration"),
        ("-1 d", "not_a_duration"),
        ("1 week", "not_a_duration"),
        ("1 d 2", "not_a_duration"),
        ("2 1 d", "not_a_duration"),
        ("1 h\x00", "not_a_duration"),
        ("1 h " * 40, "not_a_duration"),
        ("0 h", "zero"),
        ("20 min", "not_half_hours"),
        ("61 d", "too_long"),
        ("999999 d", "too_long"),
    ],
)
def test_a_duration_that_the_chain_would_not_take_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration(text)
    assert (caught.value.field, caught.value.reason) == ("duration", reason)


def test_the_calls_carry_the_chains_own_names() -> None:
    machine = MachineId("ab" * 32)
    assert rent_call(machine, 4, 14_400) == Call("RentMachine", "rent_machine", (machine, 4, 14_400))
    assert confirm_call(17) == Call("RentMachine", "confirm_rent", (17,))
    assert relet_call(17, 600) == Call("RentMachine", "relet_machine", (17, 600))
