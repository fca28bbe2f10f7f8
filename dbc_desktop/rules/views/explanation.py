"""One reward, explained from the books of payouts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.explanation import BlockRef, EraReward, Explanation, RewardInputs
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.explanation import steps_of
from dbc_desktop.rules.online_profile.payout import OWNERS
from dbc_desktop.rules.reward_page import PaidLine
from dbc_desktop.rules.work import HistoryRow


def explained(
    engine: Engine,
    genesis_hash: bytes,
    paid: PaidLine,
    earlier: Sequence[PaidLine],
    owners: Iterable[HistoryRow],
    blocks: tuple[BlockRef, BlockRef],
) -> Explanation:
    """The reward of a line of the books.

    Args:
        engine: The chain; of a machine whose owner is not in the books the present one is named.
        genesis_hash: Which chain it is.
        paid: What the payout gave.
        earlier: The payouts of the eras that still waited then, oldest first.
        owners: The rows of kind `reward_owner` of the machine.
        blocks: The first block of the era, and the one that paid.

    Raises:
        ValueError: The rules make something else of the inputs than the chain paid.
    """
    line, head = paid.line, paid.head
    inputs = RewardInputs(
        genesis_hash=genesis_hash,
        rules_profile=engine.profile.name,
        machine_id=MachineId(line.machine_id),
        stash=Address(_stash_at(engine, line.machine_id, paid.height, owners)),
        era=head.era,
        began=blocks[0],
        paid=blocks[1],
        gpu_num=line.gpus,
        basic_points=line.basic,
        is_rented=line.rented,
        stash_gpus=line.stash_gpus,
        total_points=head.total,
        era_reward=Balance(head.pool),
        members=line.members,
        deadline=line.deadline,
        earlier=tuple(
            EraReward(one.head.era, Balance(one.line.reward), one.line.members, one.line.deadline) for one in earlier
        ),
    )
    steps = steps_of(engine.profile, inputs)
    figures = (steps.earned, steps.at_once, steps.from_earlier, steps.reward)
    if tuple(one.units for one in figures) != (line.earned, line.at_once, line.from_earlier, line.reward):
        raise ValueError(f"another reward of {line.machine_id} in era {head.era}")
    return Explanation(inputs, steps)


def _stash_at(engine: Engine, machine_id: str, height: int, owners: Iterable[HistoryRow]) -> bytes:
    """Whose the machine was at `height`."""
    named = [row for row in owners if row.index <= height]
    if named:
        return bytes.fromhex(json.loads(max(named, key=lambda row: row.index).value))
    owner = engine.state.get(OWNERS, machine_id)
    return bytes(32) if owner is None else owner.stash
