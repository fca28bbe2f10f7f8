"""What readings say is wrong with a rig."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.alert import RULES, AlertKind
from dbc_desktop.domain.gpu import LaneTrouble, ReadingLane
from dbc_desktop.domain.gpu_board import GpuHealth, RowRemapping
from dbc_desktop.domain.host import DiskReading, HostReading
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.alert_rules import conditions_of, moments_of
from tests.doubles.readings import lost, reading, sample, trouble

BY_KIND = {rule.kind: rule for rule in RULES}
K = AlertKind


def kinds(*gpus, rules=BY_KIND, **more) -> list[AlertKind]:
    return [one.kind for one in conditions_of(replace(sample(*gpus), **more), rules)]


def test_there_are_at_least_fifteen_rules_and_one_for_each_kind():
    assert len(RULES) >= 15
    assert {rule.kind for rule in RULES} == set(AlertKind)


def test_a_card_that_is_well_says_nothing():
    assert kinds(reading(0), reading(1)) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"temperature": 85}, K.TOO_HOT),
        ({"memory_temperature": 104}, K.MEMORY_TOO_HOT),
        ({"slowed_by": ("power_limit", "heat")}, K.SLOWED_BY_HEAT),
        ({"slowed_by": ("power_brake",)}, K.SLOWED_BY_POWER),
        ({"fan_percent": 0, "temperature": 70}, K.FAN_STUCK),
        ({"ecc_errors": 1}, K.MEMORY_ERRORS),
        ({"pcie_lanes": 4}, K.PCIE_BELOW),
        ({"pcie_generation": 1}, K.PCIE_BELOW),
        (
            {"health": GpuHealth(0.0, row_remapping=RowRemapping(0, 1, is_pending=True, has_failed=False))},
            K.MEMORY_ERRORS,
        ),
        ({"health": GpuHealth(0.0, fan_percents=(60, 0)), "temperature": 75}, K.FAN_STUCK),
    ],
)
def test_each_fault_of_a_card_is_seen(change, kind):
    assert kinds(replace(reading(0), **change)) == [kind]


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 84},
        {"temperature": None, "memory_temperature": None},
        {"fan_percent": 0, "temperature": 45},
        {"pcie_lanes": 4, "gpu_percent": 0},
        {"slowed_by": ("power_limit", "idle")},
        {"slowed_by": None, "pcie_top": None},
    ],
)
def test_what_is_normal_is_no_fault(change):
    assert kinds(replace(reading(0), **change)) == []


def test_a_card_that_slows_down_early_is_too_hot_early():
    assert kinds(replace(reading(0), temperature=79, temperature_limit=80)) == [K.TOO_HOT]


def test_a_lost_card_is_only_lost():
    (one,) = conditions_of(sample(lost(3)), BY_KIND)
    assert (one.kind, one.subject) == (K.GPU_LOST, lost(3).uuid)
    assert one.facts == {"rig": "rig-02", "name": "NVIDIA GeForce RTX 3090", "index": 3.0}


def test_a_rule_that_is_off_sees_nothing():
    off = BY_KIND | {K.TOO_HOT: replace(BY_KIND[K.TOO_HOT], is_on=False)}
    assert kinds(replace(reading(0), temperature=99), rules=off) == []


def test_a_threshold_that_was_set_counts():
    strict = BY_KIND | {K.TOO_HOT: replace(BY_KIND[K.TOO_HOT], threshold=60.0)}
    assert kinds(reading(0), rules=strict) == [K.TOO_HOT]


def test_a_card_out_of_line_with_its_peers_is_seen():
    peers = [replace(reading(at), power_watts=300.0) for at in range(4)]
    assert kinds(*peers) == []
    found = conditions_of(sample(*peers[:3], replace(peers[3], power_watts=200.0)), BY_KIND)
    assert [(one.kind, one.facts["index"], one.facts["usual"]) for one in found] == [(K.POWER_OUT_OF_LINE, 3.0, 300.0)]
    # an idle peer is no peer, and three are too few to judge
    assert kinds(*peers[:2], replace(peers[3], power_watts=200.0)) == []


def test_a_silent_rig_is_told_but_a_computer_without_gpus_is_not():
    assert [one.kind for one in conditions_of(trouble("driver_gone"), BY_KIND)] == [K.RIG_SILENT]
    assert conditions_of(trouble("no_driver"), BY_KIND) == ()


def test_disks_and_lanes_are_seen():
    disks = (DiskReading("/", 1_000, 899), DiskReading("/data", 1_000, 900))
    host = HostReading(0.0, None, None, None, None, None, None, None, None, disks=disks)
    found = conditions_of(replace(sample(), host=host, lanes=(LaneTrouble(ReadingLane.SLOW, 0.0, None, 1),)), BY_KIND)
    assert [(one.kind, one.subject) for one in found] == [(K.DISK_FILLING, " /data"), (K.DRIVER_HANGS, " slow")]


def test_what_happens_is_a_moment():
    at = 1_700_000_000.0
    uuid = reading(0).uuid
    events = (
        RigEvent(at, RigEventKind.XID, uuid, facts={"xid": 79}),
        RigEvent(at, RigEventKind.DRIVER_CHANGED, facts={"before": "535.1", "now": "550.2"}),
        RigEvent(at, RigEventKind.CLOCK_JUMPED, facts={"jump_seconds": -40.0}),
        RigEvent(at, RigEventKind.CLOCK_JUMPED, facts={"jump_seconds": 5.0}),
        RigEvent(at, RigEventKind.GPU_FOUND, uuid),
    )
    found = moments_of(events, sample(reading(0)), BY_KIND)
    assert [(one.kind, one.subject, one.is_moment) for one in found] == [
        (K.XID, f"{uuid} 79", True),
        (K.DRIVER_CHANGED, "rig-02", True),
        (K.CLOCK_SKEW, "rig-02", True),
    ]
