"""One stash of a node, with its machines, rewards and leases, as a copy to practise with (`rules/practice.py`)."""

from __future__ import annotations

from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.reads import shaped
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.rules import balances
from dbc_desktop.rules.online_profile import payout, reported
from dbc_desktop.rules.online_profile import rows as online
from dbc_desktop.rules.orders import ORDERS
from dbc_desktop.rules.practice import COPY, MachineCopy, OrderCopy, StashCopy


def copy_of(mirror: Mirror, stash: bytes) -> bytes:
    """The stash at the block of the mirror.

    Raises:
        InvalidInput: `address` with `no_stash`: it has no machine there.
        ChainUnreachable, BackendMismatch: The node does not tell, or keeps it in another form.
    """
    with shaped():
        ids = mirror.read_stashes([stash])
        if not ids:
            raise InvalidInput("address", "no_stash")
        mirror.read_orders(mirror.read_machines(ids, earned=True))
        state = mirror.engine().state
        controller = state.get(online.STASH_CONTROLLER, stash) or stash
        mirror.read_accounts({stash, controller})
        state = mirror.engine().state
        machines = []
        for one in ids:
            record = state.get(online.MACHINES, one)
            queue, owner = state.get(payout.QUEUES, one), state.get(payout.OWNERS, one)
            if record is not None and record.stash == stash and queue is not None and owner is not None:
                record = _by_own_word(record, state.get(reported.REPORTED, one) or ())
                machines.append(MachineCopy(one, record, queue, owner, state.get(online.EXTRA_PRICE, one) or 0))
        orders = tuple(
            OrderCopy(rent_id, order)
            for rent_id, order in sorted(state.items(ORDERS))
            if order.status is RentStatus.RENTING
        )
        held, accounts = online.stash_rewards(state, stash), []
        for who in dict.fromkeys((stash, controller)):
            found = balances.holdings(state, who)
            accounts.append((who, found.free, found.reserved))
        copy = StashCopy(
            height=mirror.height,
            stash=stash,
            controller=controller,
            accounts=tuple(accounts),
            stake=state.get(online.STASH_STAKE, stash) or 0,
            can_claim=held.can_claim,
            earned=held.earned,
            claimed=held.claimed,
            rooms=state.get(online.SERVER_ROOMS, stash) or (),
            machines=tuple(machines),
            orders=orders,
        )
        return COPY.encode(copy)


def _by_own_word(record: online.MachineRow, reports: tuple[reported.Reported, ...]) -> online.MachineRow:
    """A machine that others reported is offline by its owner's word in the copy: its judges are not there."""
    if not reports:
        return record
    first = reports[-1]
    is_away = first.status is MachineStatus.STAKER_REPORT_OFFLINE
    return record._replace(
        status=MachineStatus.STAKER_REPORT_OFFLINE,
        previous=first.previous if is_away else first.status,
        offline_height=first.offline_height if is_away else first.report_time,
    )
