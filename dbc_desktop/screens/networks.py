"""What the chooser of networks says: each chain, how its node fares, and where its rules differ from ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbc_desktop.chain.extensions import Extension
from dbc_desktop.domain.errors import ChainUntrusted, DbcError
from dbc_desktop.domain.network import Drift, NodeHealth
from dbc_desktop.screens import formats
from dbc_desktop.screens.notices import Notice, notice_for
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.networks import EXTENSION, FIRST, LOCAL, NODE, Network, is_bare

SLOW_SECONDS = 1.0
FAR_BEHIND = 20
"""Blocks between the newest and the final one that are worth a word: two minutes."""


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """One network of the list.

    Attributes:
        health_kind: The colour of its dot.
        warning: What is wrong with its addresses.
        has_client_node: Whether its machines are reached through a client node, which the person may name.
        client_node: Through which one, in words; empty where none is named.
    """

    key: str
    name: str
    detail: str
    health: str
    health_kind: str
    is_chosen: bool
    can_remove: bool
    remove_text: str
    warning: str = ""
    has_client_node: bool = False
    client_node: str = ""


@dataclass(frozen=True, slots=True)
class NetworksScreen:
    """The whole chooser."""

    rows: tuple[NetworkRow, ...]
    note: str


def network_name(network: Network) -> str:
    """The one that is always there has a name in the person's language."""
    return tr("Local chain") if network.key == FIRST else network.name


def networks_screen(
    networks: Sequence[Network], chosen: str, healths: Mapping[str, NodeHealth | DbcError]
) -> NetworksScreen:
    """The chooser; of a node that was not asked yet nothing is in `healths`."""
    return NetworksScreen(
        rows=tuple(_row(one, chosen, healths.get(one.key)) for one in networks),
        note=tr(
            "Addresses of public nodes come from the network's own documents or from you: whose they are is yours to"
            " check. A node sees your addresses and what you send; it can refuse or lie, but it cannot sign for you."
        ),
    )


def _row(network: Network, chosen: str, health: NodeHealth | DbcError | None) -> NetworkRow:
    is_local = network.kind == LOCAL
    if is_local:
        detail = tr("embedded chain · {rules}", rules=network.rules)
        text, kind = tr("on this computer"), "good"
    elif network.extension is not None:
        detail = tr(
            "backend of {package} {version}", package=network.extension.package, version=network.extension.version
        )
        text, kind = tr("third-party code with all rights of this program, turned on by you"), "warn"
    else:
        detail = _endpoints(network)
        text, kind = _health(health)
    return NetworkRow(
        key=network.key,
        name=network_name(network),
        detail=detail,
        health=text,
        health_kind=kind,
        is_chosen=network.key == chosen,
        can_remove=not network.is_builtin and network.kind != EXTENSION and network.key != chosen,
        remove_text=tr("Delete…") if is_local else tr("Forget"),
        warning=_warning(network),
        has_client_node=network.kind == NODE,
        client_node=tr("machines through {address}", address=network.client_node) if network.client_node else "",
    )


def _endpoints(network: Network) -> str:
    pinned = "" if network.genesis_hash is None else formats.short_id(network.genesis_hash.hex())
    more = len(network.endpoints) - 1
    first = network.endpoints[0] + (ntr(" and {n} more", " and {n} more", more) if more else "")
    trust = (
        tr("genesis {hash}", hash=pinned) if pinned else tr("not trusted yet: its genesis is pinned when it is opened")
    )
    return f"{first} · {trust}"


def _warning(network: Network) -> str:
    bare = [url for url in (*network.endpoints, network.client_node) if url and is_bare(url)]
    if not bare:
        return ""
    return tr(
        "{address} is not encrypted: whoever is on the way can read what you send and change what you are told.",
        address=bare[0],
    )


def _health(health: NodeHealth | DbcError | None) -> tuple[str, str]:
    if health is None:
        return tr("asking…"), "idle"
    if isinstance(health, ChainUntrusted):
        notice = notice_for(health)
        return f"{notice.title}. {notice.body}", "loss"
    if isinstance(health, DbcError):
        return notice_for(health).title, "loss"
    lag = max(0, health.height - health.finalised)
    parts = [
        tr("{ms} ms", ms=round(health.latency_seconds * 1_000)),
        tr("block {height}", height=formats.height(health.height)),
        tr("runtime {version}", version=health.spec_version),
        ntr("{n} block not final", "{n} blocks not final", lag),
    ]
    if health.is_syncing:
        parts.append(tr("still catching up"))
    is_slow = health.is_syncing or lag > FAR_BEHIND or health.latency_seconds > SLOW_SECONDS
    return " · ".join(parts), "warn" if is_slow else "good"


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """A backend that an installed package offers; `act` is the text of the button that turns it on or off."""

    extension: Extension
    title: str
    detail: str
    is_on: bool
    act: str


def extension_rows(found: Sequence[tuple[Extension, str]]) -> tuple[ExtensionRow, ...]:
    """What installed packages offer, none of which was run."""
    return tuple(
        ExtensionRow(
            one,
            tr("{name} of {package} {version}", name=one.name, package=one.package, version=one.version),
            _extension_state(state),
            state == "on",
            tr("Turn off") if state == "on" else tr("Turn on…"),
        )
        for one, state in found
    )


def _extension_state(state: str) -> str:
    if state == "on":
        return tr("on: it can be opened above")
    if state == "changed":
        return tr("off: its version has changed since you turned it on")
    return tr("off: none of its code was run")


def extension_warning(extension: Extension) -> str:
    """What it means to turn one on."""
    return tr(
        "{package} is not part of this program. What it does, it does with all your rights: it can read your"
        " files, wait for your passphrase, show wrong balances and send what you did not sign here. Turn it on"
        " only if you trust whoever made it. Another version of it will ask again.",
        package=extension.package,
    )


def opening_notice(network: Network) -> Notice:
    """That another network is on its way."""
    return Notice(
        tr("Opening {name}…", name=network_name(network)), tr("What was open is closed first; that may take a moment.")
    )


def drift_notice(drifts: Sequence[Drift]) -> Notice | None:
    """That previews may be wrong on this node, None where its rules are ours."""
    if not drifts:
        return None
    version = next((one for one in drifts if one.rule == "spec_version"), None)
    others = [one.rule for one in drifts if one.rule != "spec_version"]
    said = []
    if version is not None:
        said.append(
            tr("It runs runtime {theirs}; this program computes by {ours}.", theirs=version.theirs, ours=version.ours)
        )
    if others:
        named = ", ".join(others[:4])
        said.append(ntr("{n} rule differs: {named}.", "{n} rules differ: {named}.", len(others), named=named))
    said.append(tr("Previews are estimates. What is signed is read by the node's own description in any case."))
    return Notice(tr("This node has other rules"), " ".join(said))
