"""Snapshots of points: one large value for the whole network in each era, and seldom another (chain-rules 4.9)."""

from __future__ import annotations

import threading
from typing import Any

from dbc_desktop.chain.substrate.storage import View

_P = "OnlineProfile"
_LARGE = 500
"""Entries from which on the node is asked first whether a snapshot has changed: 10,000 machines take 1.5 MB."""

_KEPT = 6


class PointsLog:
    """The newest snapshots that were read; callable from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[tuple[str, int], tuple[bytes, Any]] = {}

    def machines(self, view: View, era: int) -> dict[str, tuple[int, bool]]:
        """Points of each machine that counts in an era of the chain, and whether it counts as rented."""
        found: dict[str, tuple[int, bool]] = self._read(view, "ErasMachinePoints", era)
        return found

    def stashes(self, view: View, era: int) -> tuple[int, dict[bytes, Any]]:
        """The network's points in an era of the chain, and what each stash counts."""
        found: tuple[int, dict[bytes, Any]] = self._read(view, "ErasStashPoints", era)
        return found

    def _read(self, view: View, item: str, era: int) -> Any:
        key = (item, era)
        with self._guard:
            kept = self._kept.get(key)
        digest = view.digest(_P, item, era) if kept is not None and kept[0] else b""
        if kept is not None and digest and digest == kept[0]:
            return kept[1]
        found = _indexed(item, view.get(_P, item, era))
        is_large = len(found if item == "ErasMachinePoints" else found[1]) >= _LARGE
        digest = digest or (view.digest(_P, item, era) if is_large else b"")
        if digest:
            with self._guard:
                self._kept.pop(key, None)
                self._kept[key] = (digest, found)
                while len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
        return found


def _indexed(item: str, value: Any) -> Any:
    if item == "ErasMachinePoints":
        return {key.decode(errors="replace"): (one["basic_grade"], one["is_rented"]) for key, one in value}
    return value["total"], dict(value["staker_statistic"])
