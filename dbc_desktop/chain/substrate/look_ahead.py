"""A preview for a real node: the rules on the part of its state that a call touches. An estimate, and marked so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.reads import shaped
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Preview
from dbc_desktop.domain.machine import HardwareInfo
from dbc_desktop.rules import balances
from dbc_desktop.rules.catalogue import BY_NAME
from dbc_desktop.rules.dispatch import SIGNED
from dbc_desktop.rules.preview import preview


def look_ahead(mirror: Mirror, call: Call, signer: bytes, fee: int) -> Preview:
    """What `call` would do in the next block, as far as today's rules and the state it touches tell.

    A refusal by the engine is told as a consequence, not as a certainty: the node has the last word. Of a call that
    the engine does not play only the fee is told.

    Raises:
        ChainUnreachable, BackendMismatch: The state cannot be read.
    """
    with shaped():
        read_touched(mirror, call, signer)
        engine = mirror.engine()
        if (call.pallet, call.name) not in SIGNED:
            held = balances.holdings(engine.state, signer)
            return Preview(call, Balance(fee), Balance(held.free - fee), Balance(held.reserved), ())
        made = preview(engine.profile, engine.height + 1, engine.state, call, signer, fee)
    return replace(made, error=None)


def read_touched(mirror: Mirror, call: Call, signer: bytes) -> None:
    """Read what a call of this signer may look at: accounts, stashes, machines, orders, points."""
    accounts, machines, orders = {signer}, set[str](), set[int]()
    for name, kind, value in _arguments(call):
        if kind in ("AccountId", "MultiAddress", "Option<AccountId>") and isinstance(value, bytes):
            accounts.add(value)
        elif kind == "MachineId" and isinstance(value, str):
            machines.add(value)
        elif isinstance(value, HardwareInfo):
            machines.add(value.machine_id)
        elif name == "rent_id" and isinstance(value, int):
            orders.add(value)
    mirror.read_user(signer)
    bonded = mirror.view.get("OnlineProfile", "ControllerStash", signer)
    stashes = {signer} if bonded is None else {signer, bonded}
    mirror.read_orders(sorted(orders))
    machines |= mirror.machines_of_orders()
    if call.pallet == "OnlineProfile":
        machines |= set(mirror.read_stashes(sorted(stashes)))
    mirror.read_orders(mirror.read_machines(sorted(machines)))
    stashes |= mirror.owners()
    mirror.read_stashes(sorted(stashes))
    mirror.read_accounts(sorted(accounts | stashes))
    if machines:
        mirror.read_points()
    if call.pallet in ("Committee", "OnlineCommittee"):
        mirror.read_members()


def _arguments(call: Call) -> Iterator[tuple[str, str, object]]:
    spec = BY_NAME.get((call.pallet, call.name))
    if spec is None:
        return
    for (name, kind), value in zip(spec.args, call.args, strict=False):
        if isinstance(value, Call):
            yield from _arguments(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Call):
            for one in value:
                yield from _arguments(one)
        else:
            yield name, kind, value
