"""What if: a plan played on a branch of the state by the engine itself (design 3.2). There is no second formula here.

The operator of the plan, its renter and its machines are made up and laid on the branch; from there on everything goes
by calls, hooks and payouts of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from dbc_desktop.domain.balance import UNITS_PER_DBC, Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import HardwareInfo, MachineId, MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.simulation import MOST_ERAS, EraFigures, Plan, RefusedCall, Simulation
from dbc_desktop.rules import balances, committee, price, reward_page
from dbc_desktop.rules.branch import Branch
from dbc_desktop.rules.engine import BlockOutcome, Engine, SignedCall
from dbc_desktop.rules.online_profile import departure, online, payout, stake
from dbc_desktop.rules.online_profile.rows import (
    CONTROLLER_STASH,
    MACHINES,
    STASH_CONTROLLER,
    STASH_MACHINES,
    STASH_STAKE,
    MachineRow,
    StashMachines,
    stash_machines,
    stash_rewards,
)
from dbc_desktop.rules.orders import NEXT_RENT_ID
from dbc_desktop.rules.state import SINGLE, Overlay
from dbc_desktop.rules.work import Work, era_of

OPERATOR = blake2b(b"what if: operator", digest_size=32).digest()
RENTER = blake2b(b"what if: renter", digest_size=32).digest()

_PLENTY = 10**15 * UNITS_PER_DBC
"""Coins laid on the branch for both; they are in no issuance, so that burning knows its floor."""

_CLAIM, _LEAVE, _RELET = 200, 300, 400
"""Blocks of an era in which the plan acts: after the payout, which takes 60 blocks."""

_RENT_ERAS = 30
_VERIFIERS = 3
"""So many members look at a machine, and share its reward (chain-rules 6.2)."""

_CALL_BYTES = 150
_HOURS_PER_ERA = 24


@dataclass(frozen=True, slots=True)
class _Planned:
    height: int
    who: bytes
    call: Call


def simulate(engine: Engine, plan: Plan, eras: int, *, folds: bool = True) -> Simulation:
    """Play `plan` for so many eras from the next one on; `engine` is only read.

    Args:
        engine: The chain as it stands.
        plan: What to try.
        eras: 1 to 730.
        folds: Whether all other operators are one figure; without, each is paid as on the chain.

    Raises:
        InvalidInput: `eras` or a field of the plan with `out_of_range`; `plan` with `no_price`.
    """
    check(plan, eras)
    return play(branched(engine, folds=folds), plan, eras, engine.height)


def check(plan: Plan, eras: int) -> None:
    """Whether `play` may be called with these.

    Raises:
        InvalidInput: `eras` or a field of the plan with `out_of_range`.
    """
    plan.check()
    if not 1 <= eras <= MOST_ERAS:
        raise InvalidInput("eras", "out_of_range", name="eras", least=1, most=MOST_ERAS)


def branched(engine: Engine, *, folds: bool = True) -> Branch:
    """The branch that `play` needs: the only step that reads `engine`."""
    return Branch(engine, () if folds else None)


def play(branch: Branch, plan: Plan, eras: int, from_height: int) -> Simulation:
    """Play a checked `plan` on a branch that nobody else uses.

    Raises:
        InvalidInput: `plan` with `no_price`.
    """
    while era_of(branch.height) != era_of(branch.height + 3):  # so that what begins now begins in one era
        branch.play(min(branch.next_due(), branch.height + 1), ())
    machines = _lay_out(branch, plan)
    now = price.price(branch.state) or 0
    return _Run(branch, plan, eras, machines, now).result(from_height)


class _Run:
    def __init__(self, branch: Branch, plan: Plan, eras: int, machines: dict[str, int], now: int) -> None:
        self._branch, self._plan, self._price = branch, plan, now
        self._machines = machines
        self._first = era_of(branch.height) + 1
        self._last = self._first + eras - 1
        self._calls = sorted(self._planned(), key=lambda one: one.height)
        self._at = 0
        self._nonces = {who: balances.holdings(branch.state, who).nonce for who in (OPERATOR, RENTER)}
        self._slashed = 0
        self._rewards: list[int] = []
        self._refused: list[RefusedCall] = []

    def result(self, from_height: int) -> Simulation:
        """All eras of the plan, the oldest first."""
        rows = []
        held, income = stash_rewards(self._branch.state, OPERATOR), 0
        for era in range(self._first, self._last + 1):
            self._slashed, before = 0, held
            self._to(_in_era(era + 1, _CLAIM))
            held = stash_rewards(self._branch.state, OPERATOR)
            rent = self._rent_income() - income
            income += rent
            earned = held.earned - before.earned
            electricity = self._electricity(era)
            worth = (earned + rent - self._slashed) * self._price // UNITS_PER_DBC
            rows.append(
                EraFigures(
                    era=era,
                    earned=Balance(earned),
                    released=Balance(held.claimed + held.can_claim - before.claimed - before.can_claim),
                    locked=Balance(self._locked(held.locked, era)),
                    stake=Balance(self._branch.state.get(STASH_STAKE, OPERATOR) or 0),
                    slashed=Balance(self._slashed),
                    rent_income=Balance(rent),
                    electricity_usd=electricity,
                    net_usd=worth - electricity,
                )
            )
        name = self._branch.profile.name
        return Simulation(self._plan, name, from_height, self._price, tuple(rows), tuple(self._refused))

    def _to(self, target: int) -> None:
        """Make every block up to `target` in which something is due or planned."""
        branch = self._branch
        while True:
            planned = self._calls[self._at].height if self._at < len(self._calls) else target + 1
            height = min(planned, branch.next_due())
            if height > target:
                return
            self._look(height, branch.play(height, self._signed(height)))

    def _signed(self, height: int) -> list[SignedCall]:
        found = []
        while self._at < len(self._calls) and self._calls[self._at].height <= height:
            one = self._calls[self._at]
            found.append(SignedCall(one.who, one.call, self._nonces[one.who], _CALL_BYTES))
            self._nonces[one.who] += 1
            self._at += 1
        return found

    def _look(self, height: int, outcome: BlockOutcome) -> None:
        for event in outcome.events:
            if event.name == "SlashExecuted" and event.fields.get("stash") == OPERATOR:
                self._slashed += int(str(event.fields["amount"]))
        for signed, done in zip(
            self._calls[self._at - len(outcome.outcomes) : self._at], outcome.outcomes, strict=True
        ):
            if done.error is not None:
                self._refused.append(RefusedCall(era_of(height), str(signed.call), ".".join(done.error)))
        if not self._branch.profile.payout.counts_locked:
            for row in outcome.history:
                if row.kind == reward_page.KIND:
                    self._count(row.value)

    def _count(self, page: bytes) -> None:
        paid = sum(line.reward for line in reward_page.lines_of(page) if line.machine_id in self._machines)
        at = reward_page.head_of(page).era - self._first
        if at == len(self._rewards):
            self._rewards.append(paid)
        elif 0 <= at < len(self._rewards):
            self._rewards[at] += paid

    def _locked(self, counted: int, era: int) -> int:
        policy = self._branch.profile.payout
        if policy.counts_locked:
            return counted
        owner = next(iter(self._branch.state.get(payout.OWNERS, one) for one in self._machines), None)
        return 0 if owner is None else policy.about_locked(self._rewards, owner, era)

    def _rent_income(self) -> int:
        rows = (self._branch.state.get(MACHINES, one) for one in self._machines)
        return sum(row.total_rent_fee for row in rows if row is not None)

    def _electricity(self, era: int) -> int:
        plan = self._plan
        gone = self._first + plan.offline_from
        if gone <= era < gone + plan.offline_days:
            return 0
        return plan.gpus * plan.power_watts * _HOURS_PER_ERA * plan.tariff_usd // 1_000

    def _planned(self) -> Iterator[_Planned]:
        """Every call of the plan."""
        yield from self._rents()
        plan = self._plan
        if plan.claim_every:
            for era in range(self._first + plan.claim_every, self._last + 2, plan.claim_every):
                yield _Planned(_in_era(era, _CLAIM), OPERATOR, Call("OnlineProfile", "claim_rewards"))
        gone = self._first + plan.offline_from
        if plan.offline_days and gone <= self._last:
            for one in self._machines:
                off = Call("OnlineProfile", "controller_report_offline", (one,))
                on = Call("OnlineProfile", "controller_report_online", (one,))
                yield _Planned(_in_era(gone, _LEAVE), OPERATOR, off)
                yield _Planned(_in_era(gone + plan.offline_days, _LEAVE), OPERATOR, on)

    def _rents(self) -> Iterator[_Planned]:
        """Orders of 30 days on the first machines, confirmed at once and extended as long as the plan lasts."""
        wanted = (self._plan.gpus * self._plan.rented_percent + 50) // 100
        now, rent_id = self._branch.height, self._branch.state.get(NEXT_RENT_ID, SINGLE) or 0
        for one, gpus in self._machines.items():
            taken = min(wanted, gpus)
            if not taken:
                return
            wanted -= taken
            first = _RENT_ERAS * BLOCKS_PER_ERA
            yield _Planned(now + 1, RENTER, Call("RentMachine", "rent_machine", (one, taken, first)))
            yield _Planned(now + 2, RENTER, Call("RentMachine", "confirm_rent", (rent_id,)))
            for era in range(self._first - 1 + _RENT_ERAS, self._last + 1, _RENT_ERAS):
                more = min(_RENT_ERAS, self._last + 2 - era) * BLOCKS_PER_ERA
                when = _in_era(era, 1) if now % BLOCKS_PER_ERA < _RELET else _in_era(era, _RELET)
                yield _Planned(when, RENTER, Call("RentMachine", "relet_machine", (rent_id, more)))
            rent_id += 1


def _lay_out(branch: Branch, plan: Plan) -> dict[str, int]:
    """Lay prices, the operator, the renter and the machines on the branch; the machines with their GPUs."""
    layer = Overlay(branch.state)
    work = Work(branch.profile, branch.height, bytes(32), layer)
    if plan.replaces is not None:
        _take_away(work, plan.replaces.raw)
    if plan.dbc_price_usd is not None:
        layer.put(price.PRICES, SINGLE, (plan.dbc_price_usd,) * branch.profile.price_window)
        layer.put(price.AVG_PRICE, SINGLE, plan.dbc_price_usd)
    if plan.rent_price_usd is not None:
        layer.put(price.STANDARD_PRICE, SINGLE, price.StandardPrice(plan.points_per_gpu, plan.rent_price_usd))
    first = stake.first_stake(branch.profile, layer)
    if first is None:
        raise InvalidInput("plan", "no_price")
    for who in (OPERATOR, RENTER):
        balances.deposit(work, who, _PLENTY)
    layer.put(STASH_CONTROLLER, OPERATOR, OPERATOR)
    layer.put(CONTROLLER_STASH, OPERATOR, OPERATOR)
    machines = dict(zip(_ids(), _sizes(plan), strict=False))
    layer.put(STASH_MACHINES, OPERATOR, StashMachines(tuple(sorted(machines))))
    members = committee.lists(layer).normal[:_VERIFIERS]
    for one, gpus in machines.items():
        row = MachineRow(OPERATOR, OPERATOR, work.height, first, 0, MachineStatus.COMMITTEE_VERIFYING)
        layer.put(MACHINES, one, row)
        online.confirm_machine(work, one, _hardware(one, gpus, plan), members)
    layer.absorb()
    return machines


def _take_away(work: Work, stash: bytes) -> None:
    """Take a stash's machines off the market and the points, as if they had left; nobody is slashed for it."""
    for one in stash_machines(work.layer, stash).online:
        row = work.layer.get(MACHINES, one)
        if row is not None:
            departure.leave(work, one, row, MachineStatus.STAKER_REPORT_OFFLINE, work.height)


def _sizes(plan: Plan) -> list[int]:
    whole, rest = divmod(plan.gpus, plan.gpus_per_machine)
    return [plan.gpus_per_machine] * whole + [rest] * bool(rest)


def _ids() -> Iterator[str]:
    number = 0
    while True:
        yield blake2b(b"what if: machine %d" % number, digest_size=32).hexdigest()
        number += 1


def _hardware(machine_id: str, gpus: int, plan: Plan) -> HardwareInfo:
    """What a committee would find; only the points and the GPUs matter."""
    points_of_all = plan.points_per_gpu * gpus
    return HardwareInfo(MachineId(machine_id), "", gpus, 0, 0, points_of_all, 0, 0, "", 0, 0, 0, "", True)


def _in_era(era: int, offset: int) -> int:
    """The height so many blocks into a mining era."""
    return (era - 1) * BLOCKS_PER_ERA + offset
