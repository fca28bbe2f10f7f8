"""An explained reward as a file, and checking such a file: parsed as something foreign, then reckoned again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbc_desktop.chain.backend import RulesReader
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import MOST_UNITS, Balance
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.explanation import BlockRef, EraReward, Explanation, RewardInputs, RewardSteps
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules.explanation import steps_of
from dbc_desktop.rules.profile import PROFILES

FORMAT = "dbc-desktop reward"
VERSION = 1
MOST_BYTES = 200_000
MOST_EARLIER = 1_000

_U32 = 2**32 - 1
_HASH = re.compile(r"0x[0-9a-f]{64}")
_MACHINE = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"\d{1,39}")

Document = dict[str, object]


def parse_reward(text: str) -> tuple[MachineId, int]:
    """The machine and the era of `MACHINE:ERA`.

    Raises:
        InvalidInput: `reward` with `not_a_reward`.
    """
    machine, _, era = text.strip().partition(":")
    machine = machine.removeprefix("0x").lower()
    if not _MACHINE.fullmatch(machine) or not re.fullmatch(r"[0-9]{1,9}", era):
        raise InvalidInput("reward", "not_a_reward")
    return MachineId(machine), int(era)


def document_of(explanation: Explanation) -> Document:
    """The explanation as plain values with its digest; amounts in units as decimal text, so that none is rounded."""
    found = _plain(explanation)
    return {**found, "digest": _digest(found)}


def text_of(explanation: Explanation) -> str:
    """What a file of the explanation holds."""
    return json.dumps(document_of(explanation), indent=2) + "\n"


def read_given(path: Path, most_bytes: int, field: str) -> bytes:
    """The bytes of a file that somebody named.

    Raises:
        InvalidInput: `field` with `unreadable` or `too_big`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise InvalidInput(field, "unreadable", path=str(path)) from error
    if len(data) > most_bytes:
        raise InvalidInput(field, "too_big", path=str(path))
    return data


def read_file(path: Path) -> Explanation:
    """The explanation in a file, checked by itself: its digest is right, and the rules make the same of its inputs.

    Raises:
        InvalidInput: `explanation` with `unreadable`, `too_big`, `not_an_explanation`, `newer`, `unknown_rules`,
            `digest` or `figures`.
    """
    return parse(read_given(path, MOST_BYTES, "explanation"))


def parse(data: bytes) -> Explanation:
    """The explanation in these bytes, checked by itself.

    Raises:
        InvalidInput: As `read_file`.
    """
    try:
        document = json.loads(data)
        # Deep nesting ends as a RecursionError, absurd numbers as a ValueError.
        explanation = _explanation(document)
    except InvalidInput as error:
        raise InvalidInput("explanation", "newer" if error.reason == "newer" else "not_an_explanation") from error
    except (ValueError, KeyError, TypeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInput("explanation", "not_an_explanation") from error
    if _plain(explanation) != {key: value for key, value in document.items() if key != "digest"}:
        raise InvalidInput("explanation", "not_an_explanation")
    if document["digest"] != _digest(_plain(explanation)):
        raise InvalidInput("explanation", "digest")
    profile = PROFILES.get(explanation.inputs.rules_profile)
    if profile is None:
        raise InvalidInput("explanation", "unknown_rules", rules=explanation.inputs.rules_profile[:40])
    try:
        is_right = _is_possible(explanation.inputs) and steps_of(profile, explanation.inputs) == explanation.steps
    except OverflowError:  # sums that no chain can hold
        is_right = False
    if not is_right:
        raise InvalidInput("explanation", "figures")
    return explanation


def compare(explanation: Explanation, chain: RulesReader, genesis_hash: bytes) -> None:
    """Whether the chain here says the same of the reward.

    Raises:
        InvalidInput: `explanation` with `other_chain`, or with `chain_differs`; `reward` as `RulesReader.explain`.
    """
    inputs = explanation.inputs
    if inputs.genesis_hash != genesis_hash:
        raise InvalidInput("explanation", "other_chain")
    if chain.explain(inputs.machine_id, inputs.era) != explanation:
        raise InvalidInput("explanation", "chain_differs")


def _is_possible(inputs: RewardInputs) -> bool:
    """Whether the inputs follow each other as on a chain: eras without a gap, a total that holds the machine."""
    eras = [one.era for one in inputs.earlier] + [inputs.era]
    return eras == list(range(eras[0], eras[0] + len(eras))) and inputs.began.height < inputs.paid.height


def _plain(explanation: Explanation) -> Document:
    inputs, steps = explanation.inputs, explanation.steps
    return {
        "format": FORMAT,
        "version": VERSION,
        "genesis_hash": "0x" + inputs.genesis_hash.hex(),
        "rules_profile": inputs.rules_profile,
        "machine_id": inputs.machine_id,
        "stash": ss58.encode(inputs.stash.raw),
        "era": inputs.era,
        "began": _block(inputs.began),
        "paid": _block(inputs.paid),
        "gpu_num": inputs.gpu_num,
        "basic_points": inputs.basic_points,
        "is_rented": inputs.is_rented,
        "stash_gpus": inputs.stash_gpus,
        "total_points": inputs.total_points,
        "era_reward_units": str(inputs.era_reward.units),
        "members": inputs.members,
        "deadline": inputs.deadline,
        "earlier": [
            {"era": one.era, "reward_units": str(one.reward.units), "members": one.members, "deadline": one.deadline}
            for one in inputs.earlier
        ],
        "steps": {
            "rented_points": steps.rented_points,
            "stash_points": steps.stash_points,
            "points": steps.points,
            "share_per_billion": steps.share,
            "reward_units": str(steps.reward.units),
            "earned_units": str(steps.earned.units),
            "each_member_units": str(steps.each_member.units),
            "at_once_units": str(steps.at_once.units),
            "from_earlier_units": str(steps.from_earlier.units),
        },
    }


def _block(block: BlockRef) -> Document:
    return {"height": block.height, "hash": "0x" + block.hash.hex()}


def _digest(plain: Document) -> str:
    """Blake2b-256 of the canonical JSON: keys sorted, no blanks."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "0x" + blake2_256(text.encode()).hex()


def _explanation(document: Any) -> Explanation:
    if not isinstance(document, dict) or document["format"] != FORMAT:
        raise ValueError("another format")
    if _whole(document, "version") > VERSION:
        raise InvalidInput("explanation", "newer")
    earlier = document["earlier"]
    if not isinstance(earlier, list) or len(earlier) > MOST_EARLIER or not isinstance(document["is_rented"], bool):
        raise ValueError("fields")
    inputs = RewardInputs(
        genesis_hash=_hash(document, "genesis_hash"),
        rules_profile=_text(document, "rules_profile"),
        machine_id=MachineId(_text(document, "machine_id", _MACHINE)),
        stash=Address(ss58.decode(_text(document, "stash"))),
        era=_whole(document, "era", most=_U32),
        began=_block_of(document["began"]),
        paid=_block_of(document["paid"]),
        gpu_num=_whole(document, "gpu_num"),
        basic_points=_whole(document, "basic_points"),
        is_rented=document["is_rented"],
        stash_gpus=_whole(document, "stash_gpus"),
        total_points=_whole(document, "total_points"),
        era_reward=_amount(document, "era_reward_units"),
        members=_whole(document, "members", most=1_000),
        deadline=_whole(document, "deadline", most=_U32),
        earlier=tuple(
            EraReward(
                _whole(one, "era", most=_U32), _amount(one, "reward_units"), _whole(one, "members", most=1_000),
                _whole(one, "deadline", most=_U32),
            )
            for one in earlier
        ),
    )  # fmt: skip
    steps = document["steps"]
    return Explanation(
        inputs,
        RewardSteps(
            rented_points=_whole(steps, "rented_points"),
            stash_points=_whole(steps, "stash_points"),
            points=_whole(steps, "points"),
            share=_whole(steps, "share_per_billion"),
            reward=_amount(steps, "reward_units"),
            earned=_amount(steps, "earned_units"),
            each_member=_amount(steps, "each_member_units"),
            at_once=_amount(steps, "at_once_units"),
            from_earlier=_amount(steps, "from_earlier_units"),
        ),
    )


def _block_of(value: Any) -> BlockRef:
    return BlockRef(_whole(value, "height", most=_U32), _hash(value, "hash"))


def _whole(fields: Mapping[str, Any], name: str, most: int = 2**64 - 1) -> int:
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(name)
    return value


def _amount(fields: Mapping[str, Any], name: str) -> Balance:
    units = int(_text(fields, name, _DIGITS))
    if units > MOST_UNITS:
        raise ValueError(name)
    return Balance(units)


def _hash(fields: Mapping[str, Any], name: str) -> bytes:
    return bytes.fromhex(_text(fields, name, _HASH)[2:])


def _text(fields: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = fields[name]
    if not isinstance(value, str) or (form is not None and not (value.isascii() and form.fullmatch(value))):
        raise ValueError(name)
    return value
