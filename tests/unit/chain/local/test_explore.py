"""The past in pages: filters, marks that stay where they are, and files of the version before there were filters."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.reader import LocalReader
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.explorer import EventQuery, ExtrinsicQuery
from tests.doubles.chain_user import ChainUser, transfer

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path, is_running=False, residents=False, seed=b"explore")
    yield made
    made.close()


def lived(chain: LocalChain) -> tuple[ChainUser, ChainUser]:
    """Block 1: two gifts; block 2: 5 transfers of Alice, the last in vain; block 3: 1 of Bob."""
    alice, bob = ChainUser("//Alice"), ChainUser("//Bob")
    chain.play_money(alice.address)
    chain.play_money(bob.address)
    chain.jump(1)
    units = [1, 2, 3, 4, 10**30]
    for extrinsic in alice.many(chain, [transfer(bob.address.raw, sent) for sent in units]):
        chain.submit(extrinsic)
    chain.jump(1)
    bob.send(chain, transfer(alice.address.raw, 9))
    chain.jump(1)
    return alice, bob


def places(chain: LocalChain, query: ExtrinsicQuery) -> list[tuple[int, int]]:
    return [(row.height, row.position) for row in chain.extrinsics(query, 100).rows]


def test_extrinsics_are_found_by_each_filter(chain: LocalChain) -> None:
    alice, bob = lived(chain)
    everything = [(3, 0), (2, 4), (2, 3), (2, 2), (2, 1), (2, 0), (1, 1), (1, 0)]
    assert places(chain, ExtrinsicQuery()) == everything
    assert places(chain, ExtrinsicQuery(signer=bob.address)) == [(3, 0)]
    assert places(chain, ExtrinsicQuery(signer=alice.address, succeeded=False)) == [(2, 4)]
    assert places(chain, ExtrinsicQuery(succeeded=False)) == [(2, 4)]
    assert places(chain, ExtrinsicQuery(succeeded=True))[:2] == [(3, 0), (2, 3)]
    assert places(chain, ExtrinsicQuery(pallet="Balances")) == everything
    assert places(chain, ExtrinsicQuery(pallet="Balances", call="transfer_keep_alive")) == []
    assert places(chain, ExtrinsicQuery(call="transfer_allow_death", from_height=2, to_height=2)) == everything[1:6]
    assert places(chain, ExtrinsicQuery(signer=alice.address, pallet="OnlineProfile")) == []
    assert places(chain, ExtrinsicQuery(pallet="Nobody")) == []
    assert chain.extrinsics(ExtrinsicQuery(signer=alice.address), 2).total == 5
    assert chain.extrinsics(ExtrinsicQuery(), 2).total == 8


def test_pages_follow_each_other_while_blocks_are_made(chain: LocalChain) -> None:
    alice, _ = lived(chain)
    found, mark = [], None
    while True:
        page = chain.extrinsics(ExtrinsicQuery(), 3, mark)
        found += [(row.height, row.position) for row in page.rows]
        alice.send(chain, transfer(bytes(32), 1))
        chain.jump(1)
        mark = page.older
        if mark is None:
            break
    assert found == [(3, 0), (2, 4), (2, 3), (2, 2), (2, 1), (2, 0), (1, 1), (1, 0)]


def test_one_extrinsic_tells_all_its_bytes_say(chain: LocalChain) -> None:
    alice, bob = lived(chain)
    detail = chain.extrinsic_at(2, 4)
    assert detail is not None
    assert detail == chain.extrinsic(detail.row.hash)
    assert (detail.nonce, detail.tip, detail.valid_blocks) == (4, Balance(0), 256)
    assert detail.length == 155
    assert detail.block_hash == chain.blocks(3, 1)[0].hash
    row = detail.row
    assert (row.signer, row.pallet, row.call) == (alice.address, "Balances", "transfer_allow_death")
    assert [(one.name, one.type, one.value) for one in row.arguments] == [
        ("dest", "MultiAddress", bob.address.raw),
        ("value", "Compact<u128>", 10**30),
    ]
    assert row.error == ("Balances", "InsufficientBalance")
    assert [event.name for event in row.events] == ["TransactionFeePaid", "ExtrinsicFailed"]
    assert chain.extrinsic_at(2, 5) is None
    assert chain.extrinsic_at(-1, 2**40) is None
    assert chain.extrinsic(bytes(32)) is None


def test_events_are_found_by_each_filter(chain: LocalChain) -> None:
    alice, bob = lived(chain)

    def found(query: EventQuery) -> list[tuple[int, int | None, str]]:
        return [(event.height, event.extrinsic, event.name) for event in chain.event_log(query, 100).rows]

    block = list(reversed(chain.events(3)))
    assert found(EventQuery(from_height=3)) == [(3, one.extrinsic, one.name) for one in block]
    assert found(EventQuery(pallet="Balances", name="Transfer", from_height=2)) == [
        (3, 0, "Transfer"),
        *((2, at, "Transfer") for at in (3, 2, 1, 0)),
    ]
    assert found(EventQuery(name="ExtrinsicFailed")) == [(2, 4, "ExtrinsicFailed")]
    assert found(EventQuery(subject=bob.address.raw, name="Transfer", to_height=1)) == [(1, 1, "Transfer")]
    assert found(EventQuery(subject=alice.address.raw, name="ExtrinsicSuccess")) == []
    assert found(EventQuery(subject=bytes(31) + b"\x01")) == []
    assert found(EventQuery(pallet="Nobody")) == []
    assert len(found(EventQuery())) == sum(block.event_num for block in chain.blocks(2**32, 100))


def test_events_come_in_pages_that_cut_through_an_extrinsic(chain: LocalChain) -> None:
    lived(chain)
    whole = chain.event_log(EventQuery(), 500)
    assert whole.older is None
    found, mark = [], None
    while True:
        page = chain.event_log(EventQuery(), 2, mark)
        found += page.rows
        mark = page.older
        if mark is None:
            break
    assert tuple(found) == whole.rows


def test_a_machine_is_a_subject_too(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path / "living", is_running=False, seed=b"explore")
    machine_id = chain.market().machine_id[0]
    page = chain.event_log(EventQuery(subject=bytes.fromhex(machine_id)), 100)
    assert {"BondMachine", "MachineDistributed", "AddConfirmHash"} <= {event.name for event in page.rows}
    assert page.rows[0].height >= page.rows[-1].height
    hooks = chain.event_log(EventQuery(from_height=1), 500).rows
    assert None in {event.extrinsic for event in hooks}
    chain.close()


def test_a_file_of_version_1_is_opened_and_can_be_searched(tmp_path: Path) -> None:
    kept = gzip.decompress((DATA / "chain_of_version_1.sqlite3.gz").read_bytes())
    (tmp_path / "chain.sqlite3").write_bytes(kept)
    chain = LocalChain(tmp_path, is_running=False)
    assert chain.head().height == 43_302
    alice = ChainUser("//Alice")
    page = chain.extrinsics(ExtrinsicQuery(signer=alice.address), 10)
    assert [(row.height, row.call, row.error) for row in page.rows] == [
        (28_903, "transfer_allow_death", ("Balances", "InsufficientBalance")),
        (28_902, "transfer_allow_death", None),
    ]
    assert page.total == 2
    assert chain.extrinsics(ExtrinsicQuery(), 1).total == 73
    transfers = chain.event_log(EventQuery(name="Transfer", subject=alice.address.raw), 10).rows
    assert [event.height for event in transfers] == [28_902, 28_901]
    assert len(chain.event_log(EventQuery(), 500).rows) == sum(one.event_num for one in chain.blocks(2**32, 1_000))
    chain.jump(14_400)
    chain.close()
    reader = LocalReader(tmp_path)
    assert reader.extrinsics(ExtrinsicQuery(succeeded=False), 10).rows == page.rows[:1]
    reader.close()
