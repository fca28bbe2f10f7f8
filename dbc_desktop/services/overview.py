"""Everything Home asks for in one read, and the report of `dbc-desktop status`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Account, AccountState, Address
from dbc_desktop.domain.dispute import Reporter, Slash
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.network import Capability, Deadline, Head, Identity, NetworkTotals
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.reward import ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.domain.super_node import Support
from dbc_desktop.services.onboarding import FirstStep, StepState, first_steps
from dbc_desktop.services.watch import NeedsYou, needs_you

ROWS_SHOWN = 8
TRIES = 4

T = TypeVar("T")


def _at_one_head(backend: ChainReader, read: Callable[[Head], T]) -> T:
    """What `read` gives while no block comes in between; after some tries also if one did, as on a jumping chain."""
    for _ in range(TRIES - 1):
        head = backend.head()
        found = read(head)
        if backend.head().hash == head.hash:
            return found
    return read(backend.head())


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What Home shows.

    Attributes:
        account: The chosen account and its balances; None before there is one.
        overview: Rewards and stake of its stash (itself, or who named it controller); None without an account.
        rows: Payouts of the last eras, newest first.
        steps: The first ten minutes.
    """

    identity: Identity
    head: Head
    totals: NetworkTotals
    sample: RigSample | None
    account: AccountState | None
    overview: StashOverview | None
    schedule: ReleaseSchedule | None
    rows: tuple[RewardRow, ...]
    deadlines: tuple[Deadline, ...]
    needs: tuple[NeedsYou, ...]
    steps: tuple[FirstStep, ...]

    @property
    def is_first_run(self) -> bool:
        """Whether a step of the first ten minutes is still open."""
        return any(step.state is not StepState.DONE for step in self.steps)


def home_facts(
    backend: ChainReader,
    accounts: Sequence[Account],
    account: Address | None,
    sample: RigSample | None,
    logged_in: bool,
) -> HomeFacts:
    """All that Home shows for `account`, read from the chain now; call it from the `chain-read` lane.

    Args:
        backend: The chain.
        accounts: All accounts of the wallet.
        account: The chosen one, None before there is one.
        sample: The latest readings of this computer.
        logged_in: Whether a login on a rented machine has worked.
    """
    return _at_one_head(backend, lambda head: _home(backend, accounts, account, sample, logged_in, head))


def _home(
    backend: ChainReader,
    accounts: Sequence[Account],
    account: Address | None,
    sample: RigSample | None,
    logged_in: bool,
    head: Head,
) -> HomeFacts:
    stash = None if account is None else backend.stash_of(account) or account
    gpu_num = len(sample.gpus) if sample is not None and sample.gpus else None
    return HomeFacts(
        identity=backend.identity(),
        head=head,
        totals=backend.network(),
        sample=sample,
        account=None if account is None else backend.account(account),
        overview=None if stash is None else backend.stash(stash),
        schedule=None if stash is None else backend.release_schedule(stash),
        rows=() if stash is None else backend.rewards(stash, max(0, head.era - ROWS_SHOWN), head.era),
        deadlines=() if account is None else backend.deadlines(account),
        needs=needs_you(backend, accounts, account, sample),
        steps=first_steps(backend, account, logged_in, gpu_num),
    )


@dataclass(frozen=True, slots=True)
class AccountReport:
    """One account as stash, controller and renter.

    Attributes:
        orders: Orders that wait for confirmation or run.
        support: What it stakes for super nodes; None where the chain does not tell.
        slashes: Against it and its stash; `reporter` is the account as one who reports. Nothing and None where the
            chain does not tell.
    """

    account: AccountState
    overview: StashOverview
    schedule: ReleaseSchedule
    machines: tuple[Machine, ...]
    orders: tuple[RentOrder, ...]
    deadlines: tuple[Deadline, ...]
    support: Support | None = None
    slashes: tuple[Slash, ...] = ()
    reporter: Reporter | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What `dbc-desktop status` says: the chain, and each account asked for."""

    identity: Identity
    head: Head
    totals: NetworkTotals
    accounts: tuple[AccountReport, ...]


def status_report(backend: ChainReader, addresses: Sequence[Address]) -> StatusReport:
    """The report for `addresses`; an account that the chain has never seen is reported with zeros."""
    return _at_one_head(
        backend,
        lambda head: StatusReport(
            identity=backend.identity(),
            head=head,
            totals=backend.network(),
            accounts=tuple(_account_report(backend, address) for address in addresses),
        ),
    )


def _account_report(backend: ChainReader, address: Address) -> AccountReport:
    stash = backend.stash_of(address) or address
    orders = backend.rent_orders(address)
    tells = Capability.DISPUTES in backend.capabilities()
    return AccountReport(
        account=backend.account(address),
        overview=backend.stash(stash),
        schedule=backend.release_schedule(stash),
        machines=backend.machines_of(stash),
        orders=tuple(order for order in orders if order.status in (RentStatus.WAITING_VERIFYING, RentStatus.RENTING)),
        deadlines=backend.deadlines(address),
        support=backend.support_of(address) if Capability.SUPER_NODES in backend.capabilities() else None,
        slashes=backend.slashes(address) if tells else (),
        reporter=backend.reporter(address) if tells else None,
    )
