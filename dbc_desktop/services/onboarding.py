"""Your first ten minutes: nine steps, each ticked only by what the chain, the wallet or a session really shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import Machine, MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.domain.reward import RewardRow, StashOverview


class StepId(StrEnum):
    """The nine steps in their order."""

    ACCOUNT = "account"
    PLAY_MONEY = "play_money"
    BOND = "bond"
    VERIFY = "verify"
    FULFILL = "fulfill"
    EARN = "earn"
    RENT = "rent"
    LOGIN = "login"
    RELEASE = "release"


class StepState(StrEnum):
    """How a step is drawn."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step.

    Attributes:
        facts: What its second line may say; amounts are `Balance`, heights and eras `int`, accounts `Address`.
            Keys that are always there:
            ACCOUNT `address` (None without one) ·
            PLAY_MONEY `amount` (total of the account once it has any, else what the resident bank sends) ·
            BOND `stake` (what the first GPU reserves, or what the bonded machine holds; None where no price is
            known), `fixed_fee` (None where not known), `machine_id` (None before) ·
            VERIFY `status` (of the machine, None before), `until` (height at which the committee's open window ends,
            None where none is open) ·
            FULFILL `amount` (still to reserve; None where it cannot be known yet), `held`, `gpu_num` (None likewise) ·
            EARN `earned`, `at_once_permille`, `parts`, `next_height` (of the next payout, None before the machine is
            online) ·
            RENT `rent_id` (None before), `confirm_until` (None unless an order waits to be confirmed) ·
            LOGIN no keys ·
            RELEASE `first_era` and `reward` (None before the first reward), `parts`, `parts_released`, `last_era` (its
            payout releases the last part; None before), `claimable`.
    """

    id: StepId
    state: StepState
    facts: Mapping[str, object]


def first_steps(
    backend: ChainReader, account: Address | None, logged_in: bool, gpu_num: int | None = None
) -> tuple[FirstStep, ...]:
    """The nine steps for `account`, read from the chain now.

    Args:
        backend: The chain.
        account: The person's account; None before there is one.
        logged_in: Whether a login on a rented machine has worked.
        gpu_num: GPUs of this computer, to say what the rest of the stake will be before the chain knows them.

    Raises:
        ChainUnreachable: The backend does not answer.
    """
    if account is None:
        done = dict.fromkeys(StepId, False)
        facts = _facts(backend, None, gpu_num)
    else:
        seen = _see(backend, account)
        done = _done(seen, logged_in)
        facts = _facts(backend, seen, gpu_num)
    first_open = next((step for step in StepId if not done[step]), None)
    return tuple(
        FirstStep(
            step,
            StepState.DONE if done[step] else StepState.CURRENT if step is first_open else StepState.LATER,
            facts[step],
        )
        for step in StepId
    )


_PROGRESS = {
    MachineStatus.ADDING_CUSTOMIZE_INFO: 0,
    MachineStatus.DISTRIBUTING_ORDER: 1,
    MachineStatus.COMMITTEE_VERIFYING: 2,
    MachineStatus.WAITING_FULFILL: 3,
    MachineStatus.STAKER_REPORT_OFFLINE: 4,
    MachineStatus.REPORTER_REPORT_OFFLINE: 4,
    MachineStatus.ONLINE: 5,
    MachineStatus.RENTED: 6,
}
_VERIFIED, _ONLINE_ONCE = 3, 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the chain shows of one person."""

    account: AccountState
    overview: StashOverview
    machine: Machine | None
    orders: tuple[RentOrder, ...]
    first_reward: RewardRow | None
    parts_released: int
    is_claimed: bool
    payout_height: int | None

    @property
    def progress(self) -> int:
        """How far the machine has come, -1 without one."""
        return -1 if self.machine is None else _PROGRESS[self.machine.status]


def _see(backend: ChainReader, account: Address) -> _Seen:
    stash = backend.stash_of(account) or account
    overview = backend.stash(stash)
    machines = backend.machines_of(stash)
    furthest = max(machines, key=lambda machine: _PROGRESS[machine.status], default=None)
    payouts = [deadline.height for deadline in backend.deadlines(account) if deadline.kind == "payout"]
    first = _first_reward(backend, stash, machines) if overview.total_earned else None
    released, claimed = (0, False) if first is None else _release(backend, overview, first)
    return _Seen(
        account=backend.account(account),
        overview=overview,
        machine=furthest,
        orders=backend.rent_orders(account),
        first_reward=first,
        parts_released=released,
        is_claimed=claimed,
        payout_height=min(payouts, default=None),
    )


def _first_reward(backend: ChainReader, stash: Address, machines: tuple[Machine, ...]) -> RewardRow | None:
    """The oldest reward; looked for around the first time online, because a reward starts in the era after it."""
    online = min((machine.online_height for machine in machines if machine.online_height), default=0)
    near = online // BLOCKS_PER_ERA
    for from_era, to_era in ((near, near + 3), (0, backend.head().era)):
        earned = [row for row in backend.rewards(stash, from_era, to_era) if row.earned]
        if earned:
            return min(earned, key=lambda row: row.era)
    return None


def _release(backend: ChainReader, overview: StashOverview, first: RewardRow) -> tuple[int, bool]:
    """How many parts of the first reward were released, and whether the last of them was claimed too."""
    last_era = first.era + overview.rule.parts
    era = backend.head().era
    newest = [row.era for row in backend.rewards(overview.stash, max(0, era - 2), era)]
    parts = min(overview.rule.parts, max(newest, default=first.era) - first.era)
    if parts < overview.rule.parts or overview.last_claim_height is None:
        return parts, False
    # What is claimable was paid out since the last claim. If it is no more than what came after the last part, that
    # claim came after it too.
    claim_era = (overview.last_claim_height - 1) // BLOCKS_PER_ERA + 1
    if claim_era > last_era + 1:
        return parts, True
    if claim_era < last_era + 1:
        return parts, False
    later = sum((row.released for row in backend.rewards(overview.stash, last_era + 1, era)), ZERO)
    return parts, overview.claimable <= later


def _done(seen: _Seen, logged_in: bool) -> dict[StepId, bool]:
    confirmed = any(order.status in (RentStatus.RENTING, RentStatus.ENDED) for order in seen.orders)
    return {
        StepId.ACCOUNT: True,
        StepId.PLAY_MONEY: bool(seen.account.total) or seen.account.nonce > 0,
        StepId.BOND: seen.machine is not None,
        StepId.VERIFY: seen.progress >= _VERIFIED,
        StepId.FULFILL: seen.progress >= _ONLINE_ONCE,
        StepId.EARN: bool(seen.overview.total_earned),
        StepId.RENT: confirmed,
        StepId.LOGIN: logged_in,
        StepId.RELEASE: seen.is_claimed,
    }


PLAY_MONEY = Balance.of_dbc(1_000_000)
"""What the resident bank sends (`TimeMachine.play_money`)."""


def _facts(backend: ChainReader, seen: _Seen | None, gpu_num: int | None) -> dict[StepId, Mapping[str, object]]:
    totals = backend.network()
    machine = None if seen is None else seen.machine
    order = None if machine is None else machine.verification
    missing: Balance | None
    if machine is not None and machine.stake_needed is not None:
        held, missing, gpus = machine.stake_held, max(ZERO, machine.stake_needed - machine.stake_held), machine.gpu_num
    else:
        held, gpus = (ZERO if machine is None else machine.stake_held), gpu_num or 0
        first = machine.stake_held if machine is not None else totals.bond_stake
        missing = None if first is None or not gpus else Balance(first.units * (gpus - 1))
    rule = backend.stash(seen.account.address if seen else Address(bytes(32))).rule
    waiting = [each for each in (seen.orders if seen else ()) if each.status is RentStatus.WAITING_VERIFYING]
    taken = [each for each in (seen.orders if seen else ()) if each.status is not RentStatus.LAPSED]
    reward = None if seen is None else seen.first_reward
    return {
        StepId.ACCOUNT: {"address": None if seen is None else seen.account.address},
        StepId.PLAY_MONEY: {"amount": seen.account.total if seen and seen.account.total else PLAY_MONEY},
        StepId.BOND: {
            "stake": totals.bond_stake if machine is None else machine.stake_held,
            "fixed_fee": totals.fixed_fee,
            "machine_id": None if machine is None else machine.machine_id,
        },
        StepId.VERIFY: {
            "status": None if machine is None else machine.status,
            "until": None if order is None else order.reveal_until,
        },
        StepId.FULFILL: {"amount": missing, "held": held, "gpu_num": gpus or None},
        StepId.EARN: {
            "earned": ZERO if seen is None else seen.overview.total_earned,
            "at_once_permille": rule.at_once_permille,
            "parts": rule.parts,
            "next_height": None if seen is None else seen.payout_height,
        },
        StepId.RENT: {
            "rent_id": taken[0].rent_id if taken else None,
            "confirm_until": waiting[0].confirm_until if waiting else None,
        },
        StepId.LOGIN: {},
        StepId.RELEASE: {
            "first_era": None if reward is None else reward.era,
            "reward": None if reward is None else reward.earned,
            "parts": rule.parts,
            "parts_released": 0 if seen is None else seen.parts_released,
            "last_era": None if reward is None else reward.era + rule.parts,
            "claimable": ZERO if seen is None else seen.overview.claimable,
        },
    }
