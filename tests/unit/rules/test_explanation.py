"""A reward is explained from the books alone, by the functions that paid it."""

from __future__ import annotations

import dataclasses

import pytest

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.explanation import BlockRef, Explanation
from dbc_desktop.rules import reward_page, views
from dbc_desktop.rules.explanation import steps_of
from dbc_desktop.rules.profile import PROFILES
from dbc_desktop.rules.reward_page import Line, PageHead, PaidLine
from dbc_desktop.rules.work import HistoryRow

GENESIS = b"g" * 32
BLOCKS = (BlockRef(1, b"b" * 32), BlockRef(2, b"p" * 32))


def explained(chain, pages: dict[int, HistoryRow], era: int) -> Explanation:
    def paid(of: int) -> PaidLine:
        row = pages[of]
        line = reward_page.line_of(row.value, chain.machine_id)
        assert line is not None
        return PaidLine(row.index, reward_page.head_of(row.value), line)

    now = paid(era)
    earlier = [paid(of) for of in range(era - now.line.waiting, era)]
    owners = [row for row in chain.books if row.kind == "reward_owner"]
    return views.explained(chain.engine, GENESIS, now, earlier, owners, BLOCKS)


def pages_of(chain) -> dict[int, HistoryRow]:
    return {reward_page.head_of(row.value).era: row for row in chain.books if row.kind == "payout"}


def test_the_steps_are_those_of_the_network_with_one_machine(chain) -> None:
    chain.online()
    chain.eras(3)
    found = explained(chain, pages_of(chain), 3)
    inputs, steps = found.inputs, found.steps
    assert (inputs.gpu_num, inputs.basic_points, inputs.is_rented, inputs.stash_gpus) == (4, 59_890, False, 4)
    assert (inputs.members, inputs.deadline, inputs.total_points) == (3, 731, 59_914)
    assert [(one.era, one.reward.units) for one in inputs.earlier] == [(2, 1_095_890 * 10**15)]
    assert (steps.rented_points, steps.stash_points, steps.points, steps.share) == (0, 24, 59_914, 1_000_000_000)
    assert steps.earned == Balance(1_084_931_100_000_000_000_002)
    assert steps.at_once == Balance(271_232_775_000_000_000_000)
    assert steps.from_earlier == Balance(5_424_655_500_000_000_000)
    assert steps.each_member == Balance(913_241_666_666_666_666 + 18_264_833_333_333_333)
    assert steps.released == steps.at_once + steps.from_earlier


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_era_of_a_long_life_is_explained(profile, new_chain) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 14_400 * 20)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    chain.eras(155)
    chain.do(chain.stash, "OnlineProfile", "controller_report_offline", chain.machine_id)
    chain.eras(3)
    pages = pages_of(chain)
    assert sorted(pages) == list(range(2, 159))
    rented = [explained(chain, pages, era).inputs.is_rented for era in (2, 20, 21, 22)]
    assert rented[0] is True
    assert rented[-1] is False
    for era in (2, 3, 100, 151, 152, 153, 157, 158):
        found = explained(chain, pages, era)
        assert len(found.inputs.earlier) == min(era - 2, 150)
    assert explained(chain, pages, 158).steps.reward == Balance(0)
    assert explained(chain, pages, 158).steps.from_earlier > Balance(0)


def test_an_altered_line_is_found(chain) -> None:
    chain.online()
    chain.eras(2)
    row = pages_of(chain)[2]
    line = reward_page.line_of(row.value, chain.machine_id)
    assert line is not None
    for change in ({"earned": line.earned + 1}, {"basic": line.basic - 100}, {"members": 2}):
        paid = PaidLine(row.index, reward_page.head_of(row.value), line._replace(**change))
        with pytest.raises(ValueError, match="another reward"):
            views.explained(chain.engine, GENESIS, paid, [], [], BLOCKS)


def test_the_stash_is_the_one_that_earned_then(chain) -> None:
    chain.online()
    chain.eras(2)
    row = pages_of(chain)[2]
    line = reward_page.line_of(row.value, chain.machine_id)
    assert line is not None
    paid = PaidLine(row.index, reward_page.head_of(row.value), line)
    later = [
        HistoryRow("reward_owner", chain.machine_id, height, f'"{who.hex()}"'.encode())
        for height, who in ((5, b"f" * 32), (row.index + 1, b"l" * 32))
    ]
    assert views.explained(chain.engine, GENESIS, paid, [], later, BLOCKS).inputs.stash.raw == b"f" * 32
    assert views.explained(chain.engine, GENESIS, paid, [], [], BLOCKS).inputs.stash.raw == chain.stash


def test_more_points_than_the_network_has_earn_all_of_it(chain) -> None:
    chain.online()
    chain.eras(2)
    inputs = dataclasses.replace(explained(chain, pages_of(chain), 2).inputs, total_points=1)
    assert steps_of(chain.engine.profile, inputs).share == 1_000_000_000
    nobody = dataclasses.replace(inputs, total_points=0)
    assert steps_of(chain.engine.profile, nobody).reward == Balance(0)


def test_a_page_gives_back_its_lines() -> None:
    ids = [f"{number:064x}" for number in (3, 70, 900)]
    lines = [
        Line(one, 2**100 + at, 5, 6, 7, 8, 9, 4, 12, 731, 150, 3, at == 1) for at, one in enumerate(ids)
    ]  # fmt: skip
    head = PageHead(98, 2**63, 1_095_890 * 10**15)
    page = reward_page.pack_head(head) + b"".join(reward_page.pack_line(*line) for line in lines)
    assert (reward_page.head_of(page), list(reward_page.lines_of(page))) == (head, lines)
    assert [reward_page.line_of(page, one) for one in ids] == lines
    assert reward_page.line_of(page, "00" * 32) is None
    assert reward_page.line_of(page, "ff" * 32) is None
    for damaged in (b"", page[:-1], page + b"x"):
        with pytest.raises(ValueError, match="page"):
            list(reward_page.lines_of(damaged))
