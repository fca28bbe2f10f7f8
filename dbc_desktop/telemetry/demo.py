"""Believable GPUs for a computer without any: curves made from the clock alone, marked as not real."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.gpu import GpuReading, Missing, ReadingLane, RigSample
from dbc_desktop.domain.gpu_board import ComputeMode, GpuBoard, GpuHealth, GpuProcess, ProcessKind
from dbc_desktop.domain.host import HostReading

if TYPE_CHECKING:
    from dbc_desktop.telemetry.host import HostSensors

GIBIBYTE = 2**30
SHIFT_SECONDS = 420
"""A demo GPU changes its work about every seven minutes."""
RAMP_SECONDS = 6.0
WARMING_SECONDS = 45.0
POWER_LIMIT = 450.0
IDLE_POWER = 24.0
SLOWS_AT = 90
MEMORY_TOTAL = 24 * GIBIBYTE
SURVEY_SECONDS = 10.0
_BOARD = GpuBoard(
    missing=dict.fromkeys(
        ("part_number", "serial", "memory_temperature_limit", "firmware_version"), Missing.NOT_SUPPORTED
    ),
    architecture="Ada",
    vbios_version="95.02.00.00.00",
    pci_address="0000:00:00.0",
    cuda_cores=16_384,
    compute_capability=(8, 9),
    memory_bus_bits=384,
    shutdown_temperature=100,
    target_temperature=84,
    power_least=150.0,
    power_most=POWER_LIMIT,
    power_default=POWER_LIMIT,
    graphics_top_mhz=3_105,
    memory_top_mhz=10_501,
    video_top_mhz=2_415,
    fan_count=2,
    bar1_total=256 * 2**20,
)
_HEALTH_MISSING = dict.fromkeys(
    (
        *("ecc_corrected", "ecc_lifetime", "retired_pages", "row_remapping", "spare_rows"),
        *("nvlinks", "has_mig", "held_back", "memory_power"),
    ),
    Missing.NOT_SUPPORTED,
)
_MISSING = {"memory_temperature": Missing.NOT_SUPPORTED, "ecc_errors": Missing.NOT_SUPPORTED}


class DemoSensors:
    """GPUs that are not real; the same second always gives the same readings.

    Two of them idle a good part of the time, the others train: load near the top with short dips, heat that follows
    load slowly, a fan that follows heat.
    """

    @property
    def source(self) -> str:
        """The window says that these are not real."""
        return "demo"

    def __init__(self, rig: str, clock: Clock, gpu_num: int = 8, gpu_name: str = "NVIDIA GeForce RTX 4090") -> None:
        self._rig, self._clock, self._gpu_num, self._gpu_name = rig, clock, gpu_num, gpu_name
        self._host_sensors: HostSensors | None = None
        self._host: HostReading | None = None
        self._health: dict[int, GpuHealth] = {}

    def sample(self) -> RigSample:
        """The readings of this second."""
        now = self._clock.now()
        gpus = tuple(self._reading(index, now) for index in range(self._gpu_num))
        return RigSample(self._rig, self.source, now, gpus, host=self._host)

    def survey(self) -> None:
        """The computer is real; the slow readings of its GPUs are made with the others."""
        from dbc_desktop.telemetry.host import HostSensors

        if self._host_sensors is None:
            self._host_sensors = HostSensors(self._clock)
        self._host = self._host_sensors.read()

    def wait_events(self, seconds: float) -> bool:
        """Nothing happens to GPUs that are not real."""
        return False

    def asking(self, lane: ReadingLane) -> str | None:
        """No call here takes time."""
        return None

    def leave_out(self, lane: ReadingLane, uuid: str) -> None:
        """No call here hangs."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def _reading(self, gpu: int, now: float) -> GpuReading:
        load = _load(gpu, now)
        warmth = sum(_load(gpu, now - WARMING_SECONDS * step / 4) for step in range(5)) / 5
        work = _work(gpu, math.floor(_shift_time(gpu, now)))
        power = IDLE_POWER + (POWER_LIMIT - IDLE_POWER - 28) * load**1.2 + 9 * _noise(gpu, now, 3, 2.0)
        heat = 36 + gpu % 3 + 35 * warmth + 1.2 * _noise(gpu, now, 4, 8.0)
        fan = 30.0 if heat < 50 else 30 + (heat - 50) * 1.9
        used = GIBIBYTE * (0.6 + (work[1] - 0.6) * min(1.0, load * 1.6)) + 5e7 * _noise(gpu, now, 5, 12.0)
        is_busy = load > 0.2
        clock_mhz = 2_520 + 75 * _noise(gpu, now, 6, 4.0) if is_busy else 210
        is_capped = power > POWER_LIMIT - 25
        return GpuReading(
            uuid=f"GPU-de300000-0000-4000-8000-{gpu:012x}",
            index=gpu,
            name=self._gpu_name,
            taken_at=now,
            gpu_percent=min(100, max(0, round(100 * load))),
            memory_percent=min(100, max(0, round(62 * load + 4 * _noise(gpu, now, 7, 3.0)))),
            memory_used=int(used),
            memory_total=MEMORY_TOTAL,
            temperature=round(heat),
            power_watts=round(min(power, POWER_LIMIT), 1),
            power_limit_watts=POWER_LIMIT,
            fan_percent=min(100, round(fan)),
            graphics_mhz=15 * round(clock_mhz / 15),
            memory_mhz=10_501 if is_busy else 405,
            missing=_MISSING,
            temperature_limit=SLOWS_AT,
            video_mhz=1_965 if is_busy else 1_185,
            encoder_percent=0,
            decoder_percent=0,
            performance_state=2 if is_busy else 8,
            slowed_by=("power_limit",) if is_capped else () if is_busy else ("idle",),
            pcie_generation=4 if is_busy else 1,
            pcie_lanes=16,
            pcie_top=(4, 16),
            energy_joules=round(POWER_LIMIT * 0.6 * (now % 1_000_000)),
            board=_BOARD,
            health=self._health_of(
                gpu,
                now,
                is_busy=is_busy,
                used=int(used),
                fan=min(100, round(fan)),
                heat=round(heat),
                power=round(min(power, POWER_LIMIT), 1),
            ),
        )

    def _health_of(
        self, gpu: int, now: float, *, is_busy: bool, used: int, fan: int, heat: int, power: float
    ) -> GpuHealth:
        """Made anew every ten seconds, as a real survey is."""
        known = self._health.get(gpu)
        if known is not None and 0 <= now - known.taken_at < SURVEY_SECONDS:
            return known
        process = GpuProcess(40_000 + gpu, ProcessKind.COMPUTE, "demo", "python train.py", used - 300_000_000)
        made = self._health[gpu] = GpuHealth(
            taken_at=now,
            missing=_HEALTH_MISSING,
            memory_reserved=420_000_000,
            bar1_used=12_000_000,
            fan_percents=(fan, fan),
            margin=SLOWS_AT - heat,
            power_instant=power,
            jpeg_percent=0,
            optical_flow_percent=0,
            power_set=POWER_LIMIT,
            pcie_replays=0,
            has_ecc=False,
            has_ecc_next=False,
            compute_mode=ComputeMode.SHARED,
            is_persistent=True,
            processes=(process,) if is_busy else (),
        )
        return made


def _fraction(*key: int) -> float:
    """A number in [0, 1) that depends on nothing but the key."""
    mixed = 0x9E37_79B9
    for part in key:
        mixed = (mixed ^ (part & 0xFFFF_FFFF)) * 0x85EB_CA6B & 0xFFFF_FFFF
        mixed = (mixed ^ mixed >> 15) * 0xC2B2_AE35 & 0xFFFF_FFFF
        mixed ^= mixed >> 13
    return mixed / 2**32


def _noise(gpu: int, now: float, what: int, seconds: float) -> float:
    """Smooth noise in about [-1, 1] that turns every `seconds`."""
    place = now / seconds
    step = math.floor(place)
    share = place - step
    share = share * share * (3 - 2 * share)
    before, after = _fraction(gpu, what, step), _fraction(gpu, what, step + 1)
    return 2 * (before + (after - before) * share) - 1


def _shift_time(gpu: int, now: float) -> float:
    return now / SHIFT_SECONDS + gpu * 0.37


def _work(gpu: int, shift: int) -> tuple[float, float]:
    """Load in [0, 1] and memory in GiB of one stretch of work."""
    chance = _fraction(gpu, 1, shift)
    if chance < (0.6 if gpu in (4, 7) else 0.12):
        return 0.02, 0.6
    if chance > 0.9:
        return 0.55, 11.4
    return 0.965, 17.5 + 5 * _fraction(gpu, 2, shift)


def _load(gpu: int, now: float) -> float:
    place = _shift_time(gpu, now)
    shift = math.floor(place)
    level, _ = _work(gpu, shift)
    since = (place - shift) * SHIFT_SECONDS
    if since < RAMP_SECONDS:
        before, _ = _work(gpu, shift - 1)
        level = before + (level - before) * since / RAMP_SECONDS
    if level < 0.1:
        return max(0.0, level + 0.012 * _noise(gpu, now, 9, 2.5))
    # between two batches of data the card waits a moment
    pause = now / 6 + gpu * 0.31
    dip = math.sin(math.pi * (pause % 1)) if _fraction(gpu, 8, math.floor(pause)) > 0.95 else 0.0
    wave = 0.03 * _noise(gpu, now, 9, 1.7) + 0.03 * _noise(gpu, now, 10, 23.0)
    return max(0.0, min(1.0, level - 0.03 - 0.3 * dip + wave))
