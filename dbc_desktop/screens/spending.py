"""What the spending sheet says: what, how much, fee, after this, sign. The same for every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Account
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Consequence, Draft, Preview, Severity, Trial
from dbc_desktop.domain.network import BLOCKS_PER_ERA, ClockMode, Identity
from dbc_desktop.rules.catalogue import arguments
from dbc_desktop.screens import formats
from dbc_desktop.screens.consequences import consequence_text
from dbc_desktop.screens.dispute_calls import names_of
from dbc_desktop.screens.machine_calls import machine_names
from dbc_desktop.screens.notices import Notice, rejection_notice
from dbc_desktop.screens.spending_nodes import node_names
from dbc_desktop.screens.texts import ntr, tr


@dataclass(frozen=True, slots=True)
class Line:
    """One line of *after this*: `strong` is its figure, `rest` what follows; `tone` is the dot."""

    tone: str
    text: str
    strong: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class SpendingScreen:
    """The whole sheet.

    Attributes:
        is_danger: Signing is the harmful choice; the harmless one is the primary button then.
        problem: Why the call would fail now; it cannot be signed then.
        hint: One line above the buttons, e.g. that the clock is paused.
        estimate: Why what stands under *after this* may turn out otherwise; empty where it is what will happen.
    """

    title: str
    call_text: str
    signer_name: str
    signer_address: str
    fee: str
    nonce_text: str
    lines: tuple[Line, ...]
    footnote: str
    sign_text: str
    keep_text: str
    is_danger: bool
    payload_hex: str
    problem: Notice | None
    hint: str
    estimate: str = ""


_TONES = {Severity.LOSS: "loss", Severity.WARN: "warn", Severity.INFO: "idle"}
_DANGER = {("OnlineProfile", "controller_report_offline"), ("GenericFunc", "destroy_free_dbc")}


def estimate_reason(identity: Identity | None, trial: Trial | None = None) -> str:
    """Why the engine's word on this chain is an estimate; empty on the embedded chain, whose rules are the engine's."""
    if identity is None or identity.kind == "local":
        return ""
    reason = tr(
        "Estimate: {name} runs runtime {spec}, the figures come from this program's own rules ({profile}) and what the"
        " node told. What others do before the block counts too.",
        name=identity.name,
        spec=identity.spec_version,
        profile=identity.rules_profile,
    )
    said = {
        Trial.SERVED: tr("Once signed, the node tries it out first; one that fails there is not sent."),
        Trial.DENIED: tr("The node does not let strangers try transactions out, so it is sent untried."),
        Trial.LACKING: tr("The node cannot try transactions out, so it is sent untried."),
    }
    return reason if trial is None else f"{reason} {said[trial]}"


def spending_screen(
    draft: Draft,
    preview: Preview,
    accounts: Sequence[Account],
    profile: str,
    mode: ClockMode | None,
    estimate: str = "",
) -> SpendingScreen:
    """The sheet for a prepared transaction, under the rules `profile` and with the chain's clock in `mode`.

    `estimate` is the reason of `estimate_reason`.
    """
    call = draft.call
    signer = next((account for account in accounts if account.address.raw == draft.signer), None)
    verb, sign = _names(call, preview)
    # Where the engine is sure, the problem says it and nothing can be signed; of a node it is only told.
    lines = [_line(each) for each in preview.consequences if each.kind != "would_fail" or preview.error is None]
    lines.append(
        Line("idle", tr("free afterwards:"), formats.amount(preview.free_after), _reserved(preview.reserved_after))
    )
    return SpendingScreen(
        title=verb,
        call_text=call_text(call),
        signer_name=signer.name if signer is not None else "",
        signer_address=_address(draft.signer),
        fee=formats.amount(draft.fee, 6),
        nonce_text=tr(
            "{nonce} · {blocks} ({time})",
            nonce=draft.context.nonce,
            blocks=ntr("{n} block", "{n} blocks", draft.valid_blocks),
            time=formats.blocks_as_time(draft.valid_blocks),
        ),
        lines=tuple(lines),
        footnote=tr(
            "Computed by the rules engine at block {height} under {profile}.",
            height=formats.height(draft.context.block_height),
            profile=profile,
        ),
        sign_text=sign,
        keep_text=tr("Keep as it is") if is_danger(call) else tr("Cancel"),
        is_danger=is_danger(call),
        payload_hex=draft.payload.hex(),
        problem=rejection_notice(*preview.error) if preview.error is not None else None,
        hint=tr("The chain's clock is paused: nothing gets into a block until you start it again.")
        if mode is ClockMode.MANUAL
        else "",
        estimate=estimate,
    )


_OUTGOING = (
    "transfer_out",
    "reserve_stake",
    "rent_reserved",
    "rent_burned",
    "rent_paid",
    "fixed_fee",
    "reporter_stake",
    "review_stake",
    "rent_reserved_to_end",
    "rent_paid_so_far",
    "deposit_reserved",
    "verify_fee",
    "hardware_slash",
    "locked_as_backing",
    "node_stake_locked",
)


def spent(preview: Preview) -> Balance:
    """What may no longer be spent after this call: what is sent, paid, reserved and locked."""
    amounts = [each.facts.get("amount") for each in preview.consequences if each.kind in _OUTGOING]
    return sum((amount for amount in amounts if isinstance(amount, Balance)), Balance(0))


def is_danger(call: Call) -> bool:
    """Whether doing nothing is the better choice in most cases."""
    return (call.pallet, call.name) in _DANGER


def _reserved(reserved: Balance) -> str:
    return tr("; reserved: {amount}", amount=formats.amount(reserved)) if reserved else ""


def _line(consequence: Consequence) -> Line:
    text, strong, rest = consequence_text(consequence)
    return Line(_TONES[consequence.severity], text, strong, rest)


def _address(raw: object) -> str:
    return ss58.encode(raw) if isinstance(raw, bytes) and len(raw) == 32 else str(raw)


_CALL_WORDS: dict[str, Callable[[], str]] = {
    "machine_id": lambda: tr("machine"),
    "dest": lambda: tr("to"),
    "value": lambda: tr("amount"),
    "controller": lambda: tr("controller"),
    "rent_id": lambda: tr("order"),
    "rent_gpu_num": lambda: tr("GPUs"),
    "duration": lambda: tr("blocks"),
    "relet_duration": lambda: tr("blocks"),
    "msg": lambda: tr("message"),
    "sig": lambda: tr("signature"),
    "server_room_info": lambda: tr("description"),
    "report_reason": lambda: tr("fault"),
    "report_id": lambda: tr("report"),
    "report_result_id": lambda: tr("report"),
    "slash_id": lambda: tr("slash"),
    "reason": lambda: tr("reason"),
    "proposal": lambda: tr("motion"),
}


def call_text(call: Call) -> str:
    """`OnlineProfile.controller_report_offline(machine 8d2c…f07e)`: the call with its own names, values shortened."""
    parts = [_argument(name, value) for name, value in arguments(call).items()]
    return f"{call}({', '.join(parts)})"


def _argument(name: str, value: object) -> str:
    word = _CALL_WORDS[name]() if name in _CALL_WORDS else name
    if isinstance(value, bytes):
        shown = (
            formats.short_address(_address(value))
            if name in ("dest", "controller", "member", "to_committee")
            else formats.short_id(value.hex())
        )
    elif name in ("value", "amount") and isinstance(value, int):
        shown = formats.amount(Balance(value), None)
    elif isinstance(value, str):
        shown = formats.short_id(value)
    elif isinstance(value, int):
        shown = formats.count(value)
    else:
        return word
    return f"{word} {shown}"


def _fact(preview: Preview, kind: str) -> Mapping[str, object] | None:
    return next((each.facts for each in preview.consequences if each.kind == kind), None)


def _amount_of(preview: Preview | None, kind: str) -> Balance | None:
    facts = None if preview is None else _fact(preview, kind)
    value = None if facts is None else facts.get("amount")
    return value if isinstance(value, Balance) else None


def title_of(call: Call) -> str:
    """What a call does, in a few words."""
    return _names(call, None)[0]


_RENTS = {("RentMachine", name) for name in ("rent_machine", "confirm_rent", "relet_machine")}


def _names(call: Call, preview: Preview | None) -> tuple[str, str]:
    """Title of the sheet and text of the signing button: verb and amount."""
    args = arguments(call)
    machine = formats.short_id(str(args.get("machine_id", "")))
    stake = _amount_of(preview, "reserve_stake")
    staked = formats.amount(stake) if stake is not None else ""
    key = (call.pallet, call.name)
    if key in (("Balances", "transfer_keep_alive"), ("Balances", "transfer_allow_death")):
        value = args["value"]
        sent = formats.amount(Balance(value if isinstance(value, int) else 0), None)
        return tr("Send {amount}", amount=sent), tr("Send {amount}", amount=sent)
    if key == ("OnlineProfile", "bond_machine"):
        sign = tr("Bond {amount}", amount=staked) if staked else tr("Bond")
        return tr("Bond machine {machine}", machine=machine), sign
    if key == ("OnlineProfile", "fulfill_machine"):
        sign = tr("Stake {amount}", amount=staked) if staked else tr("Bring online")
        return tr("Pay the rest of the stake of {machine}", machine=machine), sign
    if key == ("OnlineProfile", "claim_rewards"):
        claimed = _amount_of(preview, "reward_minted")
        sign = tr("Claim {amount}", amount=formats.amount(claimed)) if claimed is not None else tr("Claim")
        return tr("Claim rewards"), sign
    if key == ("OnlineProfile", "set_controller"):
        return tr("Name the controller"), tr("Name controller")
    if key == ("OnlineProfile", "gen_server_room"):
        return tr("Make a server room"), tr("Make server room")
    if key == ("OnlineProfile", "add_machine_info"):
        return tr("Describe machine {machine}", machine=machine), tr("Describe")
    if key == ("OnlineProfile", "controller_report_offline"):
        return tr("Report {machine} offline", machine=machine), tr("Report offline")
    if key == ("OnlineProfile", "controller_report_online"):
        return tr("Report {machine} online", machine=machine), tr("Report online")
    disputed = names_of(call, args, _amount_of(preview, "report_at_risk") or _amount_of(preview, "review_stake"))
    if disputed is not None:
        return disputed
    if (known := machine_names(call, args)) is not None:
        return known
    if key in _RENTS:
        return _rent_names(call, preview, args, machine)
    if key == ("GenericFunc", "destroy_free_dbc"):
        value = args["amount"]
        burned = formats.amount(Balance(value if isinstance(value, int) else 0), None)
        return tr("Burn {amount}", amount=burned), tr("Burn {amount}", amount=burned)
    return node_names(call) or (str(call), tr("Sign"))


def _rent_names(call: Call, preview: Preview | None, args: Mapping[str, object], machine: str) -> tuple[str, str]:
    if call.name == "rent_machine":
        duration, number = args["duration"], args["rent_gpu_num"]
        reserved = _amount_of(preview, "rent_reserved")
        title = tr(
            "Rent {gpus} of {machine} for {time}",
            gpus=ntr("{n} GPU", "{n} GPUs", number if isinstance(number, int) else 0),
            machine=machine,
            time=_lease(duration if isinstance(duration, int) else 0),
        )
        sign = tr("Rent for {amount}", amount=formats.amount(reserved)) if reserved is not None else tr("Rent")
        return title, sign
    if call.name == "confirm_rent":
        burned, paid = _amount_of(preview, "rent_burned"), _amount_of(preview, "rent_paid")
        total = (burned or Balance(0)) + (paid or Balance(0))
        sign = tr("Confirm {amount}", amount=formats.amount(total)) if total else tr("Confirm")
        return tr("Confirm order {order}", order=args["rent_id"]), sign
    duration = args["relet_duration"]
    time = _lease(duration if isinstance(duration, int) else 0)
    return tr("Extend order {order} by {time}", order=args["rent_id"], time=time), tr("Extend by {time}", time=time)


def _lease(blocks: int) -> str:
    if blocks and blocks % BLOCKS_PER_ERA == 0 and blocks > BLOCKS_PER_ERA:
        return ntr("{n} day", "{n} days", blocks // BLOCKS_PER_ERA)
    return formats.blocks_as_time(blocks)
