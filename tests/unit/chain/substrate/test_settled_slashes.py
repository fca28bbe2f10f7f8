"""What is over for good is read once, whoever asks; reports that were withdrawn are not asked for again."""

from __future__ import annotations

from typing import Any

from dbc_desktop.chain.substrate.dispute_mirror import Settled, Slashes
from dbc_desktop.chain.substrate.parts import Variant

MAP = Slashes("MaintainCommittee", "ReportResult", "NextReportId", lambda value: {value["reporter"]})
ALICE, BOB = b"a" * 32, b"b" * 32


class Block:
    """A block with so many reports, as what is read of it; counts the values that are asked for."""

    def __init__(self, values: dict[int, tuple[bytes, str]], count: int, height: int) -> None:
        self.values, self.count, self.height, self.asked = values, count, height, 0
        self.view = self

    def get(self, pallet: str, item: str) -> int:
        assert (pallet, item) == ("MaintainCommittee", "NextReportId")
        return self.count

    def many(self, items: list[tuple[str, str, tuple[int]]]) -> list[Any]:
        self.asked += len(items)
        found = [self.values.get(number) for _, _, (number,) in items]
        return [
            None if one is None else {"reporter": one[0], "slash_result": Variant(one[1]), "slash_exec_time": 100}
            for one in found
        ]


def numbers(settled: Settled, block: Block, who: bytes, live: tuple[int, ...] = ()) -> list[int]:
    return [number for number, _ in settled.read(block, MAP, [who], live)]  # type: ignore[arg-type]


def test_each_is_read_once_and_found_by_its_account() -> None:
    # Of 10,000 reports every tenth was withdrawn; the last one waits for its verdict, and the one before is not judged.
    values = {number: (ALICE if number % 100 == 1 else BOB, "Executed") for number in range(9_998) if number % 10} | {
        9_999: (ALICE, "Pending")
    }
    settled, first = Settled(), Block(values, 10_000, 5_000)
    expected = [*range(1, 9_998, 100), 9_999]
    assert numbers(settled, first, ALICE, live=(9_998,)) == expected
    assert first.asked == 10_000
    again = Block(values, 10_000, 5_001)
    assert numbers(settled, again, ALICE, live=(9_998,)) == expected
    assert len(numbers(settled, again, BOB, live=(9_998,))) == 8_898
    assert again.asked == 2 * 2  # what is not judged, and what waits
    judged = Block(values | {9_998: (ALICE, "Pending"), 9_999: (ALICE, "Executed")}, 10_000, 5_002)
    assert numbers(settled, judged, ALICE) == [*range(1, 9_998, 100), 9_998, 9_999]


def test_a_withdrawal_that_a_fork_takes_back_is_asked_for_again() -> None:
    settled = Settled()
    assert numbers(settled, Block({}, 1, 10), ALICE) == []
    assert numbers(settled, Block({}, 1, 11), ALICE, live=(0,)) == []
    assert numbers(settled, Block({0: (ALICE, "Pending")}, 1, 12), ALICE, live=(0,)) == [0]


def test_what_was_taken_moments_ago_is_still_read() -> None:
    settled, block = Settled(), Block({0: (ALICE, "Executed")}, 1, 101)
    assert numbers(settled, block, ALICE) == numbers(settled, block, ALICE) == [0]
    assert block.asked == 2
