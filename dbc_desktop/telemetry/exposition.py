"""What this program's own exporter says of a rig, in the text format of Prometheus.

Readings of GPUs carry dcgm-exporter's names, labels and units (`metric_names.py`); the rest begins with `dbc_desktop_`.
Nothing here tells who uses a GPU or with what command: only how many processes there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.host import HostReading
from dbc_desktop.domain.rig_event import RigEventKind
from dbc_desktop.telemetry import metric_names as names

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_LABELS = ("gpu", "UUID", "pci_bus_id", "device", "modelName", "Hostname", "DCGM_FI_DRIVER_VERSION")


class Exposition(Collector):
    """The page of one rig. Counts what only passes by (Xid events) from sample to sample; one thread at a time."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._sample: RigSample | None = None
        self._last_xid: dict[str, float] = {}

    def hear(self, sample: RigSample) -> None:
        """Take note of what happened; for every sample, also for those that nobody asks a page of."""
        for event in sample.happened:
            if event.kind is RigEventKind.XID and event.uuid is not None:
                self._last_xid[event.uuid] = float(event.facts.get("xid", 0))

    def page(self, sample: RigSample) -> bytes:
        """The page for this sample, in UTF-8."""
        self._sample = sample
        return generate_latest(self._registry)

    def series(self, sample: RigSample) -> Iterator[tuple[str, dict[str, str], float]]:
        """What the page says, as name, labels and value of each series."""
        self._sample = sample
        for family in self.collect():
            for one in family.samples:
                yield one.name, one.labels, one.value

    def collect(self) -> Iterator[Metric]:
        """The families of the page; called by the registry."""
        sample = self._sample
        if sample is None:
            return
        yield from _rig(sample, self._version)
        rows = [(_labels(sample, gpu), gpu) for gpu in sample.gpus]
        for metric in names.DCGM:
            family = _family(metric.name, metric.text, is_counter=metric.is_counter)
            for labels, gpu in rows:
                part = gpu if metric.part is names.Part.READING else getattr(gpu, metric.part.value)
                value = None if part is None else getattr(part, metric.field)
                if value is not None:
                    family.add_metric(labels, value * metric.scale)
            if family.samples:
                yield family
        yield from _combined(rows, self._last_xid)
        if sample.host is not None:
            yield from _host(sample.rig, sample.host)


def _family(
    name: str, text: str, *, is_counter: bool = False, labels: tuple[str, ...] = _LABELS
) -> GaugeMetricFamily | CounterMetricFamily:
    # A counter family would append `_total`, which dcgm-exporter's counters do not carry.
    family = GaugeMetricFamily(name, text, labels=labels)
    if is_counter:
        family.type = "counter"
    return family


def _labels(sample: RigSample, gpu: GpuReading) -> list[str]:
    address = gpu.board.pci_address if gpu.board is not None else None
    return [
        str(gpu.index),
        gpu.uuid,
        address or "",
        f"nvidia{gpu.index}",
        gpu.name,
        sample.rig,
        sample.driver_version or "",
    ]


def _rig(sample: RigSample, version: str) -> Iterator[Metric]:
    info = _family(names.RIG_INFO, "The exporting program and where its readings come from.", labels=_INFO_LABELS)
    info.add_metric([sample.rig, version, sample.source, sample.driver_version or "", sample.cuda_version or ""], 1)
    yield info
    taken = _family(names.SAMPLE_TIME, "When the readings were taken (seconds since 1970).", labels=("Hostname",))
    taken.add_metric([sample.rig], sample.taken_at)
    yield taken
    trouble = _family(names.RIG_TROUBLE, "1 for the reason why there are no readings.", labels=("Hostname", "reason"))
    if sample.trouble is not None:
        trouble.add_metric([sample.rig, sample.trouble], 1)
    yield trouble


_INFO_LABELS = ("Hostname", "version", "source", "driver_version", "cuda_version")


def _combined(rows: list[tuple[list[str], GpuReading]], last_xid: dict[str, float]) -> Iterator[Metric]:
    """Families that are not one reading each."""
    lost = _family(names.GPU_LOST, "1 where the GPU does not answer any more.")
    free = _family(names.FREE_MEMORY, "Memory free (in MiB).")
    slowed = _family(names.SLOWED_BITS, "What holds the clocks back (bits of NVML).")
    xid = _family(names.XID, "Number of the last Xid error.")
    tops = [_family(name, "What card and slot are capable of.") for name in names.PCIE_TOP]
    remapped = [_family(name, "Rows of memory that were replaced.") for name in names.ROWS]
    held = [_family(name, "Time held back (in ns).", is_counter=True) for _, name in names.HELD_BACK]
    processes = _family("dbc_desktop_gpu_processes", "Processes that hold memory of the GPU.")
    for labels, gpu in rows:
        lost.add_metric(labels, float(gpu.is_lost))
        if gpu.memory_total is not None and gpu.memory_used is not None:
            reserved = gpu.health.memory_reserved if gpu.health is not None else None
            free.add_metric(labels, (gpu.memory_total - gpu.memory_used - (reserved or 0)) / names.MEBIBYTE)
        if gpu.slowed_by is not None:
            slowed.add_metric(labels, names.slowed_bits(gpu.slowed_by))
        if gpu.uuid in last_xid or not gpu.is_lost:
            xid.add_metric(labels, last_xid.get(gpu.uuid, 0.0))
        if gpu.pcie_top is not None:
            for family, value in zip(tops, gpu.pcie_top, strict=True):
                family.add_metric(labels, value)
        health = gpu.health
        if health is not None and health.row_remapping is not None:
            rows_of = health.row_remapping
            told = (rows_of.corrected, rows_of.uncorrected, rows_of.is_pending, rows_of.has_failed)
            for family, value in zip(remapped, told, strict=True):
                family.add_metric(labels, float(value))
        if health is not None and health.held_back is not None:
            for family, (field, _) in zip(held, names.HELD_BACK, strict=True):
                seconds = getattr(health.held_back, field)
                if seconds is not None:
                    family.add_metric(labels, round(seconds * names.NANOSECONDS))
        if health is not None and health.processes is not None:
            processes.add_metric(labels, len(health.processes))
    yield from (family for family in (lost, free, slowed, xid, *tops, *remapped, *held, processes) if family.samples)


def _host(rig: str, host: HostReading) -> Iterator[Metric]:
    for name, text, value in (
        ("cpu_percent", "Processor use of all cores together (in %).", host.cpu_percent),
        ("cpus", "Number of processor cores.", host.cpu_count),
        ("load", "Waiting processes, mean of a minute.", host.load),
        ("cpu_temperature_celsius", "Hottest sensor of the processor.", host.cpu_temperature),
        ("memory_used_bytes", "Memory that is not available to new programs.", host.memory_used),
        ("memory_total_bytes", "Memory of the computer.", host.memory_total),
        ("swap_used_bytes", "Swap in use.", host.swap_used),
        ("boot_timestamp_seconds", "When the computer was started (seconds since 1970).", host.booted_at),
    ):
        if value is not None:
            family = _family(names.HOST_PREFIX + name, text, labels=("Hostname",))
            family.add_metric([rig], value)
            yield family
    if host.disks:
        total = _family(f"{names.HOST_PREFIX}disk_bytes", "Size of a file system.", labels=("Hostname", "mount"))
        used = _family(f"{names.HOST_PREFIX}disk_used_bytes", "Used of a file system.", labels=("Hostname", "mount"))
        for disk in host.disks:
            total.add_metric([rig, disk.mount], disk.total)
            used.add_metric([rig, disk.mount], disk.used)
        yield total
        yield used
