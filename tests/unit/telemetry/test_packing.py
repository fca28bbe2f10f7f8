"""Readings packed small come back as they were; bytes that are none of ours are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.telemetry.packing import NONE, NotPacked, pack, quantised, restored, unpack

WHOLE = st.integers(-(2**31), 2**31 - 1)


@given(st.lists(st.lists(WHOLE, min_size=7, max_size=7), min_size=1, max_size=4))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_what_is_packed_comes_back(rows: list[list[int]]) -> None:
    table = np.array(rows, np.int32)

    assert np.array_equal(unpack(pack(table)), table)


def test_values_come_back_within_half_a_step_and_missing_ones_missing() -> None:
    values = np.array([0.0, 99.96, np.nan, 331.44, 1e300, -1e300])

    whole = quantised(values, 0.1)
    assert whole.tolist() == [0, 1000, NONE, 3314, NONE, NONE]
    assert restored(whole, 0.1).tolist()[:2] == [0.0, 100.0]
    assert np.isnan(restored(whole, 0.1)[[2, 4, 5]]).all()


def test_a_steady_hour_takes_a_few_bytes() -> None:
    assert len(pack(np.full((10, 3_600), 640, np.int32))) < 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x02\x01\x07\x00\x00abc",
        b"\x01\x01\x07\x00\x00not zlib",
        b"\x01\xff\xff\xff\xffx",
        b"\x01\x00\x00\x00\x00",
        pack(np.zeros((2, 7), np.int32))[:-6],
        b"\x01\x05\x07\x00\x00" + pack(np.zeros((2, 7), np.int32))[5:],
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotPacked):
        unpack(data)
