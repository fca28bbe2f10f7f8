"""The fleet in words: sources and how reading them goes, rigs as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import driver_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.telemetry.fleet import SourceState

KINDS: tuple[tuple[str, Callable[[], str]], ...] = (
    (SourceKind.EXPORTER.value, lambda: tr("An exporter: dcgm-exporter, nvidia_gpu_exporter or our agent")),
    (SourceKind.PROMETHEUS.value, lambda: tr("A Prometheus server with many rigs")),
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One address; `tone` is `good`, `warn` or `idle`."""

    address: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True)
class RigRow:
    """One rig as a row; what is not known is a dash.

    Attributes:
        key: `RigSample.rig_key`.
        order: How bad it is: what is wrong comes first, then names.
    """

    key: str
    tone: str
    name: str
    place: str
    gpus: str
    hottest: str
    power: str
    use: str
    machine: str
    state: str
    order: tuple[int, str, str]


def source_row(source: RigSource, state: SourceState | None) -> SourceRow:
    """A source and how reading it goes."""
    if state is None or (state.trouble is None and not state.rigs):
        return SourceRow(source.url, "idle", tr("not read yet"))
    if state.trouble is not None:
        return SourceRow(source.url, "warn", driver_text(state.trouble))
    return SourceRow(source.url, "good", ntr("{n} rig", "{n} rigs", state.rigs))


def added_text(count: int) -> str:
    """What adding a discovery file did."""
    return ntr("{n} rig was added.", "{n} rigs were added.", count) if count else tr("All of them are read already.")


def rig_row(sample: RigSample, machines: Mapping[MachineId, str]) -> RigRow:
    """A rig as a row; `machines` says which rig (by key) each machine on the chain is."""
    total = len(sample.gpus)
    lost = sum(gpu.is_lost for gpu in sample.gpus)
    hot = [gpu.temperature for gpu in sample.gpus if gpu.temperature is not None]
    watts = [gpu.power_watts for gpu in sample.gpus if gpu.power_watts is not None]
    use = [gpu.gpu_percent for gpu in sample.gpus if gpu.gpu_percent is not None]
    if sample.trouble is not None:
        badness, tone, state = 0, "loss", driver_text(sample.trouble)
    elif lost:
        badness, tone, state = 1, "warn", ntr("{n} GPU lost", "{n} GPUs lost", lost)
    else:
        badness, tone, state = 2, "good", tr("all well")
    machine = next((machine for machine, key in machines.items() if key == sample.rig_key), None)
    return RigRow(
        key=sample.rig_key,
        tone=tone,
        name=sample.rig,
        place=sample.place.removeprefix("http://").removeprefix("https://") or tr("this computer"),
        gpus=f"{total - lost}/{total}" if total else formats.DASH,
        hottest=formats.temperature(max(hot)) if hot else formats.DASH,
        power=formats.watts(sum(watts)) if watts else formats.DASH,
        use=formats.percent(sum(use) / len(use)) if use else formats.DASH,
        machine=formats.short_id(machine) if machine is not None else formats.DASH,
        state=state,
        order=(badness, sample.rig, sample.rig_key),
    )


def fleet_summary(rows: Sequence[RigRow]) -> str:
    """The line above the table."""
    bad = sum(row.tone != "good" for row in rows)
    count = ntr("{n} rig", "{n} rigs", len(rows))
    return tr("{rigs}, {bad} in trouble", rigs=count, bad=bad) if bad else tr("{rigs}, all well", rigs=count)
