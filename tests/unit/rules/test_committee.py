"""The committee's word on a machine: commit, reveal, summary, slashes (chain-rules 6)."""

from __future__ import annotations

import dataclasses

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, MachineStatus
from dbc_desktop.rules import committee, online_committee
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.genesis import GenesisSpec, genesis
from dbc_desktop.rules.online_profile.rows import MACHINES, STASH_STAKE, stash_machines
from dbc_desktop.rules.profile import MAINNET_411

DBC = 10**15
FIRST = 71_428_571_428_571_428_571
SLASH = 3_571_428_571_428_571_428
PALLET = "OnlineCommittee"


def stake_of(chain, member: bytes) -> committee.CommitteeStake:
    return committee.stake_of(chain.engine.state, member)


def status(chain) -> MachineStatus:
    return chain.engine.state.get(MACHINES, chain.machine_id).status


def described(chain):
    chain.bond()
    chain.describe()
    return chain


def test_three_members_are_booked_with_a_thousand_dbc_each(chain) -> None:
    described(chain)
    assert len(set(chain.booked)) == 3
    assert set(chain.booked) <= set(chain.committee)
    assert [stake_of(chain, member).used for member in chain.booked] == [1_000 * DBC] * 3
    order = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    assert order.book_time == chain.engine.height


def test_commit_is_refused_to_strangers_twice_and_with_a_copied_hash(chain) -> None:
    described(chain)
    first, second, _ = chain.booked
    stranger = next(member for member in chain.committee if member not in chain.booked)
    call = (PALLET, "submit_confirm_hash", chain.machine_id)
    assert chain.attempt(stranger, *call, b"1" * 16) == (PALLET, "NotInBookList")
    chain.do(first, *call, b"1" * 16)
    assert chain.attempt(first, *call, b"2" * 16) == (PALLET, "AlreadySubmitHash")
    assert chain.attempt(second, *call, b"1" * 16) == (PALLET, "DuplicateHash")


def test_reveal_must_fit_the_hash_and_wait_for_its_time(chain) -> None:
    described(chain)
    first = chain.booked[0]
    info = chain.hardware("abcdefg1")
    chain.do(first, PALLET, "submit_confirm_hash", chain.machine_id, hardware_hash(info))
    other = dataclasses.replace(info, gpu_num=8)
    assert chain.attempt(first, PALLET, "submit_confirm_raw", other) == (PALLET, "InfoNotFeatHash")
    assert chain.attempt(first, PALLET, "submit_confirm_raw", info) == (PALLET, "TimeNotAllow")
    assert chain.attempt(chain.booked[1], PALLET, "submit_confirm_raw", info) == (PALLET, "InfoNotFeatHash")


def test_agreement_frees_the_members_stake_at_once(chain) -> None:
    chain.online()
    assert [stake_of(chain, member).used for member in chain.booked] == [0, 0, 0]
    assert chain.engine.state.get(online_committee.PENDING, 0) is None
    assert chain.engine.next_due() == 14_401


def test_refused_machine_loses_five_percent_and_may_be_bonded_again(chain) -> None:
    described(chain)
    free = chain.free(chain.stash)
    chain.vote(*[chain.hardware(support=False)] * 3)
    assert chain.engine.state.get(MACHINES, chain.machine_id) is None
    assert stash_machines(chain.engine.state, chain.stash).total == ()
    assert chain.reserved(chain.stash) == SLASH
    assert chain.free(chain.stash) == free + FIRST - SLASH
    assert [stake_of(chain, member).used for member in chain.booked] == [1_000 * DBC] * 3
    before = [chain.free(member) for member in chain.booked]
    chain.goto(chain.engine.height + 28_800)
    assert chain.reserved(chain.stash) == 0
    assert chain.engine.state.get(STASH_STAKE, chain.stash) == 0
    assert [chain.free(m) - b for m, b in zip(chain.booked, before, strict=True)] == [1_190_476_190_476_190_476] * 3
    assert [stake_of(chain, member).used for member in chain.booked] == [0, 0, 0]


def test_v42_silent_member_loses_a_thousand_dbc_and_leaves_the_normal_list(chain) -> None:
    described(chain)
    booked = chain.engine.height
    silent = chain.booked[2]
    chain.vote(chain.hardware(), chain.hardware())
    assert status(chain) is MachineStatus.ONLINE
    slash = chain.engine.state.get(online_committee.PENDING, 0)
    assert slash.unruly == (silent,)
    assert slash.exec_time == chain.engine.height + 28_800
    assert chain.engine.height - booked > 21_600
    assert chain.reserved(silent) == 20_000 * DBC
    chain.goto(slash.exec_time)
    assert stake_of(chain, silent)[1:3] == (19_000 * DBC, 0)
    assert chain.reserved(silent) == 19_000 * DBC
    assert silent in committee.lists(chain.engine.state).fulfilling
    assert [stake_of(chain, member).used for member in chain.booked[:2]] == [0, 0]


def test_outvoted_member_is_slashed_and_the_pair_confirms(chain) -> None:
    described(chain)
    chain.vote(chain.hardware(), chain.hardware(gpus=8), chain.hardware())
    assert status(chain) is MachineStatus.ONLINE
    slash = chain.engine.state.get(online_committee.PENDING, 0)
    assert (slash.invalid, slash.unruly) == ((chain.booked[1],), ())
    chain.goto(slash.exec_time)
    assert stake_of(chain, chain.booked[1]).staked == 19_000 * DBC


def test_three_opinions_send_the_machine_to_another_committee(new_chain) -> None:
    chain = described(new_chain(profile=MAINNET_411))
    chain.vote(chain.hardware(gpus=1), chain.hardware(gpus=2), chain.hardware(gpus=3))
    assert status(chain) is MachineStatus.COMMITTEE_VERIFYING
    order = chain.engine.state.get(online_committee.ORDERS, chain.machine_id)
    assert order.book_time == chain.engine.height
    used = {member: stake_of(chain, member).used for member in chain.committee}
    assert used == {member: 1_000 * DBC if member in order.booked else 0 for member in chain.committee}


def test_nobody_looks_then_after_48_hours_others_are_asked(new_chain) -> None:
    chain = described(new_chain(profile=MAINNET_411))
    booked = chain.engine.height
    first = chain.booked
    chain.goto(booked + 28_799)
    assert chain.engine.state.get(online_committee.ORDERS, chain.machine_id).book_time == booked
    chain.goto(booked + 28_800)
    assert chain.engine.state.get(online_committee.ORDERS, chain.machine_id).book_time == booked + 28_800
    slash = chain.engine.state.get(online_committee.PENDING, 0)
    assert (slash.unruly, slash.result) == (first, "NoConsensus")
    chain.goto(booked + 28_800 + 28_800)
    assert [stake_of(chain, member).staked for member in first] == [19_000 * DBC] * 3


def test_machine_waits_while_fewer_than_three_members_are_normal(new_chain) -> None:
    chain = new_chain()
    chain.committee = chain.committee[:2]
    endowments = ((chain.sudo, 10**24), (chain.stash, 10**24))
    chain.engine = genesis(GenesisSpec("mainnet-411", chain.sudo, endowments, chain.committee, 12_000))
    chain.bond()
    chain.do(chain.stash, "OnlineProfile", "gen_server_room")
    room = chain.event("ServerRoomGenerated").fields["server_room"]
    info = CustomizeInfo(room, 1, 1, Coordinate("East", 1), Coordinate("North", 1), ("x",))
    chain.do(chain.stash, "OnlineProfile", "add_machine_info", chain.machine_id, info)
    assert status(chain) is MachineStatus.DISTRIBUTING_ORDER
    third = b"t" * 32
    chain.do(chain.sudo, "Balances", "transfer_keep_alive", third, 20_001 * DBC)
    add = Call("Committee", "add_committee", (third,))
    assert chain.attempt(chain.stash, "Committee", "add_committee", third) == ("System", "BadOrigin")
    assert chain.attempt(chain.stash, "Sudo", "sudo", add) == ("Sudo", "RequireSudo")
    chain.do(chain.sudo, "Sudo", "sudo", add)
    chain.do(third, "Committee", "committee_set_box_pubkey", b"k" * 32)
    assert status(chain) is MachineStatus.COMMITTEE_VERIFYING
    assert chain.event("MachineDistributed").fields["committee"] == tuple(sorted((*chain.committee, third)))
