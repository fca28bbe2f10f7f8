"""The residents act by signed extrinsics only, and pick up their work where they left it."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import OPERATORS, PlayKeys, launch_genesis, pack_spec, unpack_spec
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.rental import RentStatus

SEED = b"test"


def test_genesis_gives_out_exactly_what_exists() -> None:
    for residents in (True, False):
        spec = launch_genesis("launch-2021", SEED, residents=residents)
        assert sum(amount for _, amount in spec.endowments) == 3_900_000_000 * 10**15
        assert min(amount for _, amount in spec.endowments) > 0
        assert len(spec.committee) == 5
        assert spec.dbc_price_usd == 12_000
        assert unpack_spec(pack_spec(spec)) == spec


def test_other_seeds_make_other_chains(tmp_path: Path) -> None:
    chains = [
        LocalChain(tmp_path / name, is_running=False, residents=False, seed=name.encode()) for name in ("one", "two")
    ]
    assert chains[0].identity().genesis_hash != chains[1].identity().genesis_hash
    for chain in chains:
        chain.close()


def test_without_residents_nothing_moves(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, residents=False)
    chain.jump(14_400 * 3)
    assert len(chain.market()) == 0
    assert chain.network().burned == ZERO
    assert sum(block.extrinsic_num for block in chain.blocks(2**32, 99)) == 0
    chain.close()


def test_every_operator_has_its_machines_online(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    keys = PlayKeys(SEED)
    for operator in OPERATORS:
        machines = chain.machines_of(Address(keys.account(operator.name)))
        assert {machine.gpu_num for machine in machines} == {machine.gpu_num for machine in operator.machines}
        assert {machine.customize.longitude for machine in machines if machine.customize} == {operator.longitude}
        assert all(machine.online_height == 4_863 for machine in machines)
    chain.close()


def test_the_renter_rents_every_day_and_confirms(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    chain.jump(14_400 * 10)
    renter = Address(PlayKeys(SEED).account("renter"))
    orders = chain.rent_orders(renter)
    assert len(orders) >= 10
    assert {order.status for order in orders} <= {RentStatus.ENDED, RentStatus.RENTING}
    assert chain.network().burned.units == sum(order.fee.units for order in orders)
    chain.close()


def test_operators_claim_once_a_week(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    stash = Address(PlayKeys(SEED).account(OPERATORS[0].name))
    assert chain.stash(stash).total_claimed == ZERO
    chain.jump(14_400 * 8)
    assert chain.stash(stash).total_claimed > ZERO
    assert chain.replay() == chain.head()
    chain.close()


def test_interrupted_anywhere_they_go_on_after_the_restart(tmp_path: Path) -> None:
    whole = LocalChain(tmp_path / "whole", is_running=False, seed=SEED)
    whole.jump(14_400 * 4)
    pieces = LocalChain(tmp_path / "pieces", is_running=False, seed=SEED)
    for _ in range(16):
        pieces.jump(3_600)
        pieces.close()
        pieces = LocalChain(tmp_path / "pieces", is_running=False, seed=SEED)
    assert pieces.head().height == whole.head().height
    renter = Address(PlayKeys(SEED).account("renter"))
    # Which machine is drawn differs, as signatures do; how often one is rented does not.
    assert [order.rent_start for order in pieces.rent_orders(renter)] == [
        order.rent_start for order in whole.rent_orders(renter)
    ]
    assert pieces.replay() == pieces.head()
    whole.close()
    pieces.close()


def test_a_new_chain_opens_at_the_present_time(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False)
    import time

    assert abs(chain.head().timestamp_ms - time.time() * 1_000) < 20_000
    chain.close()


def test_looking_around_makes_no_block(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False, seed=SEED)
    stored = chain.blocks(2**32, 999)
    for _ in range(3):
        chain.close()
        chain = LocalChain(tmp_path, is_running=False, seed=SEED)
        chain.jump(10)
    assert chain.head().height == 28_930
    assert chain.blocks(2**32, 999) == stored
    chain.close()
