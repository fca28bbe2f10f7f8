"""The chain of a rig's minutes: made while it works, so that nothing can be put in between later."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.evidence import EvidenceGpu, EvidenceMinute
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.storage.sqlite import open_database, transaction, translated

FIRST_LINK = bytes(32)
"""The link before the first minute of a rig."""
_MIGRATIONS = (
    """
    CREATE TABLE minutes (
        number INTEGER PRIMARY KEY,
        began_at INTEGER NOT NULL,
        text TEXT NOT NULL,
        link BLOB NOT NULL
    ) STRICT;
    CREATE INDEX minutes_by_time ON minutes (began_at);
    """,
)
_KEPT_MINUTES = 400 * 24 * 60
"""Somewhat more than a year."""


def minute_text(minute: EvidenceMinute) -> str:
    """The canonical text of a minute that its link is made of: JSON, keys sorted, no blanks, one decimal."""
    return json.dumps(
        {
            "number": minute.number,
            "began_at": minute.began_at,
            "height": minute.height,
            "block": None if minute.block_hash is None else minute.block_hash.hex(),
            "gpus": [
                {
                    "uuid": gpu.uuid,
                    "samples": gpu.samples,
                    "lost": gpu.lost,
                    "gpu_percent": gpu.gpu_percent,
                    "temperature": gpu.temperature,
                    "power_watts": gpu.power_watts,
                    "memory_used": gpu.memory_used,
                }
                for gpu in minute.gpus
            ],
        },
        sort_keys=True,
        separators=(",", ":"),
    )


def link_of(before: bytes, text: str) -> bytes:
    """The link of a minute: blake2b-256 of the link before it (32 bytes) and its text in UTF-8."""
    return blake2_256(before + text.encode())


@dataclass(slots=True)
class _Sums:
    samples: int = 0
    lost: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)


class EvidenceLog:
    """Keeps one line a minute in `evidence.sqlite3`; callable from any thread.

    Raises (all methods):
        DataCorrupt, DataUnwritable: The file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.RLock()
        self._connection = open_database(path, _MIGRATIONS, synchronous="NORMAL")
        self._minute: int | None = None
        self._gpus: dict[str, _Sums] = {}
        self._anchor: tuple[int, bytes] | None = None

    def close(self) -> None:
        """Write the minute that has begun, and let go of the file."""
        with self._mutex:
            self._end_minute()
            self._connection.close()

    def anchor(self, height: int, block_hash: bytes) -> None:
        """The newest final block; minutes that end from now on name it."""
        with self._mutex:
            self._anchor = (height, block_hash)

    def append(self, sample: RigSample) -> None:
        """Take a sample of this computer; a minute is written when the next one begins."""
        minute = int(sample.taken_at // 60) * 60
        with self._mutex:
            if minute != self._minute:
                self._end_minute()
                self._minute = minute
            for gpu in sample.gpus:
                sums = self._gpus.setdefault(gpu.uuid, _Sums())
                sums.samples += 1
                sums.lost += gpu.is_lost
                for name in ("gpu_percent", "temperature", "power_watts", "memory_used"):
                    value = getattr(gpu, name)
                    if value is not None:
                        sums.values.setdefault(name, []).append(float(value))

    def minutes(self, start: float, end: float) -> tuple[bytes, tuple[EvidenceMinute, ...]]:
        """The link before the first minute of a time, and its minutes; times in seconds since 1970, the end left out.

        Raises:
            DataCorrupt: A line is not what its link says.
        """
        with self._mutex, translated(self._path):
            rows = self._connection.execute(
                "SELECT number, text, link FROM minutes WHERE began_at >= ? AND began_at < ? ORDER BY number",
                (int(start), int(end)),
            ).fetchall()
            if not rows:
                return FIRST_LINK, ()
            before = self._link_before(rows[0][0])
        found: list[EvidenceMinute] = []
        link = before
        for number, text, stored in rows:
            if found and number != found[-1].number + 1:
                raise DataCorrupt(self._path, f"minute {number}")
            link = link_of(link, text)
            if link != stored:
                raise DataCorrupt(self._path, f"minute {number}")
            found.append(parse_minute(text, link))
        return before, tuple(found)

    def _end_minute(self) -> None:
        if self._minute is None or not self._gpus:
            return
        gpus = tuple(_gpu(uuid, sums) for uuid, sums in sorted(self._gpus.items()))
        height, block_hash = self._anchor or (None, None)
        with translated(self._path):
            row = self._connection.execute("SELECT max(number) FROM minutes").fetchone()
        number = (row[0] or 0) + 1
        text = minute_text(EvidenceMinute(number, self._minute, gpus, height, block_hash, b""))
        link = link_of(self._link_before(number), text)
        with transaction(self._connection, self._path) as connection:
            connection.execute("INSERT INTO minutes VALUES (?, ?, ?, ?)", (number, self._minute, text, link))
            # The last one that is forgotten leaves its link behind, in the next one's.
            connection.execute("DELETE FROM minutes WHERE number < ?", (number - _KEPT_MINUTES,))
        self._minute, self._gpus = None, {}

    def _link_before(self, number: int) -> bytes:
        with translated(self._path):
            row = self._connection.execute("SELECT link FROM minutes WHERE number = ?", (number - 1,)).fetchone()
        return FIRST_LINK if row is None else bytes(row[0])


def parse_minute(text: str, link: bytes) -> EvidenceMinute:
    """The minute that a canonical text tells of.

    Raises:
        ValueError: It is not of that form.
    """
    try:
        told = json.loads(text)
        gpus = tuple(
            EvidenceGpu(
                str(gpu["uuid"]),
                int(gpu["samples"]),
                int(gpu["lost"]),
                _number(gpu["gpu_percent"]),
                _number(gpu["temperature"]),
                _number(gpu["power_watts"]),
                None if gpu["memory_used"] is None else int(gpu["memory_used"]),
            )
            for gpu in told["gpus"]
        )
        block = None if told["block"] is None else bytes.fromhex(told["block"])
        height = None if told["height"] is None else int(told["height"])
        minute = EvidenceMinute(int(told["number"]), int(told["began_at"]), gpus, height, block, link)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not a minute") from error
    if minute_text(minute) != text:
        raise ValueError("not canonical")
    return minute


def _gpu(uuid: str, sums: _Sums) -> EvidenceGpu:
    memory = _mean(sums.values.get("memory_used", ()))
    return EvidenceGpu(
        uuid,
        sums.samples,
        sums.lost,
        _mean(sums.values.get("gpu_percent", ())),
        _mean(sums.values.get("temperature", ())),
        _mean(sums.values.get("power_watts", ())),
        None if memory is None else round(memory),
    )


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return round(sum(numbers) / len(numbers), 1) if numbers else None


def _number(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, float):
        raise TypeError(value)
    return value
