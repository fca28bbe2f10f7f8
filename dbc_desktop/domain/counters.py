"""Counters of devices: they only grow, until they wrap around or begin anew."""

from __future__ import annotations


def grown(before: float | None, now: float | None) -> float | None:
    """How much a counter grew; None where either is not known or it went back (a reload, a wrap): nobody knows then."""
    if before is None or now is None or now < before:
        return None
    return now - before
