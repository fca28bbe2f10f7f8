"""The market's query line and its order, on columns: 100,000 machines are filtered and sorted in one go (design 9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.network import MachineTable

HOURS_PER_DAY = 24
MICRO = 1_000_000


class SortColumn(StrEnum):
    """What the table can be ordered by."""

    MACHINE = "machine"
    GPU = "gpu"
    GPUS = "gpus"
    FREE = "free"
    VRAM = "vram"
    RAM = "ram"
    DISK = "disk"
    DOWN = "down"
    PRICE = "price"
    POINTS = "points"
    RENTED_TIMES = "times"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `value` is in the unit of the column (micro-USD for a GPU and day for `price`)."""

    key: str
    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class MarketQuery:
    """What a query line says; `parse` and `format` are a pair.

    Attributes:
        words: Parts of the GPU's name or of the machine's id, all of which must be found; lower case.
        gpu: Parts of the GPU's name (`gpu:4090`), all of which must be found; lower case.
        rented: None for any, True for machines with a rented GPU, False for machines with none.
        conditions: Comparisons, all of which must hold.
    """

    words: tuple[str, ...] = ()
    gpu: tuple[str, ...] = ()
    rented: bool | None = None
    conditions: tuple[Condition, ...] = ()

    @classmethod
    def parse(cls, text: str) -> MarketQuery:
        """Read a line such as `gpu:4090 gpus>=4 price<0.3 rented:no`.

        `price` is USD for one GPU and hour; `vram`, `ram`, `disk` in GB; `down` in Mbit/s; `points` as people read
        them; also `gpus`, `free`, `times` (rented so often).

        Raises:
            InvalidInput: `query` with `too_long`, `unknown_key` (word, known), `not_a_number` (key, text),
                `not_yes_or_no` (text) or `missing_value` (key).
        """
        if len(text) > MAX_QUERY:
            raise InvalidInput("query", "too_long", limit=MAX_QUERY)
        words: list[str] = []
        gpu: list[str] = []
        rented: bool | None = None
        conditions: list[Condition] = []
        for term in text.lower().split():
            found = _TERM.fullmatch(term)
            if found is None:
                words.append(term)
                continue
            key, operator, value = found["key"], found["operator"], found["value"]
            if key not in KEYS:
                raise InvalidInput("query", "unknown_key", word=key[:40], known=", ".join(KEYS))
            if not value:
                raise InvalidInput("query", "missing_value", key=key)
            if key == "gpu":
                gpu.append(value)
            elif key == "rented":
                if value not in _YES_NO:
                    raise InvalidInput("query", "not_yes_or_no", text=value[:40])
                rented = _YES_NO[value]
            else:
                conditions.append(Condition(key, "=" if operator == ":" else operator, _number(key, value)))
        return cls(tuple(words), tuple(gpu), rented, tuple(conditions))

    def format(self) -> str:
        """The line that parses to this query."""
        parts = [f"gpu:{name}" for name in self.gpu]
        parts += [f"{each.key}{each.operator}{_text(each)}" for each in self.conditions]
        if self.rented is not None:
            parts.append("rented:yes" if self.rented else "rented:no")
        return " ".join([*parts, *self.words])


MAX_QUERY = 200
_SCALE = {
    "gpus": 1,
    "free": 1,
    "vram": 1,
    "ram": 1,
    "disk": 1,
    "down": 1,
    "price": MICRO * HOURS_PER_DAY,
    "points": 100,
    "times": 1,
}
KEYS = ("gpu", *_SCALE, "rented")
_YES_NO = {"yes": True, "no": False}
_TERM = re.compile(r"(?P<key>[^<>=:]*)(?P<operator><=|>=|<|>|=|:)(?P<value>.*)")
_DECIMAL = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?|\.(\d{1,6})")


def _number(key: str, text: str) -> int:
    found = _DECIMAL.fullmatch(text)
    if found is None or not text.isascii():
        raise InvalidInput("query", "not_a_number", key=key, text=text[:40])
    whole, part = int(found[1] or 0), (found[2] or found[3] or "").ljust(6, "0")
    scaled = (whole * MICRO + int(part)) * _SCALE[key]
    if scaled % MICRO:
        raise InvalidInput("query", "not_a_number", key=key, text=text[:40])
    return min(scaled // MICRO, np.iinfo(np.int64).max)


def _text(condition: Condition) -> str:
    scale = _SCALE[condition.key]
    if scale == 1:
        return str(condition.value)
    whole, rest = divmod(condition.value * MICRO // scale, MICRO)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


_COLUMNS: dict[str, Callable[[MachineTable], NDArray[np.int64]]] = {
    "gpus": lambda table: table.gpu_num,
    "free": lambda table: table.free_gpu,
    "vram": lambda table: table.gpu_mem_gb,
    "ram": lambda table: table.mem_gb,
    "disk": lambda table: table.data_disk_gb,
    "down": lambda table: table.download_mbit,
    "price": lambda table: table.price_usd,
    "points": lambda table: table.calc_point,
    "times": lambda table: table.rented_times,
}
_COMPARE: dict[str, Callable[[NDArray[np.int64], int], NDArray[np.bool_]]] = {
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "=": lambda column, value: column == value,
}


def filter_and_sort(
    table: MachineTable, query: MarketQuery, sort_column: SortColumn, ascending: bool
) -> NDArray[np.int64]:
    """Rows of `table` that match `query`, in order; ties keep the order of the table.

    Names are compared once for each distinct GPU model, not once for each machine.
    """
    keep = np.ones(len(table), dtype=np.bool_)
    for condition in query.conditions:
        keep &= _COMPARE[condition.operator](_COLUMNS[condition.key](table), condition.value)
    if query.rented is not None:
        keep &= (table.free_gpu < table.gpu_num) == query.rented
    if query.gpu or query.words:
        keep &= _named(table, query)
    rows = np.flatnonzero(keep)
    key = _sort_key(table, sort_column, rows)
    order = np.argsort(key, kind="stable") if ascending else _descending(key)
    return rows[order]


def _named(table: MachineTable, query: MarketQuery) -> NDArray[np.bool_]:
    lowered = {name: name.lower().replace(" ", "") for name in dict.fromkeys(table.gpu_type)}
    by_gpu = {name: all(part in text for part in query.gpu) for name, text in lowered.items()}
    keep = np.fromiter(map(by_gpu.__getitem__, table.gpu_type), dtype=np.bool_, count=len(table))
    for word in query.words:
        in_name = {name: word in text for name, text in lowered.items()}
        named = np.fromiter(map(in_name.__getitem__, table.gpu_type), dtype=np.bool_, count=len(table))
        keep &= named | np.fromiter((word in each for each in table.machine_id), dtype=np.bool_, count=len(table))
    return keep


def _sort_key(table: MachineTable, column: SortColumn, rows: NDArray[np.int64]) -> NDArray[np.generic]:
    key: NDArray[np.generic]
    match column:
        case SortColumn.MACHINE:
            key = np.array(table.machine_id, dtype="S64")[rows] if len(table) else np.empty(0, dtype="S64")
        case SortColumn.GPU:
            rank = {name: number for number, name in enumerate(sorted(set(table.gpu_type), key=str.casefold))}
            key = np.fromiter(map(rank.__getitem__, table.gpu_type), dtype=np.int64, count=len(table))[rows]
        case SortColumn.PLACE:
            key = table.longitude[rows]
        case _:
            key = _COLUMNS[column.value](table)[rows]
    return key


def _descending(key: NDArray[np.generic]) -> NDArray[np.intp]:
    """Largest first, ties in the order they stood in."""
    backwards = np.argsort(key[::-1], kind="stable")[::-1]
    return len(key) - 1 - backwards
