"""Accounts of the network have names wherever accounts are told."""

from __future__ import annotations

from dbc_desktop.screens.account_names import account_name

TREASURY = b"modlpy/trsry" + bytes(20)
AUTHOR = b"modldbc/author" + bytes(18)
ALICE = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")


def test_the_persons_own_name_comes_first_then_that_of_the_network():
    names = {ALICE: "rig stash"}
    assert [account_name(raw, names) for raw in (ALICE, TREASURY, AUTHOR, b"modldbc/rentpot" + bytes(17))] == [
        "rig stash",
        "treasury",
        "block author",
        "rent pot",
    ]
    assert account_name(ALICE, {}) == "5Grwva…utQY"
    assert account_name(TREASURY, {TREASURY: "the pot"}) == "the pot"
