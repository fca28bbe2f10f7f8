"""Readings of the computer that the GPUs sit in. What the operating system does not tell is None."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiskReading:
    """One file system: bytes, and bytes a second of its device where they are told."""

    mount: str
    total: int
    used: int
    read_per_second: float | None = None
    written_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkReading:
    """One network interface: bytes a second, errors since it came up."""

    name: str
    is_up: bool
    received_per_second: float | None = None
    sent_per_second: float | None = None
    errors: int | None = None


@dataclass(frozen=True, slots=True)
class HostReading:
    """Processor, memory, disks and network at one instant; `taken_at` is seconds since 1970 (UTC).

    Attributes:
        cpu_percent: Of all cores together, since the reading before; None at the first.
        load: Mean number of waiting processes over one minute.
        cpu_temperature: The hottest sensor of the processor, degrees Celsius.
        memory_used: Bytes that are not available to new programs.
        booted_at: Seconds since 1970.
    """

    taken_at: float
    cpu_percent: float | None
    cpu_count: int | None
    load: float | None
    cpu_temperature: float | None
    memory_used: int | None
    memory_total: int | None
    swap_used: int | None
    booted_at: float | None
    disks: tuple[DiskReading, ...] = ()
    networks: tuple[NetworkReading, ...] = ()
