"""How much memory the processes below one take; a limit per process says nothing of many."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def resident_bytes(roots: Iterable[int]) -> dict[int, int]:
    """For each of our child processes, the resident memory of its whole tree (Linux); shared pages count each time."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(folder.name)], pages[int(folder.name)] = int(fields[1]), int(fields[21])
    totals = dict.fromkeys(roots, 0)
    for pid, count in pages.items():
        root: int | None = pid
        while root is not None and root not in totals:
            root = parents.get(root)
        if root is not None:
            totals[root] += count * os.sysconf("SC_PAGE_SIZE")
    return totals
