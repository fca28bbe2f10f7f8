"""The sliders of *What if*: they stand at what is, and make a plan of what they say."""

from __future__ import annotations

from dataclasses import replace

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.simulation import EraFigures, Plan, RefusedCall, Simulation
from dbc_desktop.screens.what_if import Slider, WhatIfBase, base_of, plan_of, slider_rows, span_text, what_if_screen
from tests.ui.renting_doubles import machine

STASH = Address(bytes(32))
BASE = WhatIfBase(STASH, 24_158, 12, 8, 17, 12_000, 73)
PLAN = Plan(gpus=1, points_per_gpu=100, power_watts=350)


def figures(era: int, earned: int, net: int, slashed: int = 0) -> EraFigures:
    return EraFigures(era, Balance.of_dbc(earned), ZERO, ZERO, ZERO, Balance.of_dbc(slashed), ZERO, 0, net)


def test_the_sliders_stand_at_what_is() -> None:
    rows = slider_rows(BASE)
    assert [row.slider for row in rows] == list(Slider)
    assert [row.text(row.at) for row in rows] == ["12", "17 %", "0", "0.0120 USD", "0.10 USD/kWh"]
    gpus, _, offline, price, tariff = rows
    assert (gpus.values[0], gpus.values[-1], offline.values[-1]) == (1, 36, 30)
    assert (price.text(0), price.text(len(price.values) - 1)) == ("0.0012 USD", "0.1200 USD")
    assert tariff.text(len(tariff.values) - 1) == "0.60 USD/kWh"
    for row in rows:
        assert list(row.values) == sorted(set(row.values))
        assert len(row.values) <= 130


def test_a_large_operator_has_room_too() -> None:
    for gpus in (1, 200, 1_999, 2_000):
        first = slider_rows(replace(BASE, gpus=gpus))[0]
        assert first.values[first.at] == gpus
        assert len(first.values) <= 130


def test_the_plan_takes_the_place_of_what_is_there() -> None:
    chosen = {Slider.GPUS: 24, Slider.RENTED: 25, Slider.OFFLINE: 3, Slider.PRICE: 15_000, Slider.TARIFF: 310_000}
    assert plan_of(BASE, chosen) == Plan(
        gpus=24, points_per_gpu=24_158, gpus_per_machine=8, rented_percent=25, offline_days=3, dbc_price_usd=15_000,
        power_watts=350, tariff_usd=310_000, replaces=STASH,
    )  # fmt: skip


def test_without_a_confirmed_machine_or_a_price_there_is_nothing_to_try() -> None:
    one = machine()
    assert base_of(STASH, (), 12_000, 5) is None
    assert base_of(STASH, (replace(one, hardware=None),), 12_000, 5) is None
    assert base_of(STASH, (one,), 0, 5) is None
    found = base_of(STASH, (one, one), 12_000, 5)
    assert found is not None
    assert (found.gpus, found.gpus_per_machine) == (2 * one.gpu_num, one.gpu_num)


def test_the_curve_rises_era_by_era_and_a_loss_is_marked() -> None:
    rows = (figures(4, 10, 5_000_000), figures(5, 0, -9_500_000, slashed=7))
    screen = what_if_screen(Simulation(PLAN, "launch-2021", 1, 12_000, rows, ()))
    assert screen.curve == (0, 10 * 10**15, 10 * 10**15)
    assert screen.points[1:] == ("era 4: 10.00 DBC earned, 5.00 USD net", "era 5: 0.00 DBC earned, −9.50 USD net")
    assert (screen.earned, screen.net, screen.is_loss) == ("10.00 DBC", "−4.50 USD", True)
    assert screen.note == "350 W a GPU; everybody else as now · 7.00 DBC slashed for being offline"
    assert "Net of electricity: −4.50 USD" in screen.tooltip
    gain = what_if_screen(Simulation(PLAN, "launch-2021", 1, 12_000, rows[:1], ()))
    assert (gain.is_loss, gain.note) == (False, "350 W a GPU; everybody else as now")


def test_what_the_rules_refused_is_said_once() -> None:
    refused = tuple(
        RefusedCall(era, "OnlineProfile.claim_rewards", "OnlineProfile.NotMachineController") for era in (9, 16)
    )
    screen = what_if_screen(Simulation(PLAN, "launch-2021", 1, 12_000, (figures(4, 1, 1),), refused))
    assert screen.note.count("OnlineProfile.claim_rewards was refused") == 1
    assert "From era 9 on" in screen.note
    assert span_text() == "next 150 eras, same rules engine"
