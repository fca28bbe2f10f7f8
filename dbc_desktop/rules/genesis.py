"""The state before the first block."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from dbc_desktop.domain.balance import UNITS_PER_DBC
from dbc_desktop.domain.super_node import Payee, PayTo, SuperNodePrefs
from dbc_desktop.rules import balances, committee, practice, price, technical_committee, treasury
from dbc_desktop.rules.dispatch import SUDO_KEY
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.profile import PROFILES, RulesProfile
from dbc_desktop.rules.staking import bonding, candidacy, election
from dbc_desktop.rules.state import SINGLE, Overlay, State
from dbc_desktop.rules.work import Work

_FOR_FEES = 1_000 * UNITS_PER_DBC


class FirstNode(NamedTuple):
    """A super node that stands from the first block: own stake in units, commission in parts of 10^9."""

    who: bytes
    own: int
    commission: int


class FirstSupporter(NamedTuple):
    """An account that supports super nodes from the first block, with so many units."""

    who: bytes
    stake: int
    targets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GenesisSpec:
    """What a new chain starts from.

    Attributes:
        endowments: Accounts and the units each holds; together all that exists at first.
        committee: Members that are staked and take orders from the first block; who is endowed with less than the
            committee's stake and 1,000 DBC for fees gets what is missing.
        dbc_price_usd: Micro-USD for one DBC.
        seed: Makes the digests of two otherwise equal chains differ.
        standard_price: Points and micro-USD a day of the machine by which all are priced; None: the profile's.
        treasury_spends: The treasury burns its part every twelve days; chains made before it could never do.
        super_nodes: Who stands for election from the first block; endowed with more than the own stake.
        supporters: Who supports them; endowed with more than the stake.
        technical: Who sits in the technical committee, which grants appeals.
        box_keys: X25519 keys of the committee's members, in their order; empty: their accounts stand in, and nobody
            can read what is sealed to them.
        practice: A stash of a real network that enters later (`rules/practice.py`); empty: none.
    """

    profile: str
    sudo: bytes
    endowments: tuple[tuple[bytes, int], ...]
    committee: tuple[bytes, ...]
    dbc_price_usd: int
    cny_per_usd_milli: int = 7_000
    seed: bytes = b""
    standard_price: tuple[int, int] | None = None
    treasury_spends: bool = False
    super_nodes: tuple[FirstNode, ...] = ()
    supporters: tuple[FirstSupporter, ...] = ()
    technical: tuple[bytes, ...] = ()
    box_keys: tuple[bytes, ...] = ()
    practice: bytes = b""


def genesis(spec: GenesisSpec) -> Engine:
    """The engine at height 0.

    Raises:
        KeyError: No such profile.
    """
    return genesis_under(PROFILES[spec.profile], spec)


def genesis_under(profile: RulesProfile, spec: GenesisSpec) -> Engine:
    """The engine at height 0 under a profile that need not be one of `PROFILES`."""
    state = State()
    layer = Overlay(state)
    work = Work(profile, 0, b"", layer)
    layer.put(SUDO_KEY, SINGLE, spec.sudo)
    layer.put(price.PRICES, SINGLE, (spec.dbc_price_usd,) * profile.price_window)
    layer.put(price.AVG_PRICE, SINGLE, spec.dbc_price_usd)
    layer.put(price.CNY_PER_USD, SINGLE, spec.cny_per_usd_milli)
    if spec.standard_price is not None:
        layer.put(price.STANDARD_PRICE, SINGLE, price.StandardPrice(*spec.standard_price))
    for who, amount in spec.endowments:
        balances.mint(work, who, amount)
    boxes = dict(zip(spec.committee, spec.box_keys, strict=False))
    for member in spec.committee:
        balances.mint(work, member, max(0, profile.committee_stake + _FOR_FEES - balances.holdings(layer, member).free))
        committee.add_committee(work, member)
        committee.committee_set_box_pubkey(work, member, boxes.get(member, member))
    for node in spec.super_nodes:
        bonding.bond(work, node.who, node.own, Payee(PayTo.STASH))
        candidacy.validate(work, node.who, SuperNodePrefs(node.commission))
    for supporter in spec.supporters:
        bonding.bond(work, supporter.who, supporter.stake, Payee(PayTo.STASH))
        candidacy.nominate(work, supporter.who, supporter.targets)
    election.elect(work, 0)
    if spec.treasury_spends:
        treasury.await_spend(work)
    if spec.technical:
        technical_committee.set_members(work, spec.technical, None, 0)
    if spec.practice:
        practice.await_copy(work, spec.practice)
    layer.settle()
    digest = blake2b(b"".join((spec.profile.encode(), spec.seed)), digest_size=32)
    for name, key, value in state.rows():
        digest.update(len(name).to_bytes(1) + name.encode() + len(key).to_bytes(2) + key)
        digest.update(len(value).to_bytes(4) + value)
    return Engine(profile, state, 0, digest.digest())
