"""Who held a machine in the past of the embedded chain, and which block stood where: for those who check evidence."""

from __future__ import annotations

from dbc_desktop.chain.local.explore import event_page
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.explorer import EventQuery, Mark
from dbc_desktop.domain.machine import Machine, MachineId, MachineOwner
from dbc_desktop.domain.network import BLOCK_MS, BlockStamp

_PALLET = "OnlineProfile"
_NOBODY = MachineOwner(None, None)


def stamp(store: Store, height: int, start_ms: int) -> BlockStamp | None:
    """The stored block at this height; its time is reckoned as `Head.timestamp_ms` is."""
    found = store.last_block(height)
    if found is None or found[0] != height:
        return None
    return BlockStamp(height, bytes(found[1]), start_ms + height * BLOCK_MS)


def owner(store: Store, now: Machine | None, machine_id: MachineId, height: int) -> MachineOwner:
    """Who held the machine at a height that the chain has reached.

    Told by the events in which machines are bonded and leave, and in which stashes name controllers (chain-rules 3,
    4.7, 4.13). `now` is the machine as it stands: one that came with the genesis was never bonded by an event.
    """
    try:
        key = bytes.fromhex(machine_id)
    except ValueError:
        return _NOBODY
    bonded = _newest(store, "BondMachine", key, height, {"machine_id": machine_id})
    left = _newest(store, "MachineExit", key, height, {"machine_id": machine_id})
    if bonded is None:
        came_with_genesis = left is None and now is not None and now.bonding_height <= height
        if not came_with_genesis or now is None:
            return _NOBODY
        return MachineOwner(now.stash, _controller(store, now.stash, height) or now.controller)
    if left is not None and _order(left) > _order(bonded):
        return _NOBODY
    controller = bonded.fields["controller"]
    if not isinstance(controller, bytes):
        return _NOBODY
    stash = _stash_behind(store, controller, bonded.height)
    if stash is None:
        return MachineOwner(None, Address(controller))
    return MachineOwner(stash, _controller(store, stash, height) or Address(controller))


def _controller(store: Store, stash: Address, height: int) -> Address | None:
    """Whom a stash had named at a height; None where no event says so."""
    first = _newest(store, "ControllerStashBonded", stash.raw, height, {"stash": stash.raw})
    later = _newest(store, "StashResetController", stash.raw, height, {"stash": stash.raw})
    if later is not None:
        return _address(later.fields["new"])
    if first is not None:
        return _address(first.fields["controller"])
    # A stash of the genesis: the first event after that height says whom it had until then.
    after = _oldest_reset_after(store, stash, height)
    return None if after is None else _address(after.fields["old"])


def _stash_behind(store: Store, controller: bytes, height: int) -> Address | None:
    first = _newest(store, "ControllerStashBonded", controller, height, {"controller": controller})
    later = _newest(store, "StashResetController", controller, height, {"new": controller})
    found = [one for one in (first, later) if one is not None]
    return _address(max(found, key=_order).fields["stash"]) if found else None


def _oldest_reset_after(store: Store, stash: Address, height: int) -> EventRecord | None:
    query = EventQuery(_PALLET, "StashResetController", stash.raw, from_height=height + 1)
    return next((one for one in reversed(_all(store, query)) if one.fields.get("stash") == stash.raw), None)


def _newest(store: Store, name: str, subject: bytes, height: int, fields: dict[str, object]) -> EventRecord | None:
    query = EventQuery(_PALLET, name, subject, to_height=height)
    mark: Mark | None = None
    while True:
        page = event_page(store, query, 100, mark)
        for event in page.rows:
            if all(event.fields.get(field) == value for field, value in fields.items()):
                return event
        if page.older is None:
            return None
        mark = page.older


def _all(store: Store, query: EventQuery) -> list[EventRecord]:
    found: list[EventRecord] = []
    mark: Mark | None = None
    while True:
        page = event_page(store, query, 100, mark)
        found += page.rows
        if page.older is None:
            return found
        mark = page.older


def _order(event: EventRecord) -> tuple[int, int]:
    return event.height, -1 if event.extrinsic is None else event.extrinsic


def _address(value: object) -> Address | None:
    return Address(value) if isinstance(value, bytes) else None
