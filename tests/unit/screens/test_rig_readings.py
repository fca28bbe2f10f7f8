"""The rows of a GPU's health: what a value says, and what stands there where it is missing."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.gpu import GpuReading, Missing
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth, HeldBack, SpareRows
from dbc_desktop.screens.rig_readings import Section, section_rows


def rows(health: GpuHealth, board: GpuBoard | None = None) -> dict[str, tuple[str, str]]:
    gpu = GpuReading("GPU-1", 0, "NVIDIA H100", 0.0, *([None] * 10), missing={}, board=board, health=health)
    return {row.name: (row.value, row.note) for row in section_rows(Section.HEALTH, gpu, None, "")}


@pytest.mark.parametrize(
    ("name", "health", "expected"),
    [
        ("Degrees to slowing down", GpuHealth(0.0, margin=13), ("13 °C", "")),
        ("Power this instant", GpuHealth(0.0, power_instant=705.4, memory_power=111.2), ("705 W", "memory 111 W")),
        ("Power this instant", GpuHealth(0.0, power_instant=705.4), ("705 W", "")),
        (
            "Held back",
            GpuHealth(0.0, held_back=HeldBack(161.2, 3.0, 0.0, None, 0.0)),
            ("2 min 44 s", "power 2 min 41 s · heat 3 s"),
        ),
        (
            "Held back",
            GpuHealth(0.0, held_back=HeldBack(0.0, 0.0, 0.0, 0.0, 0.0)),
            ("never", "since the driver started"),
        ),
        (
            "Other engines",
            GpuHealth(0.0, jpeg_percent=3, optical_flow_percent=4),
            ("3 % / 4 %", "JPEG / optical flow"),
        ),
        ("Spare rows", GpuHealth(0.0, spare_rows=SpareRows(2_560, 0, 0)), ("2,560 banks", "none used")),
        ("Spare rows", GpuHealth(0.0, spare_rows=SpareRows(2_558, 2, 0)), ("2,560 banks", "some used in 2 banks")),
        ("Spare rows", GpuHealth(0.0, spare_rows=SpareRows(638, 1, 1)), ("640 banks", "none left in 1 bank")),
        (
            "Spare rows",
            GpuHealth(0.0, missing={"spare_rows": Missing.NOT_SUPPORTED}),
            ("–", "not supported by this GPU"),
        ),
    ],
)
def test_a_row(name: str, health: GpuHealth, expected: tuple[str, str]) -> None:
    assert rows(health)[name] == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [(2**28, "12 / 256 MiB"), (137_438_953_472, "0.0 / 128.0 GB"), (None, "12 MiB")],
)
def test_mapped_memory_in_a_unit_that_fits(total: int | None, expected: str) -> None:
    assert rows(GpuHealth(0.0, bar1_used=12 * 2**20), GpuBoard(bar1_total=total))["BAR1 memory"] == (expected, "")
