"""No vector of the reference is lost: every id of chain-rules 12 and every recorded run of 12.6 has a test."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.doubles.runtime_fleet import VECTORS

HERE = Path(__file__).parent
NAMED = re.compile(r"^def test_(v\d+(?:_(?:to_)?v\d+)*)_", re.MULTILINE)
OF = re.compile(r'^@of\("([a-z-]+)"\)', re.MULTILINE)
HASHES = (
    "fd8885a22a9d9784adaa36effcd77522",
    "c016090e0943c17f5d4999dc6eb52683",
    "4a6b2df1e1a77b9bcdab5e31dc7950d2",
    "53cf058dfa07ef517b2f28bccff88c2b",
    "cee14a520ba6a988c306aab9dc3794b1",
    "73124a023f585b4018b9ed3593c7470a",
    "2611557f5306f050019eeb27648c5494",
    "7980cfd18a2e6cb338f4924ae0fff495",
)
RUNS = {
    "rent-confirm-relet": 13,
    "rent-refusals": 1,
    "rent-lapse": 2,
    "rent-confirm-last-block": 1,
    "rent-expiry": 1,
    "offline-own-online": 10,
    "offline-own-rented": 4,
    "offline-exempt-after-year": 2,
    "rent-ends-while-offline": 1,
    "slash-review": 1,
    "rewards": 2,
    "era-snapshots": 1,
    "committee-booking": 1,
    "committee-verdict": 7,
    "committee-errors": 1,
    "quirk-reporter-reduce-stake": 1,
    "quirk-unconfirmed-at-rent-end": 1,
    "quirk-lapse-while-offline": 1,
    "quirk-exec-slash": 1,
    "quirk-exit-after-max-slash": 1,
    "quirk-add-info-waiting-fulfill": 1,
    "quirk-appeal-next-block": 1,
    "quirk-committee-misses-hash": 1,
    "quirk-late-booking": 1,
    "report-inaccessible": 5,
    "report-hardware": 3,
    "bond-fulfill": 3,
    "hardware-change": 3,
    "inclusion-fee": 1,
    "quirk-zero-gpu-order": 1,
    "quirk-offline-before-confirm": 1,
    "quirk-result-executed-twice": 1,
    "quirk-report-appeal-next-block": 1,
    "machine-exit": 1,
    "restake": 1,
    "committee-stake": 1,
    "reporter-stake": 1,
}


def sources() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_*.py"))}


def test_every_numbered_vector_has_a_test_named_by_its_id() -> None:
    found: set[int] = set()
    for text in sources().values():
        for name in NAMED.findall(text):
            numbers = [int(number) for number in re.findall(r"v(\d+)", name)]
            found |= set(range(numbers[0], numbers[-1] + 1)) if "_to_" in name else set(numbers)
    assert found == set(range(1, 51))


def test_every_hash_vector_stands_in_a_test() -> None:
    texts = "".join(text for name, text in sources().items() if name != Path(__file__).name)
    assert [digest for digest in HASHES if digest not in texts] == []


def test_every_recorded_run_is_done_again() -> None:
    assert Counter(one["scenario"] for one in VECTORS.values()) == RUNS
    assert len(VECTORS) == 80
    done = Counter(
        name for text in sources().values() for name in re.findall(r'^@of\("([a-z-]+)"\)', text, re.MULTILINE)
    )
    assert done == dict.fromkeys(RUNS, 1)
