"""What Network says: super nodes and the threshold of today, own support, supply and what is burned, price, GPUs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.network import Head
from dbc_desktop.domain.super_node import Election, Outlook, SuperNode, Support
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.network import NetworkSummary, projected_total


class Standing(StrEnum):
    """Where a super node stands: in this staking era, and in the next."""

    KEEPS = "keeps"
    COMES = "comes"
    GOES = "goes"
    WAITS = "waits"


TONES = {Standing.KEEPS: "good", Standing.COMES: "accent", Standing.GOES: "warn", Standing.WAITS: "muted"}


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One super node as the table shows it; `full` are the amounts to the last digit."""

    address: Address
    rank: str
    name: str
    own: str
    support: str
    supporters: str
    total: str
    full: str
    commission: str
    standing: Standing
    state: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class FigureCard:
    """One figure of the head line: what it is, the figure, and a line below it."""

    title: str
    figure: str
    unit: str
    note: str
    tooltip: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class SupportCard:
    """What the account stakes.

    Attributes:
        withdraw: Text of the button that takes out what has waited long enough; empty where nothing has.
        can_unbond: Something is staked that could be set on its way out.
    """

    rows: tuple[tuple[str, str], ...]
    note: str
    withdraw: str
    can_unbond: bool


@dataclass(frozen=True, slots=True)
class NetworkScreen:
    """The whole page."""

    badge: str
    figures: tuple[FigureCard, ...]
    title: str
    note: str
    rows: tuple[NodeRow, ...]
    support: SupportCard | None


def network_screen(summary: NetworkSummary, head: Head, profile: str) -> NetworkScreen:
    """What the page shows at `head`, from a reading that may be some blocks older."""
    election = summary.election
    if election is None:
        note = tr("not told by this chain")
        return NetworkScreen(profile, _figures(summary, head), tr("Super nodes"), note, (), None)
    return NetworkScreen(
        badge=_rule(election, profile),
        figures=_figures(summary, head),
        title=ntr("{n} super node stands", "{n} super nodes stand", len(election.nodes)),
        note=_threshold(election, head),
        rows=_rows(election, summary.support),
        support=None if summary.support is None else _support(summary.support, election, head),
    )


def _rule(election: Election, profile: str) -> str:
    names = {"totals": tr("highest totals are elected"), "phragmen": tr("sequential Phragmén")}
    return f"{names.get(election.rule, election.rule)} · {profile}"


def _threshold(election: Election, head: Head) -> str:
    seats = ntr("{n} seat", "{n} seats", election.seats)
    due = formats.due(election.next_height - head.height)
    when = {
        Outlook.COUNTED: tr("next election {when}", when=due),
        Outlook.ESTIMATED: tr("next election {when}, by our own count", when=due),
        Outlook.DECIDED: tr("seats are given, next era {when}", when=due),
    }[election.outlook]
    if election.threshold is None:
        return tr("{seats}, enough for all", seats=seats) + f" · {when}"
    return tr("{seats} from {amount}", seats=seats, amount=formats.amount(election.threshold, 0)) + f" · {when}"


def _rows(election: Election, support: Support | None) -> tuple[NodeRow, ...]:
    mine = support.targets if support is not None else ()
    return tuple(_row(number, node, node.address in mine) for number, node in enumerate(election.nodes, 1))


def standing_of(node: SuperNode) -> Standing:
    """Where a super node stands."""
    if node.is_winning:
        return Standing.KEEPS if node.is_elected else Standing.COMES
    return Standing.GOES if node.is_elected else Standing.WAITS


def _state(standing: Standing) -> str:
    return {
        Standing.KEEPS: tr("has a seat"),
        Standing.COMES: tr("gets a seat"),
        Standing.GOES: tr("loses its seat"),
        Standing.WAITS: tr("below the line"),
    }[standing]


def _row(number: int, node: SuperNode, is_mine: bool) -> NodeRow:
    standing = standing_of(node)
    full = tr(
        "own {own}, supporters {support}, together {total}",
        own=formats.amount(node.own, None),
        support=formats.amount(node.support, None),
        total=formats.amount(node.total, None),
    )
    return NodeRow(
        address=node.address,
        rank=formats.count(number),
        name=formats.short_address(node.address),
        own=node.own.text(0),
        support=node.support.text(0),
        supporters=formats.count(node.supporters),
        total=node.total.text(0),
        full=full,
        commission=commission(node.commission),
        standing=standing,
        state=_state(standing),
        is_mine=is_mine,
    )


def commission(parts: int) -> str:
    """`5 %`, `2.5 %` of parts of 10^9."""
    return formats.permille(parts // 1_000_000)


def _figures(summary: NetworkSummary, head: Head) -> tuple[FigureCard, ...]:
    return (_supply(summary), _burned(summary), _price(summary, head), _gpus(summary))


def _supply(summary: NetworkSummary) -> FigureCard:
    supply = summary.supply
    daily = supply.machine_emission + supply.node_emission
    tooltip = tr(
        "{machines} a day for machines, {nodes} for super nodes",
        machines=formats.amount(supply.machine_emission),
        nodes=formats.amount(supply.node_emission),
    )
    note = tr("{amount} more a day", amount=daily.text(0))
    return FigureCard(tr("Supply"), supply.issued.text(0), "DBC", note, tooltip)


def _burned(summary: NetworkSummary) -> FigureCard:
    supply, to_floor = summary.supply, summary.supply.to_floor
    if to_floor is None or supply.burn_floor is None:
        note, fraction = tr("these rules have no floor"), None
    else:
        floor = supply.burn_floor.text(0)
        note = tr("{amount} to the floor of {floor}", amount=to_floor.text(0), floor=floor)
        whole = supply.burned.units + to_floor.units
        fraction = supply.burned.units / whole if whole else 1.0
    burned = formats.amount(supply.burned, None)
    tooltip = tr("burned for good: {amount}", amount=burned)
    if supply.treasury_burned:
        tooltip += "\n" + tr("and by the treasury: {amount}", amount=formats.amount(supply.treasury_burned))
    whole_part, part, unit = formats.amount_parts(supply.burned)
    return FigureCard(tr("Burned so far"), whole_part + part, unit, note, tooltip, fraction)


def _price(summary: NetworkSummary, head: Head) -> FigureCard:
    supply = summary.supply
    if supply.price_usd is None:
        return FigureCard(tr("Price of a DBC"), formats.DASH, "", tr("the oracle has none yet"), "")
    figure = formats.fixed(supply.price_usd, 6, 4)
    if supply.price_height is None:
        note = tr("age not known on this chain")
    else:
        note = tr("set {ago}", ago=formats.ago(max(0, head.height - supply.price_height)))
    return FigureCard(tr("Price of a DBC"), figure, "USD", note, tr("mean of the last 64 prices of the oracle"))


def _gpus(summary: NetworkSummary) -> FigureCard:
    totals = summary.totals
    share = totals.rented_gpu_num * 100 // totals.gpu_num if totals.gpu_num else 0
    rented = tr("{n} rented, {share} %", n=formats.count(totals.rented_gpu_num), share=share)
    machines = ntr("{n} machine", "{n} machines", totals.machine_num)
    tooltip = tr("staked for machines: {amount}", amount=formats.amount(totals.total_staked))
    census = summary.census
    operators = ntr("{n} operator", "{n} operators", census.operators)
    tooltip += "\n" + ntr("{operators} in {n} place", "{operators} in {n} places", census.places, operators=operators)
    return FigureCard(tr("GPUs online"), formats.count(totals.gpu_num), "", f"{rented} · {machines}", tooltip)


def _support(support: Support, election: Election, head: Head) -> SupportCard:
    rows = [(tr("Staked"), formats.amount(support.bonded))]
    ranks = {node.address: (number, node) for number, node in enumerate(election.nodes, 1)}
    for target in support.targets:
        number, node = ranks.get(target, (0, None))
        state = tr("stands no more") if node is None else f"{_state(standing_of(node))}, #{number}"
        rows.append((formats.short_address(target), state))
    for chunk in support.unlocking:
        due = formats.due(chunk.height - head.height)
        rows.append((tr("free {when}", when=due), formats.amount(chunk.amount)))
    if support.controller is not None:
        return SupportCard(tuple(rows), _support_note(support), "", can_unbond=False)
    withdraw = tr("Take out {amount}", amount=formats.amount(support.withdrawable)) if support.withdrawable else ""
    return SupportCard(tuple(rows), _support_note(support), withdraw, bool(support.bonded))


def _support_note(support: Support) -> str:
    if support.controller is not None:
        return tr(
            "Another account signs for this stake: {controller}. Here only an account that signs itself can act.",
            controller=formats.address_text(support.controller),
        )
    if support.is_super_node:
        return tr("This account stands for election itself.")
    if not support.has_ledger:
        return tr(
            "Stake DBC behind a super node: it counts in the election each day, and you share in what the node earns."
        )
    if support.bonded and not support.targets:
        return tr("Your stake stands behind nobody and earns nothing. Choose a super node.")
    time = formats.blocks_as_time(support.bonding_eras * 14_400)
    return tr("Stake on its way out is free after {time}.", time=time)


@dataclass(frozen=True, slots=True)
class StakeSheetScreen:
    """What the sheet says while an amount is typed."""

    outcome: str
    tone: str


def outcome_of(summary: NetworkSummary, node: SuperNode, amount: Balance | None) -> StakeSheetScreen:
    """What the next election would say of `node`, had the account staked so much more for it."""
    support, election = summary.support, summary.election
    if amount is None or support is None or election is None:
        return StakeSheetScreen("", "muted")
    total = projected_total(election, support, node, amount)
    if total is None:
        return StakeSheetScreen(tr("The next election shares your stake among those you support."), "muted")
    shown = formats.amount(total, 0)
    if election.threshold is None or node.is_winning or total > election.threshold:
        return StakeSheetScreen(
            tr("With {total} behind it, it has a seat after the next election.", total=shown), "good"
        )
    missing = formats.amount(election.threshold - total, 0)
    text = tr("With {total} behind it, it is still {missing} below the line.", total=shown, missing=missing)
    return StakeSheetScreen(text, "warn")
