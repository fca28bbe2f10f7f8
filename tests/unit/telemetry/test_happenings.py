"""What is told from one sample to the next: slow-downs, links, memory errors, drivers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.gpu_board import GpuHealth, RowRemapping
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.happenings import Happenings
from tests.doubles.readings import reading, sample

START = 1_700_000_000.0


def course(*gpus: GpuReading) -> list[RigEvent]:
    """What is told of one GPU, a second each."""
    looking = Happenings()
    told: list[RigEvent] = []
    for second, gpu in enumerate(gpus):
        told += looking.look(sample(replace(gpu, taken_at=START + second), taken_at=START + second))
    return told


def slowed(*reasons: str) -> GpuReading:
    return replace(reading(), slowed_by=reasons)


def health(**values: Any) -> GpuReading:
    return replace(reading(), health=GpuHealth(START, **values))


def test_a_slow_down_is_told_when_it_ends_with_how_long_it_was() -> None:
    (event,) = course(slowed(), *[slowed("heat")] * 41, slowed())

    assert (event.kind, event.seconds, dict(event.facts)) == (RigEventKind.SLOWED, 41.0, {"reason": "heat"})


def test_a_short_touch_of_the_power_limit_is_not_told() -> None:
    assert course(slowed(), *[slowed("power_limit")] * 10, slowed()) == []
    (event,) = course(slowed(), *[slowed("power_limit")] * 30, slowed("idle"), slowed())
    assert (event.seconds, event.facts["reason"]) == (30.0, "power_limit")


def test_a_working_card_below_its_link_is_told_once() -> None:
    below = replace(reading(), pcie_generation=1, pcie_lanes=4)
    idle = replace(below, gpu_percent=3)

    assert course(*[idle] * 30) == []
    assert course(*[below] * 9) == []
    (event,) = course(*[below] * 60)
    assert (event.kind, dict(event.facts)) == (
        RigEventKind.PCIE_BELOW,
        {"generation": 1, "lanes": 4, "top_generation": 4, "top_lanes": 16},
    )
    assert len(course(*[below] * 20, reading(), *[below] * 20)) == 2


def test_memory_errors_are_told_by_how_many_more_and_a_reset_counter_is_not() -> None:
    counts = [replace(reading(), ecc_errors=count) for count in (3, 3, 5, 0, 1)]

    events = course(*counts)
    assert [(event.kind, event.facts["count"]) for event in events] == [
        (RigEventKind.ECC_ERRORS, 2),
        (RigEventKind.ECC_ERRORS, 1),
    ]


def test_packets_sent_again_and_rows_that_could_not_be_replaced() -> None:
    well, ill = RowRemapping(0, 1, True, False), RowRemapping(0, 2, True, True)
    events = course(
        health(pcie_replays=5, row_remapping=well),
        health(pcie_replays=9, row_remapping=well),
        health(pcie_replays=90, row_remapping=ill),
        health(pcie_replays=2, row_remapping=ill),
    )

    assert [event.kind for event in events] == [RigEventKind.PCIE_REPLAYS, RigEventKind.ROWS_FAILED]
    assert events[0].facts["count"] == 81


def test_another_driver_and_a_gpu_that_is_new() -> None:
    looking = Happenings("there rig")
    told = looking.look(sample(reading(0)))
    told += looking.look(replace(sample(reading(0), reading(1)), driver_version="590.10"))

    assert [(event.kind, event.index, event.rig_key) for event in told] == [
        (RigEventKind.DRIVER_CHANGED, None, "there rig"),
        (RigEventKind.GPU_FOUND, 1, "there rig"),
    ]
    assert dict(told[0].facts) == {"before": "580.95.05", "now": "590.10"}


def test_what_the_source_told_itself_goes_through() -> None:
    told = (RigEvent(START, RigEventKind.XID, "GPU-1", 1, facts={"xid": 79}),)

    assert Happenings().look(RigSample("rig", "nvml", START, (), happened=told)) == list(told)
