"""What is said of an explained reward: its inputs, the formula with its numbers, and the blocks it stands in."""

from __future__ import annotations

from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.explanation import Explanation, RewardInputs, RewardSteps
from dbc_desktop.rules.profile import PROFILES
from dbc_desktop.rules.views.rewards import release_rule
from dbc_desktop.screens import formats
from dbc_desktop.screens.status import Section, StatusScreen
from dbc_desktop.screens.texts import ntr, tr


def explaining_screen(explanation: Explanation, *, is_wide: bool = False) -> StatusScreen:
    """The explanation in words; on a terminal, which `is_wide`, with whole addresses."""
    inputs, steps = explanation.inputs, explanation.steps
    title = tr(
        "Reward of {machine} in era {era} · {rules}",
        machine=formats.short_id(inputs.machine_id),
        era=formats.count(inputs.era),
        rules=inputs.rules_profile,
    )
    sections = (
        Section(tr("What it is reckoned from"), _inputs(inputs, is_wide=is_wide)),
        Section(tr("How it is reckoned"), _formula(inputs, steps)),
        Section(tr("Where it stands on the chain"), _blocks(inputs)),
    )
    return StatusScreen(title, sections)


def saved_text(path: str) -> str:
    """The last line after saving."""
    return tr("Saved to {path}. Check it with: dbc-desktop explain --check FILE", path=path)


def checked_text(*, with_chain: bool) -> str:
    """The last line of a check that went well."""
    if with_chain:
        return tr("Checked: digest and figures are right, and the chain says the same.")
    return tr("Checked: digest and figures are right. The chain it is of is not in this data folder.")


def _inputs(inputs: RewardInputs, *, is_wide: bool) -> tuple[tuple[str, str], ...]:
    rented = tr("rented") if inputs.is_rented else tr("not rented")
    machine = tr(
        "{gpus}, {points} points, {rented}",
        gpus=ntr("{n} GPU", "{n} GPUs", inputs.gpu_num),
        points=points(inputs.basic_points),
        rented=rented,
    )
    committee = (
        tr("nobody any more")
        if not inputs.members or inputs.era > inputs.deadline
        else tr(
            "{members}, until era {era}",
            members=ntr("{n} member", "{n} members", inputs.members),
            era=formats.count(inputs.deadline),
        )
    )
    stash = formats.address_text(inputs.stash) if is_wide else formats.short_address(inputs.stash)
    return (
        (tr("Machine"), machine),
        (tr("Stash"), f"{stash} · {ntr('{n} GPU', '{n} GPUs', inputs.stash_gpus)}"),
        (tr("Network"), tr("{points} points", points=points(inputs.total_points))),
        (tr("Minted in the era"), formats.amount(inputs.era_reward, None)),
        (tr("Committee shares"), committee),
        (tr("Earlier rewards that waited"), _earlier(inputs)),
    )


def _earlier(inputs: RewardInputs) -> str:
    if not inputs.earlier:
        return formats.DASH
    return tr(
        "eras {first} to {last}, {sum} in all",
        first=formats.count(inputs.earlier[0].era),
        last=formats.count(inputs.earlier[-1].era),
        sum=formats.amount(sum((one.reward for one in inputs.earlier), ZERO)),
    )


def _formula(inputs: RewardInputs, steps: RewardSteps) -> tuple[tuple[str, str], ...]:
    profile = PROFILES[inputs.rules_profile]
    rule = release_rule(profile)
    counted = tr(
        "{basic} + {rented} rented + {stash} for the stash = {points}",
        basic=points(inputs.basic_points),
        rented=points(steps.rented_points),
        stash=points(steps.stash_points),
        points=points(steps.points),
    )
    share = f"{points(steps.points)} ÷ {points(inputs.total_points)} = {formats.fixed(steps.share, 9, 9)}"
    reward = (
        f"{formats.fixed(steps.share, 9, 9)} × {formats.amount(inputs.era_reward)}"
        f" = {formats.amount(steps.reward, None)}"
    )
    owner = (
        formats.amount(steps.earned, None)
        if steps.earned == steps.reward
        else tr(
            "less {committee} for the committee = {owner}",
            committee=formats.amount(steps.reward - steps.earned),
            owner=formats.amount(steps.earned, None),
        )
    )
    at_once = tr(
        "{percent} of it = {amount}",
        percent=formats.permille(rule.at_once_permille),
        amount=formats.amount(steps.at_once, None),
    )
    earlier = ntr(
        "{part} of {n} earlier reward = {amount}",
        "{part} of each of {n} earlier rewards = {amount}",
        len(inputs.earlier),
        part=formats.permille(rule.part_permille),
        amount=formats.amount(steps.from_earlier, None),
    )
    return (
        (tr("Points"), counted),
        (tr("Share of the network"), share),
        (tr("Reward of the era"), reward),
        (tr("Owner's part"), owner),
        (tr("Released at once"), at_once),
        (tr("Released of earlier eras"), earlier if inputs.earlier else formats.DASH),
        (tr("Released in this payout"), formats.amount(steps.released, None)),
    )


def _blocks(inputs: RewardInputs) -> tuple[tuple[str, str], ...]:
    return (
        (tr("Chain"), "0x" + inputs.genesis_hash.hex()),
        (tr("The era began in block {height}", height=formats.height(inputs.began.height)), _hash(inputs.began.hash)),
        (tr("Paid in block {height}", height=formats.height(inputs.paid.height)), _hash(inputs.paid.hash)),
    )


def _hash(value: bytes) -> str:
    return "0x" + value.hex()


def points(value: int) -> str:
    """`598.90`: points as people know them; on chain they are 100 times as many."""
    return formats.fixed(value, 2, 2)
