"""The sheet of the power limit: off at first, then on trial with a countdown; and the card of own costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.errors import ReadingMissing
from dbc_desktop.domain.gpu_board import GpuBoard, GpuHealth
from dbc_desktop.services.power_limit import PowerLimitTrial
from dbc_desktop.ui.dialogs.power_limit import PowerLimitSheet
from dbc_desktop.ui.pages.settings_audit import AuditCard
from dbc_desktop.ui.stall_watch import StallWatch
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import reading, sample
from tests.ui.fake_program import fakes

GPU = replace(
    reading(1),
    board=GpuBoard(power_least=100.0, power_most=400.0, power_default=350.0),
    health=GpuHealth(0.0, power_set=350.0),
)


class Card:
    source = "nvml"

    def __init__(self) -> None:
        self.limit, self.error = 350.0, None

    def set_power_limit(self, uuid: str, watts: float) -> float:
        if self.error is not None:
            raise self.error
        self.limit = watts
        return watts


class Bench:
    def __init__(self, folder: Path) -> None:
        self.card: Any = Card()
        self.clock = HandClock()
        self.made = fakes()
        self.made.sampler.sensors = self.card
        self.trial = PowerLimitTrial(lambda: self.card, folder / "power.json", self.clock, lambda _: None)
        program = replace(self.made.program, power_limit=self.trial)
        self.sheet = PowerLimitSheet(program, GPU, sample(GPU), None)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    qtbot.addWidget(made.sheet)
    made.sheet.show()
    yield made
    made.sheet.close_sheet()


def test_it_is_off_until_it_is_switched_on(bench: Bench) -> None:
    assert not bench.sheet.allow.isChecked()
    assert not bench.sheet.set_button.isEnabled()

    bench.sheet.allow.click()
    assert bench.sheet.set_button.isEnabled()
    assert bench.made.settings.load().power_limits


def test_a_limit_is_on_trial_and_kept(bench: Bench) -> None:
    bench.sheet.allow.click()
    bench.sheet.watts.set_text("280")
    bench.sheet.set_button.click()
    assert bench.card.limit == 280.0
    assert "goes back to 350 W in 20 s" in bench.sheet.state.text()
    assert bench.sheet.keep.isVisible()
    assert not bench.sheet.set_button.isVisible()

    bench.sheet.keep.click()
    assert bench.trial.trial() is None
    assert bench.sheet.set_button.isVisible()
    assert bench.card.limit == 280.0


def test_closing_the_sheet_without_keeping_takes_it_back(bench: Bench) -> None:
    bench.sheet.allow.click()
    bench.sheet.watts.set_text("280")
    bench.sheet.set_button.click()
    bench.sheet.close_sheet()

    assert bench.card.limit == 350.0


def test_the_countdown_ends_the_trial_without_the_sheet_doing_it(bench: Bench) -> None:
    bench.sheet.allow.click()
    bench.sheet.watts.set_text("280")
    bench.sheet.set_button.click()
    bench.clock.seconds += 21
    bench.trial.look(sample(GPU))
    bench.sheet.look()

    assert bench.card.limit == 350.0
    assert not bench.sheet.keep.isVisible()


def test_taking_it_back_now(bench: Bench) -> None:
    bench.sheet.allow.click()
    bench.sheet.watts.set_text("280")
    bench.sheet.set_button.click()
    bench.sheet.back.click()

    assert bench.card.limit == 350.0


@pytest.mark.parametrize(
    ("text", "said"),
    [("lots", "Give whole watts, for example 280."), ("20", "This card allows 100 to 400 W.")],
)
def test_a_wrong_limit_is_said_at_the_field(bench: Bench, text: str, said: str) -> None:
    bench.sheet.allow.click()
    bench.sheet.watts.set_text(text)
    bench.sheet.set_button.click()

    assert bench.sheet.watts.error() == said
    assert bench.card.limit == 350.0


def test_a_refusal_of_the_driver_says_what_to_do(bench: Bench) -> None:
    bench.card.error = ReadingMissing("power_limit", "no_permission")
    bench.sheet.allow.click()
    bench.sheet.watts.set_text("280")
    bench.sheet.set_button.click()

    assert "Only the administrator may set a power limit." in bench.sheet.watts.error()
    assert bench.sheet.set_button.isEnabled()


def test_the_card_of_own_costs_fills_and_is_red_over_budget(qtbot: QtBot) -> None:
    made = fakes()
    card = AuditCard(made.program)
    qtbot.addWidget(card)
    clock = HandClock()
    watch = StallWatch(clock.monotonic, card)
    watch.tick()
    clock.seconds += 0.9
    watch.tick()
    card.show()

    shown = [label.text() for label in card.findChildren(QLabel)]
    assert "Samples missed" in shown
    assert "1, longest 700 ms" in shown
    clock.seconds += 4_000
    assert watch.stalls() == ()
