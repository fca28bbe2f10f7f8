"""Reading super nodes and who supports them into the mirror of a block (chain-rules 9, 10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dbc_desktop.chain.substrate.mirror import Mirror
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.rows import Values
from dbc_desktop.chain.substrate.storage import Item, Storage
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.errors import ChainAnswerInvalid
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA
from dbc_desktop.domain.super_node import Election, Outlook, Payee, PayTo, SuperNode, SuperNodePrefs, Support
from dbc_desktop.rules import views
from dbc_desktop.rules.election_policies import Backed, ranking
from dbc_desktop.rules.staking.eras import ERA_MS, stream
from dbc_desktop.rules.staking.rows import (
    ELECTED,
    LEDGERS,
    MIN_COMMISSION,
    NOMINATORS,
    PAYEES,
    VALIDATOR_COUNT,
    VALIDATORS,
    VERSIONS,
    YEARLY,
    Chunk,
    Elected,
    LedgerRow,
    Nominations,
    YearlyRewards,
    staking_era_of,
)
from dbc_desktop.rules.state import SINGLE

_S = "Staking"
_PAY_TO = {
    "Staked": PayTo.STAKED,
    "Stash": PayTo.STASH,
    "Controller": PayTo.CONTROLLER,
    "Account": PayTo.ACCOUNT,
    "None": PayTo.NOWHERE,
}


@dataclass(frozen=True, slots=True)
class StakingEra:
    """Where the staking eras of the chain stand: they end with the time, not at a height.

    Attributes:
        active: The one that runs.
        planned: The newest one whose super nodes are chosen: the next one in the last session of an era.
        next_height: The first block of the next one, if no slot stays empty.
        shift: How far the chain's count is ahead of the one that its height gives.
    """

    active: int
    planned: int
    next_height: int
    shift: int

    @property
    def is_decided(self) -> bool:
        """Whether the super nodes of the next era are chosen already."""
        return self.planned > self.active

    def first_height(self, era: int) -> int:
        """The first block of a coming era, if no slot stays empty."""
        return self.next_height + (era - self.active - 1) * BLOCKS_PER_ERA


_NEEDED = (
    "ActiveEra", "CurrentEra", "ValidatorCount", "MinCommission", "Phase0RewardPerYear", "Phase1RewardPerYear",
    "Phase2RewardPerYear", "RewardStartHeight", "Validators", "Nominators", "Ledger", "Bonded", "Payee", "ErasStakers",
)  # fmt: skip


def tells_of_super_nodes(storage: Storage) -> bool:
    """Whether the runtime keeps super nodes as this program knows them."""
    return storage.has("Session", "Validators") and all(storage.has(_S, item) for item in _NEEDED)


def read_staking(mirror: Mirror) -> StakingEra:
    """Where the staking eras stand, how many seats there are, and what they pay.

    Raises:
        ChainAnswerInvalid: `storage`: eras that cannot be.
    """
    view = mirror.view
    names = ("ValidatorCount", "MinCommission", "Phase0RewardPerYear", "Phase1RewardPerYear", "Phase2RewardPerYear")
    items: list[Item] = [(_S, "ActiveEra", ()), (_S, "CurrentEra", ()), ("Timestamp", "Now", ())]
    items += [(_S, name, ()) for name in (*names, "RewardStartHeight")]
    active, planned, now, seats, least, *per_year, start = view.many(items)
    index = 0 if active is None else active["index"]
    if planned is not None and planned not in (index, index + 1):
        raise ChainAnswerInvalid("storage")
    mirror.put(VALIDATOR_COUNT, SINGLE, seats)
    mirror.put(MIN_COMMISSION, SINGLE, least)
    first, second, third = per_year
    mirror.put(YEARLY, SINGLE, YearlyRewards((first, second, third), start))
    began = None if active is None else active["start"]
    left = BLOCKS_PER_ERA if began is None else -((now - began - ERA_MS) // BLOCK_MS)
    next_height = mirror.height + max(1, min(BLOCKS_PER_ERA, left))
    return StakingEra(index, index if planned is None else planned, next_height, index - staking_era_of(mirror.height))


def read_election(mirror: Mirror) -> Election:
    """All who stand, and what the next election would decide by the rules' own count, or has decided already."""
    era, view = read_staking(mirror), mirror.view
    seated = view.get("Session", "Validators")
    own = staking_era_of(mirror.height)
    mirror.put(ELECTED, own, tuple(Elected(who, 0, (), 0) for who in seated))
    mirror.put(VERSIONS, SINGLE, (own,) if seated else ())
    for (who,), value in view.entries(_S, "Validators"):
        mirror.put(VALIDATORS, who, _prefs(value))
    for (who,), value in view.entries(_S, "Nominators"):
        mirror.put(NOMINATORS, who, _nominations(value))
    for _, value in view.entries(_S, "Ledger"):
        mirror.put(LEDGERS, value["stash"], _ledger(value, era.shift))
    found = views.election(mirror.engine())
    payout = Balance(_payout(mirror, era)) if seated else ZERO
    found = replace(found, era=era.active, next_height=era.next_height, era_payout=payout, outlook=Outlook.ESTIMATED)
    return _decided(mirror, found, era.planned) if era.is_decided else found


def _decided(mirror: Mirror, found: Election, planned: int) -> Election:
    """The outcome as the chain has written it down for the era to come, in place of the one that was reckoned."""
    chosen = ranking(
        Backed(who, value["own"], tuple((one["who"], one["value"]) for one in value["others"]))
        for (who,), value in mirror.view.entries(_S, "ErasStakers", planned)
    )
    known = {node.address.raw: node for node in found.nodes}
    nodes = []
    for one in chosen:
        address = Address(one.who)
        before = known.pop(one.who, None) or SuperNode(address, ZERO, ZERO, 0, 0, False, False, True)
        own, support = Balance(one.own), Balance(one.total - one.own)
        nodes.append(replace(before, own=own, support=support, supporters=len(one.others), is_winning=True))
    others = [replace(node, is_winning=False) for node in found.nodes if node.address.raw in known]
    others.sort(key=lambda node: (-node.total.units, node.address.raw))
    line = nodes[-1].total if nodes and others else None
    return replace(found, nodes=(*nodes, *others), threshold=line, outlook=Outlook.DECIDED)


def node_emission(mirror: Mirror) -> Balance:
    """What all super nodes together earn in this staking era; nothing where nobody has a seat."""
    if not tells_of_super_nodes(mirror.view.storage) or not mirror.view.get("Session", "Validators"):
        return ZERO
    return Balance(_payout(mirror, read_staking(mirror)))


def _payout(mirror: Mirror, era: StakingEra) -> int:
    engine = mirror.engine()
    return stream(engine.profile, engine.state).era_payout(era.next_height, ERA_MS)


def read_support(mirror: Mirror, address: Address) -> Support:
    """What an account stakes for super nodes."""
    era = read_staking(mirror)
    controller = read_staker(mirror, address.raw, era)
    found = views.support_of(mirror.engine(), address)
    spans = None
    if found.has_ledger and mirror.view.storage.has(_S, "SlashingSpans"):
        spans = mirror.view.get(_S, "SlashingSpans", address.raw)
    return replace(
        found,
        unlocking=tuple(
            replace(one, era=one.era + era.shift, height=era.first_height(one.era + era.shift))
            for one in found.unlocking
        ),
        slashing_spans=0 if spans is None else 1 + len(spans["prior"]),
        controller=None if controller in (None, address.raw) else Address(controller),
    )


def read_staker(mirror: Mirror, who: bytes, era: StakingEra) -> bytes | None:
    """What an account has bonded, whom it supports, where its rewards go, whether it stands; who signs for it."""
    view = mirror.view
    controller: bytes | None
    controller, payee, named = view.many([(_S, item, (who,)) for item in ("Bonded", "Payee", "Nominators")])
    ledger = view.get(_S, "Ledger", who if controller is None else controller)
    if ledger is not None and ledger["stash"] == who:
        mirror.put(LEDGERS, who, _ledger(ledger, era.shift))
    mirror.put(PAYEES, who, _payee(payee))
    if named is not None:
        mirror.put(NOMINATORS, who, _nominations(named))
    read_candidates(mirror, [who])
    return controller


def read_candidates(mirror: Mirror, accounts: Iterable[bytes]) -> None:
    """Those of these accounts that stand for election, and on what terms."""
    items: list[Item] = [(_S, "Validators", (who,)) for who in dict.fromkeys(accounts)]
    for (_, _, (who,)), prefs in zip(items, mirror.view.many_stored(items), strict=True):
        if prefs is not None and isinstance(who, bytes):
            mirror.put(VALIDATORS, who, _prefs(prefs))


def _prefs(value: Values) -> SuperNodePrefs:
    return SuperNodePrefs(value["commission"], value["blocked"])


def _nominations(value: Values) -> Nominations:
    return Nominations(tuple(value["targets"]), value["submitted_in"])


def _ledger(value: Values, shift: int) -> LedgerRow:
    chunks = tuple(Chunk(one["value"], one["era"] - shift) for one in value["unlocking"])
    return LedgerRow(value["total"], value["active"], chunks)


def _payee(value: Variant) -> Payee:
    pay_to = _PAY_TO.get(value.name)
    if pay_to is None:
        raise ChainAnswerInvalid("storage")
    return Payee(pay_to, value.value if pay_to is PayTo.ACCOUNT else None)
