"""A preview for a real node: the rules on the part of its state that a call touches. An estimate, and marked so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.reads import shaped
from dbc_desktop.chain.substrate.staking_mirror import (
    StakingEra,
    read_candidates,
    read_staker,
    read_staking,
    tells_of_super_nodes,
)
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Consequence, Preview
from dbc_desktop.domain.machine import HardwareInfo
from dbc_desktop.rules import balances
from dbc_desktop.rules.catalogue import BY_NAME
from dbc_desktop.rules.dispatch import SIGNED
from dbc_desktop.rules.preview import preview
from dbc_desktop.rules.work import era_of

_NOT_TOLD = {("Staking", "payout_stakers")}
"""What a super node and its supporters get follows from the blocks that it wrote, not from what a payout looks at."""

_FOR_THE_ELECTION = ("supports_nodes", "leaves_election")


def look_ahead(mirror: Mirror, call: Call, signer: bytes, fee: int) -> Preview:
    """What `call` would do in the next block, as far as today's rules and the state it touches tell.

    A refusal by the engine is told as a consequence, not as a certainty: the node has the last word. Of a call that
    the engine does not play only the fee is told.

    Raises:
        ChainUnreachable, BackendMismatch: The state cannot be read.
    """
    with shaped():
        calls = tuple(_calls(call))
        read_touched(mirror, call, signer)
        era = _read_staked(mirror, calls, signer)
        engine = mirror.engine()
        if (call.pallet, call.name) not in SIGNED or any((one.pallet, one.name) in _NOT_TOLD for one in calls):
            held = balances.holdings(engine.state, signer)
            return Preview(call, Balance(fee), Balance(held.free - fee), Balance(held.reserved), ())
        made = preview(engine.profile, engine.height + 1, engine.state, call, signer, fee)
    told = made.consequences if era is None else tuple(_until(one, era, mirror.height) for one in made.consequences)
    return replace(made, consequences=told, error=None)


def _read_staked(mirror: Mirror, calls: tuple[Call, ...], signer: bytes) -> StakingEra | None:
    """Read what calls of Staking look at; where the staking eras stand, None where none of the calls is one."""
    named = [one for one in calls if one.pallet == "Staking"]
    if not named or not tells_of_super_nodes(mirror.view.storage):
        return None
    era = read_staking(mirror)
    read_staker(mirror, signer, era)
    targets = {
        target
        for one in named
        for value in one.args
        for target in (value if isinstance(value, tuple) else ())
        if isinstance(target, bytes)
    }
    if targets:
        read_candidates(mirror, sorted(targets))
    return era


def _until(told: Consequence, era: StakingEra, height: int) -> Consequence:
    """What waits for the next election waits for the one of the chain, whose eras end with the time.

    Once the seats of the next era are given it is the era after that.
    """
    if told.kind not in _FOR_THE_ELECTION:
        return told
    first = era.first_height(era.planned + 1)
    return replace(told, facts={**told.facts, "blocks": first - height - 1})


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
        era = era_of(mirror.height + 1)
        mirror.read_points([era, era + 1])
    if call.pallet in ("Committee", "OnlineCommittee"):
        mirror.read_members()


def _calls(call: Call) -> Iterator[Call]:
    """A call and those inside it."""
    yield call
    for value in call.args:
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Call):
                yield from _calls(one)


def _arguments(call: Call) -> Iterator[tuple[str, str, object]]:
    for one in _calls(call):
        spec = BY_NAME.get((one.pallet, one.name))
        if spec is not None:
            yield from ((name, kind, value) for (name, kind), value in zip(spec.args, one.args, strict=False))
