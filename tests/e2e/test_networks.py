"""The real window on a node: added by hand, opened, a transfer signed and sent, and back to the local chain."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.ui.tour.hand import Hand
from tests.doubles.chain_user import ChainUser
from tests.doubles.node_user import ChainThroughNode
from tests.doubles.substrate_node.server import Hold
from tests.e2e.opened import Opened, opened


def look_again(person: Opened) -> None:
    """The window was opened anew: take it in hand when it is ready."""
    person.hand.wait(lambda: not person.program.is_switching, "the network to be opened", 60)
    person.window, person.core = person.program.window, person.program.program
    person.hand = Hand(person.window)


def test_a_node_is_added_opened_and_paid_through_and_the_local_chain_is_there_again(tmp_path: Path) -> None:
    behind = ChainThroughNode(tmp_path / "behind")
    behind.set_clock(ClockMode.INSTANT)
    bob = ChainUser("//Bob").address
    try:
        with opened(tmp_path / "home") as person:
            person.hand.wait(lambda: "," in person.text("topbar.block"), "the local chain's first block", 60)
            person.hand.pick_action("topbar.chain", "topbar.networks")
            person.sees("yours to check")
            person.hand.click("networks.add_node")
            person.hand.type("add_node.name", "Office node")
            person.hand.type("add_node.endpoint", behind.server.url)
            person.hand.click("add_node.go")
            person.sees("Office node")
            person.sees("block 28,900 · runtime 411 · 0 blocks not final", 30)
            before = person.window
            person.hand.click("networks.open.node-1")
            person.hand.wait(lambda: person.program.window is not before, "the window on the node", 60)
            look_again(person)
            person.hand.wait(lambda: "," in person.text("topbar.block"), "the node's block", 60)
            chain = person.hand.find("topbar.chain")
            assert chain.property("text") == "Node of the tests · mainnet-411-strict"
            person.hand.wait(
                lambda: person.core.networks is not None and person.core.networks.chosen().genesis_hash is not None,
                "the genesis to be pinned",
            )
            assert person.hand.seen("topbar.clock") is None

            mine = person.restore_account()
            behind.play_money(mine)
            call = Call("Balances", "transfer_keep_alive", (bob.raw, Balance.of_dbc(25).units))
            person.hand.wait(lambda: person.ask(lambda: person.core.backend.account(mine)).free.units > 0, "coins", 30)
            person.window.open_spending(call, mine)
            person.sees("estimate", 30)
            person.sign()
            assert behind.behind.account(bob).free == Balance.of_dbc(25)
            assert behind.node.asked.count("author_submitExtrinsic") == 1

            before = person.window
            person.hand.pick_action("topbar.chain", "topbar.networks")
            person.hand.click("networks.open.local")
            person.hand.wait(lambda: person.program.window is not before, "the window on the local chain", 60)
            look_again(person)
            person.hand.wait(lambda: "," in person.text("topbar.block"), "the local chain's block", 60)
            assert person.hand.find("topbar.chain").property("text") == "Local chain · launch-2021"
    finally:
        behind.close()


def test_a_node_that_hangs_is_left_within_seconds(tmp_path: Path) -> None:
    behind = ChainThroughNode(tmp_path / "behind")
    hold = Hold(lambda _: True)
    try:
        with opened(tmp_path / "home") as person:
            networks = person.core.networks
            assert networks is not None
            key = networks.add_node("Office node", behind.server.url).key
            for name in (key, "local"):
                before = person.window
                person.hand.pick_action("topbar.chain", "topbar.networks")
                person.hand.click(f"networks.open.{name}")
                person.hand.wait(lambda: person.program.window is not before, "another window", 60)  # noqa: B023
                look_again(person)
                if name == key:
                    person.hand.wait(lambda: "," in person.text("topbar.block"), "the node's block", 60)
                    behind.server.hold = hold
                    assert hold.reached.wait(30)  # from now on every read hangs
            person.hand.wait(lambda: "," in person.text("topbar.block"), "the local chain's block", 60)
    finally:
        hold.let_go.set()
        behind.close()
