"""Alerts: what can be wrong with a rig or for a stake, since when, and whether somebody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AlertKind(StrEnum):
    """What an alert is about. Behind each: the `facts` it carries, `rig` and (of a GPU) `name` and `index` left out."""

    TOO_HOT = "too_hot"
    """`celsius`, `limit`."""
    MEMORY_TOO_HOT = "memory_too_hot"
    """`celsius`, `limit`."""
    SLOWED_BY_HEAT = "slowed_by_heat"
    """`celsius`."""
    SLOWED_BY_POWER = "slowed_by_power"
    """`watts`, `limit`: power brake of the hardware, or far below the clocks that the limit would allow."""
    FAN_STUCK = "fan_stuck"
    """`celsius`, `fan`."""
    MEMORY_ERRORS = "memory_errors"
    """`count` uncorrected since the driver was loaded; `is_pending`, `has_failed` of row remapping."""
    XID = "xid"
    """`xid`: the driver's number."""
    GPU_LOST = "gpu_lost"
    PCIE_BELOW = "pcie_below"
    """`generation`, `lanes`, `top_generation`, `top_lanes`."""
    IDLE_WHILE_RENTED = "idle_while_rented"
    """`machine_id`."""
    BUSY_WHILE_NOT_RENTED = "busy_while_not_rented"
    """`percent`."""
    POWER_OUT_OF_LINE = "power_out_of_line"
    """`watts`, `usual`: of its peers of the same model on the rig at the same work."""
    DRIVER_CHANGED = "driver_changed"
    """`before`, `now`."""
    DISK_FILLING = "disk_filling"
    """`mount`, `percent`."""
    CLOCK_SKEW = "clock_skew"
    """`seconds` that the rig's clock is off, or jumped."""
    DRIVER_HANGS = "driver_hangs"
    """`lane`."""
    NODE_GONE = "node_gone"
    """`process`: the compute node's program, which is not running."""
    RIG_SILENT = "rig_silent"
    """`reason`: as `RigSample.trouble`."""
    SLASH_STEP = "slash_step"
    """`machine_id`, `height` of the next step, `percent` from then on."""
    RENTED_IN_TROUBLE = "rented_in_trouble"
    """`machine_id`, `reason`: rented, in trouble, and reported by nobody yet."""
    LEASE_ENDING = "lease_ending"
    """`rent_id`, `machine_id`, `height`."""
    CONFIRM_ENDING = "confirm_ending"
    """`rent_id`, `machine_id`, `height`."""
    STAKE_SHORT = "stake_short"
    """`machine_id`, `missing` in units, as text."""
    REVEAL_DUE = "reveal_due"
    """`machine_id`, `height`."""
    REWARD_MISSED = "reward_missed"
    """`machine_id`, `era`: online, and paid nothing for that era."""


class Severity(StrEnum):
    """How much it matters."""

    NOTICE = "notice"
    WARN = "warn"
    LOSS = "loss"
    """Money or a machine is being lost."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When a condition becomes an alert.

    Attributes:
        threshold: In the unit of the kind (degrees, percent, seconds, blocks); None where there is nothing to set.
        for_seconds: How long the condition must hold first.
        clear_seconds: How long it must be gone before the alert ends, so that what flickers is one alert.
        is_told: Whether it leaves the window: tray, notification, webhook.
    """

    kind: AlertKind
    severity: Severity
    threshold: float | None = None
    for_seconds: float = 0.0
    clear_seconds: float = 60.0
    is_on: bool = True
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is the case now.

    Attributes:
        subject: What it is about: a GPU's UUID, a rig's key, a machine id, a rent id. Unique together with the kind.
        is_moment: It happened rather than lasts (an Xid, a new driver); it becomes an alert at once and ends by itself
            after `clear_seconds`.
    """

    kind: AlertKind
    subject: str
    facts: Mapping[str, str | float] = field(default_factory=dict)
    is_moment: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that held long enough. Times in seconds since 1970 (UTC).

    Attributes:
        number: Its place in the history.
        ended_at: None while it lasts.
        known_at: When somebody said that they know; None before.
    """

    number: int
    kind: AlertKind
    subject: str
    severity: Severity
    facts: Mapping[str, str | float]
    began_at: float
    ended_at: float | None = None
    known_at: float | None = None


RULES: tuple[AlertRule, ...] = (
    AlertRule(AlertKind.TOO_HOT, Severity.WARN, 85.0, 60.0),
    AlertRule(AlertKind.MEMORY_TOO_HOT, Severity.WARN, 104.0, 60.0),
    AlertRule(AlertKind.SLOWED_BY_HEAT, Severity.WARN, None, 30.0),
    AlertRule(AlertKind.SLOWED_BY_POWER, Severity.WARN, None, 60.0),
    AlertRule(AlertKind.FAN_STUCK, Severity.LOSS, 70.0, 30.0),
    AlertRule(AlertKind.MEMORY_ERRORS, Severity.WARN, 1.0, 0.0, 3_600.0),
    AlertRule(AlertKind.XID, Severity.WARN, None, 0.0, 3_600.0),
    AlertRule(AlertKind.GPU_LOST, Severity.LOSS, None, 3.0),
    AlertRule(AlertKind.PCIE_BELOW, Severity.NOTICE, None, 300.0, 600.0, is_told=False),
    AlertRule(AlertKind.IDLE_WHILE_RENTED, Severity.NOTICE, 1.0, 3_600.0, 600.0, is_told=False),
    AlertRule(AlertKind.BUSY_WHILE_NOT_RENTED, Severity.WARN, 20.0, 600.0, 600.0),
    AlertRule(AlertKind.POWER_OUT_OF_LINE, Severity.NOTICE, 30.0, 600.0, 600.0, is_told=False),
    AlertRule(AlertKind.DRIVER_CHANGED, Severity.NOTICE, None, 0.0, 3_600.0),
    AlertRule(AlertKind.DISK_FILLING, Severity.WARN, 90.0, 60.0, 600.0),
    AlertRule(AlertKind.CLOCK_SKEW, Severity.WARN, 30.0, 60.0, 300.0),
    AlertRule(AlertKind.DRIVER_HANGS, Severity.LOSS, None, 5.0),
    AlertRule(AlertKind.NODE_GONE, Severity.LOSS, None, 60.0),
    AlertRule(AlertKind.RIG_SILENT, Severity.LOSS, None, 60.0),
    AlertRule(AlertKind.SLASH_STEP, Severity.LOSS, 600.0, clear_seconds=0.0),
    AlertRule(AlertKind.RENTED_IN_TROUBLE, Severity.LOSS, None, 30.0),
    AlertRule(AlertKind.LEASE_ENDING, Severity.NOTICE, 600.0, clear_seconds=0.0),
    AlertRule(AlertKind.CONFIRM_ENDING, Severity.WARN, 100.0, clear_seconds=0.0),
    AlertRule(AlertKind.STAKE_SHORT, Severity.WARN, clear_seconds=0.0),
    AlertRule(AlertKind.REVEAL_DUE, Severity.WARN, 2_400.0, clear_seconds=0.0),
    AlertRule(AlertKind.REWARD_MISSED, Severity.WARN, clear_seconds=0.0),
)
"""The rules as they come: thresholds that suit most cards, which the person may change.

What the chain says does not flicker as a sensor does: it is over in the block in which it is.
"""
