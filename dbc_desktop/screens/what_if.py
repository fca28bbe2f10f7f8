"""The sliders of *What if* on Rewards: what each can say, and the plan that they make together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.simulation import MOST_GPUS, Plan, Simulation
from dbc_desktop.screens import formats
from dbc_desktop.screens.simulation import sums_of, warnings_of
from dbc_desktop.screens.texts import ntr, tr

ERAS = 150
"""As long as a reward of today is released."""

WATTS = 350
"""What one card draws under load, its part of the machine included, where nobody says better."""

_USUAL_TARIFF = 100_000
_PRICE_STEPS = 40
"""Steps for a price ten times lower, and ten times higher."""


class Slider(StrEnum):
    """The sliders in the order they stand."""

    GPUS = "gpus"
    RENTED = "rented"
    OFFLINE = "offline"
    PRICE = "price"
    TARIFF = "tariff"


@dataclass(frozen=True, slots=True)
class SliderRow:
    """One slider.

    Attributes:
        values: What it can say, step by step.
        at: The step it stands at first: as things are now.
    """

    slider: Slider
    title: str
    values: tuple[int, ...]
    at: int

    def text(self, step: int) -> str:
        """The value of a step in words."""
        return _TEXTS[self.slider](self.values[step])


_TEXTS: dict[Slider, Callable[[int], str]] = {
    Slider.GPUS: formats.count,
    Slider.RENTED: lambda value: f"{value} %",
    Slider.OFFLINE: formats.count,
    Slider.PRICE: formats.price,
    Slider.TARIFF: lambda value: tr("{price}/kWh", price=formats.usd(value)),
}


@dataclass(frozen=True, slots=True)
class WhatIfBase:
    """The operator as it is: what stays the same however the sliders stand.

    Attributes:
        era: A new era asks anew.
    """

    stash: Address
    points_per_gpu: int
    gpus: int
    gpus_per_machine: int
    rented_percent: int
    dbc_price_usd: int
    era: int


def base_of(stash: Address, machines: Sequence[Machine], dbc_price_usd: int, era: int) -> WhatIfBase | None:
    """The operator as it is; None while none of its machines is confirmed, or the price is not known."""
    known = [(machine, machine.hardware) for machine in machines if machine.hardware is not None]
    gpus = sum(hardware.gpu_num for _, hardware in known)
    points = sum(hardware.calc_point for _, hardware in known)
    if not gpus or points < gpus or not dbc_price_usd:
        return None
    rented = sum(machine.rented_gpu_num for machine, _ in known)
    return WhatIfBase(
        stash=stash,
        points_per_gpu=points // gpus,
        gpus=min(gpus, MOST_GPUS),
        gpus_per_machine=min(64, max(hardware.gpu_num for _, hardware in known)),
        rented_percent=100 * rented // gpus,
        dbc_price_usd=dbc_price_usd,
        era=era,
    )


def slider_rows(base: WhatIfBase) -> tuple[SliderRow, ...]:
    """All sliders, standing at what is."""
    most = min(MOST_GPUS, max(32, 3 * base.gpus))
    step = max(1, most // 120)
    gpus = _with(range(step, most + 1, step), base.gpus)
    rented = _with(range(0, 101, 5), base.rented_percent)
    prices = tuple(
        max(1, round(base.dbc_price_usd * 10 ** (at / _PRICE_STEPS))) for at in range(-_PRICE_STEPS, _PRICE_STEPS + 1)
    )
    prices = _with(prices, base.dbc_price_usd)
    tariffs = tuple(range(0, 600_001, 10_000))
    return (
        SliderRow(Slider.GPUS, tr("GPUs"), gpus, gpus.index(base.gpus)),
        SliderRow(Slider.RENTED, tr("Rented share"), rented, rented.index(base.rented_percent)),
        SliderRow(Slider.OFFLINE, tr("Days offline"), tuple(range(31)), 0),
        SliderRow(Slider.PRICE, tr("DBC price"), prices, prices.index(base.dbc_price_usd)),
        SliderRow(Slider.TARIFF, tr("Electricity"), tariffs, tariffs.index(_USUAL_TARIFF)),
    )


def _with(values: Sequence[int], one: int) -> tuple[int, ...]:
    return tuple(sorted({*values, one}))


def plan_of(base: WhatIfBase, chosen: dict[Slider, int]) -> Plan:
    """The plan that the sliders say, in place of what the operator has."""
    return Plan(
        gpus=chosen[Slider.GPUS],
        points_per_gpu=base.points_per_gpu,
        gpus_per_machine=base.gpus_per_machine,
        rented_percent=chosen[Slider.RENTED],
        offline_days=chosen[Slider.OFFLINE],
        dbc_price_usd=chosen[Slider.PRICE],
        power_watts=WATTS,
        tariff_usd=chosen[Slider.TARIFF],
        replaces=base.stash,
    )


@dataclass(frozen=True, slots=True)
class WhatIfScreen:
    """What stands below the sliders.

    Attributes:
        curve: Earned so far, era by era, in units.
        points: What the curve says at each of its eras.
        is_loss: Electricity and slashes are more than what came in.
        note: What it assumes, or costs besides.
        tooltip: All sums.
    """

    curve: tuple[int, ...]
    points: tuple[str, ...]
    earned: str
    net: str
    is_loss: bool
    note: str
    tooltip: str


def what_if_screen(found: Simulation) -> WhatIfScreen:
    """A played plan in a curve and a few figures."""
    total, curve, points = 0, [0], [""]
    for row in found.rows:
        total += row.earned.units
        curve.append(total)
        points.append(
            tr(
                "era {era}: {earned} earned, {net} net",
                era=formats.count(row.era),
                earned=formats.amount(row.earned),
                net=formats.usd(row.net_usd),
            )
        )
    notes = [tr("{watts} a GPU; everybody else as now", watts=formats.watts(found.plan.power_watts))]
    if found.slashed.units:
        notes.append(tr("{amount} slashed for being offline", amount=formats.amount(found.slashed)))
    notes += warnings_of(found)
    tooltip = "\n".join(f"{name}: {value}" for name, value in sums_of(found))
    return WhatIfScreen(
        curve=tuple(curve),
        points=tuple(points),
        earned=formats.amount(found.earned),
        net=formats.usd(found.net_usd),
        is_loss=found.net_usd < 0,
        note=" · ".join(notes),
        tooltip=tooltip,
    )


def span_text() -> str:
    """How far *What if* looks, and by what."""
    return ntr("next era, same rules engine", "next {n} eras, same rules engine", ERAS)
