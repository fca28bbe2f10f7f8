"""Every alert has words, a page and a rule that can be set."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.alert import RULES, Alert, AlertKind, Severity
from dbc_desktop.screens.alerts import alert_row, alert_words, alerts_title, message_words, rule_row

FACTS = {
    "rig": "rig-02", "name": "NVIDIA GeForce RTX 3090", "index": 3.0, "celsius": 91.0, "limit": 85.0, "count": 2.0,
    "xid": 79.0, "generation": 1.0, "lanes": 4.0, "top_generation": 4.0, "top_lanes": 16.0, "machine_id": "ab" * 32,
    "percent": 93.0, "watts": 120.0, "usual": 320.0, "before": "535.1", "now": "550.2", "mount": "/data",
    "seconds": 44.0, "lane": "slow", "process": "dbc", "reason": "unreachable", "height": 1_234_567.0, "rent_id": "7",
    "missing": "490000000000000000000", "era": 12.0,
}  # fmt: skip


def alert(kind: AlertKind, **more: object) -> Alert:
    values = {"number": 5, "subject": "x", "severity": Severity.LOSS, "facts": FACTS, "began_at": 1_000.0}
    return Alert(kind=kind, **(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_alert_can_be_said(kind):
    title, advice = alert_words(alert(kind))
    assert title
    assert advice.endswith(".")
    assert "—" not in title + advice
    bare_title, _ = alert_words(alert(kind, facts={}))
    assert bare_title


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (AlertKind.TOO_HOT, "rig-02: GPU 3 is too hot: 91 °C"),
        (AlertKind.PCIE_BELOW, "rig-02: GPU 3 runs at PCIe 1 × 4"),
        (AlertKind.DISK_FILLING, "rig-02: 93 % of /data is full"),
        (AlertKind.RIG_SILENT, "rig-02 is silent"),
        (AlertKind.CLOCK_SKEW, "rig-02: its clock is off by 44 s"),
    ],
)
def test_titles_say_which_and_how_much(kind, title):
    assert alert_words(alert(kind))[0] == title


def test_missing_stake_is_an_amount():
    assert alert_words(alert(AlertKind.STAKE_SHORT))[1] == "490,000.00 DBC more and it can go online."


def test_a_line_says_since_when_and_whether_somebody_knows():
    row = alert_row(alert(AlertKind.GPU_LOST), 1_120.0)
    assert (row.tone, row.when, row.button, row.page) == ("loss", "for 2 min", "I know", "rigs")
    known = alert_row(alert(AlertKind.REVEAL_DUE, known_at=1_050.0), 1_120.0)
    assert (known.button, known.is_known, known.page) == ("", True, "disputes")


def test_what_is_over_says_so():
    assert message_words(alert(AlertKind.GPU_LOST, ended_at=1_200.0)) == ("Over: rig-02: GPU 3 is lost", "")


def test_every_rule_can_be_set():
    rows = [rule_row(rule) for rule in RULES]
    assert all(row.name for row in rows)
    hot = next(row for row in rows if row.kind is AlertKind.TOO_HOT)
    assert (hot.name, hot.threshold, hot.unit, hot.for_seconds) == ("Too hot", 85.0, "°C", 60.0)
    assert len({row.name for row in rows}) == len(rows)


def test_the_tray_counts():
    assert [alerts_title(count) for count in (0, 1, 3)] == ["No alerts", "1 alert", "3 alerts"]
