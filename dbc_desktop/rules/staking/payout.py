"""Paying a super node and its supporters for an ended staking era; anyone may ask for it (chain-rules 9)."""

from __future__ import annotations

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.super_node import PayTo
from dbc_desktop.rules import balances
from dbc_desktop.rules.arithmetic import perbill_mul, perbill_rational
from dbc_desktop.rules.staking.rows import (
    ERA_REWARD,
    LEDGERS,
    NOMINATORS,
    PALLET,
    VALIDATORS,
    Elected,
    elected_in,
    payee_of,
    put_ledger,
    staking_era_of,
    unsettle,
)
from dbc_desktop.rules.work import Work, account, refuse


def payout_stakers(work: Work, who: bytes, validator_stash: object, era: int) -> None:
    """Mint what a super node and those behind it earned in `era`."""
    del who
    stash, layer, profile = account(validator_stash), work.layer, work.profile
    oldest = staking_era_of(work.height) - profile.staking_history_eras
    reward = layer.get(ERA_REWARD, era)
    if era < oldest or reward is None:
        refuse(PALLET, "InvalidEraToReward")
    ledger = layer.get(LEDGERS, stash) or refuse(PALLET, "NotStash")
    claimed = tuple(one for one in ledger.claimed if one >= oldest)
    if era in claimed:
        refuse(PALLET, "AlreadyClaimed")
    layer.put(LEDGERS, stash, ledger._replace(claimed=tuple(sorted((*claimed, era)))))
    elected = elected_in(layer, era)
    at = next((index for index, one in enumerate(elected) if one.who == stash), None)
    if at is None:
        return
    work.emit(PALLET, "PayoutStarted", era_index=era, validator_stash=stash)
    per_block = profile.points_per_block
    part = perbill_rational(points(at, len(elected), era, per_block), all_points(per_block))
    found = shares(elected[at], perbill_mul(part, reward), profile.most_rewarded)
    balances.issue(work, sum(_pay(work, target, amount) for target, amount in found if amount))


def points(at: int, number: int, era: int, per_block: int) -> int:
    """Era points of the `at`-th of `number` super nodes: the slots of the era are filled in turn, by account.

    On the embedded chain every slot counts, a block stored for it or not; nobody misses one.
    """
    first, last = era * BLOCKS_PER_ERA + 1, (era + 1) * BLOCKS_PER_ERA
    return per_block * ((last - at) // number - (first - 1 - at) // number)


def all_points(per_block: int) -> int:
    """Era points of all super nodes together."""
    return per_block * BLOCKS_PER_ERA


def shares(node: Elected, reward: int, most_rewarded: int) -> list[tuple[bytes, int]]:
    """Who gets what of a super node's reward: commission first, the rest by stake, rounded each for itself."""
    kept = perbill_mul(node.commission, reward)
    left, total = reward - kept, node.total
    found = [(node.who, kept + perbill_mul(perbill_rational(node.own, total), left))]
    largest = sorted(node.others, key=lambda other: (-other[1], other[0]))[:most_rewarded]
    return found + [(other, perbill_mul(perbill_rational(stake, total), left)) for other, stake in largest]


def _pay(work: Work, stash: bytes, amount: int) -> int:
    """Give `amount` to whom `stash` named; what was given, which the caller has counted as issued."""
    layer, payee = work.layer, payee_of(work.layer, stash)
    if payee.pay_to is PayTo.NOWHERE:
        return 0
    balances.deposit(work, payee.account if payee.pay_to is PayTo.ACCOUNT and payee.account else stash, amount)
    if payee.pay_to is PayTo.STAKED:
        ledger = layer.get(LEDGERS, stash)
        if ledger is not None:
            put_ledger(work, stash, ledger._replace(total=ledger.total + amount, active=ledger.active + amount))
            if layer.get(VALIDATORS, stash) is not None or layer.get(NOMINATORS, stash) is not None:
                unsettle(work)
    work.emit(PALLET, "Rewarded", stash=stash, amount=amount)
    return amount
