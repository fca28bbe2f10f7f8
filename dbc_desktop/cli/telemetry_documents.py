"""What `telemetry --json` prints: the domain's own names, units included; null where a reading is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

from dbc_desktop.cli.documents import Document
from dbc_desktop.domain.alert import Alert
from dbc_desktop.domain.fleet import RigSource
from dbc_desktop.domain.gpu import GpuReading, RigSample

_NESTED = ("board", "health")


def sample_document(sample: RigSample) -> Document:
    """One sample; the reason of a missing reading stands under `missing` of the part it belongs to."""
    return {
        "rig": sample.rig,
        "source": sample.source,
        "place": sample.place,
        "taken_at": sample.taken_at,
        "driver_version": sample.driver_version,
        "cuda_version": sample.cuda_version,
        "trouble": sample.trouble,
        "host": _plain(sample.host),
        "lanes": _plain(sample.lanes),
        "happened": [
            {
                "taken_at": event.taken_at,
                "kind": event.kind.value,
                "uuid": event.uuid,
                "index": event.index,
                "facts": dict(event.facts),
            }
            for event in sample.happened
        ],
        "gpus": [_gpu(gpu) for gpu in sample.gpus],
    }


def _gpu(gpu: GpuReading) -> Document:
    flat: Document = {
        field.name: _plain(getattr(gpu, field.name))
        for field in fields(gpu)
        if field.name not in ("taken_at", *_NESTED)
    }
    return flat | {name: _plain(getattr(gpu, name)) for name in _NESTED}


def _plain(value: object) -> object:
    """Values of the domain as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def fleet_document(sources: Sequence[RigSource], alerts: Sequence[Alert]) -> Document:
    """What the window reads, and what lasts; times in seconds since 1970."""
    return {
        "sources": [{"url": one.url, "kind": one.kind.value} for one in sources],
        "alerts": [
            {"kind": one.kind.value, "subject": one.subject, "facts": dict(one.facts), "began_at": one.began_at}
            for one in alerts
        ],
    }
