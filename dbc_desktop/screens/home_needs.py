"""One line for each thing that needs the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.network import Head
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import driver_text
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.watch import NeedKind, NeedsYou


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What needs the person, until when, and the page whose button deals with it."""

    key: str
    tone: str
    when: str
    title: str
    detail: str
    button: str
    page: str
    argument: object
    is_primary: bool = False


Words = tuple[str, str, str, str, object]


def need_row(need: NeedsYou, head: Head) -> NeedRow:
    """The line for `need` at `head`."""
    title, detail, button, page, argument = _KINDS[need.kind](need)
    when = tr("now") if need.height is None else formats.due(need.height - head.height)
    return NeedRow(
        key=f"{need.kind.value}.{need.subject[:16]}",
        tone=_TONES[need.kind],
        when=when,
        title=title,
        detail=detail,
        button=button,
        page=page,
        argument=argument,
        is_primary=need.kind is NeedKind.CONFIRM_WINDOW,
    )


_TONES = {
    NeedKind.CONFIRM_WINDOW: "warn",
    NeedKind.LEASE_ENDING: "warn",
    NeedKind.STAKE_SHORT: "idle",
    NeedKind.MACHINE_OFFLINE: "loss",
    NeedKind.SLASH: "loss",
    NeedKind.KEY_NOT_BACKED_UP: "idle",
    NeedKind.GPU_LOST: "warn",
    NeedKind.DRIVER_TROUBLE: "loss",
}


def _amount(need: NeedsYou, name: str) -> str:
    value = need.facts.get(name)
    return formats.amount(value) if isinstance(value, Balance) else formats.DASH


def _machine(need: NeedsYou) -> str:
    return formats.short_id(str(need.facts.get("machine_id", "")))


def _order(need: NeedsYou) -> str:
    number = need.facts.get("gpu_num")
    gpus = ntr("{n} GPU", "{n} GPUs", number if isinstance(number, int) else 0)
    return tr("{gpus} of {machine}", gpus=gpus, machine=_machine(need))


def _confirm(need: NeedsYou) -> Words:
    detail = tr(
        "order {order}, {fee} reserved; it comes back by itself if you let it lapse",
        order=need.subject,
        fee=_amount(need, "fee"),
    )
    title = tr("Confirm or let lapse: {what}", what=_order(need))
    return title, detail, tr("Review and confirm"), "rentals", need.facts.get("rent_id")


def _lease(need: NeedsYou) -> Words:
    detail = tr("order {order}; what is on the machine is deleted afterwards", order=need.subject)
    return tr("Lease ends: {what}", what=_order(need)), detail, tr("Extend…"), "rentals", need.facts.get("rent_id")


def _stake(need: NeedsYou) -> Words:
    title = tr("Pay the rest of the stake of {machine}", machine=_machine(need))
    detail = tr("{amount} missing until it can go online", amount=_amount(need, "missing"))
    return title, detail, tr("Pay the stake"), "machines", need.facts.get("machine_id")


def _offline(need: NeedsYou) -> Words:
    title = tr("Machine {machine} is offline", machine=_machine(need))
    return (
        title,
        tr("it earns nothing, and the slash grows with the time"),
        tr("Compare ways"),
        "disputes",
        need.facts.get("machine_id"),
    )


def _slash(need: NeedsYou) -> Words:
    title = tr("{amount} will be taken: {about}", amount=_amount(need, "amount"), about=_machine(need))
    return title, tr("an appeal may undo it until then"), tr("Look at it"), "disputes", None


def _backup(need: NeedsYou) -> Words:
    title = tr("The words of {name} are not written down", name=need.facts.get("name", ""))
    return (
        title,
        tr("without them a broken computer means a lost account"),
        tr("Wallet"),
        "wallet",
        need.facts.get("address"),
    )


def _gpu(need: NeedsYou) -> Words:
    title = tr("{rig}: GPU {index} lost", rig=need.facts.get("rig", ""), index=need.facts.get("index", formats.DASH))
    detail = tr(
        "{name} fell off the bus; nobody reported it on the chain by that",
        name=formats.gpu_name(str(need.facts.get("name", ""))),
    )
    return title, detail, tr("Look at it"), "rigs", need.subject


def _driver(need: NeedsYou) -> Words:
    detail = driver_text(str(need.facts.get("reason", "")))
    return tr("{rig}: the driver does not answer", rig=need.subject), detail, tr("Look at it"), "rigs", None


_KINDS: dict[NeedKind, Callable[[NeedsYou], Words]] = {
    NeedKind.CONFIRM_WINDOW: _confirm,
    NeedKind.LEASE_ENDING: _lease,
    NeedKind.STAKE_SHORT: _stake,
    NeedKind.MACHINE_OFFLINE: _offline,
    NeedKind.SLASH: _slash,
    NeedKind.KEY_NOT_BACKED_UP: _backup,
    NeedKind.GPU_LOST: _gpu,
    NeedKind.DRIVER_TROUBLE: _driver,
}
