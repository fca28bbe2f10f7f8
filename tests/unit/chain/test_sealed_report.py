"""What a reporter seals for a member: both ways, and whatever else may come."""

from __future__ import annotations

import pytest

from dbc_desktop.chain.sealed_report import Told, pack, unpack
from dbc_desktop.domain.machine import MachineId

MACHINE = MachineId("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")


def test_both_ways_and_the_digest_of_the_reference() -> None:
    told = Told(MACHINE, 0, "abcdef", "补充信息，可留空")
    assert unpack(pack(told)) == told
    assert told.digest().hex() == "2611557f5306f050019eeb27648c5494"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"machine_id":1,"rent_order_id":0,"rand_str":"","reason":""}',
        b'{"machine_id":"a","rent_order_id":true,"rand_str":"","reason":""}',
        b'{"machine_id":"a","rent_order_id":-1,"rand_str":"","reason":""}',
        b'{"machine_id":"a","rent_order_id":18446744073709551616,"rand_str":"","reason":""}',
    ],
)
def test_anything_else_is_nothing(data: bytes) -> None:
    assert unpack(data) is None
