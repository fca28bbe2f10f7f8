"""The whole network in one reading: super nodes, supply, totals, and what one account stakes for them."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InsufficientFunds, InvalidInput
from dbc_desktop.domain.network import Capability, Census, Head, NetworkTotals
from dbc_desktop.domain.super_node import Election, Payee, PayTo, SuperNode, Supply, Support

FOR_FEES = Balance.of_dbc(1)
"""What stays free when somebody supports with all there is, so that the fees of taking it back can be paid."""


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """What the Network page shows.

    Attributes:
        election: None where the chain does not tell of its super nodes; then there is no support either.
        account: None where nobody is chosen.
        support: What that account stakes for super nodes.
    """

    head: Head
    election: Election | None
    supply: Supply
    totals: NetworkTotals
    census: Census
    account: AccountState | None
    support: Support | None

    @property
    def available(self) -> Balance:
        """What the account could lock now: free coins that no lock of staking holds yet, less what fees need."""
        if self.account is None or self.support is None:
            return ZERO
        held = self.support.bonded + self.support.leaving + self.support.withdrawable
        return Balance(max(0, self.account.free.units - held.units - FOR_FEES.units))


def network_summary(backend: ChainReader, address: Address | None) -> NetworkSummary:
    """The network at its newest block, and what `address` stakes for super nodes."""
    tells = Capability.SUPER_NODES in backend.capabilities()
    return NetworkSummary(
        head=backend.head(),
        election=backend.election() if tells else None,
        supply=backend.supply(),
        totals=backend.network(),
        census=backend.census(),
        account=None if address is None else backend.account(address),
        support=backend.support_of(address) if tells and address is not None else None,
    )


def parse_stake(text: str, available: Balance) -> Balance:
    """What a person typed, as an amount that the account can lock.

    Raises:
        InvalidInput: `amount`, as `Balance.parse` says, or `zero`.
        InsufficientFunds: The account has less.
    """
    value = Balance.parse(text)
    if not value:
        raise InvalidInput("amount", "zero")
    if value > available:
        raise InsufficientFunds(value.units, available.units)
    return value


def support_call(support: Support, node: Address, amount: Balance) -> Call:
    """Stake `amount` more and support `node` beside those supported already; several calls go as one batch."""
    calls = []
    if amount and support.has_ledger:
        calls.append(Call("Staking", "bond_extra", (amount.units,)))
    elif amount:
        calls.append(Call("Staking", "bond", (amount.units, Payee(PayTo.STASH))))
    if node not in support.targets:
        calls.append(_nominate((*support.targets, node)))
    return calls[0] if len(calls) == 1 else Call("Utility", "batch_all", (tuple(calls),))


def stop_call(support: Support, node: Address) -> Call:
    """Support `node` no more; the stake stays locked, behind the others where there are any."""
    left = tuple(one for one in support.targets if one != node)
    return _nominate(left) if left else Call("Staking", "chill")


def unbond_call(amount: Balance) -> Call:
    """Have so much of the stake on its way out."""
    return Call("Staking", "unbond", (amount.units,))


def withdraw_call(support: Support) -> Call:
    """Take out what has waited long enough."""
    return Call("Staking", "withdraw_unbonded", (support.slashing_spans,))


def projected_total(election: Election, support: Support, node: SuperNode, amount: Balance) -> Balance | None:
    """What would stand behind `node`, had the account staked `amount` more for it.

    None where the rules share stake among several in ways that only an election tells.
    """
    others = [one for one in support.targets if one != node.address]
    if election.rule != "totals" or others:
        return None
    already = ZERO if node.address in support.targets else support.bonded
    return node.total + already + amount


def _nominate(nodes: tuple[Address, ...]) -> Call:
    return Call("Staking", "nominate", (tuple(one.raw for one in nodes),))
