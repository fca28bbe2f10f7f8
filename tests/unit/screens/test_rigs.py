"""What Rigs says about GPUs that are well, lost, slowed down, or silent about a reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.screens.rig_readings import Reading, missing_text
from dbc_desktop.screens.rigs import range_text, rigs_screen
from tests.doubles.readings import lost, reading, sample

NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbc_desktop.screens.formats.clock_time", lambda at: f"t{at - NOW:+.0f}")
    monkeypatch.setattr("dbc_desktop.screens.formats.moment", lambda at: f"m{at - NOW:+.0f}")


def rows(screen_readings: tuple[Reading, ...]) -> dict[str, tuple[str, str]]:
    return {row.name: (row.value, row.note) for row in screen_readings}


def test_the_head_says_rig_driver_and_totals() -> None:
    screen = rigs_screen(sample(reading(0), reading(1)), None)

    assert screen.note == "rig-02 · 2 × RTX 3090"
    assert screen.driver == "driver 580.95.05"
    assert screen.demo == ""
    assert screen.totals == "hottest 71 °C · 663 W"


def test_demo_gpus_are_marked() -> None:
    screen = rigs_screen(sample(reading(0), source="demo"), None)

    assert screen.demo == "demo GPUs, not real"
    assert screen.driver == ""


def test_different_models_are_counted_not_named() -> None:
    other = replace(reading(1), name="NVIDIA RTX A6000")

    assert rigs_screen(sample(reading(0), other), None).note == "rig-02 · 2 GPUs"


def test_a_tile_of_a_gpu_at_work() -> None:
    tile = rigs_screen(sample(reading(4)), None).tiles[0]

    assert (tile.name, tile.kind, tile.load, tile.temperature, tile.power) == ("GPU 4", "good", "98", "74 °C", "331 W")
    assert (tile.memory, tile.state, tile.lost) == ("22.0 / 24.0 GB", "at work", "")


@pytest.mark.parametrize(
    ("load", "slowed", "kind", "state"),
    [
        (2, ("idle",), "good", "idle"),
        (99, ("power_limit",), "good", "at the power limit"),
        (99, ("power_limit", "heat"), "warn", "slowed by power limit, heat"),
        (50, ("power_brake",), "warn", "slowed by power brake"),
        (None, None, "good", ""),
    ],
)
def test_the_state_of_a_gpu(load: int | None, slowed: tuple[str, ...] | None, kind: str, state: str) -> None:
    tile = rigs_screen(sample(replace(reading(0), gpu_percent=load, slowed_by=slowed)), None).tiles[0]

    assert (tile.kind, tile.state) == (kind, state)


def test_a_lost_gpu_says_since_when_what_was_seen_last_and_what_to_do() -> None:
    gone = lost(3, NOW)
    screen = rigs_screen(
        sample(reading(0), gone), gone.uuid, (), {gone.uuid: NOW - 134}, {gone.uuid: reading(3, NOW - 135)}
    )
    tile = screen.tiles[1]

    assert (tile.kind, tile.lost) == ("warn", "lost 00:02:14")
    assert (
        tile.advice
        == "Last seen t-135 at 73\u00a0°C, 331\u00a0W. Check its power and seating, then restart the computer."
    )
    assert screen.totals == "hottest 70 °C · 331 W"
    assert screen.detail is not None
    assert rows(screen.detail.readings)["Temperature"] == ("–", "the GPU is lost")
    power = screen.detail.curves[3]
    assert (power.value, power.limit) == ("–", 350.0)


def test_a_gpu_that_was_never_seen_alive_has_no_last_readings() -> None:
    tile = rigs_screen(sample(lost(3)), None).tiles[0]

    assert tile.lost == "lost"
    assert tile.advice.startswith("It has not answered since the program started. Check")


def test_the_readings_table() -> None:
    detail = rigs_screen(sample(reading(0), reading(1)), reading(1).uuid).detail

    assert detail is not None
    assert (detail.name, detail.short_uuid) == ("GPU 1 · RTX 3090", "GPU-7c1e…0001")
    assert rows(detail.readings) == {
        "Utilisation": ("98 %", "memory bus 61 %"),
        "GPU memory": ("22.0 / 24.0 GB", ""),
        "Temperature": ("71 °C", "slows down at 93 °C"),
        "Memory temperature": ("98 °C", ""),
        "Power": ("331 / 350 W", ""),
        "Fan": ("64 %", ""),
        "Clocks": ("1,755 / 9,751 MHz", "GPU / memory"),
        "Video engine": ("0 % / 0 %", "encoding / decoding"),
        "Slowed by": ("nothing", ""),
        "Performance state": ("P2", ""),
        "PCIe": ("gen 4 × 16", "as capable"),
        "ECC errors": ("–", "not supported by this GPU"),
        "Energy used": ("–", ""),
    }


def test_a_slow_link_says_what_it_is_capable_of() -> None:
    gpu = replace(reading(0), pcie_generation=1, pcie_lanes=8)
    detail = rigs_screen(sample(gpu), None).detail

    assert detail is not None
    assert rows(detail.readings)["PCIe"] == ("gen 1 × 8", "capable of gen 4 × 16")


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Missing.NOT_SUPPORTED, "not supported by this GPU"),
        (Missing.NO_PERMISSION, "no permission to read it"),
        (Missing.GPU_LOST, "the GPU is lost"),
        (Missing.DRIVER_TOO_OLD, "the driver is too old"),
        (Missing.FAILED, "the driver gave no value"),
        (Missing.HANGS, "the driver does not return"),
        (Missing.NOT_EXPORTED, "the exporter does not tell it"),
    ],
)
def test_every_reason_has_its_words(reason: Missing, text: str) -> None:
    assert missing_text({"fan_percent": reason}, "fan_percent") == text


def test_curves_have_the_scale_of_the_card() -> None:
    detail = rigs_screen(sample(reading(0)), None).detail

    assert detail is not None
    curves = {curve.field: curve for curve in detail.curves}
    assert curves["memory_used"].high == 24 * 2**30
    assert [text for _, text in curves["memory_used"].ticks] == ["0", "12", "24"]
    assert curves["power_watts"].limit == 350.0
    assert [text for _, text in curves["power_watts"].ticks] == ["0", "175", "350"]
    assert curves["power_watts"].high == pytest.approx(378.0)
    assert curves["temperature"].limit == 93.0
    assert [text for _, text in curves["graphics_mhz"].ticks] == ["0", "1,500", "3,000"]
    assert [curve.value for curve in detail.curves] == ["98 %", "22.0 GB", "70 °C", "331 W", "64 %", "1,755 MHz"]


def test_the_first_gpu_is_shown_when_the_chosen_one_is_unknown() -> None:
    screen = rigs_screen(sample(reading(0), reading(1)), "GPU-gone")

    assert screen.detail is not None
    assert screen.detail.uuid == reading(0).uuid


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (
            RigEvent(NOW, RigEventKind.GPU_LOST, "GPU-3", 3, reading(3, NOW - 1)),
            "warn",
            "GPU 3 stopped answering: it fell off the bus. Last seen t-1 at 73\u00a0°C, 331\u00a0W.",
        ),
        (
            RigEvent(NOW, RigEventKind.GPU_BACK, "GPU-3", 3, seconds=134.0),
            "good",
            "GPU 3 answers again after 2 min 14 s.",
        ),
        (
            RigEvent(NOW, RigEventKind.GPU_MOVED, "GPU-3", 0, reading(3)),
            "idle",
            "The driver counts anew: GPU 3 is GPU 0 now.",
        ),
        (
            RigEvent(NOW, RigEventKind.DRIVER_GONE, reason="driver_gone"),
            "loss",
            "The driver stopped answering. Reload it or restart the computer.",
        ),
        (RigEvent(NOW, RigEventKind.DRIVER_BACK, seconds=9.0), "good", "The driver answers again after 9 s."),
    ],
)
def test_what_happened_in_plain_words(event: RigEvent, kind: str, text: str) -> None:
    (line,) = rigs_screen(sample(reading(0)), None, (event,)).events

    assert (line.time, line.moment, line.kind, line.text) == ("t+0", "m+0", kind, text)


def test_ranges_say_how_far_back() -> None:
    assert [range_text(seconds) for seconds in (60, 600, 3_600)] == ["1 min", "10 min", "1 h"]
