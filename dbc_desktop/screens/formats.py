"""How numbers, amounts, ids and times are written. Nothing is rounded up; a missing value is a dash."""

from __future__ import annotations

from datetime import UTC, datetime

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA
from dbc_desktop.screens.texts import ntr, tr

DASH = "–"
TOKEN = "DBC"  # noqa: S105 - the coin's name, no secret
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def amount(balance: Balance | None, decimals: int | None = 2) -> str:
    """`12,345.67 DBC`, cut to `decimals`; every digit where that is None, a dash where the amount is not known."""
    return DASH if balance is None else f"{balance.text(decimals)} {TOKEN}"


def amount_parts(balance: Balance, decimals: int = 2) -> tuple[str, str, str]:
    """`("12,345", ".67", "DBC")`: the part that counts, and the two that are drawn smaller."""
    whole, point, rest = balance.text(decimals).partition(".")
    return whole, point + rest, TOKEN


def usd(micro: int, decimals: int = 2) -> str:
    """`26.98 USD` of micro-USD, cut."""
    return f"{fixed(micro, 6, decimals)} USD"


def price(micro: int) -> str:
    """`0.0120 USD`: the price of one DBC, of micro-USD."""
    return usd(micro, 4)


def fixed(units: int, places: int, decimals: int) -> str:
    """`1,234.50` of `units` that count 10^-places each, cut to `decimals`."""
    sign = "−" if units < 0 else ""
    whole, rest = divmod(abs(units), 10**places)
    shown = f"{rest:0{places}d}"[:decimals]
    return f"{sign}{whole:,}.{shown}" if shown else f"{sign}{whole:,}"


def height(number: int) -> str:
    """`1,396,842`."""
    return f"{number:,}"


count = height


def permille(value: int) -> str:
    """`0.5 %` of 5, `25 %` of 250."""
    whole, rest = divmod(value, 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"


def percent(value: float | None, decimals: int = 0) -> str:
    """`98 %`; a dash where None."""
    return DASH if value is None else f"{value:.{decimals}f} %"


def address_text(address: Address) -> str:
    """The whole address as text."""
    from dbc_desktop.crypto import ss58  # with OpenSSL's hashes: not before the first paint

    return ss58.encode(address.raw)


def short_address(address: Address | str) -> str:
    """`5Grwva…utQY`."""
    return shorten(address_text(address) if isinstance(address, Address) else address, 6)


def short_id(text: str) -> str:
    """`3f9a…c41d`: machine ids and hashes."""
    return shorten(text, 4)


def shorten(text: str, head: int, tail: int = 4) -> str:
    """The first and the last characters with an ellipsis between; short texts stay whole."""
    return text if len(text) <= head + tail + 1 else f"{text[:head]}…{text[-tail:]}"


def seconds_as_time(seconds: int) -> str:
    """`6 min 24 s`, `36 h 12 min`, `2 d 4 h`: the two largest units."""
    seconds = max(0, seconds)
    if seconds < _MINUTE:
        return tr("{s} s", s=seconds)
    if seconds < _HOUR:
        return _two(tr("{m} min", m=seconds // _MINUTE), tr("{s} s", s=seconds % _MINUTE), seconds % _MINUTE)
    if seconds < 2 * _DAY:
        minutes = seconds % _HOUR // _MINUTE
        return _two(tr("{h} h", h=seconds // _HOUR), tr("{m} min", m=minutes), minutes)
    hours = seconds % _DAY // _HOUR
    return _two(tr("{d} d", d=f"{seconds // _DAY:,}"), tr("{h} h", h=hours), hours)


def _two(large: str, small: str, rest: int) -> str:
    return f"{large} {small}" if rest else large


def blocks_as_time(blocks: int) -> str:
    """How long `blocks` take at 6 seconds each, e.g. `36 h 12 min`."""
    return seconds_as_time(blocks * BLOCK_MS // 1000)


def blocks_as_eras(blocks: int) -> str:
    """`1 era`, `9 eras`, cut."""
    return ntr("{n} era", "{n} eras", blocks // BLOCKS_PER_ERA)


def countdown(blocks: int) -> str:
    """`12:41`, `03:04:05`, `2 d 04:18`: what is left, for large figures."""
    seconds = max(0, blocks) * BLOCK_MS // 1000
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    if days:
        return tr("{d} d {time}", d=f"{days:,}", time=f"{hours:02d}:{minutes:02d}")
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def due(blocks: int) -> str:
    """When something ends: `now`, `12:41` within the hour, `in 11 h` and `in 6 days` beyond."""
    seconds = blocks * BLOCK_MS // 1000
    if seconds <= 0:
        return tr("now")
    if seconds < _HOUR:
        return countdown(blocks)
    if seconds < 2 * _DAY:
        return tr("in {h} h", h=seconds // _HOUR)
    return ntr("in {n} day", "in {n} days", seconds // _DAY)


def ago(blocks: int) -> str:
    """How long ago a block was: `just now`, `5 min ago`, `9 eras ago`."""
    seconds = blocks * BLOCK_MS // 1000
    if seconds < _MINUTE:
        return tr("just now")
    if seconds < _HOUR:
        return tr("{m} min ago", m=seconds // _MINUTE)
    if seconds < _DAY:
        return tr("{h} h ago", h=seconds // _HOUR)
    return ntr("{n} era ago", "{n} eras ago", blocks // BLOCKS_PER_ERA)


def clock_time(timestamp_seconds: float) -> str:
    """`19:21:08` of this computer's time zone."""
    return datetime.fromtimestamp(timestamp_seconds, UTC).astimezone().strftime("%H:%M:%S")


def day_of_year(timestamp_seconds: float) -> str:
    """`11-23` of this computer's time zone, for the axes of long curves."""
    return datetime.fromtimestamp(timestamp_seconds, UTC).astimezone().strftime("%m-%d")


def moment(timestamp_seconds: float) -> str:
    """`2026-11-23 19:21:08` of this computer's time zone, for tooltips."""
    return datetime.fromtimestamp(timestamp_seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def gigabytes(size_bytes: int | None, decimals: int = 1) -> str:
    """`21.9 GB`; a dash where None. Memory of GPUs counts 1,024."""
    return DASH if size_bytes is None else f"{size_bytes / 2**30:.{decimals}f} GB"


def temperature(celsius: int | None) -> str:
    """`72 °C`; a dash where None."""
    return DASH if celsius is None else f"{celsius} °C"


def watts(value: float | None) -> str:
    """`2,140 W`; a dash where None."""
    return DASH if value is None else f"{value:,.0f} W"


def gpu_name(name: str) -> str:
    """`RTX 4090` of `NVIDIA GeForce RTX 4090`."""
    for prefix in ("NVIDIA ", "GeForce "):
        name = name.removeprefix(prefix)
    return name


def era_and_amount(era: int, balance: Balance) -> str:
    """`era 149 · 362.21 DBC`."""
    return tr("era {era}", era=count(era)) + f" · {amount(balance)}"
