"""What live curves are drawn from: at most two points for each pixel, broken where nothing was read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF

Column = NDArray[np.float64]
_EMPTY: Column = np.empty(0)


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
    starts = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1))
    middles = (number[starts] + 0.5) * width
    least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    xs, ys = np.repeat(middles, 2), np.empty(2 * len(starts))
    # the nearer end first, else every bucket would add a stroke back
    falls = np.concatenate(([False], np.diff((least + most) / 2) < 0))
    ys[0::2], ys[1::2] = np.where(falls, most, least), np.where(falls, least, most)
    return xs, ys


def polygons(series: Series, start: float, seconds: float, pixels: int) -> list[QPolygonF]:
    """Lines to draw: x in seconds since `start`, y in the unit of the values."""
    shown = series.times >= start
    times, values = series.times[shown], series.values[shown]
    made = []
    for run_times, run_values in runs(times, values):
        xs, ys = thinned(run_times, run_values, seconds, pixels)
        made.append(QPolygonF([QPointF(x, y) for x, y in zip((xs - start).tolist(), ys.tolist(), strict=True)]))
    return made


def time_step(seconds: float) -> int:
    """Seconds between two labels of a time axis: a step that people count in."""
    for step in (15, 60, 120, 300, 600, 900):
        if seconds / step <= 6:
            return step
    return 3_600


def time_ticks(start: float, seconds: float) -> list[float]:
    """Where the labels of a time axis stand."""
    step = time_step(seconds)
    first = math.ceil(start / step) * step
    return [float(at) for at in range(first, math.floor(start + seconds) + 1, step)]
