"""The engine's rows of super nodes as values of the declared storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA
from dbc_desktop.domain.super_node import PayTo
from dbc_desktop.rules.election_policies import Backed
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.staking import rows
from dbc_desktop.rules.staking.eras import stream
from dbc_desktop.rules.state import SINGLE

Entries = Iterable[tuple[tuple[object, ...], Any]]
_PAYEES = {
    PayTo.STAKED: "Staked",
    PayTo.STASH: "Stash",
    PayTo.CONTROLLER: "Controller",
    PayTo.ACCOUNT: "Account",
    PayTo.NOWHERE: "None",
}


class StakingState:
    """The super nodes' part of `NodeState`.

    Attributes:
        planned: Who has a seat in the next staking era, once that is decided.
        spans: How many slashing spans an account has.
        controllers: Who signs for an account's stake, where it does not itself.
        era_shift: How far the count of staking eras is ahead of the engine's.
    """

    _engine: Engine
    _now_ms: int
    planned: tuple[Backed, ...] | None = None
    spans: Mapping[bytes, int] = {}
    controllers: Mapping[bytes, bytes] = {}
    era_shift: int = 0

    @property
    def _era(self) -> int:
        return rows.staking_era_of(self._engine.height)

    def _session_validators(self) -> Entries:
        return [((), tuple(one.who for one in rows.elected_in(self._engine.state, self._era)))]

    def _staking_validatorcount(self) -> Entries:
        return [((), rows.seats_in(self._engine.profile, self._engine.state, self._era + 1))]

    def _staking_mincommission(self) -> Entries:
        return [((), self._engine.state.get(rows.MIN_COMMISSION, SINGLE) or 0)]

    def _staking_currentera(self) -> Entries:
        return [((), self._era + self.era_shift + (self.planned is not None))]

    def _staking_activeera(self) -> Entries:
        began = self._now_ms - (self._engine.height - self._era * BLOCKS_PER_ERA - 1) * BLOCK_MS
        return [((), {"index": self._era + self.era_shift, "start": began})]

    def _staking_bonded(self) -> Entries:
        return (((who,), self.controllers.get(who, who)) for who, _ in self._engine.state.items(rows.LEDGERS))

    def _staking_ledger(self) -> Entries:
        for who, ledger in self._engine.state.items(rows.LEDGERS):
            yield (
                (self.controllers.get(who, who),),
                {
                    "stash": who,
                    "total": ledger.total,
                    "active": ledger.active,
                    "unlocking": [{"value": one.value, "era": one.era + self.era_shift} for one in ledger.unlocking],
                    "claimed_rewards": [era + self.era_shift for era in ledger.claimed],
                },
            )

    def _staking_payee(self) -> Entries:
        for who, payee in self._engine.state.items(rows.PAYEES):
            yield (who,), Variant(_PAYEES[payee.pay_to], payee.account if payee.pay_to is PayTo.ACCOUNT else None)

    def _staking_validators(self) -> Entries:
        for who, prefs in self._engine.state.items(rows.VALIDATORS):
            yield (who,), {"commission": prefs.commission, "blocked": prefs.blocked}

    def _staking_nominators(self) -> Entries:
        for who, named in self._engine.state.items(rows.NOMINATORS):
            yield (
                (who,),
                {
                    "targets": named.targets,
                    "submitted_in": named.submitted_in + self.era_shift,
                    "suppressed": False,
                },
            )

    def _staking_erasstakers(self) -> Entries:
        sets = [(self._era, tuple(one.backed for one in rows.elected_in(self._engine.state, self._era)))]
        if self.planned is not None:
            sets.append((self._era + 1, self.planned))
        for era, elected in sets:
            for one in elected:
                others = [{"who": who, "value": amount} for who, amount in one.others]
                yield (era + self.era_shift, one.who), {"total": one.total, "own": one.own, "others": others}

    def _staking_slashingspans(self) -> Entries:
        for who, count in self.spans.items():
            prior = (1,) * (count - 1)
            yield (who,), {"span_index": count, "last_start": 1, "last_nonzero_slash": 1, "prior": prior}

    def _staking_phase0rewardperyear(self) -> Entries:
        return self._phase(0)

    def _staking_phase1rewardperyear(self) -> Entries:
        return self._phase(1)

    def _staking_phase2rewardperyear(self) -> Entries:
        return self._phase(2)

    def _phase(self, number: int) -> Entries:
        return [((), stream(self._engine.profile, self._engine.state).per_year[number])]

    def _staking_rewardstartheight(self) -> Entries:
        return [((), stream(self._engine.profile, self._engine.state).start_height)]
