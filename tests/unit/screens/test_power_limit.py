"""What the sheet of the power limit says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.gpu import Missing
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth
from dbc_desktop.screens import power_limit as words
from dbc_desktop.services.power_curve import PowerStep
from dbc_desktop.services.power_limit import Trial
from tests.doubles.readings import reading

GPU = replace(
    reading(1),
    board=GpuBoard(power_least=100.0, power_most=400.0, power_default=350.0),
    health=GpuHealth(0.0, power_set=320.0),
)


def test_the_range_of_a_card() -> None:
    screen = words.power_screen(GPU, can_set=True)

    assert screen.title == "Power limit of GPU 1"
    assert screen.subtitle == "RTX 3090 · 100 W to 400 W · 350 W as made"
    assert (screen.refusal, screen.least, screen.most, screen.now) == ("", 100, 400, 320)


def test_why_no_limit_can_be_set() -> None:
    missing = replace(GPU, board=GpuBoard({"power_least": Missing.NOT_SUPPORTED}))

    assert words.power_screen(GPU, can_set=False).refusal == "Demo GPUs have no power limit to set."
    assert words.power_screen(missing, can_set=True).refusal == "No limit can be set: not supported by this GPU."
    assert words.power_screen(reading(1), can_set=True).refusal == "No limit can be set: it was not read yet."


def test_the_countdown() -> None:
    text = words.trial_text(Trial("GPU-1", 1, 280.0, 350.0, 0.0), 12.4)

    assert text == "280 W is set. It goes back to 350 W in 12 s unless you keep it."


def test_what_was_measured_is_told_with_its_break_even() -> None:
    steps = (PowerStep(250.0, 60, 1_600.0), PowerStep(340.0, 1, 1_700.0))
    lines = words.step_lines(steps, 0.09)

    assert lines[0] == words.StepLine("250 W", "94 %", "60 minutes", "0.360 USD/kWh", "0.1000 USD")
    assert lines[1].measured == "1 minute"
    assert words.step_lines(steps, None)[0].break_even == "–"
    assert len(words.step_head()) == 5
    assert "0.0900 USD an hour" in words.curve_note(steps, 0.09)
    assert "only speed is told" in words.curve_note(steps, None)
    assert "nothing to compare yet" in words.curve_note((), 0.09)


@pytest.mark.parametrize(("text", "watts"), [("280", 280.0), (" 1,200 W ", 1_200.0)])
def test_watts_as_people_type_them(text: str, watts: float) -> None:
    assert words.parse_watts(text) == watts


@pytest.mark.parametrize("text", ["", "lots", "-5", "2.5", "9999999", "٣"])
def test_what_is_no_watts(text: str) -> None:
    with pytest.raises(InvalidInput):
        words.parse_watts(text)
