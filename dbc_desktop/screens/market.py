"""What the Market page says: a cell of the table, the detail of a machine, the rent sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from dbc_desktop.domain.balance import UNITS_PER_DBC, Balance
from dbc_desktop.domain.machine import Machine, MachineStatus
from dbc_desktop.domain.network import MachineTable
from dbc_desktop.domain.rental import RentQuote
from dbc_desktop.screens.formats import (
    DASH,
    amount,
    blocks_as_time,
    gpu_name,
    height,
    price,
    short_address,
    short_id,
    usd,
)
from dbc_desktop.screens.places import place_name
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.market import KEYS, Condition, MarketQuery, SortColumn

HOURS_PER_DAY = 24
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z]+)(?=[<>=:])")


class MarketColumn(IntEnum):
    """The columns of the market in the order they are drawn."""

    MACHINE = 0
    GPUS = 1
    FREE = 2
    GPU_MEMORY = 3
    MEMORY = 4
    POINTS = 5
    USD_HOUR = 6
    DBC_HOUR = 7
    PLACE = 8
    DOWNLOAD = 9
    RECORD = 10


def column_title(column: MarketColumn) -> str:
    """The word above a column."""
    return {
        MarketColumn.MACHINE: tr("Machine"),
        MarketColumn.GPUS: tr("GPUs"),
        MarketColumn.FREE: tr("Free"),
        MarketColumn.GPU_MEMORY: tr("GPU memory"),
        MarketColumn.MEMORY: tr("RAM"),
        MarketColumn.POINTS: tr("Calc points"),
        MarketColumn.USD_HOUR: tr("USD/GPU-h"),
        MarketColumn.DBC_HOUR: tr("DBC/GPU-h"),
        MarketColumn.PLACE: tr("Place"),
        MarketColumn.DOWNLOAD: tr("Down"),
        MarketColumn.RECORD: tr("Record"),
    }[column]


def is_number(column: MarketColumn) -> bool:
    """Whether a column is set to the right."""
    return column not in (MarketColumn.MACHINE, MarketColumn.GPUS, MarketColumn.PLACE, MarketColumn.RECORD)


def speed(mbit: int) -> str:
    """`1 Gb` or `500 Mb` (per second)."""
    if mbit >= 1000 and mbit % 1000 == 0:
        return f"{mbit // 1000} Gb"
    return f"{mbit:,} Mb"


def usd_per_hour(day_price: int) -> str:
    """Micro-USD a day as USD an hour, three digits: `0.281`."""
    return usd(day_price // HOURS_PER_DAY, 3).removesuffix(" USD")


def dbc_per_hour(day_price: int, dbc_price: int) -> Balance | None:
    """Micro-USD a day as DBC an hour at `dbc_price` micro-USD; None where no price is known."""
    return Balance(day_price * UNITS_PER_DBC // (HOURS_PER_DAY * dbc_price)) if dbc_price > 0 else None


def points(calc_point: int) -> str:
    """Calc points as a person reads them; the chain keeps a hundred times as much (chain-rules 4.4)."""
    return f"{calc_point // 100:,}.{calc_point % 100:02d}"


def record(rented_times: int) -> str:
    """The record of a machine in two words."""
    return ntr("rented once", "rented {n} times", rented_times) if rented_times else tr("new")


def cell(table: MachineTable, row: int, column: MarketColumn, dbc_price: int) -> str:
    """The text of one cell; `row` counts in the table, not on the screen."""
    match column:
        case MarketColumn.MACHINE:
            return short_id(table.machine_id[row])
        case MarketColumn.GPUS:
            return f"{int(table.gpu_num[row])} × {gpu_name(table.gpu_type[row])}"
        case MarketColumn.FREE:
            return str(int(table.free_gpu[row]))
        case MarketColumn.GPU_MEMORY:
            return f"{int(table.gpu_mem_gb[row])} GB"
        case MarketColumn.MEMORY:
            return f"{int(table.mem_gb[row]):,} GB"
        case MarketColumn.POINTS:
            return points(int(table.calc_point[row]))
        case MarketColumn.USD_HOUR:
            return usd_per_hour(int(table.price_usd[row]))
        case MarketColumn.DBC_HOUR:
            hourly = dbc_per_hour(int(table.price_usd[row]), dbc_price)
            return DASH if hourly is None else hourly.text(2)
        case MarketColumn.PLACE:
            return place_name(float(table.longitude[row]), float(table.latitude[row]))
        case MarketColumn.DOWNLOAD:
            return speed(int(table.download_mbit[row]))
        case MarketColumn.RECORD:
            return record(int(table.rented_times[row]))


def head_text(table: MachineTable) -> str:
    """What is on offer: `14,208 machines · 61,340 GPUs free`."""
    free = int(table.free_gpu.sum())
    machines = ntr("{n} machine", "{n} machines", len(table))
    return machines + " · " + ntr("{n} GPU free", "{n} GPUs free", free)


SORT_OF = {
    MarketColumn.MACHINE: SortColumn.MACHINE,
    MarketColumn.GPUS: SortColumn.GPU,
    MarketColumn.FREE: SortColumn.FREE,
    MarketColumn.GPU_MEMORY: SortColumn.VRAM,
    MarketColumn.MEMORY: SortColumn.RAM,
    MarketColumn.POINTS: SortColumn.POINTS,
    MarketColumn.USD_HOUR: SortColumn.PRICE,
    MarketColumn.DBC_HOUR: SortColumn.PRICE,
    MarketColumn.PLACE: SortColumn.PLACE,
    MarketColumn.DOWNLOAD: SortColumn.DOWN,
    MarketColumn.RECORD: SortColumn.RENTED_TIMES,
}
"""What a click on the head of a column sorts by."""


def smallest_first(column: MarketColumn) -> bool:
    """Which way a first click sorts: names and prices upwards, what one wants much of downwards."""
    return column in (
        MarketColumn.MACHINE,
        MarketColumn.GPUS,
        MarketColumn.PLACE,
        MarketColumn.USD_HOUR,
        MarketColumn.DBC_HOUR,
    )


def chips(query: MarketQuery) -> tuple[tuple[str, str], ...]:
    """Each filter of a query in words, and the query line without it."""
    found = []
    for name in query.gpu:
        rest = tuple(other for other in query.gpu if other != name)
        found.append((gpu_chip(name), replace(query, gpu=rest).format()))
    for condition in query.conditions:
        others = tuple(other for other in query.conditions if other != condition)
        found.append((_condition(condition), replace(query, conditions=others).format()))
    if query.rented is not None:
        text = tr("rented") if query.rented else tr("nothing rented")
        found.append((text, replace(query, rented=None).format()))
    for word in query.words:
        rest = tuple(other for other in query.words if other != word)
        found.append((f"“{word}”", replace(query, words=rest).format()))
    return tuple(found)


def gpu_chip(name: str) -> str:
    """How a filter on the GPU's name is called."""
    return tr("GPU {name}", name=name.upper())


def _condition(condition: Condition) -> str:
    sign = {"<=": "≤", ">=": "≥"}.get(condition.operator, condition.operator)
    value = f"{condition.value:,}"
    match condition.key:
        case "price":
            usd_hour = usd(condition.value // HOURS_PER_DAY, 3)
            return tr("{sign} {price} per GPU-hour", sign=sign, price=usd_hour)
        case "points":
            return tr("{sign} {value} points", sign=sign, value=points(condition.value))
        case "gpus":
            return tr("{sign} {value} GPUs", sign=sign, value=value)
        case "free":
            return tr("{sign} {value} GPUs free", sign=sign, value=value)
        case "vram":
            return tr("{sign} {value} GB GPU memory", sign=sign, value=value)
        case "ram":
            return tr("{sign} {value} GB RAM", sign=sign, value=value)
        case "disk":
            return tr("{sign} {value} GB disk", sign=sign, value=value)
        case "down":
            return tr("{sign} {value} Mb down", sign=sign, value=value)
        case _:
            return tr("rented {sign} {value} times", sign=sign, value=value)


def match_text(count: int) -> str:
    """How many machines a query finds."""
    return ntr("{n} matches", "{n} match", count)


@dataclass(frozen=True, slots=True)
class MarketDetail:
    """The panel beside the table.

    Attributes:
        offer: What all free GPUs cost for a day, empty until quoted.
        record: Sentences about what the chain remembers, empty until read.
        rent_text: The button; `can_rent` says whether it works and `why_not` why it does not.
    """

    machine_id: str
    title: str
    badge: str
    badge_kind: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    offer: tuple[tuple[str, str], ...]
    record: tuple[str, ...]
    can_rent: bool
    why_not: str


def market_detail(
    table: MachineTable, row: int, dbc_price: int, machine: Machine | None = None, quote: RentQuote | None = None
) -> MarketDetail:
    """The detail of the machine in `row`; `machine` and `quote` are filled in when they are read.

    What was read before the table's row changed is left out until it is read again.
    """
    rented_times = int(table.rented_times[row])
    free, total = int(table.free_gpu[row]), int(table.gpu_num[row])
    place = place_name(float(table.longitude[row]), float(table.latitude[row]))
    facts = [
        (tr("Calc points"), points(int(table.calc_point[row]))),
        (tr("GPU memory"), f"{int(table.gpu_mem_gb[row])} GB"),
        (tr("RAM"), f"{int(table.mem_gb[row]):,} GB"),
    ]
    if machine is not None and machine.hardware is not None and machine.hardware.cpu_type:
        cpu = machine.hardware
        cores = ntr("{n} core", "{n} cores", cpu.cpu_core_num)
        facts.append((tr("CPU"), f"{cpu.cpu_type} · {cores}"))
    facts.append((tr("Data disk"), _disk(int(table.data_disk_gb[row]))))
    if machine is not None and machine.customize is not None:
        nets = f"{machine.customize.upload_net:,} / {machine.customize.download_net:,} Mb"
        facts.append((tr("Network, up / down"), nets))
    else:
        facts.append((tr("Network, down"), speed(int(table.download_mbit[row]))))
    facts.append((tr("Free now"), tr("{free} of {total} GPUs", free=free, total=total)))
    badge, kind = _badge(machine, free, total)
    return MarketDetail(
        machine_id=table.machine_id[row],
        title=short_id(table.machine_id[row]),
        badge=badge,
        badge_kind=kind,
        subtitle=f"{total} × {gpu_name(table.gpu_type[row])} · {place}",
        facts=tuple(facts),
        offer=_offer(quote, dbc_price) if quote is not None and quote.gpu_num == free else (),
        record=_record(machine) if machine is not None and machine.total_rented_times == rented_times else (),
        can_rent=free > 0,
        why_not="" if free > 0 else tr("Every GPU of this machine is rented now. Choose another one, or wait."),
    )


def _disk(gigabytes: int) -> str:
    return f"{gigabytes / 1000:,.1f} TB" if gigabytes >= 1000 else f"{gigabytes} GB"


def _badge(machine: Machine | None, free: int, total: int) -> tuple[str, str]:
    if machine is not None and machine.status not in (MachineStatus.ONLINE, MachineStatus.RENTED):
        return tr("Offline"), "warn"
    if free == 0:
        return tr("Rented out"), "plain"
    return (tr("Online"), "good") if free == total else (tr("Partly rented"), "accent")


def _offer(quote: RentQuote, dbc_price: int) -> tuple[tuple[str, str], ...]:
    gpus = ntr("{n} GPU", "{n} GPUs", quote.gpu_num)
    return (
        (tr("{gpus} for {time}", gpus=gpus, time=blocks_as_time(quote.duration_blocks)), amount(quote.fee)),
        (tr("at {price} a DBC", price=price(dbc_price)), usd(quote.fee_usd)),
        (tr("fixed fee, not returned"), amount(quote.fixed_fee)),
    )


def _record(machine: Machine) -> tuple[str, ...]:
    rentals = ntr("{n} rental", "{n} rentals", machine.total_rented_times)
    paid = machine.total_rent_fee + machine.total_burn_fee
    since = tr("online since block {height}", height=height(machine.online_height))
    if not machine.total_rented_times:
        return (f"{since} · {rentals}", tr("operator {address}", address=short_address(machine.stash)))
    return (
        f"{since} · {rentals}",
        tr("renters paid {paid} so far", paid=amount(paid)),
        tr("operator {address}", address=short_address(machine.stash)),
    )


def tooltip(table: MachineTable, row: int, column: MarketColumn, dbc_price: int) -> str:
    """The whole value behind a cell that shows a part of it; empty where it shows all."""
    match column:
        case MarketColumn.MACHINE:
            return str(table.machine_id[row])
        case MarketColumn.GPUS:
            return table.gpu_type[row]
        case MarketColumn.FREE:
            return tr("{free} of {total} GPUs", free=int(table.free_gpu[row]), total=int(table.gpu_num[row]))
        case MarketColumn.USD_HOUR:
            return tr("{price} for one GPU and day", price=usd(int(table.price_usd[row]), 6))
        case MarketColumn.DBC_HOUR:
            hourly = dbc_per_hour(int(table.price_usd[row]), dbc_price)
            if hourly is None:
                return ""
            daily = Balance(int(table.price_usd[row]) * UNITS_PER_DBC // dbc_price)
            return tr("{price} for one GPU and day", price=amount(daily, None))
        case MarketColumn.PLACE:
            return f"{float(table.latitude[row]):.4f}, {float(table.longitude[row]):.4f}"
        case _:
            return ""


def filter_choices() -> tuple[tuple[str, str], ...]:
    """What the filter menu offers, and how each begins in the query line."""
    return (
        (tr("GPU model"), "gpu:"),
        (tr("GPUs free"), "free>="),
        (tr("USD per GPU-hour"), "price<"),
        (tr("GPU memory, GB"), "vram>="),
        (tr("RAM, GB"), "ram>="),
        (tr("Download, Mbit/s"), "down>="),
        (tr("Calc points"), "points>="),
        (tr("Rented so often"), "times>="),
        (tr("With rented GPUs, yes or no"), "rented:"),
    )


def key_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and length of each known word that stands before a comparison in a query line."""
    return tuple((found.start(1), len(found[1])) for found in _KEY.finditer(text) if found[1].lower() in KEYS)
