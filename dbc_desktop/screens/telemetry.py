"""What `dbc-desktop telemetry` says: one row for each GPU, a dash where a reading is missing."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr


def telemetry_title(sample: RigSample) -> str:
    """Which computer, when, and whether the readings are real."""
    parts = [sample.rig, formats.clock_time(sample.taken_at), ntr("{n} GPU", "{n} GPUs", len(sample.gpus))]
    if sample.driver_version:
        parts.append(tr("driver {version}", version=sample.driver_version))
    if sample.source == "demo":
        parts.append(tr("demo GPUs, not real"))
    if sample.trouble:
        parts.append(tr("no readings: {reason}", reason=sample.trouble))
    return " · ".join(parts)


def exported_text(rows: int, path: Path) -> str:
    """How much was written where."""
    return ntr("{n} row written to {path}", "{n} rows written to {path}", rows, path=path)


def telemetry_head() -> tuple[str, ...]:
    """The words above the columns."""
    return ("#", tr("GPU"), tr("Load"), tr("Memory"), tr("Temp."), tr("Power"), tr("Fan"), tr("Clock"))


def telemetry_row(gpu: GpuReading) -> tuple[str, ...]:
    """One GPU; a lost one says so."""
    name = formats.gpu_name(gpu.name)
    memory = f"{formats.gigabytes(gpu.memory_used)} / {formats.gigabytes(gpu.memory_total)}"
    clock = formats.DASH if gpu.graphics_mhz is None else f"{gpu.graphics_mhz:,} MHz"
    return (
        str(gpu.index),
        tr("{gpu} (lost)", gpu=name) if gpu.is_lost else name,
        formats.percent(gpu.gpu_percent),
        memory,
        formats.temperature(gpu.temperature),
        formats.watts(gpu.power_watts),
        formats.percent(gpu.fan_percent),
        clock,
    )


def agent_line(address: str) -> str:
    """What the agent says when it begins."""
    return tr("Serving the readings of this computer at {address}. Ctrl+C ends it.", address=address)


def demo_rigs_line(count: int, address: str) -> str:
    """What the agent says when it serves rigs that are not real."""
    rigs = ntr("{n} rig", "{n} rigs", count)
    return tr("Serving {rigs} that are not real at {address}. Ctrl+C ends it.", rigs=rigs, address=address)
