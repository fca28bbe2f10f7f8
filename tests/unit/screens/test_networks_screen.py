from __future__ import annotations

import pytest

from dbc_desktop.domain.errors import ChainUnreachable, ChainUntrusted
from dbc_desktop.domain.network import Drift, NodeHealth
from dbc_desktop.screens.networks import drift_notice, networks_screen
from dbc_desktop.services.networks import Network

LOCAL = Network("local", "Local chain", "local", folder="chain", rules="launch-2021")
MAINNET = Network("mainnet", "DBC Mainnet", "node", ("https://a.example", "https://b.example"))
MINE = Network("node-1", "Mine", "node", ("http://127.0.0.1:9944",), bytes.fromhex("ab" * 32))


def health(lag: int = 2, seconds: float = 0.048, *, syncing: bool = False) -> NodeHealth:
    return NodeHealth("http://127.0.0.1:9944", seconds, 1_234_567, 1_234_567 - lag, 411, 8, syncing)


def test_each_network_says_where_it_is_and_how_it_fares() -> None:
    screen = networks_screen([LOCAL, MAINNET, MINE], "local", {"node-1": health(), "mainnet": ChainUnreachable("x")})
    local, mainnet, mine = screen.rows
    assert (local.detail, local.health, local.health_kind) == (
        "embedded chain · launch-2021",
        "on this computer",
        "good",
    )
    assert (local.is_chosen, local.can_remove) == (True, False)
    assert mainnet.detail == "https://a.example and 1 more · not trusted yet: its genesis is pinned when it is opened"
    assert (mainnet.health, mainnet.health_kind, mainnet.can_remove) == ("No answer from the chain", "loss", False)
    assert mine.detail == "http://127.0.0.1:9944 · genesis abab…abab"
    assert mine.health == "48 ms · block 1,234,567 · runtime 411 · 2 blocks not final"
    assert (mine.health_kind, mine.can_remove, mine.remove_text) == ("good", True, "Forget")
    assert "yours to check" in screen.note


def test_a_node_that_lags_or_is_slow_is_marked() -> None:
    for one in (health(lag=21), health(seconds=1.2), health(syncing=True)):
        assert networks_screen([MINE], "local", {"node-1": one}).rows[0].health_kind == "warn"
    assert networks_screen([MINE], "local", {}).rows[0].health == "asking…"
    assert "still catching up" in networks_screen([MINE], "local", {"node-1": health(syncing=True)}).rows[0].health


def test_other_rules_are_told() -> None:
    assert drift_notice(()) is None
    notice = drift_notice((Drift("spec_version", "400", "411"), Drift("OnlineProfile.set_rent_receiver", "", "call")))
    assert notice is not None
    assert notice.title == "This node has other rules"
    assert notice.body.startswith("It runs runtime 400; this program computes by 411.")
    assert "1 rule differs: OnlineProfile.set_rent_receiver." in notice.body


@pytest.mark.parametrize(
    ("url", "is_said"),
    [
        ("http://10.0.0.7:9944", True),
        ("ws://node.example:9944", True),
        ("http://127.0.0.1.example", True),
        ("https://node.example", False),
        ("wss://node.example", False),
        ("http://127.0.0.1:9944", False),
        ("ws://localhost:9944", False),
        ("http://[::1]:9944", False),
    ],
)
def test_an_address_without_encryption_is_said(url: str, is_said: bool) -> None:
    network = Network("node-2", "Other", "node", ("https://a.example", url))
    (row,) = networks_screen([network], "local", {}).rows
    expected = "is not encrypted: whoever is on the way can read what you send and change what you are told."
    assert row.warning == (f"{url} {expected}" if is_said else "")


def test_a_certificate_that_is_not_trusted_is_said_in_full() -> None:
    (row,) = networks_screen([MINE], "local", {"node-1": ChainUntrusted("expired", "a.example")}).rows
    assert row.health.startswith("The certificate of a.example is not trusted. Its certificate has expired.")
    assert row.health_kind == "loss"
