"""What Network says where the page's own tests do not go: rules without a floor, no price, single names, outcomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.network import Census, Head, NetworkTotals
from dbc_desktop.domain.super_node import Election, Payee, PayTo, SuperNode, Supply, Support
from dbc_desktop.screens.network import commission, network_screen, outcome_of
from dbc_desktop.screens.spending_nodes import node_names
from dbc_desktop.services.network import NetworkSummary, projected_total

ME, NODE, OTHER = (Address(bytes([number]) * 32) for number in (9, 1, 2))
HEAD = Head(14_400, bytes(32), 1, 0, 14_400)
DBC = 10**15


def dbc(whole: int) -> Balance:
    return Balance.of_dbc(whole)


def summary(**changed: object) -> NetworkSummary:
    node = SuperNode(NODE, dbc(10), dbc(5), 1, 100_000_000, False, True, True)
    return replace(
        NetworkSummary(
            HEAD,
            Election(0, 14_401, 1, "totals", dbc(15), dbc(273_785), (node,)),
            Supply(dbc(500), ZERO, ZERO, ZERO, ZERO, None, None, None, None),
            NetworkTotals(ZERO, ZERO, None, ZERO, 0, 1, 0, 0, ZERO),
            Census(3, 1),
            AccountState(ME, dbc(40), ZERO, 0),
            Support(ME),
        ),
        **changed,  # type: ignore[arg-type]
    )


def test_rules_without_a_floor_and_a_chain_without_a_price_say_so() -> None:
    screen = network_screen(summary(), HEAD, "mainnet-411")
    assert screen.badge == "highest totals are elected · mainnet-411"
    assert (screen.figures[1].note, screen.figures[1].fraction) == ("these rules have no floor", None)
    assert (screen.figures[2].figure, screen.figures[2].note) == ("–", "the oracle has none yet")
    assert screen.figures[3].note == "0 rented, 0 % · 1 machine"
    assert screen.figures[3].tooltip == "staked for machines: 0.00 DBC\n3 operators in 1 place"


def test_the_network_elects_by_phragmen_and_may_not_know_the_age_of_a_price() -> None:
    changed = summary(
        election=replace(summary().election, rule="phragmen"),
        supply=replace(summary().supply, price_usd=12_000, burn_floor=dbc(100), treasury_burned=dbc(3)),
    )
    screen = network_screen(changed, HEAD, "mainnet-411")
    assert screen.badge == "sequential Phragmén · mainnet-411"
    assert screen.figures[2].note == "age not known on this chain"
    assert screen.figures[1].note == "400 to the floor of 100"
    assert screen.figures[1].tooltip == "burned for good: 0.00 DBC\nand by the treasury: 3.00 DBC"
    assert outcome_of(changed, changed.election.nodes[0], dbc(1)).outcome == (
        "The next election shares your stake among those you support."
    )


def test_stake_that_stands_behind_nobody_is_said() -> None:
    support = Support(ME, dbc(5), has_ledger=True)
    card = network_screen(summary(support=support), HEAD, "").support
    assert card is not None
    assert card.note == "Your stake stands behind nobody and earns nothing. Choose a super node."
    gone = Support(ME, dbc(5), (OTHER,), has_ledger=True)
    card = network_screen(summary(support=gone), HEAD, "").support
    assert card is not None
    assert card.rows[1][1] == "stands no more"
    assert card.note == "Stake on its way out is free after 14 d."


def test_what_would_stand_behind_a_node() -> None:
    election, node = summary().election, summary().election.nodes[0]
    assert projected_total(election, Support(ME, dbc(7)), node, dbc(3)) == dbc(25)
    assert projected_total(election, Support(ME, dbc(7), (NODE,)), node, dbc(3)) == dbc(18)
    assert projected_total(election, Support(ME, dbc(7), (OTHER,)), node, dbc(3)) is None


def test_what_can_be_staked_leaves_a_coin_for_fees_and_what_is_staked() -> None:
    assert summary().available == dbc(39)
    assert summary(support=Support(ME, dbc(7), withdrawable=dbc(2))).available == dbc(30)
    assert summary(account=None, support=None).available == ZERO


@pytest.mark.parametrize(("parts", "text"), [(50_000_000, "5 %"), (25_000_000, "2.5 %"), (0, "0 %"), (10**9, "100 %")])
def test_a_commission_is_a_percentage(parts: int, text: str) -> None:
    assert commission(parts) == text


BOND = Call("Staking", "bond", (5 * DBC, Payee(PayTo.STASH)))
NOMINATE = Call("Staking", "nominate", ((NODE.raw,),))


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (BOND, ("Stake 5.00 DBC more", "Stake 5.00 DBC")),
        (NOMINATE, ("Support 1 super node", "Support")),
        (
            Call("Utility", "batch_all", ((BOND, NOMINATE),)),
            ("Support super nodes with 5.00 DBC", "Stake 5.00 DBC"),
        ),
        (Call("Staking", "unbond", (DBC,)), ("Take 1.00 DBC of stake back", "Take back 1.00 DBC")),
        (Call("Staking", "withdraw_unbonded", (0,)), ("Take out stake that is free", "Take out")),
        (Call("Staking", "chill"), ("Support nobody", "Support nobody")),
        (Call("Staking", "payout_stakers", (NODE.raw, 3)), ("Pay out a staking era", "Pay out")),
        (Call("Staking", "rebond", (DBC,)), None),
        (Call("Utility", "batch_all", ((BOND, Call("Committee", "chill")),)), None),
        (Call("Committee", "chill"), None),
    ],
)
def test_calls_around_super_nodes_have_names(call: Call, names: tuple[str, str] | None) -> None:
    assert node_names(call) == names


def test_locked_coins_cannot_be_spent_and_reserved_ones_serve_the_lock_first() -> None:
    assert AccountState(ME, dbc(10), ZERO, 0, dbc(4)).spendable == dbc(6)
    assert AccountState(ME, dbc(10), dbc(3), 0, dbc(4)).spendable == dbc(9)
    assert AccountState(ME, dbc(10), dbc(9), 0, dbc(4)).spendable == dbc(10)
    assert AccountState(ME, dbc(2), ZERO, 0, dbc(4)).spendable == ZERO
