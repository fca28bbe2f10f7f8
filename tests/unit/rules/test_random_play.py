"""Invariants under random play: nothing is made, lost or forgotten, whatever is called in whatever order (design 3)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from dbc_desktop.domain.call import Call
from dbc_desktop.rules import balances
from dbc_desktop.rules.online_profile.rows import STASH_MACHINES, STASH_REWARDS
from dbc_desktop.rules.orders import NEXT_RENT_ID
from dbc_desktop.rules.profile import PROFILES, RulesProfile
from dbc_desktop.rules.state import SINGLE, Map, Overlay
from tests.unit.rules.play import PHRASES, Play

SEEDS = st.integers(0, 2**32 - 1)
BLOCKS = (1, 5, 151, 3_000, 14_400, 21_601, 28_801, 43_000)


class RandomPlay(RuleBasedStateMachine):
    """Signed calls of anybody, the way of machines, and time; every rule ends in `Play.check`."""

    profile: RulesProfile

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(self.profile)

    @initialize(gpus=st.integers(1, 6), eras=st.integers(0, 3))
    def begin(self, gpus: int, eras: int) -> None:
        """Most plays begin with a machine that works."""
        play = self.play
        play.wait(1)
        play.bond(PHRASES[0])
        play.describe(play.machines[0])
        play.vote(play.machines[0], gpus, support=True)
        play.wait(14_400 * eras + 100)

    @rule(seed=SEEDS, who=st.integers(0, 8))
    def call_anything(self, seed: int, who: int) -> None:
        """Any call of the catalogue by anybody."""
        self.play.send(self.play.people[who], self.play.random_call(Random(seed)))

    @rule(seed=SEEDS)
    def call_as_root(self, seed: int) -> None:
        """Any root call, most by the sudo key."""
        play, random = self.play, Random(seed)
        who = play.chain.sudo if random.random() < 0.9 else random.choice(play.people)
        play.send(who, play.random_root(random))

    @rule(seed=SEEDS, number=st.integers(2, 4))
    def call_many(self, seed: int, number: int) -> None:
        """Several in a row by those whom most calls are for."""
        play, random = self.play, Random(seed)
        for _ in range(number):
            play.send(random.choice(play.people[:2]), play.random_call(random))

    @precondition(lambda self: self.play.has_online())
    @rule(gpus=st.integers(1, 4), confirms=st.booleans(), hours=st.sampled_from((1, 24, 240)))
    def rent(self, gpus: int, confirms: bool, hours: int) -> None:
        """Somebody rents, and confirms or not."""
        play = self.play
        for machine_id in play.machines:
            call = Call("RentMachine", "rent_machine", (machine_id, gpus, 600 * hours))
            first = play.engine.state.get(NEXT_RENT_ID, SINGLE) or 0
            play.send(play.chain.renter, call)
            for rent_id in range(first, play.engine.state.get(NEXT_RENT_ID, SINGLE) or 0):
                if confirms:
                    play.send(play.chain.renter, Call("RentMachine", "confirm_rent", (rent_id,)))

    @rule(number=st.integers(0, 2), gpus=st.integers(0, 6), support=st.booleans())
    def another_machine(self, number: int, gpus: int, support: bool) -> None:
        """A machine goes as far on its way as it can."""
        play, machine_id = self.play, self.play.machines[number]
        play.bond(PHRASES[number])
        play.describe(machine_id)
        play.vote(machine_id, gpus, support=support)

    @rule(back_after=st.sampled_from((0, 60, 5_000, 30_000)))
    def go_away(self, back_after: int) -> None:
        """The operator reports a machine offline, and later online."""
        play = self.play
        for machine_id in play.machines:
            if play.send(play.chain.stash, Call("OnlineProfile", "controller_report_offline", (machine_id,))) is None:
                play.wait(max(1, back_after))
                play.send(play.chain.stash, Call("OnlineProfile", "controller_report_online", (machine_id,)))

    @rule()
    def claim(self) -> None:
        """The operator claims."""
        self.play.send(self.play.chain.stash, Call("OnlineProfile", "claim_rewards"))

    @rule(blocks=st.sampled_from(BLOCKS))
    def let_time_pass(self, blocks: int) -> None:
        """Jump."""
        self.play.wait(blocks)

    @rule(blocks=st.integers(1, 120))
    def step_and_jump(self, blocks: int) -> None:
        """Jump and step to the same height, over a payout where one is near."""
        play = self.play
        left = -play.engine.height % 14_400
        if left < 3_000:
            play.wait(left + 1)
        play.step(blocks)

    def teardown(self) -> None:
        """The log run again gives the same."""
        self.play.check_replay()


def played(profile: RulesProfile, examples: int, steps: int) -> None:
    machine = type(f"Play_{profile.name}", (RandomPlay,), {"profile": profile})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),  # the first play that breaks is told at once
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_play_breaks_what_must_hold(profile: RulesProfile) -> None:
    played(profile, 14, 22)


@pytest.mark.soak
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_long_play_does_either(profile: RulesProfile) -> None:
    played(profile, 200, 60)


def online_play(profile: RulesProfile) -> Play:
    play = Play(profile)
    play.wait(1)
    play.bond(PHRASES[0])
    play.describe(play.machines[0])
    play.vote(play.machines[0], 4, support=True)
    assert play.has_online()
    play.wait(14_400 * 3)
    return play


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_play_gets_somewhere(profile: RulesProfile) -> None:
    """Else the invariants would hold of nothing."""
    play, random = online_play(profile), Random(7)
    for _ in range(500):
        play.send(random.choice(play.people), play.random_call(random))
        if random.random() < 0.2:
            play.wait(random.choice((1, 200, 5_000)))
    assert len(play.tried) > 55
    assert len(play.done) > 25, sorted(play.done)
    assert play.earned[play.chain.stash] > 0
    play.check_replay()


def test_the_state_refuses_a_write_beside_the_engine() -> None:
    play = online_play(PROFILES["launch-2021"])
    tables = play.engine.state.tables
    with pytest.raises(TypeError):
        tables[balances.ACCOUNTS.name][b"p" * 32] = balances.AccountRow(1)  # type: ignore[index]
    with pytest.raises(TypeError):
        del tables[balances.ACCOUNTS.name][play.chain.stash]  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        tables[balances.ACCOUNTS.name] = {}  # type: ignore[index]
    play.check_replay()


def test_a_write_that_goes_round_the_engine_is_found_by_the_replay() -> None:
    play = online_play(PROFILES["launch-2021"])
    layer = Overlay(play.engine.state)
    held = balances.holdings(layer, play.chain.renter)
    layer.put(balances.ACCOUNTS, play.chain.renter, held._replace(free=held.free - 5))
    thief = balances.holdings(layer, play.chain.sudo)
    layer.put(balances.ACCOUNTS, play.chain.sudo, thief._replace(free=thief.free + 5))
    layer.settle()
    play.check()
    with pytest.raises(AssertionError):
        play.check_replay()
    # What follows from the planted coins has another digest too.
    play.send(play.chain.renter, Call("Balances", "transfer_keep_alive", (play.chain.stash, 1)))
    assert play.replayed().digest != play.engine.digest


def test_a_lost_unit_and_a_list_out_of_order_are_found() -> None:
    play = online_play(PROFILES["launch-2021"])
    stash, layer = play.chain.stash, Overlay(play.engine.state)
    rewards, owned = layer.get(STASH_REWARDS, stash), layer.get(STASH_MACHINES, stash)
    assert rewards is not None
    assert owned is not None
    planted: list[tuple[Map[bytes, Any], Any, Any]] = [
        (STASH_REWARDS, rewards._replace(can_claim=rewards.can_claim + 1), rewards),
        (STASH_REWARDS, rewards._replace(locked=rewards.locked - 1), rewards),
        (STASH_REWARDS, rewards._replace(earned=rewards.earned + 1, locked=rewards.locked + 1), rewards),
        (STASH_MACHINES, owned._replace(total=(*owned.total, *owned.total)), owned),
        (STASH_MACHINES, owned._replace(total=("ff", "00")), owned),
    ]
    for table, wrong, right in planted:
        for value in (wrong, right):
            layer = Overlay(play.engine.state)
            layer.put(table, stash, value)
            layer.settle()
            if value is wrong:
                with pytest.raises(AssertionError):
                    play.check()
        play.check()
