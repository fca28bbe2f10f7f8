"""What Rewards says: what was released, what is still locked, and how the stake grows from it."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dbc_desktop.domain.balance import UNITS_PER_DBC, ZERO, Balance
from dbc_desktop.domain.machine import Machine, MachineId
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.reward import ReleaseRule, RewardRow
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.rewards import RewardsSummary

BARS_SHOWN = 150
PAST_SHOWN = 50
LABELS_APART = 30


@dataclass(frozen=True, slots=True)
class VestingBar:
    """One era of the chart; amounts in the smallest unit.

    Attributes:
        era: The era whose payout releases it.
        parts: Released from earlier eras' rewards; zero in a coming era.
        at_once: Released from the era's own reward; zero in a coming era.
        locked: Still to be released; zero in a past era.
        is_claimable: Released and not claimed yet.
        text: The sum it came from.
    """

    era: int
    parts: int
    at_once: int
    locked: int
    is_claimable: bool
    text: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One era of one machine as the table shows it; `machine_id` and the full amounts are for the tooltip."""

    era_number: int
    era: str
    machine: str
    machine_id: str
    earned: str
    at_once: str
    from_earlier: str
    released: str
    released_full: str
    explain: str


@dataclass(frozen=True, slots=True)
class StakeBar:
    """How far the stake of a machine has grown towards its cap."""

    name: str
    text: str
    fraction: float


@dataclass(frozen=True, slots=True)
class RewardsScreen:
    """The whole page.

    Attributes:
        first_coming: Index of the first bar that is still to come; `today` is written there.
        ticks: Amount and label of the horizontal lines, in the smallest unit.
        labels: Index of a bar and the text below it.
    """

    badge: str
    claim_button: str
    can_claim: bool
    bars: tuple[VestingBar, ...]
    first_coming: int
    today: str
    ticks: tuple[tuple[int, str], ...]
    labels: tuple[tuple[int, str], ...]
    rows: tuple[LedgerRow, ...]
    stakes: tuple[StakeBar, ...]
    stake_note: str
    figures: tuple[tuple[str, str], ...]


def rewards_screen(summary: RewardsSummary, machines: Sequence[Machine]) -> RewardsScreen:
    """What the page shows for one stash."""
    names = {machine.machine_id: machine_name(machine) for machine in machines}
    past = _past_bars(summary)
    coming = _coming_bars(summary)[: BARS_SHOWN - len(past)]
    bars = (*past, *coming)
    overview = summary.overview
    return RewardsScreen(
        badge=rule_text(overview.rule),
        claim_button=tr("Claim {amount}", amount=formats.amount(overview.claimable)),
        can_claim=overview.claimable > ZERO,
        bars=bars,
        first_coming=len(past),
        today=tr("today, era {era}", era=formats.height(summary.head.era)),
        ticks=_ticks(max((bar.parts + bar.at_once + bar.locked for bar in bars), default=0)),
        labels=tuple(
            (index, tr("era {era}", era=formats.height(bar.era)))
            for index, bar in enumerate(bars)
            if index % LABELS_APART == 0
        ),
        rows=tuple(_ledger_row(row, names) for row in summary.rows if row.earned or row.released),
        stakes=tuple(_stake_bar(machine) for machine in machines if machine.stake_cap is not None),
        stake_note=tr(
            "The stake grows from what you claim, up to the cap. At {price} a DBC.",
            price=formats.price(summary.totals.dbc_price_usd),
        ),
        figures=(
            (tr("Earned so far"), formats.amount(overview.total_earned)),
            (tr("Claimed"), formats.amount(overview.total_claimed)),
            (tr("Claimable"), formats.amount(overview.claimable)),
            (tr("Still locked"), formats.amount(overview.locked)),
        ),
    )


def rule_text(rule: ReleaseRule) -> str:
    """`25 % + 150 × 0.5 % · launch-2021`: which rule the page shows."""
    return tr(
        "{at_once} + {parts} × {part} · {profile}",
        at_once=formats.permille(rule.at_once_permille),
        parts=rule.parts,
        part=formats.permille(rule.part_permille),
        profile=rule.profile,
    )


def machine_name(machine: Machine) -> str:
    """`3f9a…c41d · 8 × RTX 4090`."""
    short = formats.short_id(machine.machine_id)
    if machine.hardware is None:
        return short
    return f"{short} · {machine.gpu_num} × {formats.gpu_name(machine.hardware.gpu_type)}"


def _past_bars(summary: RewardsSummary) -> tuple[VestingBar, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in summary.rows:
        sums[row.era][0] += row.at_once.units
        sums[row.era][1] += row.from_earlier.units
    claimed_at = summary.overview.last_claim_height
    bars = []
    for era in sorted(era for era, parts in sums.items() if any(parts))[-PAST_SHOWN:]:
        at_once, parts = sums[era]
        # The payout of an era runs in the first hour of the next one.
        is_claimable = claimed_at is None or (era + 1) * BLOCKS_PER_ERA >= claimed_at
        text = tr(
            "era {era}: {at_once} at once + {parts} of earlier eras = {sum}",
            era=formats.height(era),
            at_once=formats.amount(Balance(at_once)),
            parts=formats.amount(Balance(parts)),
            sum=formats.amount(Balance(at_once + parts)),
        )
        bars.append(VestingBar(era, parts, at_once, 0, is_claimable, text))
    return tuple(bars)


def _coming_bars(summary: RewardsSummary) -> tuple[VestingBar, ...]:
    schedule = summary.schedule
    return tuple(
        VestingBar(
            schedule.first_era + index,
            0,
            0,
            amount.units,
            False,
            tr(
                "era {era}: {sum} of rewards already earned will be released",
                era=formats.height(schedule.first_era + index),
                sum=formats.amount(amount),
            ),
        )
        for index, amount in enumerate(schedule.amounts)
    )


def _ticks(top: int) -> tuple[tuple[int, str], ...]:
    """Two to five round amounts up to `top`."""
    if top <= 0:
        return ()
    step = 1
    while not any(top // (step * part) <= 5 for part in (1, 2, 5)):
        step *= 10
    step *= next(part for part in (1, 2, 5) if top // (step * part) <= 5)
    decimals = 0 if step % UNITS_PER_DBC == 0 else 2 if step * 100 % UNITS_PER_DBC == 0 else 6
    return tuple((step * n, Balance(step * n).text(decimals)) for n in range(1, top // step + 1))


def _ledger_row(row: RewardRow, names: dict[MachineId, str]) -> LedgerRow:
    return LedgerRow(
        era_number=row.era,
        era=formats.height(row.era),
        machine=names.get(row.machine_id, formats.short_id(row.machine_id)),
        machine_id=row.machine_id,
        earned=row.earned.text(2),
        at_once=row.at_once.text(2),
        from_earlier=row.from_earlier.text(2),
        released=row.released.text(2),
        released_full=formats.amount(row.released, None),
        explain=tr("Explain"),
    )


def _stake_bar(machine: Machine) -> StakeBar:
    cap = machine.stake_cap or ZERO
    fraction = min(1.0, machine.stake_held.units * 1_000 // cap.units / 1_000) if cap.units else 0.0
    name = f"{formats.short_id(machine.machine_id)} · {ntr('{n} GPU', '{n} GPUs', machine.gpu_num)}"
    return StakeBar(name, f"{machine.stake_held.text(2)} / {cap.text(2)}", fraction)


def rewards_csv(rows: Iterable[RewardRow]) -> str:
    """The ledger as CSV: eras, machine ids and every digit of the amounts in DBC."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["era", "machine_id", "earned_dbc", "at_once_dbc", "from_earlier_dbc", "released_dbc"])
    for row in rows:
        amounts = (row.earned, row.at_once, row.from_earlier, row.released)
        table.writerow([row.era, row.machine_id, *(amount.text(15).replace(",", "") for amount in amounts)])
    return out.getvalue()
