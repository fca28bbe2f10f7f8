"""What Home says: is everything running, what did it earn, what needs me; at first, the first ten minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.domain.network import BLOCKS_PER_ERA, Head
from dbc_desktop.domain.reward import ReleaseRule, StashOverview
from dbc_desktop.screens import formats
from dbc_desktop.screens.home_needs import NeedRow, need_row
from dbc_desktop.screens.notices import driver_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.onboarding import FirstStep, StepId, StepState
from dbc_desktop.services.overview import HomeFacts

RELEASES_SHOWN = 150


@dataclass(frozen=True, slots=True)
class StepRow:
    """One of the first ten minutes; `button` is empty where there is nothing to do yet."""

    id: StepId
    number: int
    title: str
    detail: str
    state: StepState
    button: str


@dataclass(frozen=True, slots=True)
class SideCard:
    """What the current step will do."""

    title: str
    rows: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class RigStrip:
    """One rig in a line; `kind` is the worst state of its GPUs."""

    name: str
    detail: str
    kind: str
    hottest: str
    power: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four figures; `balance` is None before there is an account."""

    key: str
    label: str
    balance: Balance | None
    tone: str
    detail: str


@dataclass(frozen=True, slots=True)
class Releases:
    """The release bars: what is already earned, by the era that releases it."""

    first_era: int
    amounts: tuple[Balance, ...]
    note: str
    labels: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class HomeScreen:
    """The whole page."""

    title: str
    note: str
    is_first_run: bool
    steps: tuple[StepRow, ...]
    side: SideCard | None
    rig: RigStrip | None
    figures: tuple[Figure, ...]
    releases: Releases | None
    needs: tuple[NeedRow, ...]


def home_screen(facts: HomeFacts, *, wants_steps: bool | None = None) -> HomeScreen:
    """The page for `facts`; `wants_steps` overrides whether the first ten minutes are shown.

    They are for the embedded chain only: on a real network nothing is play money, and time cannot be jumped.
    """
    first_run = facts.is_first_run if wants_steps is None else wants_steps
    first_run = first_run and facts.identity.kind == "local"
    profile = facts.identity.rules_profile
    return HomeScreen(
        title=tr("Your first ten minutes") if first_run else tr("Home"),
        note=tr("on a local chain with play money; nothing here costs anything")
        if first_run
        else tr("all figures at block {height}", height=formats.height(facts.head.height)),
        is_first_run=first_run,
        steps=tuple(_step_row(number, step, facts.head) for number, step in enumerate(facts.steps, 1)),
        side=_side(facts),
        rig=rig_strip(facts.sample, facts.overview),
        figures=_figures(facts),
        releases=_releases(facts, profile),
        needs=tuple(need_row(need, facts.head) for need in facts.needs),
    )


# the first ten minutes


def _balance(facts: Mapping[str, object], name: str) -> Balance | None:
    value = facts.get(name)
    return value if isinstance(value, Balance) else None


def _number(facts: Mapping[str, object], name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) else None


def _amount(facts: Mapping[str, object], name: str) -> str:
    value = _balance(facts, name)
    return formats.DASH if value is None else formats.amount(value)


def _step_row(number: int, step: FirstStep, head: Head) -> StepRow:
    title, detail, button = _STEPS[step.id](step, head)
    return StepRow(step.id, number, title, detail, step.state, button if step.state is StepState.CURRENT else "")


Words = tuple[str, str, str]


def _account_step(step: FirstStep, head: Head) -> Words:
    address = step.facts.get("address")
    detail = (
        tr("A key of your own; it never leaves this computer")
        if address is None
        else tr("{address}, its words are on your paper", address=formats.short_address(address))  # type: ignore[arg-type]
    )
    return tr("Make an account"), detail, tr("Make an account")


def _money_step(step: FirstStep, head: Head) -> Words:
    money = _amount(step.facts, "amount")
    return tr("Get play money"), tr("{amount} from the local chain", amount=money), tr("Get play money")


def _bond_step(step: FirstStep, head: Head) -> Words:
    machine = step.facts.get("machine_id")
    if machine is not None:
        detail = tr(
            "Machine {machine}, {amount} reserved",
            machine=formats.short_id(str(machine)),
            amount=_amount(step.facts, "stake"),
        )
    else:
        detail = tr(
            "Signs that the machine is yours and reserves {amount} for its first GPU",
            amount=_amount(step.facts, "stake"),
        )
    return tr("Bond a machine"), detail, tr("Bond")


def _verify_step(step: FirstStep, head: Head) -> Words:
    until, status = _number(step.facts, "until"), step.facts.get("status")
    title = tr("Let the committee check it")
    if step.state is StepState.CURRENT and status == MachineStatus.ADDING_CUSTOMIZE_INFO:
        return title, tr("First say where the machine stands and how it is connected"), tr("Describe it")
    if step.state is StepState.CURRENT and until is not None:
        left = formats.blocks_as_time(until - head.height)
        return title, tr("The committee answers within {time}, or jump there", time=left), tr("Jump…")
    if step.state is StepState.DONE:
        return title, tr("Confirmed by the committee"), ""
    return title, tr("Three committee members look at the hardware; about 36 hours, or jump there"), tr("Jump…")


def _fulfill_step(step: FirstStep, head: Head) -> Words:
    gpus, missing = _number(step.facts, "gpu_num"), _balance(step.facts, "amount")
    if step.state is StepState.DONE:
        detail = tr("{amount} reserved; it stays yours", amount=_amount(step.facts, "held"))
    elif missing is None or gpus is None:
        detail = tr("The rest for all GPUs; it stays yours")
    else:
        detail = tr(
            "{amount} more for {gpus}; it stays yours",
            amount=formats.amount(missing),
            gpus=ntr("{n} GPU", "{n} GPUs", gpus),
        )
    return tr("Pay the rest of the stake"), detail, tr("Pay the stake")


def _earn_step(step: FirstStep, head: Head) -> Words:
    earned, parts = _balance(step.facts, "earned"), _number(step.facts, "parts") or 0
    at_once = formats.permille(_number(step.facts, "at_once_permille") or 0)
    if earned:
        detail = tr("{amount} earned so far", amount=formats.amount(earned))
    else:
        detail = tr(
            "A reward comes each era: {at_once} at once, the rest in {parts} parts", at_once=at_once, parts=parts
        )
    return tr("Earn for a day"), detail, tr("Jump…")


def _rent_step(step: FirstStep, head: Head) -> Words:
    rent_id, until = _number(step.facts, "rent_id"), _number(step.facts, "confirm_until")
    title = tr("Rent a machine as a customer would")
    if until is not None:
        left = formats.countdown(until - head.height)
        return (
            title,
            tr("Order {order} waits: test it and confirm within {time}", order=rent_id, time=left),
            tr("Confirm"),
        )
    if step.state is StepState.DONE:
        return title, tr("Order {order} confirmed", order=rent_id if rent_id is not None else formats.DASH), ""
    return title, tr("Some GPUs for a day, with 15 minutes to test them before you confirm"), tr("Market")


def _login_step(step: FirstStep, head: Head) -> Words:
    return tr("Log in to it"), tr("A real shell on this computer, by ssh"), tr("Rentals")


def _release_step(step: FirstStep, head: Head) -> Words:
    done, parts = _number(step.facts, "parts_released") or 0, _number(step.facts, "parts") or 0
    title = tr("Jump {days} days", days=parts)
    if done >= parts > 0:
        return title, tr("Every part of the first reward is released; claim it"), tr("Claim")
    if done:
        return (
            title,
            tr("{done} of {parts} parts of the first reward are released", done=done, parts=parts),
            tr("Jump…"),
        )
    return title, tr("See every part of that first reward released, then claim"), tr("Jump…")


_STEPS: dict[StepId, Callable[[FirstStep, Head], Words]] = {
    StepId.ACCOUNT: _account_step,
    StepId.PLAY_MONEY: _money_step,
    StepId.BOND: _bond_step,
    StepId.VERIFY: _verify_step,
    StepId.FULFILL: _fulfill_step,
    StepId.EARN: _earn_step,
    StepId.RENT: _rent_step,
    StepId.LOGIN: _login_step,
    StepId.RELEASE: _release_step,
}


def _side(facts: HomeFacts) -> SideCard | None:
    step = next((each for each in facts.steps if each.state is StepState.CURRENT), None)
    if step is None:
        return None
    free = facts.account.spendable if facts.account is not None else ZERO
    rows: tuple[tuple[str, str], ...] = ()
    if step.id is StepId.ACCOUNT:
        return SideCard(
            tr("What this will do"),
            (),
            tr(
                "Makes a key, shows you twelve words to write down, and asks three of them back. Nobody else sees them."
            ),
        )
    if step.id is StepId.PLAY_MONEY:
        rows = ((tr("Arrives"), _amount(step.facts, "amount")), (tr("Free now"), formats.amount(free)))
        text = tr("The local chain's bank sends it by a signed transfer. It is worth nothing outside this computer.")
        return SideCard(tr("What this will do"), rows, text)
    if step.id is StepId.BOND:
        stake, fee = _balance(step.facts, "stake"), _balance(step.facts, "fixed_fee")
        after = free - (stake or ZERO) - (fee or ZERO)
        rows = (
            (tr("Reserved as stake"), _amount(step.facts, "stake")),
            (tr("Fixed fee"), _amount(step.facts, "fixed_fee")),
            (tr("Free afterwards"), formats.amount(after)),
        )
        text = tr(
            "The stake of one GPU at the price of DBC ({profile}). If the committee refuses the machine, a part of it "
            "is lost and the rest comes back.",
            profile=facts.identity.rules_profile,
        )
        return SideCard(tr("What bonding will do"), rows, text)
    if step.id is StepId.FULFILL:
        missing = _balance(step.facts, "amount")
        rows = (
            (tr("Reserved already"), _amount(step.facts, "held")),
            (tr("To reserve now"), _amount(step.facts, "amount")),
            (tr("Free afterwards"), formats.amount(free - (missing or ZERO))),
        )
        return SideCard(tr("What paying will do"), rows, tr("The machine goes online and earns from the next era on."))
    return _later_side(step, facts)


def _later_side(step: FirstStep, facts: HomeFacts) -> SideCard:
    height = facts.head.height
    rows: tuple[tuple[str, str], ...]
    if step.id is StepId.VERIFY:
        until = _number(step.facts, "until")
        rows = ((tr("Window ends in"), formats.blocks_as_time(until - height)),) if until is not None else ()
        text = tr("Each member looks alone, commits a hash, then reveals what was seen. Equal reports decide.")
        return SideCard(tr("What the committee does"), rows, text)
    if step.id is StepId.EARN:
        payout = _number(step.facts, "next_height")
        rows = ((tr("Next payout in"), formats.blocks_as_time(payout - height)),) if payout is not None else ()
        text = tr("A machine earns from the era after it came online. Jump over one or two eras to see it.")
        return SideCard(tr("How rewards come"), rows, text)
    if step.id is StepId.RENT:
        text = tr(
            "The rent is reserved, not paid, until you confirm. If the machine is not what it promised, let it lapse."
        )
        return SideCard(tr("What renting will do"), (), text)
    if step.id is StepId.LOGIN:
        text = tr("A stand-in node on this computer starts a shell in a sandbox and gives you user and password.")
        return SideCard(tr("What logging in will do"), (), text)
    rows = (
        (tr("First reward"), _amount(step.facts, "reward")),
        (
            tr("Parts released"),
            f"{_number(step.facts, 'parts_released') or 0} / {_number(step.facts, 'parts') or 0}",
        ),
        (tr("Claimable now"), _amount(step.facts, "claimable")),
    )
    return SideCard(tr("What is still locked"), rows, tr("One part is released in each era, to the last unit."))


# what runs and what it earned


def rig_strip(sample: RigSample | None, overview: StashOverview | None) -> RigStrip | None:
    """This computer's GPUs in one line; None before the first sample."""
    if sample is None:
        return None
    if sample.trouble is not None:
        return RigStrip(sample.rig, driver_text(sample.trouble), "loss", "–", "–", False)
    alive = [gpu for gpu in sample.gpus if not gpu.is_lost]
    names = {formats.gpu_name(gpu.name) for gpu in sample.gpus}
    total = len(sample.gpus)
    model = f"{total} × {names.pop()}" if len(names) == 1 else ntr("{n} GPU", "{n} GPUs", total)
    detail = tr("{alive} of {total} GPUs", alive=len(alive), total=total)
    lost = [gpu for gpu in sample.gpus if gpu.is_lost]
    if lost:
        detail += " · " + tr("GPU {index} lost", index=lost[0].index)
    elif overview is not None and overview.gpu_num:
        detail += " · " + tr("rented {rented} of {total}", rented=overview.rented_gpu_num, total=overview.gpu_num)
    warmest = [gpu.temperature for gpu in alive if gpu.temperature is not None]
    powers = [gpu.power_watts for gpu in alive if gpu.power_watts is not None]
    return RigStrip(
        name=f"{sample.rig} · {model}",
        detail=detail,
        kind="warn" if lost else "good",
        hottest=formats.temperature(max(warmest, default=None)),
        power=formats.watts(sum(powers) if powers else None),
        is_demo=sample.source == "demo",
    )


def _figures(facts: HomeFacts) -> tuple[Figure, ...]:
    overview = facts.overview
    released = None if overview is None else overview.released_last_era
    week = None if overview is None else overview.released_last_7_eras
    claimable = None if overview is None else overview.claimable
    locked = None if overview is None else overview.locked
    return (
        Figure("today", tr("Released today"), released, "", _today_detail(facts)),
        Figure("week", tr("7 days"), week, "", _week_detail(week, facts.totals.dbc_price_usd)),
        Figure("claimable", tr("Claimable"), claimable, "good", _claim_detail(overview, facts.head)),
        Figure("locked", tr("Locked"), locked, "locked", _locked_detail(overview)),
    )


def _today_detail(facts: HomeFacts) -> str:
    if not facts.rows:
        return tr("no payout yet")
    if facts.overview is not None and not facts.overview.released_last_era:
        return tr("nothing in the last payout")
    newest = facts.rows[0].era
    at_once = sum((row.at_once for row in facts.rows if row.era == newest), ZERO)
    earlier = sum((row.from_earlier for row in facts.rows if row.era == newest), ZERO)
    return tr("{at_once} at once + {earlier} earlier", at_once=at_once.text(2), earlier=earlier.text(2))


def _week_detail(week: Balance | None, price_micro: int) -> str:
    if week is None or not price_micro:
        return tr("no price known")
    worth = week.units * price_micro // Balance.of_dbc(1).units
    return tr("≈ {usd} at {price}", usd=formats.usd(worth), price=formats.price(price_micro).removesuffix(" USD"))


def _claim_detail(overview: StashOverview | None, head: Head) -> str:
    if overview is None or overview.last_claim_height is None:
        return tr("never claimed")
    return tr("last claimed {ago}", ago=formats.ago(head.height - overview.last_claim_height))


def _locked_detail(overview: StashOverview | None) -> str:
    if overview is None or not overview.locked:
        return tr("nothing is locked")
    return ntr("released over the next {n} era", "released over the next {n} eras", overview.rule.parts)


def rule_text(rule: ReleaseRule) -> str:
    """`25 % + 150 × 0.5 %, launch-2021`."""
    at_once, part = formats.permille(rule.at_once_permille), formats.permille(rule.part_permille)
    return f"{at_once} + {rule.parts} × {part}, {rule.profile}"


def _releases(facts: HomeFacts, profile: str) -> Releases | None:
    schedule = facts.schedule
    if schedule is None or facts.overview is None or not any(schedule.amounts):
        return None
    amounts = schedule.amounts[:RELEASES_SHOWN]
    last = len(amounts) - 1
    labels = tuple(
        (index, tr("era {era}", era=formats.count(schedule.first_era + index)))
        for index in sorted({0, last // 3, 2 * last // 3, last})
    )
    return Releases(schedule.first_era, amounts, rule_text(facts.overview.rule), labels)


def era_of(height: int) -> int:
    """The mining era of a height, for labels."""
    return height // BLOCKS_PER_ERA
