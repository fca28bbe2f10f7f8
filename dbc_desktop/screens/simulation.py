"""What is said of a played plan: a table era by era, its sums, CSV, and the few figures beside the sliders."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.simulation import RefusedCall, Simulation
from dbc_desktop.screens import formats
from dbc_desktop.screens.refusals import refusal_text
from dbc_desktop.screens.texts import ntr, tr


@dataclass(frozen=True, slots=True)
class SimulationScreen:
    """The whole report on a terminal; the first row of `table` is its head."""

    title: str
    assumptions: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def simulation_screen(found: Simulation) -> SimulationScreen:
    """The played plan in words."""
    title = tr(
        "{eras} from era {first} on, by {rules}",
        eras=ntr("{n} era", "{n} eras", len(found.rows)),
        first=formats.count(found.rows[0].era),
        rules=found.rules_profile,
    )
    head = (
        tr("Era"),
        tr("Earned"),
        tr("Released"),
        tr("Locked"),
        tr("Stake"),
        tr("Slashed"),
        tr("Rent income"),
        tr("Electricity"),
        tr("Net"),
    )
    rows = tuple(
        (
            formats.count(row.era),
            row.earned.text(2),
            row.released.text(2),
            row.locked.text(2),
            row.stake.text(2),
            row.slashed.text(2),
            row.rent_income.text(2),
            formats.usd(row.electricity_usd),
            formats.usd(row.net_usd),
        )
        for row in found.rows
    )
    return SimulationScreen(title, _assumptions(found), (head, *rows), sums_of(found), warnings_of(found))


def sums_of(found: Simulation) -> tuple[tuple[str, str], ...]:
    """What it comes to."""
    last = found.rows[-1]
    return (
        (tr("Earned"), formats.amount(found.earned)),
        (tr("Released"), formats.amount(found.released)),
        (tr("Still locked"), formats.amount(last.locked)),
        (tr("Stake at the end"), formats.amount(last.stake)),
        (tr("Slashed"), formats.amount(found.slashed)),
        (tr("Rent income"), formats.amount(found.rent_income)),
        (tr("Electricity"), formats.usd(found.electricity_usd)),
        (tr("Net of electricity"), formats.usd(found.net_usd)),
    )


def warnings_of(found: Simulation) -> tuple[str, ...]:
    """Planned acts that the rules refused, each kind once."""
    kinds: dict[tuple[str, str], list[RefusedCall]] = {}
    for one in found.refused:
        kinds.setdefault((one.call, one.error), []).append(one)
    return tuple(
        tr(
            "From era {era} on {call} was refused: {why}",
            era=formats.count(calls[0].era),
            call=call,
            why=refusal_text(*error.split(".", 1)),
        )
        for (call, error), calls in kinds.items()
    )


def _assumptions(found: Simulation) -> tuple[str, ...]:
    plan = found.plan
    machines = -(-plan.gpus // plan.gpus_per_machine)
    said = [
        tr(
            "{gpus} in {machines}, {points} points each, {rented} rented",
            gpus=ntr("{n} GPU", "{n} GPUs", plan.gpus),
            machines=ntr("{n} machine", "{n} machines", machines),
            points=formats.fixed(plan.points_per_gpu, 2, 2),
            rented=f"{plan.rented_percent} %",
        ),
        tr(
            "One DBC is {price}; {watts} a GPU at {tariff} a kWh",
            price=formats.price(found.dbc_price_usd),
            watts=formats.watts(plan.power_watts),
            tariff=formats.usd(plan.tariff_usd, 4),
        ),
        tr("Everybody else stays as they are at block {height}.", height=formats.height(found.height)),
    ]
    if plan.offline_days:
        said.append(
            tr(
                "All machines are offline for {days} after {eras}.",
                days=ntr("{n} day", "{n} days", plan.offline_days),
                eras=ntr("{n} era", "{n} eras", plan.offline_from),
            )
        )
    return tuple(said)


def simulation_csv(found: Simulation) -> str:
    """The table as CSV: every digit of the amounts in DBC, money in USD."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        [
            "era",
            "earned_dbc",
            "released_dbc",
            "locked_dbc",
            "stake_dbc",
            "slashed_dbc",
            "rent_income_dbc",
            "electricity_usd",
            "net_usd",
        ]
    )
    for row in found.rows:
        amounts = (row.earned, row.released, row.locked, row.stake, row.slashed, row.rent_income)
        money = (plain_usd(row.electricity_usd), plain_usd(row.net_usd))
        table.writerow([row.era, *(plain_dbc(amount) for amount in amounts), *money])
    return out.getvalue()


def plain_dbc(amount: Balance) -> str:
    """`-71428.571428571428571`: every digit, no separators."""
    return amount.text(15).replace(",", "").replace("\N{MINUS SIGN}", "-")


def plain_usd(micro: int) -> str:
    """`-2774.310000`."""
    return formats.fixed(micro, 6, 6).replace(",", "").replace("\N{MINUS SIGN}", "-")
