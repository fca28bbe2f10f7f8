"""A plan played on a branch: the figures are those of the chain itself, and the chain does not notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.simulation import Plan
from dbc_desktop.rules import price
from dbc_desktop.rules.profile import PROFILES
from dbc_desktop.rules.simulation import simulate
from dbc_desktop.rules.state import SINGLE, Overlay

DBC = 10**15
PLAN = Plan(gpus=12, points_per_gpu=24_158, rented_percent=50, offline_days=3, offline_from=4, tariff_usd=310_000,
            power_watts=450, rent_price_usd=3_600_000)  # fmt: skip


@pytest.fixture(params=PROFILES.values(), ids=PROFILES)
def busy(request: pytest.FixtureRequest, new_chain):
    """A chain on which somebody's machine is rented for three more eras and somebody's second one earns."""
    chain = new_chain(profile=request.param)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 14_400 * 6)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.use("//Second")
    chain.online(gpus=8, point=100_000)
    chain.eras(2)
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.do(chain.stash, "OnlineProfile", "controller_report_online", chain.machine_id)
    return chain


def test_others_as_one_figure_give_the_full_run_to_the_unit(busy) -> None:
    rows, digest = list(busy.engine.rows()), busy.engine.digest
    for plan in (PLAN, replace(PLAN, replaces=Address(busy.stash)), replace(PLAN, gpus=3, gpus_per_machine=1)):
        folded = simulate(busy.engine, plan, 20)
        full = simulate(busy.engine, plan, 20, folds=False)
        assert folded == full
        assert len(folded.rows) == 20
        # The neighbour's rent ends while the plan is played: a larger share from then on.
        if plan.replaces is None:
            assert folded.rows[3].earned > folded.rows[0].earned > Balance(0)
    assert (list(busy.engine.rows()), busy.engine.digest) == (rows, digest)


def test_in_the_middle_of_a_payout_too(busy) -> None:
    busy.goto(busy.engine.height // 14_400 * 14_400 + 14_400 + 3)
    assert simulate(busy.engine, PLAN, 8) == simulate(busy.engine, PLAN, 8, folds=False)


def test_an_operator_alone_earns_all_that_is_minted(chain) -> None:
    chain.goto(1)
    plan = Plan(gpus=8, points_per_gpu=10_000, power_watts=400, tariff_usd=250_000, claim_every=0)
    found = simulate(chain.engine, plan, 3)
    assert (found.rules_profile, found.height, found.dbc_price_usd) == ("launch-2021", 1, 12_000)
    first, second, third = found.rows
    assert (first.era, third.era) == (2, 4)
    # 1 % of 1,095,890 DBC for three members, 25 % at once, 0.5 % a later era; 19.2 USD of electricity a day.
    assert first.earned == second.earned == Balance(1_084_931_100_000_000_000_002)
    assert first.released == Balance(271_232_775_000_000_000_000)
    assert second.released == Balance(276_657_430_500_000_000_000)
    assert third.locked == Balance(2_424_821_008_500_000_000_006)
    assert first.stake == third.stake == Balance(571_428_571_428_571_428_568)
    assert (first.electricity_usd, first.net_usd) == (19_200_000, 13_019_173_200 - 19_200_000)
    assert found.earned == Balance(3_254_793_300_000_000_000_006)
    assert found.released + third.locked == found.earned
    assert (found.slashed, found.rent_income, found.refused) == (Balance(0), Balance(0), ())


def test_days_offline_cost_their_reward_and_the_slash_two_days_later(chain) -> None:
    chain.goto(1)
    plan = Plan(gpus=8, points_per_gpu=10_000, power_watts=400, tariff_usd=250_000, claim_every=0, offline_days=1,
                offline_from=2)  # fmt: skip
    found = simulate(chain.engine, plan, 8)
    nothing = [row.era for row in found.rows if not row.earned]
    assert nothing == [4, 5]
    assert [row.era for row in found.rows if not row.electricity_usd] == [4]
    # 4 % of 571,428.57 DBC: back after less than two days.
    assert [(row.era, row.slashed) for row in found.rows if row.slashed] == [
        (7, Balance(22_857_142_857_142_857_143)),
    ]
    assert found.rows[3].stake == Balance(571_428_571_428_571_428_568 + 22_857_142_857_142_857_143)
    assert found.rows[-1].stake == Balance(571_428_571_428_571_428_568)


def test_what_renters_pay_is_burned_or_is_income(new_chain) -> None:
    plan = Plan(gpus=8, points_per_gpu=10_000, rented_percent=100, rent_price_usd=3_000_000, claim_every=0)
    income = {}
    for name, profile in PROFILES.items():
        chain = new_chain(profile=profile)
        chain.goto(1)
        found = simulate(chain.engine, plan, 60)
        assert found.refused == ()
        income[name] = [(row.era, row.rent_income) for row in found.rows if row.rent_income]
    assert income["launch-2021"] == []
    # 95 % of 8 cards x 30 days x 3 USD at 0.012 USD, and 95 % of 31 days and the last one after that.
    assert income["mainnet-411"][0] == (2, Balance(57_000 * DBC))
    assert sum(one.units for _, one in income["mainnet-411"]) == 8 * 62 * 3 * 95 * DBC * 1_000 // 12 // 100
    assert income["mainnet-411-strict"] == income["mainnet-411"]


def test_a_stash_that_is_replaced_leaves_its_share(chain) -> None:
    chain.online()
    chain.eras(1)
    plan = Plan(gpus=4, points_per_gpu=59_890 // 4, claim_every=0)
    beside = simulate(chain.engine, plan, 2).rows[0].earned
    instead = simulate(chain.engine, replace(plan, replaces=Address(chain.stash)), 2).rows[0].earned
    assert Balance(540_000 * DBC) < beside < Balance(544_000 * DBC)
    assert instead == Balance(1_084_931_100_000_000_000_002)


def test_what_no_chain_could_hold_is_refused(chain) -> None:
    chain.goto(1)
    good = Plan(gpus=1, points_per_gpu=100)
    for plan, eras, field in (
        (replace(good, gpus=0), 1, "gpus"),
        (replace(good, gpus=2_001), 1, "gpus"),
        (replace(good, points_per_gpu=0), 1, "points_per_gpu"),
        (replace(good, rented_percent=101), 1, "rented_percent"),
        (replace(good, dbc_price_usd=0), 1, "dbc_price_usd"),
        (good, 0, "eras"),
        (good, 731, "eras"),
    ):
        with pytest.raises(InvalidInput) as refused:
            simulate(chain.engine, plan, eras)
        assert (refused.value.field, refused.value.reason) == (field, "out_of_range")


def test_it_can_begin_at_any_block_of_an_era(chain) -> None:
    chain.online()
    for height in (14_398, 14_399, 14_400, 14_401, 14_402, 14_403, 28_000):
        chain.goto(height)
        found = simulate(chain.engine, PLAN, 2)
        assert found.refused == ()
        assert found == simulate(chain.engine, PLAN, 2, folds=False)
        assert [row.era for row in found.rows] == [
            1 + (height + 3 + 14_399) // 14_400,
            2 + (height + 3 + 14_399) // 14_400,
        ]


def test_a_chain_without_a_price_says_so(chain) -> None:
    chain.goto(1)
    layer = Overlay(chain.engine.state)
    layer.remove(price.AVG_PRICE, SINGLE)
    layer.settle()
    with pytest.raises(InvalidInput) as refused:
        simulate(chain.engine, Plan(gpus=1, points_per_gpu=100), 1)
    assert (refused.value.field, refused.value.reason) == ("plan", "no_price")
    assert simulate(chain.engine, Plan(gpus=1, points_per_gpu=100, dbc_price_usd=12_000), 1).rows[0].earned
