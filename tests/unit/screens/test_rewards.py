"""What Rewards says, with literal figures of the 25 % + 150 × 0.5 % rule."""

from __future__ import annotations

from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.network import Head, NetworkTotals
from dbc_desktop.domain.reward import ReleaseRule, ReleaseSchedule, RewardRow, StashOverview
from dbc_desktop.screens.rewards import rewards_csv, rewards_screen
from dbc_desktop.services.rewards import RewardsSummary

STASH = Address(bytes(32))
MACHINE = MachineId("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")


def dbc(text: str) -> Balance:
    return Balance.parse(text)


def summary(rows: tuple[RewardRow, ...], last_claim_height: int | None = None) -> RewardsSummary:
    overview = StashOverview(
        stash=STASH,
        controller=STASH,
        machines=(MACHINE,),
        gpu_num=8,
        rented_gpu_num=0,
        total_staked=dbc("571428.57"),
        total_earned=dbc("2000"),
        total_claimed=ZERO,
        claimable=dbc("505"),
        locked=dbc("1495"),
        released_last_era=dbc("255"),
        released_last_7_eras=dbc("505"),
        last_claim_height=last_claim_height,
        rule=ReleaseRule("launch-2021", 250, 150, 5),
    )
    totals = NetworkTotals(ZERO, ZERO, None, ZERO, 12_000, 1, 8, 0, ZERO)
    schedule = ReleaseSchedule(5, (*tuple(dbc("10") for _ in range(149)), dbc("5")))
    return RewardsSummary(overview, rows, schedule, Head(72_100, b"", 5, 0, 72_100), totals)


ROWS = (
    RewardRow(4, MACHINE, dbc("1000"), dbc("250"), dbc("5")),
    RewardRow(3, MACHINE, dbc("1000"), dbc("250"), ZERO),
)


def test_past_and_coming_eras_stand_side_by_side() -> None:
    screen = rewards_screen(summary(ROWS), ())
    assert screen.badge == "25 % + 150 × 0.5 % · launch-2021"
    assert [(bar.era, bar.at_once, bar.parts, bar.locked) for bar in screen.bars[:3]] == [
        (3, 250_000_000_000_000_000, 0, 0),
        (4, 250_000_000_000_000_000, 5_000_000_000_000_000, 0),
        (5, 0, 0, 10_000_000_000_000_000),
    ]
    assert len(screen.bars) == 150
    assert (screen.first_coming, screen.today) == (2, "today, era 5")
    assert screen.bars[1].text == "era 4: 250.00 DBC at once + 5.00 DBC of earlier eras = 255.00 DBC"


def test_the_button_says_the_amount() -> None:
    screen = rewards_screen(summary(ROWS), ())
    assert (screen.claim_button, screen.can_claim) == ("Claim 505.00 DBC", True)


def test_what_was_released_before_the_last_claim_is_claimed() -> None:
    screen = rewards_screen(summary(ROWS, last_claim_height=4 * 14_400 + 100), ())
    assert [bar.is_claimable for bar in screen.bars[:2]] == [False, True]


def test_the_ticks_are_round() -> None:
    assert rewards_screen(summary(ROWS), ()).ticks == tuple(
        (n * 50_000_000_000_000_000, text) for n, text in enumerate(("50", "100", "150", "200", "250"), 1)
    )


def test_the_ledger_names_the_machine_and_keeps_every_digit_for_the_tooltip() -> None:
    row = rewards_screen(summary(ROWS), ()).rows[0]
    assert (row.era, row.earned, row.at_once, row.from_earlier, row.released) == (
        "4",
        "1,000.00",
        "250.00",
        "5.00",
        "255.00",
    )
    assert row.released_full == "255.00 DBC"


def test_nothing_earned_is_nothing_drawn() -> None:
    empty = summary(())
    screen = rewards_screen(RewardsSummary(empty.overview, (), ReleaseSchedule(5, ()), empty.head, empty.totals), ())
    assert (screen.bars, screen.ticks, screen.rows) == ((), (), ())


def test_the_csv_has_every_digit() -> None:
    assert rewards_csv(ROWS[1:]) == (
        "era,machine_id,earned_dbc,at_once_dbc,from_earlier_dbc,released_dbc\n"
        f"3,{MACHINE},1000.000000000000000,250.000000000000000,0.000000000000000,250.000000000000000\n"
    )
