"""From series of an exporter or of a Prometheus server to samples of rigs. Everything that comes in is untrusted.

A page that is too large, too long or garbled is refused as a whole (`PageRefused`); a value that cannot be true is a
missing reading; a series that is not known is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbc_desktop.domain.gpu import GpuReading, Missing, RigSample
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth, HeldBack, RowRemapping
from dbc_desktop.domain.host import DiskReading, HostReading
from dbc_desktop.telemetry import metric_names as names
from dbc_desktop.telemetry.text_format import PageRefused, Series

MAX_GPUS = 256
"""Of one rig; a page that tells of more is not of one."""
_MAX_TEXT = 128
_UUID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")
WANTED = ("DCGM_FI_DEV_", "nvidia_smi_", names.OWN_PREFIX)
"""How the names of series begin that concern GPUs and their rig."""
_OF_A_GPU = ("DCGM_FI_DEV_", "nvidia_smi_")


@dataclass(slots=True)
class _Gpu:
    uuid: str
    index: int | None = None
    name: str = ""
    is_lost: bool = False
    values: dict[names.Part, dict[str, Any]] = field(default_factory=lambda: {part: {} for part in names.Part})
    failed: set[str] = field(default_factory=set)
    pcie_top: dict[int, int] = field(default_factory=dict)
    held_back: dict[str, float] = field(default_factory=dict)
    rows: dict[int, float] = field(default_factory=dict)
    pci_address: str | None = None


@dataclass(slots=True)
class _Rig:
    gpus: dict[str, _Gpu] = field(default_factory=dict)
    driver: str | None = None
    cuda: str | None = None
    trouble: str | None = None
    taken_at: float | None = None
    source: str | None = None
    host: dict[str, float] = field(default_factory=dict)
    disks: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(slots=True)
class _Place:
    """Where what is said under some labels belongs; the GPU is looked for when a reading of one comes."""

    labels: Mapping[str, str]
    rig: _Rig
    gpu: _Gpu | None = None
    is_of_no_gpu: bool = False


def rigs_of(
    series: Iterable[Series], place: str, source: str, now: float, default_rig: str, rig_label: str | None = None
) -> tuple[RigSample, ...]:
    """The rigs that these series tell of, by name.

    Args:
        series: Of one page, or of one instant of a Prometheus server.
        place: Where they were read, for `RigSample.place`; with `rig_label` the label's value is added.
        source: For `RigSample.source`.
        now: When they were read, in seconds since 1970; what an exporter says of its own time is not believed when it
            lies in the future.
        default_rig: Its name where no label tells one.
        rig_label: The label that tells exporters apart (`instance` on a server).
    """
    rigs: dict[tuple[str, str], _Rig] = {}
    places: dict[int, _Place] = {}  # by the labels' own id: series of one card share them, and the value keeps them
    for one in series:
        labels = one.labels
        at = places.get(id(labels))
        if at is None:
            if labels.get("GPU_I_ID"):
                continue  # a slice of a GPU repeats its card's readings
            origin_and_name = origin_and_rig(labels, default_rig, rig_label)
            at = places[id(labels)] = _Place(labels, rigs.setdefault(origin_and_name, _Rig()))
        _put(at, one, now)
    return tuple(
        _sample(name, f"{place}#{origin}" if origin else place, source, now, rig)
        for (origin, name), rig in sorted(rigs.items())
    )


def origin_and_rig(labels: Mapping[str, str], default_rig: str, rig_label: str | None) -> tuple[str, str]:
    """Which exporter a series comes from (empty without `rig_label`), and the name of its rig."""
    origin = _text(labels.get(rig_label, "")) if rig_label else ""
    return origin, _text(labels.get("Hostname", "")) or origin or default_rig


def gpu_uuid(labels: Mapping[str, str]) -> str | None:
    """The GPU that a series is about, None where it is about none."""
    uuid = labels.get("UUID") or labels.get("uuid") or ""
    if not _UUID.fullmatch(uuid):
        return None
    # nvidia_gpu_exporter leaves the prefix out
    return f"GPU-{uuid}" if "uuid" in labels and not uuid.startswith("GPU-") else uuid


def _put(at: _Place, one: Series, now: float) -> None:
    rig, name, value = at.rig, one.name, one.value
    if at.gpu is not None and name.startswith(_OF_A_GPU):
        _put_gpu(rig, at.gpu, one)
        return
    labels = at.labels
    if name == names.RIG_TROUBLE:
        if value == 1:
            rig.trouble = _text(labels.get("reason", "")) or "driver_failed"
        return
    if name == names.SAMPLE_TIME:
        rig.taken_at = value if math.isfinite(value) and 0 < value <= now else None
        return
    if name == names.RIG_INFO:
        rig.driver = _text(labels.get("driver_version", "")) or None
        rig.cuda = _text(labels.get("cuda_version", "")) or None
        rig.source = "demo" if labels.get("source") == "demo" else None
        return
    if name.startswith(names.HOST_PREFIX):
        _put_host(rig, name.removeprefix(names.HOST_PREFIX), labels, value)
        return
    if not at.is_of_no_gpu:
        at.gpu = _gpu_of(rig, labels)
        at.is_of_no_gpu = at.gpu is None
    if at.gpu is not None:
        _put_gpu(rig, at.gpu, one)


def _gpu_of(rig: _Rig, labels: Mapping[str, str]) -> _Gpu | None:
    uuid = gpu_uuid(labels)
    if uuid is None:
        return None
    gpu = rig.gpus.get(uuid)
    if gpu is None:
        if len(rig.gpus) >= MAX_GPUS:
            raise PageRefused("too_large")
        gpu = rig.gpus[uuid] = _Gpu(uuid)
    index = labels.get("gpu", "")
    if gpu.index is None and index.isascii() and index.isdigit() and len(index) < 5:
        gpu.index = int(index)
    gpu.name = gpu.name or _text(labels.get("modelName", "")) or _text(labels.get("name", ""))
    gpu.pci_address = gpu.pci_address or _text(labels.get("pci_bus_id", "")) or None
    rig.driver = rig.driver or _text(labels.get("DCGM_FI_DRIVER_VERSION", "")) or None
    return gpu


def _put_gpu(rig: _Rig, gpu: _Gpu, one: Series) -> None:
    name, value = one.name, one.value
    metric = names.BY_NAME.get(name)
    if metric is not None:
        reading = value / metric.scale
        if not math.isfinite(value) or not 0 <= reading <= metric.most * 1.0001:
            gpu.failed.add(metric.field)
            return
        gpu.values[metric.part][metric.field] = round(reading) if metric.is_whole else reading
    elif name == names.GPU_LOST:
        gpu.is_lost = value == 1
    elif name == names.FREE_MEMORY and math.isfinite(value) and 0 <= value < 2**30:
        gpu.values[names.Part.READING]["_free"] = round(value * names.MEBIBYTE)
    elif name in names.SLOWED_BITS_NAMES and math.isfinite(value) and 0 <= value < 2**53:
        gpu.values[names.Part.READING]["slowed_by"] = names.slowed_words(int(value))
    elif name in names.PCIE_TOP + names.SMI_PCIE_TOP and math.isfinite(value) and 0 < value <= 64:
        gpu.pcie_top[(names.PCIE_TOP + names.SMI_PCIE_TOP).index(name) % 2] = int(value)
    elif name in names.ROWS and math.isfinite(value) and 0 <= value < 2**31:
        gpu.rows[names.ROWS.index(name)] = value
    elif name in names.HELD_BACK_FIELDS and math.isfinite(value) and 0 <= value < 2**63:
        gpu.held_back[names.HELD_BACK_FIELDS[name]] = value / names.NANOSECONDS
    elif name == names.SMI_INDEX and math.isfinite(value) and 0 <= value < 10_000:
        gpu.index = int(value)
    elif name == names.SMI_INFO:
        rig.driver = rig.driver or _text(one.labels.get("driver_version", "")) or None


def _put_host(rig: _Rig, what: str, labels: Mapping[str, str], value: float) -> None:
    if not math.isfinite(value) or not 0 <= value < 2**60:
        return
    if what in ("disk_bytes", "disk_used_bytes"):
        mount = _text(labels.get("mount", ""))
        if mount and len(rig.disks) < MAX_GPUS:
            rig.disks.setdefault(mount, {})[what] = value
    else:
        rig.host[what] = value


def _sample(name: str, place: str, source: str, now: float, rig: _Rig) -> RigSample:
    taken_at = rig.taken_at if rig.taken_at is not None else now
    gpus = sorted(rig.gpus.values(), key=lambda gpu: (gpu.index is None, gpu.index or 0, gpu.uuid))
    return RigSample(
        rig=name,
        source=rig.source or source,
        taken_at=taken_at,
        gpus=tuple(_reading(gpu, place_in_row, taken_at) for place_in_row, gpu in enumerate(gpus)),
        driver_version=rig.driver,
        trouble=rig.trouble,
        place=place,
        cuda_version=rig.cuda,
        host=_host(rig, taken_at),
    )


_OWN = ("uuid", "index", "name", "taken_at", "missing", "is_lost", "board", "health")
_READINGS = tuple(name for name in GpuReading.__slots__ if name not in _OWN)
_TOLD_OF_BOARD = frozenset(metric.field for metric in names.BY_NAME.values() if metric.part is names.Part.BOARD)
_TOLD_OF_HEALTH = frozenset(metric.field for metric in names.BY_NAME.values() if metric.part is names.Part.HEALTH)


def _reading(gpu: _Gpu, place_in_row: int, taken_at: float) -> GpuReading:
    told = gpu.values[names.Part.READING]
    free = told.pop("_free", None)
    if free is not None and told.get("memory_total") is None and told.get("memory_used") is not None:
        # dcgm-exporter tells what is used and free, not the whole
        told["memory_total"] = told["memory_used"] + free
    if len(gpu.pcie_top) == 2:
        told["pcie_top"] = (gpu.pcie_top[0], gpu.pcie_top[1])
    values = {name: told.get(name) for name in _READINGS}
    lost = Missing.GPU_LOST if gpu.is_lost else None
    missing = {
        name: lost or (Missing.FAILED if name in gpu.failed else Missing.NOT_EXPORTED)
        for name, value in values.items()
        if value is None
    }
    return GpuReading(
        uuid=gpu.uuid,
        index=gpu.index if gpu.index is not None else place_in_row,
        name=gpu.name or "GPU",
        taken_at=taken_at,
        missing=missing,
        is_lost=gpu.is_lost,
        board=_board(gpu),
        health=_health(gpu, taken_at),
        **values,
    )


def _board(gpu: _Gpu) -> GpuBoard:
    told = gpu.values[names.Part.BOARD]
    missing = dict.fromkeys(_TOLD_OF_BOARD - told.keys(), Missing.NOT_EXPORTED)
    return GpuBoard(missing=missing, pci_address=gpu.pci_address, **told)


def _health(gpu: _Gpu, taken_at: float) -> GpuHealth:
    told = dict(gpu.values[names.Part.HEALTH])
    if 0 in gpu.rows and 1 in gpu.rows:
        corrected, uncorrected, pending, failed = (gpu.rows.get(at, 0.0) for at in range(4))
        told["row_remapping"] = RowRemapping(int(corrected), int(uncorrected), pending == 1, failed == 1)
    if gpu.held_back:
        told["held_back"] = HeldBack(**{field: gpu.held_back.get(field) for field, _ in names.HELD_BACK})
    of_many = {"processes", "held_back", "spare_rows"}
    missing = dict.fromkeys((_TOLD_OF_HEALTH | of_many) - told.keys(), Missing.NOT_EXPORTED)
    return GpuHealth(taken_at, missing=missing, **told)


def _host(rig: _Rig, taken_at: float) -> HostReading | None:
    if not rig.host and not rig.disks:
        return None
    told = rig.host

    def whole(name: str) -> int | None:
        return int(told[name]) if name in told else None

    return HostReading(
        taken_at=taken_at,
        cpu_percent=told.get("cpu_percent"),
        cpu_count=whole("cpus"),
        load=told.get("load"),
        cpu_temperature=told.get("cpu_temperature_celsius"),
        memory_used=whole("memory_used_bytes"),
        memory_total=whole("memory_total_bytes"),
        swap_used=whole("swap_used_bytes"),
        booted_at=told.get("boot_timestamp_seconds"),
        disks=tuple(
            DiskReading(mount, int(sizes["disk_bytes"]), int(sizes["disk_used_bytes"]))
            for mount, sizes in sorted(rig.disks.items())
            if len(sizes) == 2
        ),
    )


def _text(value: str) -> str:
    """A label's value as it may be shown: printable, on one line, not endless."""
    if len(value) <= _MAX_TEXT and value.isprintable():
        return value.strip()
    return "".join(letter for letter in value[:_MAX_TEXT] if letter.isprintable()).strip()
