"""Whose process it is and what it runs, as the operating system tells. Asked once for each process."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MAX_COMMAND = 400
_CONTAINER = re.compile(r"(?:docker|libpod|cri-containerd|crio|lxc|machine-qemu)[-/.]([0-9A-Za-z_.\\-]{1,80})")
_UNIT = re.compile(r"/([0-9A-Za-z_.@-]{1,80})\.(?:service|scope)")
_KEPT = 4_096
"""Processes remembered at most; a rig that starts thousands a minute must not grow us."""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """As `GpuProcess` has them; None where the operating system does not tell."""

    user: str | None = None
    command: str | None = None
    started_at: float | None = None
    container: str | None = None


class ProcessTable:
    """Looks processes up by pid; a pid that was given to another process is noticed by its start."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, float], ProcessFacts] = {}

    def facts(self, pid: int) -> ProcessFacts:
        """What is known of a process; nothing where it has ended."""
        try:
            process = psutil.Process(pid)
            key = (pid, process.create_time())
        except (psutil.Error, OSError, ValueError, OverflowError):
            return ProcessFacts()
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = _ask(process, key[1])
        return known


def _ask(process: psutil.Process, started_at: float) -> ProcessFacts:
    user = command = None
    with suppress(psutil.Error, OSError, KeyError):  # it has ended, or its owner has no name
        user = process.username()
    with suppress(psutil.Error, OSError):  # it has ended, or it is another user's
        words = process.cmdline()
        command = _printable(" ".join(words) if words else process.name())
    return ProcessFacts(user, command, started_at, _container(process.pid))


def _container(pid: int) -> str | None:
    try:
        group = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8", errors="replace")[:4_096]
    except OSError:
        return None
    return container_of(group)


def container_of(cgroup: str) -> str | None:
    """The id of a container (its first twelve letters) or the name of a service, out of `/proc/PID/cgroup`."""
    found = _CONTAINER.search(cgroup)
    if found:
        name = found[1].removesuffix(".scope")
        return name[:12] if re.fullmatch(r"[0-9a-f]{64}", name) else name
    unit = _UNIT.search(cgroup)
    return unit[1] if unit else None


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:MAX_COMMAND])
