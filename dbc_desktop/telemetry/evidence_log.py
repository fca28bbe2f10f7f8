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
    # Lines of before did not say what had read them: nobody could tell real ones from those of the demo.
    """
    DROP TABLE minutes;
    CREATE TABLE lines (
        source TEXT NOT NULL,
        number INTEGER NOT NULL,
        began_at INTEGER NOT NULL,
        height INTEGER,
        text TEXT NOT NULL,
        link BLOB NOT NULL,
        PRIMARY KEY (source, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX lines_by_time ON lines (source, began_at);
    """,
)
_KEPT_MINUTES = 400 * 24 * 60
"""Somewhat more than a year."""
_ANCHOR_MINUTES = 10
"""So many minutes name a block after it was last said to be the newest: an old one says nothing of them."""


def minute_text(minute: EvidenceMinute) -> str:
    """The canonical text of a minute that its link is made of: JSON, keys sorted, no blanks, one decimal."""
    return json.dumps(
        {
            "number": minute.number,
            "began_at": minute.began_at,
            "source": minute.source,
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

    Readings of each source are a chain of their own, so that those of the demo never stand between real ones.

    Args:
        path: The file.
        read_only: Nothing is written, as beside a running window.

    Raises (all methods):
        DataCorrupt, DataUnwritable: The file cannot be used.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._mutex = threading.RLock()
        self._connection = open_database(path, _MIGRATIONS, synchronous="NORMAL", read_only=read_only)
        self._minute: int | None = None
        self._source = ""
        self._gpus: dict[str, _Sums] = {}
        self._anchor: tuple[int, bytes] | None = None
        self._anchor_age = 0

    def close(self) -> None:
        """Write the minute that has begun, and let go of the file."""
        with self._mutex:
            self._end_minute()
            self._connection.close()

    def anchor(self, height: int, block_hash: bytes) -> None:
        """The newest final block; minutes that end within the next ten name it."""
        with self._mutex:
            self._anchor, self._anchor_age = (height, block_hash), 0

    def append(self, sample: RigSample) -> None:
        """Take a sample of this computer; a minute is written when the next one, or another source, begins."""
        minute = int(sample.taken_at // 60) * 60
        with self._mutex:
            if (minute, sample.source) != (self._minute, self._source):
                self._end_minute()
                self._minute, self._source = minute, sample.source
            for gpu in sample.gpus:
                sums = self._gpus.setdefault(gpu.uuid, _Sums())
                sums.samples += 1
                sums.lost += gpu.is_lost
                for name in ("gpu_percent", "temperature", "power_watts", "memory_used"):
                    value = getattr(gpu, name)
                    if value is not None:
                        sums.values.setdefault(name, []).append(float(value))

    def counts(self, start: float, end: float) -> dict[str, int]:
        """How many lines of each source lie in a time; in seconds since 1970, the end left out."""
        return self._counts("began_at >= ? AND began_at < ?", (int(start), int(end)))

    def counts_of_blocks(self, first: int, last: int) -> dict[str, int]:
        """How many lines of each source name a block from `first` on and before `last`."""
        return self._counts("height >= ? AND height < ?", (first, last))

    def minutes(self, source: str, start: float, end: float) -> tuple[bytes, tuple[EvidenceMinute, ...]]:
        """The link before the first minute of a time, and its minutes; times in seconds since 1970, the end left out.

        Where the clock was set back meanwhile, what lies between them comes with them: a chain has no holes.

        Raises:
            DataCorrupt: A line is not what its link says.
        """
        return self._stretch(source, "began_at >= ? AND began_at < ?", (int(start), int(end)))

    def minutes_of_blocks(self, source: str, first: int, last: int) -> tuple[bytes, tuple[EvidenceMinute, ...]]:
        """The minutes from the first that names a block from `first` on to the last that names one before `last`.

        Raises:
            DataCorrupt: A line is not what its link says.
        """
        return self._stretch(source, "height >= ? AND height < ?", (first, last))

    def _counts(self, where: str, bounds: tuple[int, int]) -> dict[str, int]:
        with self._mutex, translated(self._path):
            rows = self._connection.execute(
                f"SELECT source, count(*) FROM lines WHERE {where} GROUP BY source",  # noqa: S608 - literals of this file
                bounds,
            )
            return dict(rows.fetchall())

    def _stretch(self, source: str, where: str, bounds: tuple[int, int]) -> tuple[bytes, tuple[EvidenceMinute, ...]]:
        with self._mutex, translated(self._path):
            first, last = self._connection.execute(
                f"SELECT min(number), max(number) FROM lines WHERE source = ? AND {where}",  # noqa: S608 - as above
                (source, *bounds),
            ).fetchone()
            if first is None:
                return FIRST_LINK, ()
            rows = self._connection.execute(
                "SELECT number, text, link FROM lines WHERE source = ? AND number BETWEEN ? AND ? ORDER BY number",
                (source, first, last),
            ).fetchall()
            before = self._link_before(source, first)
        if rows[0][0] > 1 and before == FIRST_LINK:
            # What came before it was forgotten after a year: it can only be what the next one follows.
            before, rows = bytes(rows[0][2]), rows[1:]
        found: list[EvidenceMinute] = []
        link = before
        for number, text, stored in rows:
            if found and number != found[-1].number + 1:
                raise DataCorrupt(self._path, f"minute {number}")
            link = link_of(link, text)
            if link != stored:
                raise DataCorrupt(self._path, f"minute {number}")
            try:
                found.append(parse_minute(text, link))
            except ValueError as error:
                raise DataCorrupt(self._path, f"minute {number}") from error
        return before, tuple(found)

    def _end_minute(self) -> None:
        if self._minute is None or not self._gpus:
            return
        gpus = tuple(_gpu(uuid, sums) for uuid, sums in sorted(self._gpus.items()))
        height, block_hash = self._anchor if self._anchor and self._anchor_age < _ANCHOR_MINUTES else (None, None)
        source = self._source
        with translated(self._path):
            row = self._connection.execute("SELECT max(number) FROM lines WHERE source = ?", (source,)).fetchone()
        number = (row[0] or 0) + 1
        text = minute_text(EvidenceMinute(number, self._minute, source, gpus, height, block_hash, b""))
        link = link_of(self._link_before(source, number), text)
        with transaction(self._connection, self._path) as connection:
            connection.execute(
                "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", (source, number, self._minute, height, text, link)
            )
            # The last one that is forgotten leaves its link behind, in the next one's.
            connection.execute("DELETE FROM lines WHERE source = ? AND number < ?", (source, number - _KEPT_MINUTES))
        self._minute, self._gpus = None, {}
        self._anchor_age += 1

    def _link_before(self, source: str, number: int) -> bytes:
        with translated(self._path):
            row = self._connection.execute(
                "SELECT link FROM lines WHERE source = ? AND number = ?", (source, number - 1)
            ).fetchone()
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
        minute = EvidenceMinute(
            int(told["number"]), int(told["began_at"]), str(told["source"]), gpus, height, block, link
        )
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
