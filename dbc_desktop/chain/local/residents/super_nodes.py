"""Resident super nodes and supporters: who stands behind them is paid each day, and now and then one changes sides.

A payout is asked for where someone who is no resident gets a part of it. Nobody looks at the others; as on the network
a payout that no one asks for lapses after 84 staking eras.
"""

from __future__ import annotations

from dbc_desktop.chain.local.launch import SUPER_NODES, SUPPORTERS
from dbc_desktop.chain.local.residents.stage import Stage, next_at
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.staking.rows import LEDGERS, NOMINATORS, VALIDATORS, elected_in, staking_era_of, versions
from dbc_desktop.rules.utility import MOST_CALLS

_PAYOUT_OFFSET = 300
_CHANGE_ERAS, _CHANGE_OFFSET = 20, 10 * BLOCKS_PER_ERA + 900


class ResidentNodes:
    """The super nodes of `launch.SUPER_NODES` and the supporters of `launch.SUPPORTERS`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._supporters = {stage.keys.account(name): name for name in SUPPORTERS}
        self._known = self._supporters.keys() | {stage.keys.account(name) for name in SUPER_NODES}

    def plan(self, soon: int) -> None:
        """Pay out each day, and change sides on some; nothing on a chain that has no super nodes."""
        if versions(self._stage.state):
            self._stage.at(next_at(soon, _PAYOUT_OFFSET, 1), self._pay_out)
            self._stage.at(next_at(soon, _CHANGE_OFFSET, _CHANGE_ERAS), self._change_sides)

    def see(self, soon: int, event: EventRecord) -> None:
        """Nothing is urgent here."""

    def _pay_out(self) -> None:
        """The first super node has the era that ended paid out, to those behind whom a stranger stands."""
        stage, state = self._stage, self._stage.state
        stage.at(next_at(stage.height + 2, _PAYOUT_OFFSET, 1), self._pay_out)
        ended = staking_era_of(stage.height + 1) - 1
        calls = []
        for node in elected_in(state, ended):
            ledger = state.get(LEDGERS, node.who)
            has_stranger = any(who not in self._known for who in (node.who, *(other for other, _ in node.others)))
            if has_stranger and ledger is not None and ended not in ledger.claimed:
                calls.append(Call("Staking", "payout_stakers", (node.who, ended)))
        if calls:
            stage.attempt(SUPER_NODES[0], Call("Utility", "batch_all", (tuple(calls[:MOST_CALLS]),)))

    def _change_sides(self) -> None:
        """One supporter leaves the last of those it names for another that stands."""
        stage, state = self._stage, self._stage.state
        stage.at(next_at(stage.height + 2, _CHANGE_OFFSET, _CHANGE_ERAS), self._change_sides)
        chance = int.from_bytes(stage.ledger.hash_at(stage.height))
        willing = sorted(who for who in self._supporters if state.get(NOMINATORS, who) is not None)
        standing = sorted(who for who, _ in state.items(VALIDATORS))
        if not willing or not standing:
            return
        who, other = willing[chance % len(willing)], standing[chance // 101 % len(standing)]
        named = state.get(NOMINATORS, who)
        kept = named.targets[:-1] if named is not None else ()
        if other not in kept:
            stage.attempt(self._supporters[who], Call("Staking", "nominate", ((*kept, other),)))
