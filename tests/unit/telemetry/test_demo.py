"""Demo GPUs: the same second gives the same readings, believable, and marked as not real."""

from __future__ import annotations

from dbc_desktop.domain.gpu import Missing
from dbc_desktop.telemetry.demo import DemoSensors


class FixedClock:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        return False


def test_the_same_second_gives_the_same_readings() -> None:
    first = DemoSensors("rig-01", FixedClock(1_700_000_000.0)).sample()
    again = DemoSensors("rig-01", FixedClock(1_700_000_000.0)).sample()

    assert first == again
    assert first.source == "demo"
    assert first.driver_version is None
    assert len({gpu.uuid for gpu in first.gpus}) == 8


def test_an_hour_stays_within_what_such_a_card_can_do() -> None:
    clock = FixedClock(1_700_000_000.0)
    sensors = DemoSensors("rig-01", clock, gpu_num=8)
    loads, temperatures = [], []
    for _ in range(600):
        clock.seconds += 6
        for gpu in sensors.sample().gpus:
            assert gpu.gpu_percent is not None
            assert gpu.temperature is not None
            assert gpu.memory_used is not None
            assert gpu.power_watts is not None
            assert gpu.fan_percent is not None
            assert 0 <= gpu.gpu_percent <= 100
            assert 30 <= gpu.temperature <= 85
            assert 0 < gpu.memory_used < 24 * 2**30
            assert 10 < gpu.power_watts <= 450
            assert 30 <= gpu.fan_percent <= 100
            loads.append(gpu.gpu_percent)
            temperatures.append(gpu.temperature)
    assert min(loads) < 10
    assert max(loads) > 95
    assert max(temperatures) > 65


def test_heat_follows_load_slowly() -> None:
    clock = FixedClock(1_700_000_000.0)
    sensors = DemoSensors("rig-01", clock, gpu_num=8)
    before = {gpu.index: gpu.temperature for gpu in sensors.sample().gpus}
    for _ in range(3_600):
        clock.seconds += 1
        for gpu in sensors.sample().gpus:
            assert gpu.temperature is not None
            last = before[gpu.index]
            assert last is not None
            assert abs(gpu.temperature - last) <= 9
            before[gpu.index] = gpu.temperature


def test_what_a_gaming_card_does_not_have_is_missing_with_its_reason() -> None:
    gpu = DemoSensors("rig-01", FixedClock(5.0), gpu_num=1).sample().gpus[0]

    assert gpu.ecc_errors is None
    assert gpu.missing == {"memory_temperature": Missing.NOT_SUPPORTED, "ecc_errors": Missing.NOT_SUPPORTED}
