"""DBCPriceOCW 106: the oracle price, the mean of the last 64 (chain-rules 2.4); and what a standard GPU costs (5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.rules.codec import NUMBER, row
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable, declare_value
from dbc_desktop.rules.work import Work, refuse

_DECIMAL = re.compile(r"([0-9]{1,12})\.([0-9]{1,14})")

PRICES = declare_value("DBCPriceOCW.Prices", row(tuple[int, ...]))
AVG_PRICE = declare_value("DBCPriceOCW.AvgPrice", NUMBER)
PRICE_HEIGHT = declare_value("DBCPriceOCW.NewestPriceHeight", NUMBER)
"""The block in which the newest price came; the network keeps no such number. None since genesis."""
CNY_PER_USD = declare_value("Launch2021.CnyPerUsdMilli", NUMBER)
"""Thousandths of a yuan for one US dollar, fixed at genesis (design 3.1)."""


class StandardPrice(NamedTuple):
    """What a machine of `gpu_point` points costs a day: `gpu_price` micro-USD."""

    gpu_point: int
    gpu_price: int


STANDARD_PRICE = declare_value("OnlineProfile.StandardGPUPointPrice", row(StandardPrice))
"""Fixed at genesis; where it is not, the profile's holds."""


def price(layer: Readable) -> int | None:
    """Micro-USD for one DBC; None before 64 prices were given."""
    return layer.get(AVG_PRICE, SINGLE)


def cny_per_usd_milli(layer: Readable) -> int:
    """Thousandths of a yuan for one US dollar."""
    return layer.get(CNY_PER_USD, SINGLE) or 7_000


def standard_price(profile: RulesProfile, layer: Readable) -> StandardPrice:
    """What a standard machine costs on this chain."""
    return layer.get(STANDARD_PRICE, SINGLE) or StandardPrice(profile.gpu_point, profile.gpu_price)


def oracle_price(text: str) -> int | None:
    """Micro-USD behind the decimal number of a price source; None where the oracle rejects it (chain-rules 2.4).

    It reads no exponents, in which sources write what is below 0.00001, and no fraction of 15 digits or more.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None or (found[1] == "0" and found[2].startswith("00000")):
        return None
    return int(found[1] + found[2][:6].ljust(6, "0"))


def submit_price_by_root(work: Work, new: int) -> None:
    """Add one price; the oldest of 64 falls out."""
    if not 0 < new < 2**64:
        refuse("DBCPriceOCW", "InvalidPrice")
    window = work.profile.price_window
    prices = ((work.layer.get(PRICES, SINGLE) or ()) + (new,))[-window:]
    work.layer.put(PRICES, SINGLE, prices)
    work.layer.put(PRICE_HEIGHT, SINGLE, work.height)
    work.emit("DBCPriceOCW", "AddNewPrice", price=new)
    if len(prices) == window:
        mean = sum(prices) // window
        work.layer.put(AVG_PRICE, SINGLE, mean)
        work.emit("DBCPriceOCW", "AddAvgPrice", price=mean)


ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {("DBCPriceOCW", "submit_price_by_root"): submit_price_by_root}
