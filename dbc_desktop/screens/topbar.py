"""What the top bar says: which chain, where it stands, how its time passes, and for whom the window acts."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import Account, AccountState, KeyPlace
from dbc_desktop.domain.network import BLOCK_MS, Capability, ClockMode, Deadline, Head, Identity
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr

SILENT_SECONDS = 30.0
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class TopBar:
    """The left part of the bar; `live_kind` is the colour of the dot."""

    chain: str
    chain_detail: str
    block: str
    era: str
    era_detail: str
    live: str
    live_kind: str
    clock: str
    clock_icon: str
    shows_clock: bool
    shows_jump: bool


def chain_name(identity: Identity) -> str:
    """`Local chain` for the embedded one, else the name the node gave."""
    return tr("Local chain") if identity.kind == LOCAL else identity.name[:40]


def clock_text(mode: ClockMode) -> tuple[str, str]:
    """Text and icon of the clock control."""
    return {
        ClockMode.INTERVAL: (tr("{s} s", s=BLOCK_MS // 1000), "play"),
        ClockMode.INSTANT: (tr("instant"), "instant"),
        ClockMode.MANUAL: (tr("paused"), "pause"),
    }[mode]


def clock_detail(mode: ClockMode) -> str:
    """One line that says what a clock mode does."""
    return {
        ClockMode.INTERVAL: tr("A block every 6 seconds while the program is open"),
        ClockMode.INSTANT: tr("A block whenever there is a transaction"),
        ClockMode.MANUAL: tr("Time stands still until you jump"),
    }[mode]


def topbar_screen(
    identity: Identity,
    head: Head,
    mode: ClockMode | None,
    capabilities: frozenset[Capability],
    silent_seconds: float,
    *,
    is_jumping: bool = False,
    is_reachable: bool = True,
) -> TopBar:
    """The bar's left part; `silent_seconds` is how long no block came, `mode` None where there is no clock."""
    live, kind = _live(mode, silent_seconds, is_jumping, is_reachable)
    clock, icon = clock_text(mode) if mode is not None else ("", "play")
    return TopBar(
        chain=f"{chain_name(identity)} · {identity.rules_profile}",
        chain_detail=tr(
            "Genesis {hash} · runtime {version}",
            hash=formats.short_id(identity.genesis_hash.hex()),
            version=identity.spec_version,
        ),
        block=formats.height(head.height),
        era=tr("era {era}", era=formats.count(head.era)),
        era_detail=tr("Mining era: rewards are shared once in each, 14,400 blocks or 24 hours long"),
        live=live,
        live_kind=kind,
        clock=clock,
        clock_icon=icon,
        shows_clock=Capability.CLOCK in capabilities and mode is not None,
        shows_jump=Capability.JUMP in capabilities,
    )


def _live(mode: ClockMode | None, silent: float, is_jumping: bool, is_reachable: bool) -> tuple[str, str]:
    if not is_reachable:
        return tr("no answer"), "loss"
    if is_jumping:
        return tr("jumping"), "accent"
    if mode is ClockMode.MANUAL:
        return tr("paused"), "idle"
    if mode is ClockMode.INSTANT:
        return tr("waits for transactions"), "good"
    if silent > SILENT_SECONDS:
        return tr("no block for {time}", time=formats.seconds_as_time(int(silent))), "warn"
    return tr("live"), "good"


@dataclass(frozen=True, slots=True)
class AccountChip:
    """The right part of the bar."""

    name: str
    address: str
    short: str
    whole: str
    rest: str
    detail: str


def account_chip(account: Account, state: AccountState | None) -> AccountChip:
    """Address and free balance; dashes until the chain answered."""
    address = formats.address_text(account.address)
    whole, part, unit = formats.amount_parts(state.spendable) if state is not None else (formats.DASH, "", "DBC")
    detail = (
        tr(
            "{name}: {free} free, {reserved} reserved",
            name=account.name,
            free=formats.amount(state.spendable, None),
            reserved=formats.amount(state.reserved, None),
        )
        if state is not None
        else account.name
    )
    return AccountChip(account.name, address, formats.short_address(address), whole + part, unit, detail)


def place_text(place: KeyPlace) -> str:
    """Where a key rests."""
    return {
        KeyPlace.KEYRING: tr("keyring of this computer"),
        KeyPlace.FILE: tr("encrypted file"),
        KeyPlace.WATCH_ONLY: tr("watched, no key here"),
    }[place]


def deadline_text(deadline: Deadline) -> str:
    """What ends at a deadline."""
    subject = formats.short_id(deadline.subject)
    names = {
        "verification": tr("committee decides on {subject}", subject=subject),
        "confirm": tr("order {subject} lapses unless confirmed", subject=subject),
        "lease_end": tr("lease {subject} ends", subject=subject),
        "payout": tr("next payout of rewards"),
        "era": tr("next era"),
        "slash": tr("slash of {subject} is taken", subject=subject),
        "slash_step": tr("coming back costs more for {subject}", subject=subject),
        "appeal": tr("appeal about {subject} is lost unless granted", subject=subject),
        "report": tr("next step of report {subject}", subject=subject),
        "committee_work": tr("your word on {subject} is due", subject=subject),
    }
    return names.get(deadline.kind, deadline.kind)
