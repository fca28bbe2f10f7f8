"""Rent orders, living and past, and what a new one would cost."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentOrder, RentQuote, RentStatus
from dbc_desktop.rules import balances, generic_func, parameters
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.orders import ORDERS, USER_ORDERS, OrderRow, machine_orders
from dbc_desktop.rules.rent_machine import terms
from dbc_desktop.rules.work import HistoryRow


def rent_order(engine: Engine, rent_id: int) -> RentOrder | None:
    """An order that holds GPUs now; of one that lapsed or ended, `ended_order` reads the history row."""
    found = engine.state.get(ORDERS, rent_id)
    return None if found is None else _order(engine, rent_id, found)


def ended_order(engine: Engine, row: HistoryRow) -> RentOrder:
    """An order that lapsed or ended, from its history row of kind `rent_order`."""
    machine_id, renter, start, confirmed, end, fee, status, gpu_num, gpu_index = json.loads(row.value)
    renter = bytes.fromhex(renter)
    kept = OrderRow(machine_id, renter, start, confirmed, end, fee, RentStatus(status), gpu_num, tuple(gpu_index))
    return _order(engine, row.index, kept)


def rent_orders(engine: Engine, renter: Address, past: Iterable[HistoryRow] = ()) -> tuple[RentOrder, ...]:
    """The orders of a renter, newest first; `past` are the rows of kind `rent_order` with this renter as subject."""
    living = (rent_order(engine, rent_id) for rent_id in engine.state.get(USER_ORDERS, renter.raw) or ())
    found = [one for one in living if one is not None]
    found += [ended_order(engine, row) for row in past]
    return tuple(sorted(found, key=lambda one: -one.rent_id))


def orders_on(engine: Engine, machine_id: MachineId) -> tuple[RentOrder, ...]:
    """The orders that now hold GPUs of a machine, oldest first."""
    held = (rent_order(engine, one) for one in machine_orders(engine.state, machine_id).rent_order)
    return tuple(one for one in held if one is not None)


def rent_quote(engine: Engine, machine_id: MachineId, gpu_num: int, duration_blocks: int) -> RentQuote:
    """What an order would cost now; `duration_blocks` comes back cut to the longest rental.

    Raises:
        ChainRejected: As `rent_machine` would, the renter's coins aside (chain-rules 5.2).
    """
    agreed = terms(engine.profile, engine.state, engine.height + 1, machine_id, gpu_num, duration_blocks)
    split = parameters.rent_rules(engine.profile, engine.state).split(agreed.fee, balances.issuance(engine.state))
    return RentQuote(
        machine_id=machine_id,
        gpu_num=gpu_num,
        duration_blocks=agreed.duration,
        fee_usd=agreed.fee_usd,
        fee=Balance(agreed.fee),
        burned=Balance(split.burned + split.to_pot),
        fixed_fee=Balance(generic_func.fixed_fee(engine.profile, engine.state)),
    )


def _order(engine: Engine, rent_id: int, row: OrderRow) -> RentOrder:
    return RentOrder(
        rent_id=rent_id,
        machine_id=MachineId(row.machine_id),
        renter=Address(row.renter),
        gpu_num=row.gpu_num,
        gpu_index=row.gpu_index,
        rent_start=row.rent_start,
        confirm_until=row.rent_start + engine.profile.confirm_window,
        rent_end=row.rent_end,
        status=row.status,
        fee=Balance(row.fee),
    )
