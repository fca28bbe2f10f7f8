"""What happened, told from one sample to the next: of one rig, whatever source it is read by."""

from __future__ import annotations

from dataclasses import dataclass, field

from dbc_desktop.domain.counters import grown
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.gpu_board import GpuHealth
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind

SLOWED_AT_LEAST = {"heat": 5.0, "power_brake": 5.0, "hardware": 5.0, "power_limit": 20.0}
"""Seconds a slow-down must last to be told; the power limit is touched by every card that works hard."""
BELOW_AT_LEAST = 10.0
"""Seconds a working card must be below its PCIe capability: links speed up a moment after the work begins."""
WORKING_FROM = 50
"""Percent of load from which a card works: an idle one lowers its link to save power."""
REPLAYS_AT_LEAST = 10
"""Packets sent again between two surveys; single ones are nothing."""
_NOTHING: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gpu:
    """What is remembered of one GPU."""

    seen: GpuReading
    last: GpuReading | None = None
    lost_at: float | None = None
    slowed: dict[str, float] = field(default_factory=dict)
    below_since: float | None = None
    is_below_told: bool = False
    health: GpuHealth | None = None
    ecc_errors: int | None = None


class Happenings:
    """Looks at each sample of one rig; one thread calls `look`."""

    def __init__(self, rig_key: str = "") -> None:
        self._rig_key = rig_key
        self._gpus: dict[str, _Gpu] = {}
        self._trouble_at: float | None = None
        self._driver: str | None = None
        self._is_first = True

    def look(self, sample: RigSample) -> list[RigEvent]:
        """What happened since the sample before."""
        told: list[RigEvent] = list(sample.happened)
        self._look_at_driver(sample, told)
        for gpu in sample.gpus:
            known = self._gpus.get(gpu.uuid)
            if known is None:
                self._meet(gpu, told)
            else:
                self._look_at(known, gpu, told)
        if sample.gpus:
            self._is_first = False
        return told

    def lost_since(self, uuid: str) -> float | None:
        """When a GPU that is lost now stopped to answer."""
        known = self._gpus.get(uuid)
        return None if known is None else known.lost_at

    def last_readings(self, uuid: str) -> GpuReading | None:
        """The newest readings of a GPU that had any, also while it is lost."""
        known = self._gpus.get(uuid)
        return None if known is None else known.last

    def _tell(self, told: list[RigEvent], kind: RigEventKind, gpu: GpuReading, **facts: float | str) -> None:
        told.append(RigEvent(gpu.taken_at, kind, gpu.uuid, gpu.index, facts=facts, rig_key=self._rig_key))

    def _look_at_driver(self, sample: RigSample, told: list[RigEvent]) -> None:
        at = sample.taken_at
        if sample.trouble is not None:
            if self._trouble_at is None:
                self._trouble_at = at
                told.append(RigEvent(at, RigEventKind.DRIVER_GONE, reason=sample.trouble, rig_key=self._rig_key))
            return
        if self._trouble_at is not None:
            away, self._trouble_at = max(0.0, at - self._trouble_at), None
            told.append(RigEvent(at, RigEventKind.DRIVER_BACK, seconds=away, rig_key=self._rig_key))
        now = sample.driver_version
        if now is not None and now != self._driver:
            if self._driver is not None:
                facts = {"before": self._driver, "now": now}
                told.append(RigEvent(at, RigEventKind.DRIVER_CHANGED, facts=facts, rig_key=self._rig_key))
            self._driver = now

    def _meet(self, gpu: GpuReading, told: list[RigEvent]) -> None:
        made = self._gpus[gpu.uuid] = _Gpu(gpu)
        if gpu.is_lost:
            made.lost_at = gpu.taken_at
            told.append(RigEvent(gpu.taken_at, RigEventKind.GPU_LOST, gpu.uuid, gpu.index, rig_key=self._rig_key))
            return
        made.last = gpu
        made.ecc_errors = gpu.ecc_errors
        if not self._is_first:
            self._tell(told, RigEventKind.GPU_FOUND, gpu)

    def _look_at(self, known: _Gpu, gpu: GpuReading, told: list[RigEvent]) -> None:
        before, known.seen = known.seen, gpu
        if gpu.is_lost:
            if not before.is_lost:
                known.lost_at = gpu.taken_at
                known.slowed.clear()
                known.below_since = None
                told.append(
                    RigEvent(
                        gpu.taken_at, RigEventKind.GPU_LOST, gpu.uuid, gpu.index, known.last, rig_key=self._rig_key
                    )
                )
            return
        if before.is_lost:
            away = max(0.0, gpu.taken_at - (known.lost_at or gpu.taken_at))
            known.lost_at = None
            told.append(
                RigEvent(gpu.taken_at, RigEventKind.GPU_BACK, gpu.uuid, gpu.index, seconds=away, rig_key=self._rig_key)
            )
        if before.index != gpu.index:
            told.append(
                RigEvent(gpu.taken_at, RigEventKind.GPU_MOVED, gpu.uuid, gpu.index, before, rig_key=self._rig_key)
            )
        known.last = gpu
        if gpu.slowed_by or known.slowed:
            self._look_at_slowing(known, gpu, told)
        if gpu.pcie_top is not None and (gpu.pcie_generation, gpu.pcie_lanes) != gpu.pcie_top:
            self._look_at_link(known, gpu, told)
        else:
            known.below_since, known.is_below_told = None, False
        if gpu.ecc_errors != known.ecc_errors:
            more = grown(known.ecc_errors, gpu.ecc_errors)
            known.ecc_errors = gpu.ecc_errors
            if more:
                self._tell(told, RigEventKind.ECC_ERRORS, gpu, count=more)
        if gpu.health is not known.health:
            self._look_at_health(known, gpu, told)

    def _look_at_slowing(self, known: _Gpu, gpu: GpuReading, told: list[RigEvent]) -> None:
        now = gpu.slowed_by or _NOTHING
        for reason in now:
            if reason in SLOWED_AT_LEAST:
                known.slowed.setdefault(reason, gpu.taken_at)
        for reason in [one for one in known.slowed if one not in now]:
            lasted = gpu.taken_at - known.slowed.pop(reason)
            if lasted >= SLOWED_AT_LEAST[reason]:
                told.append(
                    RigEvent(
                        gpu.taken_at,
                        RigEventKind.SLOWED,
                        gpu.uuid,
                        gpu.index,
                        seconds=lasted,
                        facts={"reason": reason},
                        rig_key=self._rig_key,
                    )
                )

    def _look_at_link(self, known: _Gpu, gpu: GpuReading, told: list[RigEvent]) -> None:
        if gpu.gpu_percent is None or gpu.gpu_percent < WORKING_FROM or gpu.pcie_generation is None:
            known.below_since = None
            return
        if known.below_since is None:
            known.below_since = gpu.taken_at
        if known.is_below_told or gpu.taken_at - known.below_since < BELOW_AT_LEAST or gpu.pcie_top is None:
            return
        known.is_below_told = True
        self._tell(
            told,
            RigEventKind.PCIE_BELOW,
            gpu,
            generation=gpu.pcie_generation,
            lanes=gpu.pcie_lanes or 0,
            top_generation=gpu.pcie_top[0],
            top_lanes=gpu.pcie_top[1],
        )

    def _look_at_health(self, known: _Gpu, gpu: GpuReading, told: list[RigEvent]) -> None:
        before, now = known.health, gpu.health
        known.health = now if now is not None else before
        if before is None or now is None:
            return
        replays = grown(before.pcie_replays, now.pcie_replays)
        if replays is not None and replays >= REPLAYS_AT_LEAST:
            self._tell(told, RigEventKind.PCIE_REPLAYS, gpu, count=replays)
        failed = now.row_remapping is not None and now.row_remapping.has_failed
        if failed and (before.row_remapping is None or not before.row_remapping.has_failed):
            self._tell(told, RigEventKind.ROWS_FAILED, gpu)
