"""What a rig's readings say is wrong with it: pure functions from a sample to conditions.

How long a condition must hold, and who is told, is the business of `alert_book.py`; what joins GPUs and chain is that
of `services/alerts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dbc_desktop.domain.alert import AlertKind, AlertRule, Condition
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind

_AT_WORK_PERCENT = 80
_FEWEST_PEERS = 3
"""Of the same model on one rig, before one of them can be out of line."""

Rules = Mapping[AlertKind, AlertRule]


def conditions_of(sample: RigSample, rules: Rules) -> tuple[Condition, ...]:
    """What is the case on this rig now, by the rules that are on."""
    found: list[Condition] = []
    for look in _OF_RIG:
        found += look(sample, rules)
    for gpu in sample.gpus:
        for kind, judge in _OF_GPU.items():
            facts = judge(gpu, _threshold(rules, kind))
            if facts is not None:
                found.append(Condition(kind, gpu.uuid, {**_who(sample, gpu), **facts}))
    return tuple(one for one in found if one.kind in rules and rules[one.kind].is_on)


def moments_of(events: Iterable[RigEvent], sample: RigSample | None, rules: Rules) -> tuple[Condition, ...]:
    """What happened rather than lasts."""
    found = []
    by_uuid = {gpu.uuid: gpu for gpu in sample.gpus} if sample is not None else {}
    for event in events:
        gpu = by_uuid.get(event.uuid or "")
        who = _who(sample, gpu) if sample is not None and gpu is not None else {"rig": sample.rig if sample else ""}
        subject = event.uuid or event.rig_key or who["rig"]
        if event.kind is RigEventKind.XID:
            found.append(
                Condition(
                    AlertKind.XID, f"{subject} {event.facts.get('xid', 0)}", {**who, **event.facts}, is_moment=True
                )
            )
        elif event.kind is RigEventKind.DRIVER_CHANGED:
            found.append(Condition(AlertKind.DRIVER_CHANGED, str(subject), {**who, **event.facts}, is_moment=True))
        elif event.kind is RigEventKind.CLOCK_JUMPED:
            jump = float(event.facts.get("jump_seconds", 0.0))
            if abs(jump) >= (_threshold(rules, AlertKind.CLOCK_SKEW) or 0.0):
                found.append(Condition(AlertKind.CLOCK_SKEW, str(subject), {**who, "seconds": jump}, is_moment=True))
    return tuple(one for one in found if one.kind in rules and rules[one.kind].is_on)


def _threshold(rules: Rules, kind: AlertKind) -> float | None:
    rule = rules.get(kind)
    return rule.threshold if rule is not None else None


def _who(sample: RigSample | None, gpu: GpuReading) -> dict[str, str | float]:
    return {"rig": sample.rig if sample is not None else "", "name": gpu.name, "index": float(gpu.index)}


Facts = dict[str, str | float]
Judge = Callable[[GpuReading, float | None], Facts | None]


def _too_hot(gpu: GpuReading, limit: float | None) -> Facts | None:
    if gpu.temperature is None or limit is None:
        return None
    if gpu.temperature_limit is not None:
        limit = min(limit, gpu.temperature_limit - 2)  # some cards slow down before the person's limit
    return {"celsius": gpu.temperature, "limit": limit} if gpu.temperature >= limit else None


def _memory_too_hot(gpu: GpuReading, limit: float | None) -> Facts | None:
    hot = gpu.memory_temperature
    return {"celsius": hot, "limit": limit} if hot is not None and limit is not None and hot >= limit else None


def _slowed_by_heat(gpu: GpuReading, _: float | None) -> Facts | None:
    if "heat" not in (gpu.slowed_by or ()):
        return None
    return {"celsius": gpu.temperature} if gpu.temperature is not None else {}


def _slowed_by_power(gpu: GpuReading, _: float | None) -> Facts | None:
    # Working at the limit that somebody set is normal; the brake of the hardware is not.
    if "power_brake" not in (gpu.slowed_by or ()):
        return None
    facts: Facts = {}
    if gpu.power_watts is not None:
        facts["watts"] = gpu.power_watts
    if gpu.power_limit_watts is not None:
        facts["limit"] = gpu.power_limit_watts
    return facts


def _fan_stuck(gpu: GpuReading, limit: float | None) -> Facts | None:
    if gpu.temperature is None or limit is None or gpu.temperature < limit:
        return None
    each = [fan for fan in (gpu.health.fan_percents or ()) if fan is not None] if gpu.health is not None else []
    slowest = min(each, default=gpu.fan_percent)
    return {"celsius": gpu.temperature, "fan": 0.0} if slowest == 0 else None


def _memory_errors(gpu: GpuReading, least: float | None) -> Facts | None:
    rows = gpu.health.row_remapping if gpu.health is not None else None
    count = gpu.ecc_errors or 0
    pending, failed = (rows.is_pending, rows.has_failed) if rows is not None else (False, False)
    if count < (least or 1.0) and not pending and not failed:
        return None
    return {"count": float(count), "is_pending": float(pending), "has_failed": float(failed)}


def _lost(gpu: GpuReading, _: float | None) -> Facts | None:
    return {} if gpu.is_lost else None


def _pcie_below(gpu: GpuReading, _: float | None) -> Facts | None:
    if gpu.pcie_top is None or gpu.pcie_generation is None or gpu.pcie_lanes is None:
        return None
    # An idle card saves power by a slower link; only at work is it a fault.
    is_at_work = gpu.gpu_percent is not None and gpu.gpu_percent >= _AT_WORK_PERCENT
    generation, lanes = gpu.pcie_top
    if not is_at_work or (gpu.pcie_generation >= generation and gpu.pcie_lanes >= lanes):
        return None
    return {
        "generation": float(gpu.pcie_generation),
        "lanes": float(gpu.pcie_lanes),
        "top_generation": float(generation),
        "top_lanes": float(lanes),
    }


_OF_GPU: Mapping[AlertKind, Judge] = {
    AlertKind.TOO_HOT: _too_hot,
    AlertKind.MEMORY_TOO_HOT: _memory_too_hot,
    AlertKind.SLOWED_BY_HEAT: _slowed_by_heat,
    AlertKind.SLOWED_BY_POWER: _slowed_by_power,
    AlertKind.FAN_STUCK: _fan_stuck,
    AlertKind.MEMORY_ERRORS: _memory_errors,
    AlertKind.GPU_LOST: _lost,
    AlertKind.PCIE_BELOW: _pcie_below,
}


def _silent(sample: RigSample, _: Rules) -> Iterator[Condition]:
    if sample.trouble is not None and sample.trouble != "no_driver":
        yield Condition(AlertKind.RIG_SILENT, sample.rig_key, {"rig": sample.rig, "reason": sample.trouble})


def _disks(sample: RigSample, rules: Rules) -> Iterator[Condition]:
    most = _threshold(rules, AlertKind.DISK_FILLING)
    for disk in sample.host.disks if sample.host is not None else ():
        percent = 100.0 * disk.used / disk.total if disk.total else 0.0
        if most is not None and percent >= most:
            facts: Facts = {"rig": sample.rig, "mount": disk.mount, "percent": round(percent, 1)}
            yield Condition(AlertKind.DISK_FILLING, f"{sample.rig_key} {disk.mount}", facts)


def _hanging(sample: RigSample, _: Rules) -> Iterator[Condition]:
    for trouble in sample.lanes:
        facts: Facts = {"rig": sample.rig, "lane": trouble.lane.value}
        yield Condition(AlertKind.DRIVER_HANGS, f"{sample.rig_key} {trouble.lane.value}", facts)


def _out_of_line(sample: RigSample, rules: Rules) -> Iterator[Condition]:
    """A card that takes much more or less than its peers at the same work is about to fail, or badly set."""
    most = _threshold(rules, AlertKind.POWER_OUT_OF_LINE)
    if most is None:
        return
    models: dict[str, list[tuple[GpuReading, float]]] = {}
    for gpu in sample.gpus:
        if gpu.power_watts is not None and (gpu.gpu_percent or 0) >= _AT_WORK_PERCENT:
            models.setdefault(gpu.name, []).append((gpu, gpu.power_watts))
    for peers in models.values():
        if len(peers) <= _FEWEST_PEERS:
            continue
        for gpu, watts in peers:
            usual = _middle([other for peer, other in peers if peer is not gpu])
            if usual > 0 and abs(watts - usual) * 100 >= most * usual:
                facts: Facts = {**_who(sample, gpu), "watts": watts, "usual": usual}
                yield Condition(AlertKind.POWER_OUT_OF_LINE, gpu.uuid, facts)


def _middle(values: list[float]) -> float:
    """The median; by hand, because `statistics` takes longer to import than all the rest here."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


_OF_RIG: tuple[Callable[[RigSample, Rules], Iterator[Condition]], ...] = (_silent, _disks, _hanging, _out_of_line)
