"""What live curves are drawn from: at most two points for each pixel, broken where nothing was read."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr

Column = NDArray[np.float64]
DAY = 86_400
_EMPTY: Column = np.empty(0)
_POINT_BYTES = 16
"""A QPointF is two doubles."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One curve: seconds since 1970 and values with nan for gaps, in the colour of `token`."""

    times: Column = field(default_factory=lambda: _EMPTY)
    values: Column = field(default_factory=lambda: _EMPTY)
    token: str = "accent"  # noqa: S105 - a colour token


def runs(times: Column, values: Column) -> list[tuple[Column, Column]]:
    """The stretches without a gap."""
    known = ~np.isnan(values)
    if known.all():
        return [(times, values)] if len(times) else []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    return [(times[a:b], values[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def thinned(times: Column, values: Column, seconds: float, pixels: int) -> tuple[Column, Column]:
    """The least and the greatest value of each pixel, so that no peak is lost; few points stay as they are.

    Buckets begin at multiples of their own width since 1970, so that a curve that moves left keeps its shape.
    """
    width = seconds / max(1, pixels)
    if len(times) <= 2 * pixels or width <= 1.0:
        return times, values
    number = np.floor(times / width)
    starts = np.concatenate(([0], np.flatnonzero(number[1:] != number[:-1]) + 1))
    middles = (number[starts] + 0.5) * width
    least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    xs, ys = np.repeat(middles, 2), np.empty(2 * len(starts))
    # the nearer end first, else every bucket would add a stroke back
    both = least + most
    falls = np.concatenate(([False], both[1:] < both[:-1]))
    ys[0::2], ys[1::2] = np.where(falls, most, least), np.where(falls, least, most)
    return xs, ys


def polygons(series: Series, start: float, seconds: float, pixels: int) -> list[QPolygonF]:
    """Lines to draw: x in seconds since `start`, y in the unit of the values."""
    times, values = series.times, series.values
    if len(times) and times[0] < start:
        shown = times >= start
        times, values = times[shown], values[shown]
    made = []
    for run_times, run_values in runs(times, values):
        xs, ys = thinned(run_times, run_values, seconds, pixels)
        made.append(polygon(xs - start, ys))
    return made


def polygon(xs: Column, ys: Column) -> QPolygonF:
    """Points of two columns, at least one, written where Qt keeps them: a hundred times quicker than one by one."""
    made = QPolygonF()
    made.resize(len(xs))
    # the stubs know neither this form of VoidPtr nor that it is a buffer
    memory: Any = VoidPtr(made.data(), len(xs) * _POINT_BYTES, True)  # type: ignore[call-arg,arg-type]
    room = np.frombuffer(memory, dtype=np.float64)
    room[0::2], room[1::2] = xs, ys
    return made


def ground_below(line: QPolygonF, low: float) -> QPolygonF:
    """The area between a line and `low`."""
    made = QPolygonF(line)
    made.append(QPointF(line.last().x(), low))
    made.append(QPointF(line.first().x(), low))
    return made


def grounds(xs: Column, low: Column, high: Column) -> list[QPolygonF]:
    """The area between two lines over the same xs, a piece for each stretch without a gap."""
    made = []
    for (run_xs, run_low), (_, run_high) in zip(runs(xs, low), runs(xs, high), strict=True):
        made.append(polygon(np.concatenate((run_xs, run_xs[::-1])), np.concatenate((run_low, run_high[::-1]))))
    return made


def time_step(seconds: float) -> int:
    """Seconds between two labels of a time axis: a step that people count in."""
    for step in (15, 60, 120, 300, 600, 900, 3_600, 4 * 3_600, DAY, 5 * DAY, 10 * DAY, 30 * DAY):
        if seconds / step <= 6:
            return step
    return 73 * DAY


def time_ticks(start: float, seconds: float) -> list[float]:
    """Where the labels of a time axis stand."""
    step = time_step(seconds)
    # hours and days begin where the clock on the wall says so
    offset = time.localtime(start).tm_gmtoff if step >= 3_600 else 0
    first = math.ceil((start + offset) / step) * step - offset
    return [float(at) for at in range(first, math.floor(start + seconds) + 1, step)]
