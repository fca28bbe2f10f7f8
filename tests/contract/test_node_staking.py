"""Super nodes on a real node where it differs from the embedded chain: eras by time, seats given early, spans."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.chain.host import HostedNode
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, DbcError
from dbc_desktop.domain.explorer import EventQuery, ExtrinsicQuery
from dbc_desktop.domain.network import Capability
from dbc_desktop.domain.super_node import Outlook, Payee, PayTo, Support, Unlocking
from dbc_desktop.rules.election_policies import Backed
from dbc_desktop.services.network import withdraw_call
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode
from tests.doubles.substrate_node import declared

ALICE = ChainUser("//Alice")
STAKE = 400_000 * 10**15


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain on which Alice supports the first of the super nodes and takes some of her stake back, to copy."""
    folder = tmp_path_factory.mktemp("staked") / "chain"
    chain = LocalChain(folder, is_running=False, profile="mainnet-411")
    chain.play_money(ALICE.address)
    chain.jump(1)
    bond = Call("Staking", "bond", (STAKE, Payee(PayTo.STASH)))
    nominate = Call("Staking", "nominate", ((chain.election().nodes[0].address.raw,),))
    ALICE.send(chain, Call("Utility", "batch_all", ((bond, nominate, Call("Staking", "unbond", (10**18,))),)))
    chain.jump(1)
    chain.close()
    return folder


@pytest.fixture
def chain(template: Path, tmp_path: Path) -> Iterator[ChainThroughNode]:
    folder = Path(shutil.copytree(template, tmp_path / "chain", ignore=shutil.ignore_patterns("*.lock")))
    made = ChainThroughNode(folder)
    yield made
    made.close()


def test_eras_are_counted_as_the_network_counts_them(chain: ChainThroughNode) -> None:
    chain.node.faults.era_shift = 1_000
    found = chain.front.election()
    assert (found.era, found.next_height, found.outlook) == (1_002, 43_201, Outlook.ESTIMATED)
    assert found.nodes == chain.behind.election().nodes
    mine = chain.front.support_of(ALICE.address)
    assert mine.unlocking == (Unlocking(Balance.of_dbc(1_000), 1_016, 230_401),)
    seen = chain.front.preview(Call("Staking", "unbond", (10**15,)), ALICE.address)
    assert [one.kind for one in seen.consequences] == ["node_stake_leaving"]


def test_seats_that_are_given_already_are_told_as_the_chain_wrote_them(chain: ChainThroughNode) -> None:
    now = chain.front.election()
    last, first = now.nodes[-1], now.nodes[0]
    assert not last.is_winning
    chain.node.faults.planned = (
        Backed(last.address.raw, 5 * 10**15, ((ALICE.address.raw, 7 * 10**15),)),
        Backed(first.address.raw, 9 * 10**15, ()),
    )
    chain.jump(1)
    found = chain.front.election()
    assert (found.outlook, found.era, len(found.nodes)) == (Outlook.DECIDED, 2, 34)
    assert [node.address for node in found.nodes[:2]] == [last.address, first.address]
    told = found.nodes[0]
    assert (told.own, told.support, told.supporters) == (Balance.of_dbc(5), Balance.of_dbc(7), 1)
    assert (told.is_elected, told.is_winning, told.commission) == (False, True, last.commission)
    assert sum(node.is_winning for node in found.nodes) == 2
    assert found.threshold == Balance.of_dbc(9)
    # Who supports somebody now is counted one staking era later.
    seen = chain.front.preview(Call("Staking", "chill"), ALICE.address)
    (told_of,) = seen.consequences
    assert (told_of.kind, told_of.facts["blocks"]) == ("leaves_election", 43_201 + 14_400 - chain.head().height - 1)


def test_who_takes_all_out_names_the_slashing_spans(chain: ChainThroughNode) -> None:
    chain.node.faults.spans = {ALICE.address.raw: 3}
    mine = chain.front.support_of(ALICE.address)
    assert mine.slashing_spans == 3
    assert withdraw_call(mine) == Call("Staking", "withdraw_unbonded", (3,))


def test_a_stake_for_which_another_account_signs_is_told_with_its_name(chain: ChainThroughNode) -> None:
    mine, election = chain.behind.support_of(ALICE.address), chain.front.election()
    bob = ChainUser("//Bob").address
    chain.node.faults.controllers = {ALICE.address.raw: bob.raw}
    chain.jump(1)
    assert chain.front.support_of(ALICE.address) == replace(mine, controller=bob)
    assert chain.front.support_of(bob) == Support(bob)
    assert chain.front.election() == election


def test_an_account_that_never_staked_has_nothing_and_no_spans(chain: ChainThroughNode) -> None:
    mine = chain.front.support_of(ChainUser("//Bob").address)
    assert (mine.has_ledger, mine.bonded, mine.targets, mine.slashing_spans) == (False, ZERO, (), 0)


def test_a_preview_of_staking_is_what_happens(chain: ChainThroughNode) -> None:
    target = chain.behind.election().nodes[1].address.raw
    for call in (
        Call("Staking", "bond_extra", (10**15,)),
        Call("Staking", "nominate", ((target,),)),
        Call("Staking", "set_payee", (Payee(PayTo.STAKED),)),
        Call("Staking", "withdraw_unbonded", (0,)),
    ):
        assert replace(chain.front.preview(call, ALICE.address), trial=None) == chain.behind.preview(
            call, ALICE.address
        )
    refused = chain.front.preview(Call("Staking", "bond", (10**15, Payee(PayTo.STASH))), ALICE.address)
    assert [(one.kind, one.facts["name"]) for one in refused.consequences] == [("would_fail", "AlreadyBonded")]
    # What a payout brings follows from blocks that the node keeps for itself: the fee is told, and nothing else.
    paid = chain.front.preview(Call("Staking", "payout_stakers", (target, 1)), ALICE.address)
    assert (paid.consequences, paid.free_after) == ((), chain.front.account(ALICE.address).free - paid.fee)


def test_a_planned_era_that_cannot_be_is_a_broken_answer(chain: ChainThroughNode) -> None:
    chain.node.faults.era_shift = 7
    view = chain.front._now().view
    key = view.storage.key("Staking", "CurrentEra")
    kept = chain.node._kept[view.at]
    chain.front.election()
    chain.front._standing = None  # a view of its own, which has read nothing yet
    kept.stored["Staking", "CurrentEra"][key] = (99).to_bytes(4, "little")
    with pytest.raises(ChainAnswerInvalid):
        chain.front.election()


def test_a_runtime_without_super_nodes_tells_of_none(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "STAKING_STORAGE", {})
    declared._metadata.cache_clear()
    try:
        metadata = declared.node_metadata()
    finally:
        declared._metadata.cache_clear()
    folder = Path(shutil.copytree(template, tmp_path / "chain", ignore=shutil.ignore_patterns("*.lock")))
    chain = ChainThroughNode(folder, metadata=metadata)
    try:
        assert Capability.SUPER_NODES not in chain.front.capabilities()
        for read in (chain.front.election, lambda: chain.front.support_of(ALICE.address)):
            with pytest.raises(BackendMismatch) as refused:
                read()
            assert refused.value.what == "super_nodes"
        assert chain.front.supply().node_emission == ZERO
        assert chain.front.network() == chain.behind.network()
    finally:
        chain.close()


def test_the_window_hears_of_it_through_the_engine_process(chain: ChainThroughNode, tmp_path: Path) -> None:
    hosted = HostedNode(tmp_path / "nodes", [chain.server.url])
    try:
        assert hosted.capabilities() == chain.front.capabilities()
        assert hosted.election() == chain.front.election()
        assert hosted.support_of(ALICE.address) == chain.front.support_of(ALICE.address)
        assert hosted.reporter(ALICE.address) == chain.front.reporter(ALICE.address)
        assert hosted.census() == chain.front.census()
        asked = ExtrinsicQuery(from_height=28_900)
        assert hosted.extrinsics(asked, 10) == chain.front.extrinsics(asked, 10)
        assert hosted.extrinsics(asked, 10).rows[0].call == "batch_all"
        assert hosted.event_log(EventQuery(), 10) == chain.front.event_log(EventQuery(), 10)
        call = Call("Staking", "chill")
        assert hosted.preview(call, ALICE.address) == chain.front.preview(call, ALICE.address)
    finally:
        hosted.close()


def test_whatever_stands_in_storage_ends_in_a_value_or_an_error_of_the_tree(chain: ChainThroughNode) -> None:
    address, refused = ALICE.address, 0
    chain.front.election()
    chain.front.support_of(address)
    kept = chain.node._kept[chain.front._now().view.at]
    for (pallet, _), stored in list(kept.stored.items()):
        if pallet not in ("Staking", "Session"):
            continue
        for key in list(stored)[:1]:
            whole = stored[key]
            for data in (b"", whole[:-1], b"\xff" * len(whole), bytes(len(whole))):
                stored[key] = data
                for read in (chain.front.election, lambda: chain.front.support_of(address), chain.front.supply):
                    chain.front._standing = None  # what was read of this block is not asked for again
                    try:
                        read()
                    except DbcError:
                        refused += 1
            stored[key] = whole
    chain.front._standing = None
    assert refused > 30
    assert chain.front.election().elected == 21
