"""Rewards of past eras, which never change: read once and kept (chain-rules 10.2)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from dbc_desktop.chain.substrate.storage import Item, View

_P = "OnlineProfile"
_MOST_KEPT = 400_000

Key = tuple[int, str]


class RewardLog:
    """What machines earned and what was released, by era of the chain and machine; callable from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[Key, tuple[int, int]] = {}

    def rows(self, view: View, asked: Sequence[Key]) -> dict[Key, tuple[int, int]]:
        """Earned and released by era and machine; one that was not paid yet must not be asked for."""
        with self._guard:
            found = {key: self._kept[key] for key in asked if key in self._kept}
        missing = [key for key in asked if key not in found]
        items: list[Item] = [(_P, "ErasMachineReward", key) for key in missing]
        items += [(_P, "ErasMachineReleasedReward", key) for key in missing]
        values = view.many(items) if items else []
        for at, key in enumerate(missing):
            found[key] = values[at], values[at + len(missing)]
        with self._guard:
            if len(self._kept) + len(missing) > _MOST_KEPT:
                self._kept.clear()
            self._kept |= {key: found[key] for key in missing}
        return found

    def earned(self, view: View, newest: Mapping[str, int]) -> dict[str, int]:
        """What each machine earned in all eras up to its newest."""
        found = self.rows(view, [(era, one) for one, last in newest.items() for era in range(1, last + 1)])
        sums = dict.fromkeys(newest, 0)
        for (_, one), (earned, _) in found.items():
            sums[one] += earned
        return sums
