"""What the sheet of the power limit says: what a card may, and what a joule earned at which power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.gpu import GpuReading
from dbc_desktop.screens import formats
from dbc_desktop.screens.rig_readings import missing_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.power_curve import PowerStep
from dbc_desktop.services.power_limit import TRIAL_SECONDS, Trial


@dataclass(frozen=True, slots=True)
class PowerScreen:
    """The sheet.

    Attributes:
        refusal: Why no limit can be set; empty where one can.
        least: The range in whole watts, with the limit that is set now.
    """

    title: str
    subtitle: str
    refusal: str
    least: int
    most: int
    now: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """One row of what was measured: power, speed, how long, and at which price of a kWh nothing is left."""

    watts: str
    speed: str
    measured: str
    break_even: str
    per_megajoule: str


def power_screen(gpu: GpuReading, *, can_set: bool) -> PowerScreen:
    """What may be set on this card; `can_set` is whether the sensors are real."""
    board, health = gpu.board, gpu.health
    now = gpu.power_limit_watts if health is None or health.power_set is None else health.power_set
    title = tr("Power limit of GPU {index}", index=gpu.index)
    name = formats.gpu_name(gpu.name)
    if not can_set:
        return PowerScreen(title, name, tr("Demo GPUs have no power limit to set."), 0, 0, 0)
    if board is None or now is None or board.power_least is None or board.power_most is None:
        reason = missing_text({} if board is None else board.missing, "power_least") or tr("it was not read yet")
        return PowerScreen(title, name, tr("No limit can be set: {reason}.", reason=reason), 0, 0, 0)
    made = tr("{watts} as made", watts=formats.watts(board.power_default)) if board.power_default else ""
    span = tr("{least} to {most}", least=formats.watts(board.power_least), most=formats.watts(board.power_most))
    subtitle = " · ".join(part for part in (name, span, made) if part)
    return PowerScreen(title, subtitle, "", round(board.power_least), round(board.power_most), round(now))


def trial_text(trial: Trial, seconds_left: float) -> str:
    """How long the limit stands unless it is kept."""
    return tr(
        "{watts} is set. It goes back to {before} in {seconds} s unless you keep it.",
        watts=formats.watts(trial.watts),
        before=formats.watts(trial.before),
        seconds=max(0, round(seconds_left)),
    )


def rule_text() -> str:
    """What happens when a limit is set."""
    return tr(
        "Set by NVIDIA's own limit and nothing else. It stands for {seconds} seconds, then goes back by itself unless "
        "you keep it; after a restart of the computer the maker's limit holds again.",
        seconds=int(TRIAL_SECONDS),
    )


def step_head() -> tuple[str, ...]:
    """The words above the columns."""
    return (tr("Power"), tr("Speed"), tr("Measured"), tr("Breaks even at"), tr("Earned per MJ"))


def step_lines(steps: Sequence[PowerStep], usd_per_hour: float | None) -> tuple[StepLine, ...]:
    """What was measured; speed is told against the fastest step."""
    fastest = max((step.mhz for step in steps), default=1.0)
    return tuple(
        StepLine(
            formats.watts(step.watts),
            formats.percent(100 * step.mhz / fastest),
            ntr("{n} minute", "{n} minutes", step.minutes),
            formats.DASH if usd_per_hour is None else f"{step.break_even(usd_per_hour):.3f} USD/kWh",
            formats.DASH if usd_per_hour is None else f"{step.income_per_joule(usd_per_hour) * 1e6:.4f} USD",
        )
        for step in steps
    )


def curve_note(steps: Sequence[PowerStep], usd_per_hour: float | None) -> str:
    """What the curve is made of, and what it does not know."""
    if not steps:
        return tr("No minute under load was measured in the last 30 days, so there is nothing to compare yet.")
    if usd_per_hour is None:
        return tr("No machine of yours is known to be this computer, or it earned nothing today: only speed is told.")
    return tr(
        "Out of minutes under full load of the last 30 days and today's reward: {usd} USD an hour for this GPU. "
        "It earns that at any speed; a renter feels the difference.",
        usd=f"{usd_per_hour:.4f}",
    )


def parse_watts(text: str) -> float:
    """Watts as a person types them.

    Raises:
        InvalidInput: `power_limit` with `not_a_number`.
    """
    plain = text.strip().removesuffix("W").strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 6):
        raise InvalidInput("power_limit", "not_a_number")
    return float(plain)
