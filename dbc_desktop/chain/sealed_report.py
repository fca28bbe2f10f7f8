"""What a reporter tells each member under seal: which machine, what is wrong, and the word that binds both."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules.report_hash import reporter_hash


@dataclass(frozen=True, slots=True)
class Told:
    """The secret of a report; `word` is the reporter's random text."""

    machine_id: MachineId
    rent_id: int
    word: str
    reason: str

    def digest(self) -> bytes:
        """The 16 bytes that the report carries in the open."""
        return reporter_hash(self.machine_id, self.rent_id, self.word.encode(), self.reason.encode())


def pack(told: Told) -> bytes:
    """The plain text that is sealed."""
    parts = {"machine_id": told.machine_id, "rent_order_id": told.rent_id, "rand_str": told.word, "reason": told.reason}
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> Told | None:
    """What was packed; None where it is anything else: a reporter may send whatever it likes."""
    try:
        parts = json.loads(data)
        machine_id, rent_id = parts["machine_id"], parts["rent_order_id"]
        word, reason = parts["rand_str"], parts["reason"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(isinstance(text, str) for text in (machine_id, word, reason)):
        return None
    if type(rent_id) is not int or not 0 <= rent_id < 2**64:
        return None
    return Told(MachineId(machine_id), rent_id, word, reason)
