"""Two signatures over one slot: who proves them, what they cost, and what is no proof (chain-rules 9, as Polkadot)."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.rules.genesis import FirstNode, FirstSupporter
from dbc_desktop.rules.staking.equivocation import block_message, fraction_lost
from dbc_desktop.rules.staking.rows import UNAPPLIED, elected_in

DBC = 10**15
KEYS = tuple(KeyPair.from_seed(bytes([number]) * 32) for number in range(1, 23))
FRIEND = b"f" * 32
FIRST, SECOND = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def chain(new_chain):
    nodes = tuple(FirstNode(key.public, (1_000_000 - 10_000 * at) * DBC, 0) for at, key in enumerate(KEYS))
    return new_chain(nodes=nodes, supporters=(FirstSupporter(FRIEND, 500_000 * DBC, (KEYS[0].public,)),))


def proof(key: KeyPair, slot: int, first: bytes = FIRST, second: bytes = SECOND) -> tuple[object, ...]:
    signed = [(made, key.sign(block_message(slot, made))) for made in (first, second)]
    return (key.public, slot, *signed[0], *signed[1])


def test_it_costs_the_node_and_its_supporters_after_thirteen_eras(chain) -> None:
    chain.goto(50)
    chain.do(chain.renter, "Equivocation", "report", *proof(KEYS[0], 43))
    assert chain.event("SlashReported").fields == {
        "validator": KEYS[0].public,
        "fraction": 20_408_163,
        "slash_era": 0,
    }
    chain.goto(14_401)
    assert KEYS[0].public not in {one.who for one in elected_in(chain.engine.state, 1)}
    chain.goto(14 * 14_400)
    before = chain.free(KEYS[0].public), chain.free(FRIEND)
    chain.goto(14 * 14_400 + 1)
    assert before[0] - chain.free(KEYS[0].public) == 20_408_163 * DBC // 1_000
    assert before[1] - chain.free(FRIEND) == 20_408_163 * DBC // 2_000


def test_the_more_equivocate_in_an_era_the_more_the_next_one_loses(chain) -> None:
    chain.goto(50)
    for key in KEYS[:2]:
        chain.do(chain.renter, "Equivocation", "report", *proof(key, 43))
    waiting = chain.engine.state.get(UNAPPLIED, 14)
    assert [slash.own for slash in waiting] == [20_408_163 * DBC // 1_000, 81_632_653 * 990_000 * DBC // 10**9]


@pytest.mark.parametrize(("offenders", "part"), [(1, 20_408_163), (2, 81_632_653), (7, 10**9), (12, 10**9)])
def test_the_part_that_is_lost(offenders: int, part: int) -> None:
    assert fraction_lost(offenders, 21) == part


def test_what_is_no_proof(chain) -> None:
    chain.goto(50)
    good = proof(KEYS[0], 43)
    for wrong in (
        proof(KEYS[0], 43, FIRST, FIRST),
        (KEYS[1].public, *good[1:]),
        (good[0], 44, *good[2:]),
        (*good[:5], b""),
        (*good[:3], good[5], *good[4:]),
    ):
        assert chain.attempt(chain.renter, "Equivocation", "report", *wrong) == (
            "Equivocation",
            "InvalidEquivocationProof",
        )
    for key, slot in ((KEYS[21], 43), (KEYS[0], 43_000), (KEYS[0], 0)):
        assert chain.attempt(chain.renter, "Equivocation", "report", *proof(key, slot)) == (
            "Equivocation",
            "InvalidKeyOwnershipProof",
        )
    chain.do(chain.renter, "Equivocation", "report", *good)
    again = chain.attempt(chain.renter, "Equivocation", "report", *proof(KEYS[0], 45))
    assert again == ("Equivocation", "DuplicateOffenceReport")


def test_an_old_offence_cannot_be_reported_any_more(chain) -> None:
    chain.goto(14 * 14_400 + 1)
    late = chain.attempt(chain.renter, "Equivocation", "report", *proof(KEYS[0], 43))
    assert late == ("Equivocation", "InvalidKeyOwnershipProof")
