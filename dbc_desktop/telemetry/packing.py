"""Readings as whole numbers, packed small: differences from one to the next, bytes of equal weight side by side."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Packed = NDArray[np.int32]

FIELDS: tuple[str, ...] = (
    "gpu_percent",
    "memory_percent",
    "memory_used",
    "temperature",
    "memory_temperature",
    "power_watts",
    "power_limit_watts",
    "fan_percent",
    "graphics_mhz",
    "memory_mhz",
)
"""The readings that are kept. Their order is that of the history files: add at the end only."""
STEPS: NDArray[np.float64] = np.array([0.1, 0.1, 2.0**20, 0.1, 0.1, 0.1, 0.1, 0.1, 1.0, 1.0])
"""What one unit of each stands for: a tenth of a percent, degree or watt, a mebibyte, a megahertz."""
NONE = np.int32(-(2**31))
"""A reading that is missing."""
MOST_BYTES = 1 << 22
_FORMAT = 1


class NotPacked(ValueError):
    """These bytes were not made here, or are damaged."""


def quantised(values: Column, step: float | Column) -> Packed:
    """Whole numbers of `step`; nan and what does not fit are `NONE`."""
    with np.errstate(invalid="ignore"):
        whole = np.rint(values / step)
        fits = np.abs(whole) < 2**31 - 1
        return np.where(fits, whole, float(NONE)).astype(np.int32)


def restored(whole: Packed, step: float) -> Column:
    """The values again, nan where there was none."""
    values: Column = np.round(whole * step, 4)
    values[whole == NONE] = np.nan
    return values


def pack(rows: Packed) -> bytes:
    """Bytes of a table of whole numbers, each row a course of one reading over time."""
    table = np.atleast_2d(rows)
    courses, length = table.shape
    steps = np.empty_like(table)
    steps[:, 0] = table[:, 0]
    np.subtract(table[:, 1:], table[:, :-1], out=steps[:, 1:])  # wraps around, and back when it is added up
    sides = steps.astype("<i4").view(np.uint8).reshape(-1, 4).T
    head = bytes((_FORMAT, courses)) + length.to_bytes(3, "little")
    packed: bytes = head + zlib.compress(sides.tobytes(), 6)
    return packed


def unpack(data: bytes) -> Packed:
    """The table again.

    Raises:
        NotPacked: They are not such bytes.
    """
    if len(data) < 5 or data[0] != _FORMAT:
        raise NotPacked("format")
    courses, length = data[1], int.from_bytes(data[2:5], "little")
    expected = 4 * courses * length
    if not 0 < expected <= MOST_BYTES:
        raise NotPacked("size")
    opener = zlib.decompressobj()
    try:
        plain = opener.decompress(data[5:], expected)
    except zlib.error as error:
        raise NotPacked(str(error)) from error
    if len(plain) != expected:
        raise NotPacked("length")
    sides = np.frombuffer(plain, np.uint8).reshape(4, -1).T
    steps = np.ascontiguousarray(sides).view("<i4").reshape(courses, length).astype(np.int32)
    table: Packed = np.cumsum(steps, axis=1, dtype=np.int32)
    return table
