"""What exporters say becomes readings; what cannot be true does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth, GpuProcess, HeldBack, ProcessKind, RowRemapping
from dbc_desktop.domain.host import DiskReading, HostReading
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.telemetry.exposition import Exposition
from dbc_desktop.telemetry.series import WANTED, rigs_of
from dbc_desktop.telemetry.text_format import PageReader, PageRefused
from tests.doubles.readings import GIBIBYTE, lost, reading, sample, trouble

NOW = 1_700_000_010.0
DATA = Path(__file__).parents[2] / "data" / "exporters"
DCGM_PAGE = (DATA / "dcgm_exporter.txt").read_bytes()
SMI_PAGE = (DATA / "nvidia_gpu_exporter.txt").read_bytes()


def read(page: bytes, **more: str):
    return rigs_of(PageReader(WANTED).series(page), "http://rig:9400", "exporter", NOW, "rig", **more)


def test_a_page_of_dcgm_exporter_is_read():
    (rig,) = read(DCGM_PAGE)
    assert (rig.rig, rig.place, rig.driver_version, rig.trouble) == (
        "ip-172-31-16-106",
        "http://rig:9400",
        "535.183.06",
        None,
    )
    (gpu,) = rig.gpus
    assert (gpu.uuid, gpu.index, gpu.name) == ("GPU-0781f3bb-da15-f334-d5db-37b3f19542d0", 0, "Tesla T4")
    assert (gpu.graphics_mhz, gpu.temperature, gpu.memory_used, gpu.memory_total) == (
        1_365,
        46,
        1_162_870_784,
        15_842_934_784,
    )
    assert gpu.energy_joules == pytest.approx(1_234.567)
    assert gpu.board.pci_address == "00000000:00:1B.0"
    # DCGM's sign for "not known", and a slice's reading, are no readings of the card
    assert (gpu.memory_temperature, gpu.missing["memory_temperature"]) == (None, Missing.FAILED)
    assert (gpu.gpu_percent, gpu.missing["gpu_percent"]) == (None, Missing.NOT_EXPORTED)


def test_a_page_of_nvidia_gpu_exporter_is_read():
    (rig,) = read(SMI_PAGE)
    (gpu,) = rig.gpus
    assert (rig.rig, rig.driver_version) == ("rig", "550.54.14")
    assert (gpu.uuid, gpu.index, gpu.name) == (
        "GPU-df6e7a7c-7314-46f8-abc4-b88b36dcf3aa",
        3,
        "NVIDIA GeForce RTX 3080",
    )
    assert (gpu.gpu_percent, gpu.memory_used, gpu.graphics_mhz, gpu.pcie_top) == (98, 494_927_872, 1_815, (4, 16))


def full():
    board = GpuBoard(
        pci_address="0000:41:00.0",
        shutdown_temperature=98,
        power_least=100.0,
        power_most=350.0,
        power_default=350.0,
        graphics_top_mhz=2_100,
        memory_top_mhz=9_751,
        video_top_mhz=1_950,
        bar1_total=256 * 2**20,
    )
    health = GpuHealth(
        1_700_000_000.0,
        memory_reserved=512 * 2**20,
        bar1_used=8 * 2**20,
        power_set=340.0,
        pcie_replays=12,
        margin=21,
        power_instant=617.5,
        memory_power=112.25,
        jpeg_percent=3,
        held_back=HeldBack(by_power=10.5, by_heat=0.25, by_sync=None, by_board=None, by_reliability=0.0),
        ecc_corrected=3,
        ecc_lifetime=1,
        row_remapping=RowRemapping(1, 2, is_pending=True, has_failed=False),
        processes=(GpuProcess(4711, ProcessKind.COMPUTE, "alice", "train.py --password=hunter2", 2**30),),
    )
    host = HostReading(
        1_700_000_000.0, 41.5, 32, 3.25, 55.0, 20 * GIBIBYTE, 64 * GIBIBYTE, 0, 1_699_000_000.0,
        disks=(DiskReading("/data", 1_000, 400),),
    )  # fmt: skip
    card = replace(
        reading(2, load=98), board=board, health=health, slowed_by=("power_limit", "heat"), energy_joules=8_640.5
    )
    return replace(sample(card, lost(5)), host=host, cuda_version="13.0")


def test_what_the_own_exporter_says_comes_back_the_same():
    told = full()
    (rig,) = read(Exposition("0.1.0").page(told))
    assert (rig.rig, rig.taken_at, rig.driver_version, rig.cuda_version) == (
        "rig-02",
        1_700_000_000.0,
        "580.95.05",
        "13.0",
    )
    card, gone = rig.gpus
    before = told.gpus[0]
    assert gone.is_lost
    assert gone.missing["temperature"] is Missing.GPU_LOST
    for name in ("gpu_percent", "memory_used", "memory_total", "temperature", "power_watts", "fan_percent", "slowed_by",
                 "graphics_mhz", "performance_state", "pcie_generation", "pcie_top", "energy_joules"):  # fmt: skip
        assert getattr(card, name) == getattr(before, name), name
    assert card.board.power_most == 350.0
    assert card.board.bar1_total == 256 * 2**20
    assert card.health.row_remapping == RowRemapping(1, 2, is_pending=True, has_failed=False)
    assert (card.health.pcie_replays, card.health.power_set, card.health.ecc_lifetime) == (12, 340.0, 1)
    assert (card.health.margin, card.health.power_instant, card.health.memory_power) == (21, 617.5, 112.25)
    assert card.health.held_back == HeldBack(10.5, 0.25, None, None, 0.0)
    assert (card.health.jpeg_percent, card.health.optical_flow_percent) == (3, None)
    assert card.health.missing["optical_flow_percent"] is Missing.NOT_EXPORTED
    assert (rig.host.cpu_percent, rig.host.cpu_count, rig.host.memory_total) == (41.5, 32, 64 * GIBIBYTE)
    assert rig.host.disks == (DiskReading("/data", 1_000, 400),)


def test_who_computes_what_is_never_exported():
    page = Exposition("0.1.0").page(full())
    assert b"hunter2" not in page
    assert b"train.py" not in page
    assert b"alice" not in page
    assert b'dbc_desktop_gpu_processes{DCGM_FI_DRIVER_VERSION="580.95.05"' in page


def test_the_last_xid_stays_on_the_page():
    exposition = Exposition("0.1.0")
    uuid = reading().uuid
    xid = RigEvent(1_700_000_000.0, RigEventKind.XID, uuid, facts={"xid": 79})
    exposition.hear(replace(sample(reading()), happened=(xid,)))
    exposition.hear(sample(reading()))
    (line,) = [
        line for line in exposition.page(sample(reading())).splitlines() if line.startswith(b"DCGM_FI_DEV_XID_ERRORS{")
    ]
    assert line.endswith(b" 79.0")


def test_a_rig_without_readings_says_why():
    (rig,) = read(Exposition("0.1.0").page(trouble("driver_gone")))
    assert (rig.trouble, rig.gpus) == ("driver_gone", ())


def test_a_time_in_the_future_is_not_believed():
    page = Exposition("0.1.0").page(replace(full(), taken_at=NOW + 3_600))
    assert read(page)[0].taken_at == NOW


def test_a_server_tells_rigs_of_one_name_apart():
    page = (
        b'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-aaaa",gpu="0",Hostname="rig",instance="10.0.0.1:9400"} 50\n'
        b'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-bbbb",gpu="0",Hostname="rig",instance="10.0.0.2:9400"} 60\n'
    )
    first, second = read(page, rig_label="instance")
    assert (first.rig, second.rig) == ("rig", "rig")
    assert (first.rig_key, second.rig_key) == ("http://rig:9400#10.0.0.1:9400 rig", "http://rig:9400#10.0.0.2:9400 rig")


@pytest.mark.parametrize("value", ["NaN", "-1", "+Inf", "1e308", "101"])
def test_what_cannot_be_true_is_missing(value: str):
    page = f'DCGM_FI_DEV_GPU_UTIL{{UUID="GPU-aaaa",gpu="0"}} {value}\n'.encode()
    gpu = read(page)[0].gpus[0]
    assert (gpu.gpu_percent, gpu.missing["gpu_percent"]) == (None, Missing.FAILED)


def test_a_page_with_too_many_gpus_is_refused():
    page = "".join(f'DCGM_FI_DEV_GPU_TEMP{{UUID="GPU-{at:08}",gpu="{at}"}} 50\n' for at in range(257)).encode()
    with pytest.raises(PageRefused, match="too_large"):
        read(page)


def test_names_are_cut_and_made_printable():
    page = b'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-aaaa",gpu="0",Hostname="' + b"r\x1b[2J" * 100 + b'"} 50\n'
    (rig,) = read(page)
    assert "\x1b" not in rig.rig
    assert len(rig.rig) <= 128


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_refused_or_says_nothing(junk: bytes):
    for page in (junk, b"DCGM_FI_DEV_GPU_TEMP{" + junk, b'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-aaaa"} ' + junk):
        try:
            read(page)
        except PageRefused:
            continue


def test_what_holds_the_clocks_back_under_the_name_of_dcgm_4():
    page = b'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-1"} 5\nDCGM_FI_DEV_CLOCKS_EVENT_REASONS{gpu="0",UUID="GPU-1"} 4\n'
    (rig,) = read(page)
    assert rig.gpus[0].slowed_by == ("power_limit",)
