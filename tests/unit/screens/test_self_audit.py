"""The program's own cost in words, red where it is over budget."""

from __future__ import annotations

from dbc_desktop.screens.self_audit import AuditRow, audit_rows
from dbc_desktop.telemetry.sampler import SamplerCost
from dbc_desktop.telemetry.self_audit import OwnCost, SelfAudit
from tests.doubles.hand_clock import HandClock


def test_all_is_within_its_budget() -> None:
    rows = audit_rows(OwnCost(3.24, 300 * 2**20, 3), SamplerCost(3_600, 2, 3.0, 3.5, 41.0), ())

    assert rows == (
        AuditRow("Processor", "3.2 %", "budget 10 %", "text"),
        AuditRow("RAM", "300 MiB", "budget 350 MiB", "text"),
        AuditRow("Readings, a cycle", "3.5 ms", "budget 50 ms", "text"),
        AuditRow("Slow readings, a cycle", "41.0 ms", "", "text"),
        AuditRow("Samples missed", "2", "budget 1 %", "text"),
        AuditRow("Window stood still", "none", "budget 50 ms", "text"),
    )


def test_what_is_over_budget_is_red() -> None:
    rows = audit_rows(OwnCost(12.0, 400 * 2**20, 3), SamplerCost(100, 10, 90.0, 80.0), (61.0, 240.0))

    assert [row.token for row in rows] == ["loss", "loss", "loss", "text", "loss", "loss"]
    assert rows[-1].value == "2, longest 240 ms"
    assert rows[3].value == "–"


def test_before_the_first_look_nothing_is_claimed() -> None:
    rows = audit_rows(None, SamplerCost(0, 0, 0.0, 0.0), ())

    assert [row.value for row in rows[:2]] == ["–", "–"]
    assert {row.token for row in rows} == {"text"}


def test_this_process_is_measured_against_the_clock() -> None:
    clock = HandClock()
    audit = SelfAudit(clock)
    first = audit.look()
    clock.seconds += 1_000
    second = audit.look()

    assert first.cpu_percent is None
    assert second.cpu_percent is not None
    assert 0 <= second.cpu_percent < 10
    assert second.memory > 10 * 2**20
    assert second.processes >= 1
