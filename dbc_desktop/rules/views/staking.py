"""Super nodes, those who support them, and how many coins there are."""

from __future__ import annotations

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.super_node import Election, SuperNode, Supply, Support, Unlocking
from dbc_desktop.rules import balances, price, treasury
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout
from dbc_desktop.rules.staking import eras
from dbc_desktop.rules.staking.election import standings
from dbc_desktop.rules.staking.rows import (
    LEDGERS,
    NOMINATORS,
    VALIDATORS,
    elected_in,
    payee_of,
    seats_in,
    staking_era_of,
    versions,
)
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import era_of


def election(engine: Engine) -> Election:
    """All who stand at this height, and what the next election would decide."""
    profile, state, era = engine.profile, engine.state, staking_era_of(engine.height)
    found, seats = standings(profile, state, era + 1), seats_in(profile, state, era + 1)
    winning = {one.who for one in found.elected}
    seated = {one.who for one in elected_in(state, era)}
    nodes = []
    for one in (*found.elected, *found.waiting):
        prefs = state.get(VALIDATORS, one.who)
        nodes.append(
            SuperNode(
                address=Address(one.who),
                own=Balance(one.own),
                support=Balance(one.total - one.own),
                supporters=len(one.others),
                commission=prefs.commission if prefs else 0,
                is_blocked=prefs is not None and prefs.blocked,
                is_elected=one.who in seated,
                is_winning=one.who in winning,
            )
        )
    return Election(
        era=era,
        next_height=(era + 1) * BLOCKS_PER_ERA + 1,
        seats=seats,
        rule=profile.election.name,
        threshold=Balance(min(one.total for one in found.elected)) if found.elected and found.waiting else None,
        era_payout=_node_emission(engine),
        nodes=tuple(nodes),
    )


def support_of(engine: Engine, address: Address) -> Support:
    """What an account stakes for super nodes."""
    state, era = engine.state, staking_era_of(engine.height)
    ledger, named = state.get(LEDGERS, address.raw), state.get(NOMINATORS, address.raw)
    if ledger is None:
        return Support(address, bonding_eras=engine.profile.bonding_eras)
    waiting = [chunk for chunk in ledger.unlocking if chunk.era > era]
    return Support(
        address=address,
        bonded=Balance(ledger.active),
        targets=tuple(Address(one) for one in named.targets) if named is not None else (),
        unlocking=tuple(
            Unlocking(Balance(chunk.value), chunk.era, chunk.era * BLOCKS_PER_ERA + 1) for chunk in waiting
        ),
        withdrawable=Balance(sum(chunk.value for chunk in ledger.unlocking if chunk.era <= era)),
        is_super_node=state.get(VALIDATORS, address.raw) is not None,
        has_ledger=True,
        payee=payee_of(state, address.raw),
        bonding_eras=engine.profile.bonding_eras,
    )


def supply(engine: Engine) -> Supply:
    """How many coins there are, come and are gone, and what one is worth."""
    state, profile = engine.state, engine.profile
    known, floor = price.price(state), profile.rent.floor
    return Supply(
        issued=Balance(balances.issuance(state)),
        machine_emission=Balance(payout.era_reward(profile, state, era_of(engine.height))),
        node_emission=_node_emission(engine),
        burned=Balance(sum(amount for _, amount in state.items(balances.BURNED))),
        treasury=Balance(balances.holdings(state, profile.treasury).free),
        treasury_burned=Balance(treasury.burnt(state)),
        burn_floor=None if floor is None else Balance(floor),
        price_usd=known,
        price_height=None if known is None else state.get(price.PRICE_HEIGHT, SINGLE) or 0,
    )


def _node_emission(engine: Engine) -> Balance:
    """Nothing where nobody was ever elected."""
    if not versions(engine.state):
        return ZERO
    return Balance(eras.era_payout(engine.profile, engine.state, staking_era_of(engine.height)))
