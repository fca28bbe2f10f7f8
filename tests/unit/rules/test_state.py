"""Canonical rows, overlays, and the oracle price."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.domain.machine import Coordinate, MachineStatus
from dbc_desktop.rules import balances
from dbc_desktop.rules.balances import ACCOUNTS, AccountRow
from dbc_desktop.rules.codec import NUMBER, row
from dbc_desktop.rules.price import price
from dbc_desktop.rules.state import Overlay, State


class Sample(NamedTuple):
    number: int
    text: str
    data: bytes
    flag: bool
    status: MachineStatus
    place: Coordinate | None
    pairs: tuple[tuple[bytes, int], ...]
    numbers: tuple[int, ...]


def test_row_has_one_form_and_comes_back_with_its_types() -> None:
    codec = row(Sample)
    place = Coordinate("East", 5)
    sample = Sample(10**30, 'a"é\n', b"\xff", True, MachineStatus.ONLINE, place, ((b"\x01", 2),), (3, 4))
    data = codec.encode(sample)
    assert (
        data == '[1000000000000000000000000000000,"a\\"é\\n","ff",true,"Online",["East",5],[["01",2]],[3,4]]'.encode()
    )
    back = codec.decode(data)
    assert back == sample
    assert (type(back.place), type(back.status), type(back.numbers)) == (Coordinate, MachineStatus, tuple)
    assert codec.decode(codec.encode(sample._replace(place=None))).place is None


def test_numbers_sort_as_numbers() -> None:
    assert sorted(NUMBER.encode(number) for number in (256, 1, 70_000)) == [
        NUMBER.encode(number) for number in (1, 256, 70_000)
    ]


def test_overlay_is_kept_or_forgotten() -> None:
    state = State()
    who, other = b"w" * 32, b"o" * 32
    block = Overlay(state)
    call = Overlay(block)
    call.put(ACCOUNTS, who, AccountRow(5))
    assert block.get(ACCOUNTS, who) is None
    call.commit()
    assert block.get(ACCOUNTS, who) == AccountRow(5)
    assert state.get(ACCOUNTS, who) is None
    forgotten = Overlay(block)
    forgotten.remove(ACCOUNTS, who)
    assert forgotten.get(ACCOUNTS, who) is None
    assert dict(forgotten.items(ACCOUNTS)) == {}
    assert block.settle() == {("System.Account", who): b"[5,0,0]"}
    again = Overlay(state)
    again.put(ACCOUNTS, who, AccountRow(5))
    again.put(ACCOUNTS, other, AccountRow(1))
    again.remove(ACCOUNTS, other)
    assert again.settle() == {}


def test_only_a_block_is_settled() -> None:
    with pytest.raises(TypeError):
        Overlay(State()).commit()
    with pytest.raises(TypeError):
        Overlay(Overlay(State())).settle()


def test_price_is_the_mean_of_the_last_64(chain) -> None:
    for _ in range(32):
        chain.do(chain.sudo, "Sudo", "sudo", Call("DBCPriceOCW", "submit_price_by_root", (24_000,)))
    assert price(chain.engine.state) == 18_000
    assert chain.event("AddAvgPrice").fields["price"] == 18_000
    for _ in range(32):
        chain.do(chain.sudo, "Sudo", "sudo", Call("DBCPriceOCW", "submit_price_by_root", (24_000,)))
    assert price(chain.engine.state) == 24_000
    chain.bond()
    assert chain.reserved(chain.stash) == 35_714_285_714_285_714_285


def test_root_calls_need_root_and_root_does_not_send_coins(chain) -> None:
    assert chain.attempt(chain.sudo, "DBCPriceOCW", "submit_price_by_root", 1) == ("System", "BadOrigin")
    send = Call("Balances", "transfer_keep_alive", (chain.renter, 1))
    assert chain.attempt(chain.sudo, "Sudo", "sudo", send) == ("System", "BadOrigin")


def test_burning_leaves_the_fixed_fee(chain) -> None:
    chain.do(chain.renter, "GenericFunc", "destroy_free_dbc", 10**30)
    assert chain.free(chain.renter) == 10 * 10**15
    assert chain.total() == balances.issuance(chain.engine.state)


def test_negative_sum_is_not_sent(chain) -> None:
    error = chain.attempt(chain.renter, "Balances", "transfer_keep_alive", chain.stash, -5)
    assert error == ("Balances", "InsufficientBalance")
