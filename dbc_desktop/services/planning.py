"""A plan for *what if* from a file somebody wrote, TOML or JSON: read as something foreign, with clear errors.

gpus = 16                 # all cards; required
gpus_per_machine = 8
gpu = "RTX 4090"          # with its memory: points by the committee's formula; or points_per_gpu = 241.58
gpu_memory_gb = 24
machine_memory_gb = 512
rented_percent = 25
offline_days = 0
offline_from = 10         # eras that pass before
dbc_price_usd = 0.012     # without: the chain's
rent_price_usd = 3.60     # for a card and day; without: the chain's
power_watts = 450         # a card
tariff_usd = 0.31         # a kWh
claim_every = 7           # eras; 0: never
replaces = "5Grw…"        # in place of this stash's machines
"""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.gpu_models import CUDA_CORES, cuda_cores
from dbc_desktop.domain.simulation import USUAL_GPUS, Plan
from dbc_desktop.rules.calc_point import calc_point
from dbc_desktop.services.explaining import read_given

MOST_BYTES = 20_000
MICRO = 1_000_000

_WHOLE = ("gpus", "gpus_per_machine", "rented_percent", "offline_days", "offline_from", "power_watts", "claim_every")
_MONEY = ("dbc_price_usd", "rent_price_usd", "tariff_usd")
_POINTS = ("gpu", "gpu_memory_gb", "machine_memory_gb", "points_per_gpu")
_KEYS = (*_WHOLE, *_MONEY, *_POINTS, "replaces")
_MOST_GB = 100_000


def read_plan(path: Path) -> Plan:
    """The plan in a file.

    Raises:
        InvalidInput: `plan` with `unreadable`, `too_big`, `not_a_plan`, `unknown_key`, `missing`, `not_a_number`,
            `not_whole`, `unknown_gpu`, `points_twice` or `address`; or a field with `out_of_range`.
    """
    return parse_plan(read_given(path, MOST_BYTES, "plan"))


def parse_plan(data: bytes) -> Plan:
    """The plan in the bytes of a file; JSON where it begins with a brace, else TOML.

    Raises:
        InvalidInput: As `read_plan`.
    """
    try:
        text = data.decode()
        is_json = text.lstrip().startswith("{")
        found: Any = json.loads(text, parse_float=Decimal) if is_json else tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise InvalidInput("plan", "not_a_plan") from error
    if not isinstance(found, dict):
        raise InvalidInput("plan", "not_a_plan")
    return plan_of(found)


def plan_of(fields: dict[str, Any]) -> Plan:
    """The plan that these fields make; numbers are whole or `Decimal`.

    Raises:
        InvalidInput: As `read_plan`.
    """
    for key in fields:
        if key not in _KEYS:
            raise InvalidInput("plan", "unknown_key", key=str(key)[:40], known=", ".join(_KEYS))
    if "gpus" not in fields:
        raise InvalidInput("plan", "missing", key="gpus")
    values: dict[str, Any] = {key: _whole(fields, key) for key in _WHOLE if key in fields}
    values |= {key: _scaled(fields, key, MICRO) for key in _MONEY if key in fields}
    if "replaces" in fields:
        values["replaces"] = _address(fields["replaces"])
    values["points_per_gpu"] = _points(fields, values.get("gpus_per_machine", USUAL_GPUS))
    plan = Plan(**values)
    plan.check()
    return plan


def _points(fields: dict[str, Any], gpus_per_machine: int) -> int:
    """Points of a card as on chain: given, or by what it is."""
    if ("gpu" in fields) == ("points_per_gpu" in fields):
        raise InvalidInput("plan", "points_twice")
    if "points_per_gpu" in fields:
        return _scaled(fields, "points_per_gpu", 100)
    name = fields["gpu"]
    cores = cuda_cores(name) if isinstance(name, str) else None
    if cores is None:
        raise InvalidInput("plan", "unknown_gpu", gpu=str(name)[:40], known=", ".join(CUDA_CORES))
    for key in ("gpu_memory_gb", "machine_memory_gb"):
        if key not in fields:
            raise InvalidInput("plan", "missing", key=key)
        if not 1 <= _whole(fields, key) <= _MOST_GB:
            raise InvalidInput(key, "out_of_range", name=key, least=1, most=_MOST_GB)
    gpus = max(1, min(gpus_per_machine, 64))
    return calc_point(gpus, fields["machine_memory_gb"], cores, fields["gpu_memory_gb"]) // gpus


def _whole(fields: dict[str, Any], key: str) -> int:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput("plan", "not_whole", key=key)
    return value


def _scaled(fields: dict[str, Any], key: str, scale: int) -> int:
    """The number times `scale`, cut."""
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise InvalidInput("plan", "not_a_number", key=key)
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() > 18 or number.adjusted() < -18:
        raise InvalidInput("plan", "not_a_number", key=key)
    return int(number * scale)


def _address(value: Any) -> Address:
    if not isinstance(value, str):
        raise InvalidInput("plan", "address")
    try:
        return Address(ss58.decode(value))
    except InvalidInput as error:
        raise InvalidInput("plan", "address") from error
