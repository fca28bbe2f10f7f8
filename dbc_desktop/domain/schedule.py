"""When a machine may be rented: all the time, or in hours that its owner names (chain-rules 4.3, 5.4); all in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RentalMode(StrEnum):
    """`MachineRentalMode`."""

    FULL_TIME = "FullTime"
    TIME_SLOT = "TimeSlot"


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Whole hours of a day, from `start_hour` (0 to 23) until `end_hour` (1 to 24)."""

    start_hour: int
    end_hour: int
