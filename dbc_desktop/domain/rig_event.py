"""What can happen to a rig and its GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dbc_desktop.domain.gpu import GpuReading


class RigEventKind(StrEnum):
    """What can happen to a rig. Behind each: the `facts` it carries."""

    GPU_LOST = "gpu_lost"
    GPU_BACK = "gpu_back"
    GPU_MOVED = "gpu_moved"
    GPU_FOUND = "gpu_found"
    """A GPU that was not there when the program started."""
    GPU_TWICE = "gpu_twice"
    """Two GPUs give the same UUID."""
    DRIVER_GONE = "driver_gone"
    DRIVER_BACK = "driver_back"
    DRIVER_CHANGED = "driver_changed"
    """`before`, `now`: versions."""
    XID = "xid"
    """`xid`: the driver's own number of a fault."""
    SLOWED = "slowed"
    """`reason`: of `GpuReading.slowed_by`; told when it ends, with `seconds`."""
    ECC_ERRORS = "ecc_errors"
    """`count`: uncorrected errors more than before."""
    ROWS_FAILED = "rows_failed"
    PCIE_BELOW = "pcie_below"
    """`generation`, `lanes`, `top_generation`, `top_lanes`, while it works."""
    PCIE_REPLAYS = "pcie_replays"
    """`count`: packets sent again, more than before."""
    LANE_HUNG = "lane_hung"
    """`lane`, `abandoned`: a call into the driver does not return."""
    LANE_BACK = "lane_back"
    """`lane`."""
    CLOCK_JUMPED = "clock_jumped"
    """`jump_seconds`: positive where the computer slept or its clock was put forward."""
    HISTORY_FAILED = "history_failed"
    """`reason`: `full`, `read_only`, `damaged` or `busy`."""
    HISTORY_BACK = "history_back"
    POWER_LIMIT = "power_limit"
    """`watts`, `before`, `how`: `set`, `kept` or `reverted`."""


@dataclass(frozen=True, slots=True)
class RigEvent:
    """Something that happened; `taken_at` is seconds since 1970 (UTC).

    Attributes:
        uuid: The GPU, None where it happened to the whole rig.
        index: Its number then.
        last: Its last readings before it was lost.
        seconds: How long it lasted, where it has ended: for `gpu_back`, `driver_back`, `slowed`, `lane_back`.
        reason: For `driver_gone`: the reason of `DriverMissing`.
        facts: Plain values (text and numbers) that the kind's description names.
        rig_key: `RigSample.rig_key` of the rig; empty for this computer.
    """

    taken_at: float
    kind: RigEventKind
    uuid: str | None = None
    index: int | None = None
    last: GpuReading | None = None
    seconds: float | None = None
    reason: str | None = None
    facts: Mapping[str, str | float] = field(default_factory=dict)
    rig_key: str = ""
