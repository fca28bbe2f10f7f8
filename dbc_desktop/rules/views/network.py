"""Sums over the network, and what ends when."""

from __future__ import annotations

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA, Census, Deadline, NetworkTotals
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances, generic_func, machine_check, online_committee, reward_queue
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout, points, stake
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, MACHINES, STASH_MACHINES, stash_machines, sys_info
from dbc_desktop.rules.orders import ORDERS, USER_ORDERS, machine_orders
from dbc_desktop.rules.price import price
from dbc_desktop.rules.views.dispute_deadlines import disputed
from dbc_desktop.rules.views.eras import next_payout_height
from dbc_desktop.rules.work import era_of

_WORKING = (MachineStatus.ONLINE, MachineStatus.RENTED)


def network_totals(engine: Engine) -> NetworkTotals:
    """Sums over the whole network at this height; `machine_num` and `gpu_num` count those that are online or rented."""
    state, profile = engine.state, engine.profile
    sums, floor, first = sys_info(state), profile.rent.floor, stake.first_stake(profile, state)
    return NetworkTotals(
        issuance=Balance(balances.issuance(state)),
        burned=Balance(sum(amount for _, amount in state.items(balances.BURNED))),
        burn_floor=None if floor is None else Balance(floor),
        era_reward=Balance(payout.era_reward(profile, state, era_of(engine.height))),
        dbc_price_usd=price(state) or 0,
        machine_num=sums.machine_num,
        gpu_num=sums.gpu_num,
        rented_gpu_num=sums.rented_gpu_num,
        total_staked=Balance(sums.total_stake),
        bond_stake=None if first is None else Balance(first),
        fixed_fee=Balance(generic_func.fixed_fee(profile, state)),
    )


def census(engine: Engine) -> Census:
    """How many stashes have a record, and at how many coordinates machines are online or rented."""
    machines = (machine for _, machine in engine.state.items(MACHINES) if machine.status in _WORKING)
    places = {(one.customize.longitude, one.customize.latitude) for one in machines if one.customize is not None}
    return Census(sum(1 for _ in engine.state.items(STASH_MACHINES)), len(places))


def deadlines(engine: Engine, address: Address) -> tuple[Deadline, ...]:
    """What ends for this account as stash, controller or renter, earliest first.

    Subjects: the machine id of a `verification` (its next window), the rent id of `confirm` and `lease_end` (a stash
    sees those of its machines too), the era that is paid or begins. `disputed` has those of disputes.
    """
    state, profile, height = engine.state, engine.profile, engine.height
    found: set[Deadline] = set()
    own: tuple[int, ...] = state.get(USER_ORDERS, address.raw) or ()
    orders = set(own)
    for stash in {address.raw, state.get(CONTROLLER_STASH, address.raw) or address.raw}:
        paid = False
        for machine_id in stash_machines(state, stash).total:
            orders |= set(machine_orders(state, machine_id).rent_order)
            waiting = machine_check.open_order(state, machine_id)
            if waiting is not None:
                found.add(Deadline("verification", waiting.since + profile.verification.grab_window, machine_id))
            order = state.get(online_committee.ORDERS, machine_id)
            if order is not None:
                hashing = order.status == online_committee.HASHING
                window = profile.reveal_start if hashing else profile.reveal_end
                found.add(Deadline("verification", order.book_time + window, machine_id))
            paid = paid or _will_be_paid(engine, machine_id)
        if paid:
            at = next_payout_height(engine)
            found.add(Deadline("payout", at, str(era_of(at) - 1)))
    for rent_id in orders:
        rent = state.get(ORDERS, rent_id)
        if rent is not None:
            if rent.status is RentStatus.WAITING_VERIFYING:
                found.add(Deadline("confirm", rent.rent_start + profile.confirm_window, str(rent_id)))
            else:
                found.add(Deadline("lease_end", rent.rent_end, str(rent_id)))
    found |= disputed(engine, address)
    coming = era_of(height) + 1
    found.add(Deadline("era", (coming - 1) * BLOCKS_PER_ERA + 1, str(coming)))
    return tuple(sorted(found, key=lambda one: (one.height, one.kind, one.subject)))


def _will_be_paid(engine: Engine, machine_id: str) -> bool:
    """Whether the next payout has anything for the machine."""
    data = engine.state.get(payout.QUEUES, machine_id)
    if data is None:
        return False
    era = era_of(next_payout_height(engine)) - 1
    return bool(reward_queue.unpack(data).waiting or points.machine_at(engine.state, machine_id, era).gpus)
