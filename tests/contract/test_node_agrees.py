"""At every block of a story of disputes a node tells of the chain behind it what that chain tells of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.domain.rental import RentStatus
from tests.doubles.dispute_story import MC, MEMBERS, OP, OWNER, DisputeStory
from tests.doubles.side_by_side import SideBySide

ALWAYS = {
    "supply.treasury_burned": "no storage tells what the treasury burned",
    "supply.price_height": "no storage tells when the price was set",
    "stash.last_claim_height": "it stands in the event of a claim only",
}
"""Figures that a node's storage does not hold: None or 0 there. Orders that are over are left out by `held`."""

BY_RULES = {
    "mainnet-411-strict": {},
    "mainnet-411": {
        "stash.rule.profile": "a node is read by the rules that the network really has, quirks and all",
        "slashes[].appeal_ends": "on the network a verdict's appeal is lost in the next block (quirk Q3)",
    },
    "launch-2021": {
        "stash.rule.profile": "other rules",
        "stash.rule.parts": "149 parts on the network, 150 by the rules of the launch",
        "stash.locked": "the same",
        "release_schedule.amounts": "the same",
        "reporter.is_drawn": "members are drawn, on the network they book",
        "slashes[].can_appeal": "on the network a member needs to control a stash",
        "slashes[].appeal_ends": "on the network a verdict's appeal is lost in the next block",
        "slash_clock.branches[].steps[].amount": "percents of whole units, on the network of parts of a billion",
        "slash_clock.branches[].reward_lost": "the members' share is cut in another order",
        "machine.reward_today": "the same",
        "machines_of[].reward_today": "the same",
        "machine.stake_cap": "another formula",
        "machines_of[].stake_cap": "the same",
        "machine.open_order": "members grab orders, on the network they are drawn",
        "machines_of[].open_order": "the same",
        "machine.awaits_report": "machines sign a report, on the network they do not",
        "machines_of[].awaits_report": "the same",
        "network.burn_floor": "burning ends at a floor",
        "supply.burn_floor": "the same",
        "network.bond_stake": "another formula",
    },
}
"""Where the rules of a profile are others than those by which a node is read."""


def held(read: str, answer: Any) -> Any:
    """What a node can tell of this: it forgets orders that are over, and payouts of nothing."""
    if read == "rent_orders":
        return tuple(one for one in answer if one.status not in (RentStatus.ENDED, RentStatus.LAPSED))
    if read == "rewards":
        return tuple(one for one in answer if one.earned or one.at_once or one.from_earlier)
    return answer


def drawn(read: str, answer: Any) -> Any:
    """The same, without what ends of an order that members grab: on the network they are drawn."""
    if read == "deadlines":
        return tuple(one for one in answer if one.kind != "verification")
    return held(read, answer)


@pytest.fixture(params=["mainnet-411-strict", "mainnet-411", "launch-2021"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    profile: str = request.param
    LocalChain(tmp_path / "chain", is_running=False, profile=profile).close()
    chain = SideBySide(tmp_path / "chain", profile, drawn if profile == "launch-2021" else held)
    made = DisputeStory(chain)
    chain.machines = [made.machine(number) for number in range(3)]
    chain.watch(OWNER, "renter", MEMBERS[2])
    yield made
    chain.close()


def test_a_node_tells_what_the_chain_tells_block_by_block(story: DisputeStory) -> None:
    chain, profile = story.chain, story.engine.profile
    is_drawn, every = profile.reports.is_drawn, 1 if profile.strict else 4
    chain.compare()
    lease = story.rent(0, 2, 12 * 14_400)
    chain.do("renter", "RentMachine", "rent_machine", story.machine(1), 1, 14_400)
    chain.wait(151)  # never confirmed, it lapses
    forgiven = story.away(1, 10)
    story.appeal(OWNER, OP, forgiven)
    story.grant(OP, "cancel_slash", forgiven)
    story.appeal(OWNER, OP, story.away(1, 80))
    # A new machine: one of three members is outvoted.
    chain.watch(story.verify(2, (True, True, False))[2])
    story.away(0, 5)
    # Believed, while the machine is offline already by its owner's own word.
    chain.do(OWNER, OP, "controller_report_offline", story.machine(0))
    believed = story.inaccessible(0, lease)
    story.judge(believed, (True, True, False))
    chain.wait(30)
    story.back(0)
    story.back(0)
    # Not believed; the reporter appeals in vain.
    refused = story.inaccessible(0, lease)
    story.judge(refused, (False, False, True))
    story.appeal("renter", MC, refused)
    # Not believed; the reporter's appeal is granted.
    another = story.inaccessible(0, lease)
    story.judge(another, (False, False, True))
    if not profile.strict:
        story.appeal("renter", MC, another)
        story.grant(MC, "cancel_reporter_slash", another)
    if not is_drawn:
        chain.do("renter", MC, "reporter_cancel_report", story.secret(0))
    story.judge(story.secret(0), (True, True, None))
    chain.wait(28_900, every)  # everything is executed; two payouts
    chain.do(OWNER, OP, "claim_rewards")
    chain.wait(43_200, every=5)
    # Nobody came: the whole stake is taken.
    chain.do("renter", OP, "exec_slash", story.machine(0))
    story.back(0)
    chain.wait(28_900, every=5)
    chain.wait(14_400 * 2, every=5)  # the lease ends
    unknown = [one for one in chain.different if one.name not in ALWAYS | BY_RULES[profile.name]]
    assert unknown == [], "\n".join(map(str, unknown[:20]))
    stale = set(ALWAYS | BY_RULES[profile.name]) - {one.name for one in chain.different}
    assert stale == set()
    assert chain.compared > 90
