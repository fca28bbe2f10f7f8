"""What a committee member does with its stake: more, less, claim, chill, exit (chain-rules 6.1)."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.rules import committee

DBC = 10**15
PALLET = "Committee"


def stake_of(chain, member: bytes) -> committee.CommitteeStake:
    return committee.stake_of(chain.engine.state, member)


@pytest.mark.vector
def test_r_committee_stake_1(new_chain) -> None:
    chain = new_chain(members=3)
    member = chain.committee[0]

    def result(name: str, *args: object) -> tuple[object, ...]:
        error = chain.attempt(member, PALLET, name, *args)
        lists, held = committee.lists(chain.engine.state), stake_of(chain, member)
        where = "normal" if member in lists.normal else "none"
        where = "chill" if member in committee.chilled(chain.engine.state) else where
        return error[1] if error else "ok", held.staked, held.used, where

    full = 20_000_000_000_000_000_000
    assert result("committee_set_box_pubkey", b"w" * 32) == ("ok", full, 0, "normal")
    assert result("committee_reduce_stake", 1) == ("BalanceNotEnough", full, 0, "normal")
    assert result("committee_add_stake", 5) == ("ok", full + 5, 0, "normal")
    assert chain.event("StakeAdded").fields["amount"] == 5
    assert result("committee_reduce_stake", 5) == ("ok", full, 0, "normal")
    assert chain.event("StakeReduced").fields["amount"] == 5
    assert result("claim_reward") == ("NothingToClaim", full, 0, "normal")
    assert result("undo_chill") == ("NotInChillList", full, 0, "normal")
    assert result("exit_committee") == ("StatusNotFeat", full, 0, "normal")
    assert result("chill") == ("ok", full, 0, "chill")
    assert result("chill") == ("ok", full, 0, "chill")
    assert result("committee_set_box_pubkey", b"w" * 32) == ("StatusNotAllowed", full, 0, "chill")
    assert result("undo_chill") == ("ok", full, 0, "normal")
    assert result("chill") == ("ok", full, 0, "chill")
    reserved = chain.reserved(member)
    assert result("exit_committee") == ("ok", 0, 0, "none")
    assert reserved - chain.reserved(member) == full
    assert result("committee_add_stake", 1) == ("NotCommittee", 0, 0, "none")


def test_who_is_slashed_below_the_baseline_adds_stake_to_take_orders_again(chain) -> None:
    chain.bond()
    chain.describe()
    silent = chain.booked[2]
    chain.vote(chain.hardware(), chain.hardware())
    chain.goto(chain.engine.height + 28_800)
    assert silent in committee.lists(chain.engine.state).fulfilling
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", silent, 5_000 * DBC)
    add = (silent, PALLET, "committee_add_stake")
    assert chain.attempt(*add, 999 * DBC) == (PALLET, "BalanceNotEnough")
    assert chain.attempt(*add, 50_000 * DBC) == (PALLET, "BalanceNotEnough")
    chain.do(*add, 1_000 * DBC)
    assert silent in committee.lists(chain.engine.state).normal
    assert chain.reserved(silent) == 20_000 * DBC


def test_a_member_with_an_order_can_rest_but_not_leave(chain) -> None:
    chain.bond()
    chain.describe()
    member = chain.booked[0]
    chain.do(member, PALLET, "chill")
    assert chain.attempt(member, PALLET, "exit_committee") == (PALLET, "JobNotDone")
    chain.vote(*[chain.hardware()] * 3)
    chain.do(member, PALLET, "exit_committee")
    assert chain.attempt(chain.stash, PALLET, "chill") == (PALLET, "NotCommittee")


def test_who_left_still_claims_what_was_earned_and_may_come_again(chain) -> None:
    chain.online()
    chain.eras(2)
    member = chain.booked[0]
    chain.do(member, PALLET, "chill")
    chain.do(member, PALLET, "exit_committee")
    earned = 913_241_666_666_666_666
    preview = chain.engine.preview(Call(PALLET, "claim_reward", ()), member, 150)
    assert [(one.kind, one.facts["amount"]) for one in preview.consequences] == [("reward_minted", Balance(earned))]
    free = chain.free(member)
    chain.do(member, PALLET, "claim_reward")
    assert chain.free(member) - free == earned - 150_113_648_000
    assert (stake_of(chain, member).can_claim, stake_of(chain, member).claimed) == (0, earned)
    assert chain.root(PALLET, "add_committee", member) is None
    assert chain.attempt(member, PALLET, "chill") == (PALLET, "PubkeyNotSet")
    chain.do(member, PALLET, "committee_set_box_pubkey", b"k" * 32)
    assert stake_of(chain, member).staked == 20_000 * DBC


def test_a_member_that_rests_is_not_added_twice(chain) -> None:
    member = chain.committee[0]
    chain.do(member, PALLET, "chill")
    assert chain.root(PALLET, "add_committee", member) == (PALLET, "AccountAlreadyExist")
