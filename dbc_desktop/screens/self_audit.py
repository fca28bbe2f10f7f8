"""What the program says of its own cost, red where it is over budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr
from dbc_desktop.telemetry.sampler import SamplerCost
from dbc_desktop.telemetry.self_audit import OwnCost

CPU_BUDGET = 10.0
"""Percent of a core for the whole window, chain and readings together."""
MEMORY_BUDGET = 350 * 2**20
CYCLE_BUDGET_MS = 50.0
"""A cycle of readings that takes longer is late for nobody, but something is slow: the driver or the computer."""
DROPPED_BUDGET = 0.01
"""The share of samples that may be missed."""
STALL_BUDGET_MS = 50.0


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One figure with its budget; `token` is its colour."""

    name: str
    value: str
    budget: str
    token: str


def audit_rows(own: OwnCost | None, cost: SamplerCost, stalls: Sequence[float]) -> tuple[AuditRow, ...]:
    """The panel; `stalls` are the milliseconds for which the window stood still, those above the budget only."""
    cpu = None if own is None else own.cpu_percent
    memory = None if own is None else own.memory
    missed = cost.dropped / max(1, cost.cycles + cost.dropped)
    longest = max(stalls, default=0.0)
    stalled = tr("{count}, longest {ms} ms", count=len(stalls), ms=f"{longest:,.0f}") if stalls else tr("none")
    return (
        _row(tr("Processor"), formats.percent(cpu, 1), formats.percent(CPU_BUDGET), cpu is None or cpu <= CPU_BUDGET),
        _row(
            tr("RAM"),
            formats.DASH if memory is None else f"{memory / 2**20:,.0f} MiB",
            f"{MEMORY_BUDGET / 2**20:,.0f} MiB",
            memory is None or memory <= MEMORY_BUDGET,
        ),
        _row(
            tr("Readings, a cycle"),
            f"{cost.mean_ms:,.1f} ms",
            f"{CYCLE_BUDGET_MS:,.0f} ms",
            cost.mean_ms <= CYCLE_BUDGET_MS,
        ),
        _row(
            tr("Slow readings, a cycle"),
            formats.DASH if cost.survey_ms is None else f"{cost.survey_ms:,.1f} ms",
            "",
            is_fine=True,
        ),
        _row(
            tr("Samples missed"), f"{cost.dropped:,}", formats.percent(100 * DROPPED_BUDGET), missed <= DROPPED_BUDGET
        ),
        _row(tr("Window stood still"), stalled, f"{STALL_BUDGET_MS:,.0f} ms", not stalls),
    )


def _row(name: str, value: str, budget: str, is_fine: bool) -> AuditRow:
    limit = tr("budget {limit}", limit=budget) if budget else ""
    return AuditRow(name, value, limit, "text" if is_fine else "loss")
