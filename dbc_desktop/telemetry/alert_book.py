"""From conditions to alerts: how long they held, whether somebody knows, until when they are muted; kept in a file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dbc_desktop.domain.alert import RULES, Alert, AlertKind, AlertRule, Condition, Severity
from dbc_desktop.domain.clock import Clock
from dbc_desktop.storage.sqlite import open_database, transaction, translated

_MIGRATIONS = (
    """
    CREATE TABLE alerts (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        severity TEXT NOT NULL,
        facts TEXT NOT NULL,
        began_at REAL NOT NULL,
        ended_at REAL,
        known_at REAL
    ) STRICT;
    CREATE INDEX alerts_open ON alerts (kind, subject) WHERE ended_at IS NULL;
    CREATE TABLE rules (kind TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE muted (subject TEXT PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID;
    """,
)
_KEPT = 10_000
"""Ended alerts that are kept; the oldest go first."""
EVERYTHING = "*"
"""The subject that mutes all."""

Key = tuple[AlertKind, str]


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What one look changed: what began and has to be told, and what ended."""

    began: tuple[Alert, ...] = ()
    ended: tuple[Alert, ...] = ()
    told: tuple[Alert, ...] = ()


@dataclass(slots=True)
class _Waiting:
    since: float
    condition: Condition


class AlertBook:
    """Keeps alerts in `alerts.sqlite3`; callable from any thread. What was open when the program ended is still open.

    Raises (all methods):
        DataCorrupt, DataUnwritable: The file cannot be used.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._mutex = threading.RLock()
        self._connection = open_database(path, _MIGRATIONS)
        self._rules: dict[AlertKind, AlertRule] = {rule.kind: rule for rule in RULES} | self._stored_rules()
        self._open: dict[Key, Alert] = {(one.kind, one.subject): one for one in self._rows("ended_at IS NULL")}
        self._waiting: dict[Key, _Waiting] = {}
        self._gone_since: dict[Key, float] = {}
        self._sources: dict[Key, str] = {}

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._connection.close()

    def rules(self) -> Mapping[AlertKind, AlertRule]:
        """Every rule as it is set now."""
        with self._mutex:
            return dict(self._rules)

    def set_rule(self, rule: AlertRule) -> None:
        """Change a rule; from the next look on."""
        with self._mutex, transaction(self._connection, self._path) as connection:
            document = json.dumps({name: value for name, value in asdict(rule).items() if name != "kind"})
            connection.execute("INSERT OR REPLACE INTO rules VALUES (?, ?)", (rule.kind.value, document))
            self._rules[rule.kind] = rule

    def look(self, source: str, conditions: Iterable[Condition]) -> AlertChange:
        """Take what one source (a rig, the chain) says is the case now; what it does not name any more is gone.

        Times are of the clock's own count, so that a computer that sleeps or a clock that is set starts no alert.
        """
        now = self._clock.monotonic()
        with self._mutex:
            found = {(one.kind, one.subject): one for one in conditions}
            began = [alert for key, one in found.items() if (alert := self._seen(source, key, one, now)) is not None]
            for key in [key for key, of in self._sources.items() if of == source and key not in found]:
                self._waiting.pop(key, None)
                if key in self._open:
                    self._gone_since.setdefault(key, now)
                else:
                    del self._sources[key]
            ended = [alert for key in list(self._open) if (alert := self._ended(source, key, now)) is not None]
            return AlertChange(tuple(began), tuple(ended), tuple(one for one in began if self._is_told(one)))

    def open_alerts(self) -> tuple[Alert, ...]:
        """Those that last, worst first, then newest first."""
        order = [Severity.LOSS, Severity.WARN, Severity.NOTICE]
        with self._mutex:
            return tuple(sorted(self._open.values(), key=lambda one: (order.index(one.severity), -one.began_at)))

    def history(self, limit: int = 500) -> tuple[Alert, ...]:
        """Ended ones, newest first."""
        with self._mutex:
            return tuple(self._rows("ended_at IS NOT NULL ORDER BY number DESC LIMIT ?", max(0, limit)))

    def acknowledge(self, number: int) -> None:
        """Somebody knows: it is not told again while it lasts."""
        now = self._clock.now()
        with self._mutex, transaction(self._connection, self._path) as connection:
            connection.execute("UPDATE alerts SET known_at = ? WHERE number = ? AND known_at IS NULL", (now, number))
            for key, alert in self._open.items():
                if alert.number == number and alert.known_at is None:
                    self._open[key] = replace(alert, known_at=now)

    def mute(self, subject: str, until: float) -> None:
        """Tell nothing about `subject` (or `EVERYTHING`) until then, in seconds since 1970; the past unmutes."""
        with self._mutex, transaction(self._connection, self._path) as connection:
            connection.execute("DELETE FROM muted WHERE subject = ? OR until <= ?", (subject, self._clock.now()))
            if until > self._clock.now():
                connection.execute("INSERT INTO muted VALUES (?, ?)", (subject, until))

    def muted_until(self, subject: str) -> float | None:
        """Until when nothing is told about it; None where it is not muted."""
        with self._mutex, translated(self._path):
            row = self._connection.execute(
                "SELECT max(until) FROM muted WHERE subject IN (?, ?)", (subject, EVERYTHING)
            ).fetchone()
        return row[0] if row[0] is not None and row[0] > self._clock.now() else None

    def _seen(self, source: str, key: Key, condition: Condition, now: float) -> Alert | None:
        rule = self._rules.get(condition.kind)
        if rule is None or not rule.is_on:
            return None
        self._sources[key] = source
        self._gone_since.pop(key, None)
        if condition.is_moment:
            self._gone_since[key] = now
        if key in self._open:
            self._open[key] = replace(self._open[key], facts=condition.facts)
            return None
        waiting = self._waiting.setdefault(key, _Waiting(now, condition))
        if not condition.is_moment and now - waiting.since < rule.for_seconds:
            return None
        del self._waiting[key]
        alert = self._write(condition, rule)
        self._open[key] = alert
        return alert

    def _ended(self, source: str, key: Key, now: float) -> Alert | None:
        rule, gone = self._rules[key[0]], self._gone_since.get(key)
        if key not in self._sources:
            # Open since an earlier run: it ends unless somebody still names it.
            gone = self._gone_since.setdefault(key, now)
        elif self._sources[key] != source:
            return None
        is_over = not rule.is_on or (gone is not None and now - gone >= rule.clear_seconds)
        if not is_over:
            return None
        alert = replace(self._open.pop(key), ended_at=self._clock.now())
        self._gone_since.pop(key, None)
        self._sources.pop(key, None)
        with transaction(self._connection, self._path) as connection:
            connection.execute("UPDATE alerts SET ended_at = ? WHERE number = ?", (alert.ended_at, alert.number))
        return alert

    def _is_told(self, alert: Alert) -> bool:
        return self._rules[alert.kind].is_told and self.muted_until(alert.subject) is None

    def _write(self, condition: Condition, rule: AlertRule) -> Alert:
        now = self._clock.now()
        with transaction(self._connection, self._path) as connection:
            number = connection.execute(
                "INSERT INTO alerts (kind, subject, severity, facts, began_at) VALUES (?, ?, ?, ?, ?)",
                (condition.kind.value, condition.subject, rule.severity.value, json.dumps(dict(condition.facts)), now),
            ).lastrowid
            connection.execute(
                "DELETE FROM alerts WHERE ended_at IS NOT NULL AND number <= ?", ((number or 0) - _KEPT,)
            )
        return Alert(number or 0, condition.kind, condition.subject, rule.severity, dict(condition.facts), now)

    def _rows(self, where: str, *values: object) -> list[Alert]:
        columns = "number, kind, subject, severity, facts, began_at, ended_at, known_at"
        with translated(self._path):
            rows = self._connection.execute(f"SELECT {columns} FROM alerts WHERE {where}", values).fetchall()  # noqa: S608
        return [alert for row in rows if (alert := _alert(row)) is not None]

    def _stored_rules(self) -> dict[AlertKind, AlertRule]:
        with translated(self._path):
            rows = self._connection.execute("SELECT kind, document FROM rules").fetchall()
        found = {}
        for kind, document in rows:
            try:
                values = json.loads(document)
                found[AlertKind(kind)] = AlertRule(AlertKind(kind), Severity(values.pop("severity")), **values)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # of another version: the rule as it comes is better than none
        return found


def _alert(row: sqlite3.Row | tuple[object, ...]) -> Alert | None:
    number, kind, subject, severity, facts, began_at, ended_at, known_at = row
    try:
        return Alert(
            int(str(number)),
            AlertKind(str(kind)),
            str(subject),
            Severity(str(severity)),
            json.loads(str(facts)),
            float(str(began_at)),
            None if ended_at is None else float(str(ended_at)),
            None if known_at is None else float(str(known_at)),
        )
    except ValueError:
        return None  # a kind of a newer version
