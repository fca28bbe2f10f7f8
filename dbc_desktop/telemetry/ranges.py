"""A stretch of the history in as many steps as a curve has room for. A gap stays a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

GAP_SECONDS = 5.0
"""A longer silence (the computer slept, the program was closed) is a gap in the curves."""
_GAP_STEPS = 2.5
"""A source that is read more rarely has a gap after so many of its own steps."""


@dataclass(frozen=True, slots=True, eq=False)
class RangeSeries:
    """Times (seconds since 1970), least, mean and most of each step; nan is a gap.

    Attributes:
        step_seconds: How much time one step stands for.
    """

    times: Column
    least: Column
    means: Column
    most: Column
    step_seconds: float


def gap_after(times: Column) -> float:
    """How long a silence in these times is a gap."""
    if len(times) < 3:
        return GAP_SECONDS
    return max(GAP_SECONDS, _GAP_STEPS * float(np.median(np.diff(times))))


def with_gaps(times: Column, *columns: Column) -> tuple[Column, ...]:
    """Times and columns with a nan after each reading that a silence follows."""
    if len(times) < 2:
        return (times, *columns)
    longest = gap_after(times)
    before = np.flatnonzero(np.diff(times) > longest) + 1
    if not len(before):
        return (times, *columns)
    at = np.insert(times, before, times[before - 1] + longest / 2)
    return (at, *(np.insert(column, before, np.nan) for column in columns))


def bucketed(
    times: Column, least: Column, means: Column, most: Column, start: float, end: float, points: int
) -> RangeSeries:
    """At most `points` steps between `start` and `end`; steps begin at multiples of their length since 1970."""
    step = max(1.0, (end - start) / max(1, points))
    if len(times) <= points:
        at, low, mean, high = with_gaps(times, least, means, most)
        return RangeSeries(at, low, mean, high, step)
    longest = max(gap_after(times), step)
    number = np.floor(times / step)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1))
    counts = np.diff(np.concatenate((starts, [len(times)])))
    middles = (number[starts] + 0.5) * step
    low = np.minimum.reduceat(least, starts)
    high = np.maximum.reduceat(most, starts)
    mean = np.add.reduceat(means, starts) / counts
    before = np.flatnonzero(np.diff(middles) > 1.5 * longest) + 1
    if len(before):
        gaps = middles[before - 1] + step
        middles = np.insert(middles, before, gaps)
        low, mean, high = (np.insert(column, before, np.nan) for column in (low, mean, high))
    return RangeSeries(middles, low, mean, high, step)
