"""The history on disk: each second for a day, each minute (least, mean, most) for a year, and what happened.

A row of `seconds` is one minute of one GPU, a row of `recent` the summary of that minute. When a day is over its
summaries become one row of `minutes` for each reading, and one of `hours`, so that a year opens at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.storage.sqlite import open_database, transaction, translated
from dbc_desktop.telemetry.packing import FIELDS, NONE, STEPS, Column, NotPacked, Packed, pack, restored, unpack
from dbc_desktop.telemetry.ranges import RangeSeries, bucketed

SECONDS_KEPT = 86_400
DAYS_KEPT = 366
EVENTS_KEPT_SECONDS = DAYS_KEPT * 86_400
_MINUTE, _DAY = 60, 86_400
_MINUTES_A_DAY = 1_440
_BY_HOUR_FROM = 20 * 86_400
"""A longer range is read by hours: nobody can see the minutes in it."""

_MIGRATIONS = (
    """
    CREATE TABLE gpu (id INTEGER PRIMARY KEY, rig TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,
                      UNIQUE (rig, uuid));
    CREATE TABLE seconds (gpu INTEGER NOT NULL, minute INTEGER NOT NULL, data BLOB NOT NULL,
                          PRIMARY KEY (gpu, minute)) WITHOUT ROWID;
    CREATE TABLE recent (gpu INTEGER NOT NULL, minute INTEGER NOT NULL, data BLOB NOT NULL,
                         PRIMARY KEY (gpu, minute)) WITHOUT ROWID;
    CREATE TABLE minutes (gpu INTEGER NOT NULL, field INTEGER NOT NULL, day INTEGER NOT NULL, data BLOB NOT NULL,
                          PRIMARY KEY (gpu, field, day)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE event (id INTEGER PRIMARY KEY, rig TEXT NOT NULL, taken_at REAL NOT NULL, kind TEXT NOT NULL,
                        uuid TEXT, number INTEGER, lasted REAL, reason TEXT, facts TEXT NOT NULL);
    CREATE INDEX event_by_time ON event (taken_at);
    """,
    """
    CREATE TABLE hours (gpu INTEGER NOT NULL, field INTEGER NOT NULL, day INTEGER NOT NULL, data BLOB NOT NULL,
                        PRIMARY KEY (gpu, field, day)) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class GpuMinute:
    """One minute of one GPU: whole numbers by reading and second, `NONE` where nothing was read."""

    rig_key: str
    uuid: str
    name: str
    minute: int
    seconds: Packed


@dataclass(frozen=True, slots=True)
class KnownGpu:
    """A GPU that the history has readings of."""

    rig_key: str
    uuid: str
    name: str


def summary_of(seconds: Packed) -> Packed:
    """Least, mean and most of each reading in one minute; `NONE` where there was none."""
    there = seconds != NONE
    count = there.sum(axis=1)
    values = np.where(there, seconds, 0).astype(np.int64)
    means = np.rint(values.sum(axis=1) / np.maximum(count, 1))
    most = np.where(there, seconds, NONE).max(axis=1)
    least = np.where(there, seconds, 2**31 - 1).min(axis=1)
    table = np.stack((least, means.astype(np.int64), most), axis=1)
    table[count == 0] = NONE
    return table.astype(np.int32)


def hours_of(minutes: Packed) -> Packed:
    """Least, mean and most of each hour of a day, out of those of its minutes; `NONE` where an hour has none."""
    least, means, most = (course.reshape(24, 60) for course in minutes)
    there = means != NONE
    count = there.sum(axis=1)
    mean = np.rint(np.where(there, means, 0).sum(axis=1, dtype=np.int64) / np.maximum(count, 1))
    table = np.stack(
        (np.where(there, least, 2**31 - 1).min(axis=1), mean.astype(np.int64), np.where(there, most, NONE).max(axis=1))
    )
    table[:, count == 0] = NONE
    return table.astype(np.int32)


class HistoryStore:
    """One file. Callable from any thread, one call at a time.

    Raises (all methods):
        DataCorrupt: The file is damaged.
        DataUnwritable: The disk is full or read-only.
        DataTooNew: A newer version of this program wrote it.
        ChainBusy: Another process holds it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._mutex = threading.Lock()
        self._db = open_database(path, _MIGRATIONS, synchronous="NORMAL", read_only=read_only)
        self._ids: dict[tuple[str, str], int] = {}
        self._is_closed = False

    def close(self) -> None:
        """Let go of the file; whoever still asks is told that it was put away."""
        with self._mutex:
            self._is_closed = True
            self._db.close()

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._mutex, translated(self.path):
            if self._is_closed:
                raise DataCorrupt(self.path, "put away")
            yield

    # writing

    def write(self, minutes: Sequence[GpuMinute], events: Sequence[RigEvent] = ()) -> None:
        """Keep minutes and events, all or none; a minute that is there already gets the seconds it lacks."""
        with self._open(), transaction(self._db, self.path):
            for one in minutes:
                gpu = self._id_of(one.rig_key, one.uuid, one.name)
                seconds = one.seconds
                row = self._db.execute("SELECT data FROM seconds WHERE gpu = ? AND minute = ?", (gpu, one.minute))
                if (found := row.fetchone()) is not None:
                    before = self._unpacked(found[0])
                    seconds = np.where(seconds == NONE, before, seconds)
                self._db.execute("INSERT OR REPLACE INTO seconds VALUES (?, ?, ?)", (gpu, one.minute, pack(seconds)))
                summary = summary_of(seconds).astype("<i4").tobytes()
                self._db.execute("INSERT OR REPLACE INTO recent VALUES (?, ?, ?)", (gpu, one.minute, summary))
            self._db.executemany(
                "INSERT INTO event (rig, taken_at, kind, uuid, number, lasted, reason, facts) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_event_row(event) for event in events],
            )

    def _id_of(self, rig_key: str, uuid: str, name: str) -> int:
        known = self._ids.get((rig_key, uuid))
        if known is None:
            self._db.execute(
                "INSERT INTO gpu (rig, uuid, name) VALUES (?, ?, ?) ON CONFLICT (rig, uuid) DO UPDATE SET name = ?",
                (rig_key, uuid, name, name),
            )
            found = self._db.execute("SELECT id FROM gpu WHERE rig = ? AND uuid = ?", (rig_key, uuid)).fetchone()
            known = self._ids[rig_key, uuid] = int(found[0])
        return known

    def tidy(self, now: float) -> None:
        """Pack the days that are over, and forget what is older than it is kept; does little where little is due."""
        today = int(now) // _DAY
        with self._open(), transaction(self._db, self.path):
            due = self._db.execute(
                "SELECT DISTINCT gpu, minute / ? FROM recent WHERE minute < ?",
                (_MINUTES_A_DAY, today * _MINUTES_A_DAY),
            ).fetchall()
            for gpu, day in due:
                self._pack_day(int(gpu), int(day))
            self._db.execute("DELETE FROM seconds WHERE minute < ?", ((int(now) - SECONDS_KEPT) // _MINUTE,))
            self._db.execute("DELETE FROM minutes WHERE day < ?", (today - DAYS_KEPT,))
            self._db.execute("DELETE FROM hours WHERE day < ?", (today - DAYS_KEPT,))
            self._db.execute("DELETE FROM event WHERE taken_at < ?", (now - EVENTS_KEPT_SECONDS,))

    def _pack_day(self, gpu: int, day: int) -> None:
        first = day * _MINUTES_A_DAY
        span = (gpu, first, first + _MINUTES_A_DAY)
        rows = self._db.execute("SELECT minute, data FROM recent WHERE gpu = ? AND minute >= ? AND minute < ?", span)
        table = np.full((len(FIELDS), 3, _MINUTES_A_DAY), NONE, np.int32)
        for minute, data in rows.fetchall():
            table[:, :, int(minute) - first] = self._summary(data)
        for field, courses in enumerate(table):
            before = self._db.execute(
                "SELECT data FROM minutes WHERE gpu = ? AND field = ? AND day = ?", (gpu, field, day)
            ).fetchone()
            if before is not None:  # a clock that was set back: what is new goes over it
                courses = np.where(courses == NONE, self._unpacked(before[0]), courses)
            if (courses != NONE).any():
                self._db.execute("INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?)", (gpu, field, day, pack(courses)))
                hours = (gpu, field, day, pack(hours_of(courses)))
                self._db.execute("INSERT OR REPLACE INTO hours VALUES (?, ?, ?, ?)", hours)
        self._db.execute("DELETE FROM recent WHERE gpu = ? AND minute >= ? AND minute < ?", span)

    # reading

    def gpus(self) -> tuple[KnownGpu, ...]:
        """Every GPU there are readings of."""
        with self._open():
            rows = self._db.execute("SELECT rig, uuid, name FROM gpu ORDER BY rig, uuid").fetchall()
        return tuple(KnownGpu(str(rig), str(uuid), str(name)) for rig, uuid, name in rows)

    def range(self, rig_key: str, uuid: str, field: str, start: float, end: float, points: int) -> RangeSeries:
        """One reading between two instants (seconds since 1970), in at most `points` steps, gaps kept as gaps.

        Where each second is kept it is read from those, else from the minutes.

        Raises:
            KeyError: `field` is not one of `FIELDS`.
        """
        number = _NUMBERS[field]
        if end - start <= SECONDS_KEPT:
            times, values = self._seconds(rig_key, uuid, number, start, end)
            if len(times):
                return bucketed(times, values, values, values, start, end, points)
        by_hour = end - start >= _BY_HOUR_FROM
        times, least, means, most = self._minutes(rig_key, uuid, number, start, end, by_hour=by_hour)
        return bucketed(times, least, means, most, start, end, points)

    def seconds(self, rig_key: str, uuid: str, field: str, start: float, end: float) -> tuple[Column, Column]:
        """Times and values of one reading, as they were read."""
        return self._seconds(rig_key, uuid, _NUMBERS[field], start, end)

    def minutes(
        self, rig_key: str, uuid: str, field: str, start: float, end: float
    ) -> tuple[Column, Column, Column, Column]:
        """Times, least, mean and most of one reading in each minute."""
        return self._minutes(rig_key, uuid, _NUMBERS[field], start, end)

    def _known_id(self, rig_key: str, uuid: str) -> int | None:
        found = self._db.execute("SELECT id FROM gpu WHERE rig = ? AND uuid = ?", (rig_key, uuid)).fetchone()
        return None if found is None else int(found[0])

    def _seconds(self, rig_key: str, uuid: str, number: int, start: float, end: float) -> tuple[Column, Column]:
        with self._open():
            gpu = self._known_id(rig_key, uuid)
            rows = self._db.execute(
                "SELECT minute, data FROM seconds WHERE gpu = ? AND minute >= ? AND minute <= ? ORDER BY minute",
                (gpu, int(start) // _MINUTE, int(end) // _MINUTE),
            ).fetchall()
        if not rows:
            return np.empty(0), np.empty(0)
        whole = np.concatenate([self._unpacked(data)[number] for _, data in rows])
        firsts = np.array([minute for minute, _ in rows], np.float64) * _MINUTE
        times = (firsts[:, None] + np.arange(_MINUTE)).ravel()
        shown = (whole != NONE) & (times >= start) & (times <= end)
        return times[shown], restored(whole[shown], float(STEPS[number]))

    def _minutes(
        self, rig_key: str, uuid: str, number: int, start: float, end: float, *, by_hour: bool = False
    ) -> tuple[Column, Column, Column, Column]:
        first, last = int(start) // _MINUTE, int(end) // _MINUTE
        days = (number, first // _MINUTES_A_DAY, last // _MINUTES_A_DAY)
        hours: list[tuple[int, bytes]] = []
        with self._open():
            gpu = self._known_id(rig_key, uuid)
            if by_hour:
                hours = self._db.execute(
                    "SELECT day, data FROM hours WHERE gpu = ? AND field = ? AND day >= ? AND day <= ?", (gpu, *days)
                ).fetchall()
            packed = self._db.execute(
                "SELECT day, data FROM minutes WHERE gpu = ? AND field = ? AND day >= ? AND day <= ? "
                "AND (? = 0 OR day NOT IN (SELECT day FROM hours WHERE gpu = ? AND field = ?))",
                (gpu, *days, int(by_hour), gpu, number),
            ).fetchall()
            recent = self._db.execute(
                "SELECT minute, data FROM recent WHERE gpu = ? AND minute >= ? AND minute <= ?", (gpu, first, last)
            ).fetchall()
        parts, numbers = [np.empty((3, 0), np.int32)], [np.empty(0, np.int64)]
        for day, data in (*hours, *packed):
            courses = self._unpacked(data)
            parts.append(courses)
            each = _MINUTES_A_DAY // courses.shape[1]
            numbers.append(int(day) * _MINUTES_A_DAY + np.arange(courses.shape[1]) * each)
        if recent:
            parts.append(np.stack([self._summary(data)[number] for _, data in recent], axis=1))
            numbers.append(np.array([minute for minute, _ in recent], np.int64))
        table, minutes = np.concatenate(parts, axis=1), np.concatenate(numbers)
        shown = (table[1] != NONE) & (minutes >= first) & (minutes <= last)
        order = np.argsort(minutes[shown], kind="stable")
        table, minutes = table[:, shown][:, order], minutes[shown][order]
        step = float(STEPS[number])
        least, means, most = (restored(course, step) for course in table)
        return minutes * float(_MINUTE), least, means, most

    def events(self, since: float, limit: int, rig_key: str | None = None) -> tuple[RigEvent, ...]:
        """What happened, newest first."""
        with self._open():
            rows = self._db.execute(
                "SELECT rig, taken_at, kind, uuid, number, lasted, reason, facts FROM event "
                "WHERE taken_at >= ? AND (? IS NULL OR rig = ?) ORDER BY taken_at DESC, id DESC LIMIT ?",
                (since, rig_key, rig_key, limit),
            ).fetchall()
        return tuple(event for row in rows if (event := _event_of(row)) is not None)

    def _unpacked(self, data: bytes) -> Packed:
        try:
            return unpack(data)
        except NotPacked as error:
            raise DataCorrupt(self.path, str(error)) from error

    def _summary(self, data: bytes) -> Packed:
        if len(data) != 12 * len(FIELDS):
            raise DataCorrupt(self.path, "summary")
        return np.frombuffer(data, "<i4").reshape(len(FIELDS), 3).astype(np.int32)


_NUMBERS = {name: number for number, name in enumerate(FIELDS)}


def _event_row(event: RigEvent) -> tuple[object, ...]:
    return (
        event.rig_key,
        event.taken_at,
        event.kind.value,
        event.uuid,
        event.index,
        event.seconds,
        event.reason,
        json.dumps(dict(event.facts)),
    )


def _event_of(row: Sequence[object]) -> RigEvent | None:
    """An event again; one of a kind that this version does not know is left out."""
    rig, taken_at, kind, uuid, number, lasted, reason, text = row
    if kind not in set(RigEventKind):
        return None
    facts: Mapping[str, str | float] = json.loads(str(text))
    return RigEvent(
        float(str(taken_at)),
        RigEventKind(str(kind)),
        None if uuid is None else str(uuid),
        None if number is None else int(str(number)),
        seconds=None if lasted is None else float(str(lasted)),
        reason=None if reason is None else str(reason),
        facts=facts,
        rig_key=str(rig),
    )
