"""What the Chain page says of the past: a line for each extrinsic, block and event, and all of one extrinsic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.explorer import MOST_SEARCHED, Argument, ExtrinsicDetail, ExtrinsicRow
from dbc_desktop.domain.machine import HardwareInfo
from dbc_desktop.domain.network import BLOCK_MS, BlockSummary, Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.account_names import account_name
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.explorer import PastRow, PastView

Names = Mapping[bytes, str]
"""Accounts that have a name here: the person's own, and the residents."""

_MONEY = frozenset(
    [
        "value",
        "amount",
        "fee",
        "actual_fee",
        "tip",
        "max_additional",
        "bond",
        "deposit",
        "reward",
        "slash",
        "stake",
        "old_stake",
        "new_stake",
        "validator_payout",
        "remainder",
        "burnt_funds",
        "rollover_balance",
    ]
)
_LENGTHS = frozenset({"duration", "relet_duration"})
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class PastLine:
    """One row of the table.

    Attributes:
        cells: A text for each column of the view.
        tips: The whole of what a cell shortens.
        kind: Colour of the badge in the last column of extrinsics.
    """

    key: tuple[int, int, int]
    cells: tuple[str, ...]
    tips: tuple[str, ...]
    kind: str = "plain"


def column_titles(view: PastView) -> tuple[str, ...]:
    """The words above the columns."""
    return {
        PastView.EXTRINSICS: (
            tr("Block"), tr("When"), tr("Call"), tr("Signer"), tr("Arguments"), tr("Fee"), tr("Outcome"),
        ),
        PastView.BLOCKS: (tr("Block"), tr("When"), tr("Hash"), tr("Parent"), tr("Extrinsics"), tr("Events")),
        PastView.EVENTS: (tr("Block"), tr("When"), tr("Event"), tr("Left by"), tr("What it says")),
    }[view]  # fmt: skip


def view_name(view: PastView) -> str:
    """The word on the chip."""
    names = {PastView.EXTRINSICS: tr("Extrinsics"), PastView.BLOCKS: tr("Blocks"), PastView.EVENTS: tr("Events")}
    return names[view]


def total_text(total: int | None, is_counted: bool, *, is_node: bool = False) -> str:
    """`of 48,211`; more than anybody would count where None. A node keeps no index, and nobody counts there."""
    if is_node:
        return tr("in {n} blocks at most, as a node keeps no index", n=formats.count(MOST_SEARCHED))
    if not is_counted:
        return ""
    return tr("of more than 100,000") if total is None else tr("of {n}", n=formats.count(total))


def past_line(row: PastRow, head: Head, names: Names) -> PastLine:
    """One row of the table."""
    when = formats.ago(head.height - row.height)
    moment = formats.moment((head.timestamp_ms - (head.height - row.height) * BLOCK_MS) / 1_000)
    block = formats.height(row.height)
    if isinstance(row, ExtrinsicRow):
        outcome, kind = outcome_badge(row)
        arguments = arguments_text(row.arguments, names)
        return PastLine(
            (row.height, row.position, 0),
            (
                block,
                when,
                f"{row.pallet}.{row.call}",
                account_name(row.signer.raw, names),
                arguments,
                row.fee.text(6),
                outcome,
            ),
            ("", moment, "", formats.address_text(row.signer), arguments, formats.amount(row.fee, None), outcome),
            kind,
        )
    if isinstance(row, BlockSummary):
        return PastLine(
            (row.height, 0, 0),
            (
                block,
                when,
                formats.short_id(row.hash.hex()),
                formats.short_id(row.parent_hash.hex()),
                formats.count(row.extrinsic_num),
                formats.count(row.event_num),
            ),
            ("", moment, "0x" + row.hash.hex(), "0x" + row.parent_hash.hex(), "", ""),
        )
    said = fields_text(row.fields, names)
    left_by = tr("the chain itself") if row.extrinsic is None else tr("extrinsic {n}", n=row.extrinsic)
    return PastLine(
        (row.height, -1 if row.extrinsic is None else row.extrinsic, hash((row.pallet, row.name, said))),
        (block, when, f"{row.pallet}.{row.name}", left_by, said),
        ("", moment, "", "", said),
    )


def outcome_badge(row: ExtrinsicRow) -> tuple[str, str]:
    """The most telling thing that an extrinsic did, and its colour."""
    if row.error is not None:
        return row.error[1], "loss"
    by_name = {event.name: event for event in row.events}
    for name, tell in _TELLERS:
        if name in by_name:
            return tell(by_name[name])
    own = [event.name for event in row.events if event.pallet == row.pallet]
    return (own[-1], "good") if own else (tr("ok"), "good")


_TELLERS: tuple[tuple[str, Callable[[EventRecord], tuple[str, str]]], ...] = (
    ("Rent", lambda event: (tr("Rent #{n}", n=event.fields.get("rent_id")), "good")),
    ("ClaimReward", lambda event: (tr("claimed {amount}", amount=_money(event, "amount")), "good")),
    ("DestroyDBC", lambda event: (tr("burned {amount}", amount=_money(event, "amount")), "locked")),
    ("ReportMachineFault", lambda event: (tr("Report #{n}", n=event.fields.get("report_id")), "warn")),
    ("Transfer", lambda event: (tr("sent {amount}", amount=_money(event, "amount")), "good")),
)


def _money(event: EventRecord, name: str) -> str:
    value = event.fields.get(name)
    return Balance(value).text(2) if isinstance(value, int) else formats.DASH


def resident_name(name: str) -> str:
    """A resident's name in the language of the window."""
    kind, _, rest = name.rpartition(" ")
    numbered = {
        "committee": tr("committee {n}", n=rest),
        "super node": tr("super node {n}", n=rest),
        "supporter": tr("supporter {n}", n=rest),
        "technical": tr("technical seat {n}", n=rest),
        "operator": tr("operator {n}", n=rest),
    }
    single = {"bank": tr("bank"), "sudo": tr("root"), "renter": tr("renter")}
    return numbered.get(kind) or single.get(name) or name


def arguments_text(arguments: Sequence[Argument], names: Names) -> str:
    """All arguments in one line; a dash where a call takes none."""
    return " · ".join(_argument(one, names) for one in arguments)[:_LONGEST] or formats.DASH


def _argument(one: Argument, names: Names) -> str:
    if isinstance(one.value, HardwareInfo):
        machine = tr("machine {id}", id=formats.short_id(one.value.machine_id))
        return f"{machine} · {tr('works') if one.value.is_support else tr('does not work')}"
    value = value_text(one.name, one.value, names)
    if one.type == "MachineId":
        return tr("machine {id}", id=value)
    if one.name == "rent_id":
        return tr("order {id}", id=value)
    if one.name in ("rent_gpu_num", "gpu_num") and isinstance(one.value, int):
        return ntr("{n} GPU", "{n} GPUs", one.value)
    if one.name in _LENGTHS or one.name in _MONEY or one.name in ("dest", "controller", "call", "member"):
        return value
    return f"{one.name} {value}"


def fields_text(found: Mapping[str, object], names: Names) -> str:
    """All fields of an event in one line."""
    parts = [f"{name} {value_text(name, value, names)}" for name, value in found.items()]
    return " · ".join(parts)[:_LONGEST] or formats.DASH


def value_text(name: str, value: object, names: Names, *, is_whole: bool = False) -> str:
    """One value: money, times, accounts and machines as people read them; `is_whole` shortens nothing."""
    if isinstance(value, Address):
        value = value.raw
    if isinstance(value, bytes):
        if len(value) == 32 and name not in ("hash", "server_room", "box_pubkey"):
            known = names.get(value)
            if is_whole:
                return (
                    f"{known} · {formats.address_text(Address(value))}"
                    if known
                    else formats.address_text(Address(value))
                )
            return account_name(value, names)
        text = "0x" + value.hex()
        return text if is_whole else formats.shorten(text, 6) if len(text) > 14 else text
    if isinstance(value, Balance):
        return formats.amount(value, None if is_whole else 2)
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, int):
        if name in _MONEY:
            return formats.amount(Balance(value), None if is_whole else 2)
        return formats.blocks_as_time(value) if name in _LENGTHS else formats.count(value)
    if isinstance(value, str):
        return value if is_whole or len(value) <= 24 else formats.shorten(value, 4)
    if isinstance(value, Call):
        return f"{value}(…)" if not is_whole else f"{value}({', '.join(map(str, value.args))})"
    if is_dataclass(value) and not isinstance(value, type):
        inner = [(part.name, getattr(value, part.name)) for part in fields(value)]
        shown = inner if is_whole else inner[:2]
        return " · ".join(f"{part} {value_text(part, each, names)}" for part, each in shown)
    if isinstance(value, (tuple, list)):
        if is_whole or len(value) <= 1:
            return ", ".join(value_text(name, each, names, is_whole=is_whole) for each in value) or formats.DASH
        return ntr("{n} entry", "{n} entries", len(value))
    return formats.DASH if value is None else str(value)[:_LONGEST]


@dataclass(frozen=True, slots=True)
class DetailScreen:
    """The panel beside the table: one extrinsic.

    Attributes:
        block: Its height, for the link.
        signer: The public key of the signer, for the link.
        facts: Names and values.
        arguments: Name, type and value of each argument.
        events: Name of each event, and what it says.
    """

    title: str
    badge: str
    kind: str
    block: int
    signer: bytes
    signer_text: str
    hash: str
    facts: tuple[tuple[str, str], ...]
    arguments: tuple[tuple[str, str, str], ...]
    events: tuple[tuple[str, str], ...]


def detail_screen(detail: ExtrinsicDetail, head: Head, names: Names) -> DetailScreen:
    """All of one extrinsic."""
    row = detail.row
    badge, kind = outcome_badge(row)
    at = head.timestamp_ms - (head.height - row.height) * BLOCK_MS
    valid = detail.valid_blocks
    facts = [
        (tr("When"), formats.moment(at / 1_000)),
        (tr("Fee"), formats.amount(row.fee, None)),
        (tr("Nonce"), formats.count(detail.nonce)),
        (tr("Length"), ntr("{n} byte", "{n} bytes", detail.length)),
        (tr("Valid for"), formats.blocks_as_time(valid) if valid else tr("ever")),
    ]
    if detail.tip.units:
        facts.insert(2, (tr("Tip"), formats.amount(detail.tip, None)))
    return DetailScreen(
        title=f"{row.pallet}.{row.call}",
        badge=badge,
        kind=kind,
        block=row.height,
        signer=row.signer.raw,
        signer_text=account_name(row.signer.raw, names),
        hash="0x" + row.hash.hex(),
        facts=tuple(facts),
        arguments=tuple(
            (one.name, one.type, value_text(one.name, one.value, names, is_whole=True)) for one in row.arguments
        ),
        events=tuple((f"{event.pallet}.{event.name}", fields_text(event.fields, names)) for event in row.events),
    )
