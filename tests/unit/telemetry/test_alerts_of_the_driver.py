"""From what the driver answers to an alert: the real pynvml on the fake driver, the real judges, book and clock."""

from __future__ import annotations

import json
from pathlib import Path

from tests.doubles.fake_driver import play

SCRIPT = """
from dbc_desktop.notify.ports import Message
from dbc_desktop.services.alerts import Alerts
from dbc_desktop.telemetry.alert_book import AlertBook

WELL = "gpus 2\\ngeneration 4\\nlanes 16\\nslowed 0x4\\n"

def begun(order, seconds):
    "What begins within so many seconds of a fault, and after how many; the driver is asked each second."
    say(WELL)
    sensors = NvmlSensors("rig-02", clock)
    alerts = Alerts(AlertBook(control.parent / f"{len(found)}.sqlite3", clock), lambda alert: None, clock)
    alerts.hear(sensors.sample())
    sensors.survey(), sensors.survey()
    sensors.wait_events(0.0)
    alerts.hear(sensors.sample())
    assert alerts.book.open_alerts() == ()
    say(WELL + order)
    sensors.survey(), sensors.survey()  # a card each time
    sensors.wait_events(0.02)
    seen = {}
    for second in range(seconds + 1):
        alerts.hear(sensors.sample())
        for alert in alerts.book.open_alerts():
            cards = seen.setdefault(alert.kind.value, [second])
            if alert.facts["index"] not in cards[1:]:
                cards[1:] = sorted([*cards[1:], alert.facts["index"]])
        clock.seconds += 1.0
    alerts.close()
    sensors.close()
    return seen

found = {}
for name, order, seconds in json.loads(sys.argv[2]):
    found[name] = begun(order, seconds)
print(json.dumps(found))
"""

BOTH, SECOND = [0.0, 1.0], [1.0]
FAULTS = {
    "well": ("", 65, {}),
    "hot": ("temperature 84", 65, {"too_hot": [60, *SECOND]}),  # each card is a degree hotter than the one before
    "not yet hot": ("temperature 83", 65, {}),
    "memory hot": ("memory_temperature 104", 65, {"memory_too_hot": [60, *BOTH]}),
    "slowed by heat": ("slowed 0x40", 35, {"slowed_by_heat": [30, *BOTH]}),
    "power brake": ("slowed 0x80", 65, {"slowed_by_power": [60, *BOTH]}),
    "fan stuck": ("fan 0\ntemperature 70", 35, {"fan_stuck": [30, *BOTH]}),
    "memory errors": ("ecc_uncorrected 1", 1, {"memory_errors": [0, *BOTH]}),
    "a row to be remapped": ("remap_pending 1", 1, {"memory_errors": [0, *BOTH]}),
    "narrow link": ("lanes 4", 305, {"pcie_below": [300, *BOTH]}),
    "lost": ("lost 1", 5, {"gpu_lost": [3, *SECOND]}),
    "xid": ("xid 1079", 1, {"xid": [0, *SECOND]}),
}


def test_each_fault_of_the_driver_becomes_its_alert_after_its_time(driver: Path, tmp_path: Path) -> None:
    orders = json.dumps([[name, order, seconds] for name, (order, seconds, _) in FAULTS.items()])
    found = play(SCRIPT, driver, tmp_path / "control", orders)
    assert found == {name: expected for name, (_, _, expected) in FAULTS.items()}
