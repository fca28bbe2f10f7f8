"""An explanation as a file: it comes back whole, and whoever alters it is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.services import explaining

MACHINE = PlayKeys(SEED).machine_id("operator Singapore", 0)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = LocalChain(tmp_path_factory.mktemp("chain"), is_running=False)
    made.jump(3 * 14_400)
    yield made
    made.close()


@pytest.fixture
def explanation(chain: LocalChain) -> Explanation:
    return chain.explain(MACHINE, 4)


def reason_of(data: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        explaining.parse(data)
    assert refused.value.field == "explanation"
    return refused.value.reason


def altered(explanation: Explanation, change: Callable[[dict[str, Any]], object], *, seal: bool) -> bytes:
    """The file after a change; with `seal` its digest fits what it says now."""
    document: dict[str, Any] = json.loads(explaining.text_of(explanation))
    change(document)
    if seal:
        rest = {key: value for key, value in document.items() if key != "digest"}
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
        document["digest"] = "0x" + blake2_256(text.encode()).hex()
    return json.dumps(document).encode()


def test_what_was_saved_comes_back(tmp_path: Path, chain: LocalChain, explanation: Explanation) -> None:
    file = tmp_path / "reward.json"
    file.write_text(explaining.text_of(explanation))
    assert explaining.read_file(file) == explanation
    explaining.compare(explanation, chain, chain.identity().genesis_hash)
    assert [one.era for one in explanation.inputs.earlier] == [2, 3]


def test_an_altered_file_fails(explanation: Explanation) -> None:
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda d: d.update(basic_points=d["basic_points"] + 1),
        lambda d: d.update(era_reward_units="1"),
        lambda d: d["steps"].update(earned_units=str(int(d["steps"]["earned_units"]) + 1)),
        lambda d: d["steps"].update(share_per_billion=5),
        lambda d: d["earlier"][0].update(reward_units="7"),
        lambda d: d["earlier"].pop(0) and d["earlier"].pop(0),
        lambda d: d["earlier"][0].update(era=1),
        lambda d: d.update(rules_profile="mainnet-411"),
    ]
    for change in changes:
        assert reason_of(altered(explanation, change, seal=False)) == "digest"
        assert reason_of(altered(explanation, change, seal=True)) == "figures"


def test_what_the_figures_do_not_show_the_chain_does(chain: LocalChain, explanation: Explanation) -> None:
    other = replace(
        explanation, inputs=replace(explanation.inputs, paid=replace(explanation.inputs.paid, hash=b"x" * 32))
    )
    assert explaining.parse(explaining.text_of(other).encode()) == other
    with pytest.raises(InvalidInput) as refused:
        explaining.compare(other, chain, chain.identity().genesis_hash)
    assert refused.value.reason == "chain_differs"
    with pytest.raises(InvalidInput) as refused:
        explaining.compare(other, chain, b"another chain")
    assert refused.value.reason == "other_chain"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(version=2), "newer"),
        (lambda d: d.update(version="1"), "not_an_explanation"),
        (lambda d: d.update(format="another"), "not_an_explanation"),
        (lambda d: d.update(rules_profile="my own rules"), "unknown_rules"),
        (lambda d: d.update(machine_id="3F" * 32), "not_an_explanation"),
        (lambda d: d.update(stash="5Grw"), "not_an_explanation"),
        (lambda d: d.update(era=-1), "not_an_explanation"),
        (lambda d: d.update(era=True), "not_an_explanation"),
        (lambda d: d.update(era=4.0), "not_an_explanation"),
        (lambda d: d.update(members=10**6), "not_an_explanation"),
        (lambda d: d.update(is_rented=0), "not_an_explanation"),
        (lambda d: d.update(earlier={}), "not_an_explanation"),
        (lambda d: d.update(earlier=d["earlier"] * 501), "not_an_explanation"),
        (lambda d: d.update(more="than asked"), "not_an_explanation"),
        (lambda d: d.update(era_reward_units="9" * 40), "not_an_explanation"),
        (lambda d: d.update(era_reward_units="-1"), "not_an_explanation"),
        (lambda d: d.pop("began"), "not_an_explanation"),
        (lambda d: d.update(deadline=2**60), "not_an_explanation"),
        (lambda d: [one.update(reward_units=str(2**128 - 1)) for one in d["earlier"]], "figures"),
        (lambda d: [one.update(era=2**40 + at) for at, one in enumerate(d["earlier"])], "not_an_explanation"),
    ],
)
def test_a_file_that_is_none_is_refused(explanation: Explanation, change: Callable[[Any], object], reason: str) -> None:
    assert reason_of(altered(explanation, change, seal=True)) == reason


def test_bytes_that_are_no_document(tmp_path: Path) -> None:
    for data in (b"", b"\xff\xfe", b"[]", b"{}", b"1" * 5_000, b"[" * 100_000, b'{"format": "dbc-desktop reward"}'):
        assert reason_of(data) == "not_an_explanation"
    for path, reason in ((tmp_path / "none", "unreadable"), (tmp_path, "unreadable")):
        with pytest.raises(InvalidInput) as refused:
            explaining.read_file(path)
        assert refused.value.reason == reason
    big = tmp_path / "big"
    big.write_bytes(b" " * 200_001)
    with pytest.raises(InvalidInput) as refused:
        explaining.read_file(big)
    assert refused.value.reason == "too_big"


def test_a_reward_is_named_by_machine_and_era() -> None:
    assert explaining.parse_reward(f" 0x{MACHINE.upper()}:12 ") == (MachineId(MACHINE), 12)
    for text in ("", MACHINE, f"{MACHINE}:", f"{MACHINE}:x", f"{MACHINE[1:]}:1", f"{MACHINE}:1:2", f"{MACHINE}:٣"):
        with pytest.raises(InvalidInput) as refused:
            explaining.parse_reward(text)
        assert (refused.value.field, refused.value.reason) == ("reward", "not_a_reward")
