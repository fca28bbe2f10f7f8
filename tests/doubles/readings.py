"""GPU readings for tests: a card that is well, and the same card lost."""

from __future__ import annotations

from dataclasses import replace

from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample

GIBIBYTE = 2**30


def reading(index: int = 0, taken_at: float = 1_700_000_000.0, *, load: int | None = 98, uuid: str = "") -> GpuReading:
    """An RTX 3090 at work."""
    return GpuReading(
        uuid=uuid or f"GPU-7c1e0000-0000-4000-8000-{index:012d}",
        index=index,
        name="NVIDIA GeForce RTX 3090",
        taken_at=taken_at,
        gpu_percent=load,
        memory_percent=61,
        memory_used=22 * GIBIBYTE,
        memory_total=24 * GIBIBYTE,
        temperature=70 + index,
        power_watts=331.4,
        power_limit_watts=350.0,
        fan_percent=64,
        graphics_mhz=1_755,
        memory_mhz=9_751,
        missing={"ecc_errors": Missing.NOT_SUPPORTED},
        temperature_limit=93,
        memory_temperature=98,
        video_mhz=1_545,
        encoder_percent=0,
        decoder_percent=0,
        performance_state=2,
        slowed_by=(),
        pcie_generation=4,
        pcie_lanes=16,
        pcie_top=(4, 16),
    )


def lost(index: int = 0, taken_at: float = 1_700_000_000.0) -> GpuReading:
    """The same card after it fell off the bus."""
    alive = reading(index, taken_at)
    readings = [
        name for name in alive.__slots__ if name not in ("uuid", "index", "name", "taken_at", "missing", "is_lost")
    ]
    return replace(alive, **dict.fromkeys(readings), missing=dict.fromkeys(readings, Missing.GPU_LOST), is_lost=True)


def sample(*gpus: GpuReading, taken_at: float = 1_700_000_000.0, source: str = "nvml") -> RigSample:
    """A rig with these GPUs."""
    return RigSample("rig-02", source, taken_at, gpus, "580.95.05" if source == "nvml" else None)


def trouble(reason: str, taken_at: float = 1_700_000_000.0) -> RigSample:
    """A rig without readings."""
    return RigSample("rig-02", "nvml", taken_at, (), None, reason)
