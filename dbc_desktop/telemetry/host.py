"""Readings of the computer itself: processor, memory, disks, network."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.counters import grown
from dbc_desktop.domain.host import DiskReading, HostReading, NetworkReading

MOST_DISKS, MOST_NETWORKS = 16, 16
_VIRTUAL = ("lo", "veth", "br-", "docker", "virbr", "cni", "flannel", "tap")
_CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")


class HostSensors:
    """Asks the operating system; rates are over the time since the reading before. One thread calls it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: float | None = None
        self._disks: dict[str, tuple[int, int]] = {}
        self._networks: dict[str, tuple[int, int]] = {}
        self._has_cpu = False

    def read(self) -> HostReading:
        """One reading; what the operating system does not tell is None."""
        now = self._clock.monotonic()
        seconds = now - self._at if self._at is not None else 0.0
        self._at = now
        busy = psutil.cpu_percent(interval=None)
        cpu, self._has_cpu = (busy if self._has_cpu else None), True
        memory, swap = psutil.virtual_memory(), _swap()
        return HostReading(
            taken_at=self._clock.now(),
            cpu_percent=cpu,
            cpu_count=psutil.cpu_count(),
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            cpu_temperature=_hottest(),
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            swap_used=swap,
            booted_at=psutil.boot_time(),
            disks=self._read_disks(seconds),
            networks=self._read_networks(seconds),
        )

    def _read_disks(self, seconds: float) -> tuple[DiskReading, ...]:
        try:
            counters = psutil.disk_io_counters(perdisk=True) or {}
        except (OSError, RuntimeError):
            counters = {}
        disks: list[DiskReading] = []
        seen: set[str] = set()
        for part in psutil.disk_partitions(all=False)[: 4 * MOST_DISKS]:
            device = Path(os.path.realpath(part.device)).name
            if device in seen or device.startswith("loop") or len(disks) >= MOST_DISKS:
                continue
            seen.add(device)
            try:
                usage = psutil.disk_usage(part.mountpoint)
            except OSError:
                continue
            io = counters.get(device)
            before = self._disks.get(device)
            if io is not None:
                self._disks[device] = (io.read_bytes, io.write_bytes)
            read, written = _rates(before, None if io is None else (io.read_bytes, io.write_bytes), seconds)
            disks.append(DiskReading(part.mountpoint, usage.total, usage.used, read, written))
        return tuple(disks)

    def _read_networks(self, seconds: float) -> tuple[NetworkReading, ...]:
        states = psutil.net_if_stats()
        networks: list[NetworkReading] = []
        for name, io in psutil.net_io_counters(pernic=True).items():
            if name.startswith(_VIRTUAL) or len(networks) >= MOST_NETWORKS:
                continue
            before = self._networks.get(name)
            now = self._networks[name] = (io.bytes_recv, io.bytes_sent)
            received, sent = _rates(before, now, seconds)
            is_up = name in states and states[name].isup
            networks.append(NetworkReading(name, is_up, received, sent, io.errin + io.errout))
        return tuple(networks)


def _rates(
    before: tuple[int, int] | None, now: tuple[int, int] | None, seconds: float
) -> tuple[float | None, float | None]:
    """Bytes a second of two counters; None at the first reading and after one began anew."""
    if before is None or now is None or seconds <= 0:
        return None, None
    first, second = grown(before[0], now[0]), grown(before[1], now[1])
    return None if first is None else first / seconds, None if second is None else second / seconds


def _swap() -> int | None:
    try:
        return int(psutil.swap_memory().used)
    except (OSError, RuntimeError):
        return None


def _hottest() -> float | None:
    """The hottest sensor of the processor; None where the system shows none (a virtual machine, Windows)."""
    if not hasattr(psutil, "sensors_temperatures"):
        return None
    try:
        groups = psutil.sensors_temperatures()
    except (OSError, RuntimeError):
        return None
    heats = [one.current for name in _CPU_SENSORS for one in groups.get(name, ()) if one.current is not None]
    return max(heats) if heats else None
