"""What is kept of the sessions, so that they survive a restart; never a password, the node gives it again."""

from __future__ import annotations

import threading
from pathlib import Path

from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.sessions.states import ALIVE
from dbc_desktop.storage.sqlite import open_database, transaction, translated

_MIGRATIONS = (
    """
    CREATE TABLE session (
        number INTEGER PRIMARY KEY,
        task_id TEXT NOT NULL UNIQUE,
        rent_id INTEGER NOT NULL,
        machine_id TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at TEXT NOT NULL,
        detail TEXT NOT NULL,
        logged_in INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX session_of_order ON session (rent_id, number);
    """,
    # Every network counts its orders from 0.
    "ALTER TABLE session ADD COLUMN network TEXT NOT NULL DEFAULT 'local'",
)
_COLUMNS = "task_id, rent_id, machine_id, state, created_at, detail"


class SessionStore:
    """Sessions of one network by task id; callable from any thread. Each method may raise a `StorageError`.

    Args:
        path: The file, one for all networks.
        network: The key of the network whose orders these are.
    """

    def __init__(self, path: Path, network: str = "local") -> None:
        self._path, self._network, self._lock = path, network, threading.Lock()
        self._connection = open_database(path, _MIGRATIONS)

    def save(self, session: Session) -> None:
        """Keep a session as it was last seen, without its login."""
        row = (session.task_id, session.rent_id, session.machine_id, session.state.value, session.created_at)
        made = (*row, session.detail, self._network)
        with self._lock, transaction(self._connection, self._path) as connection:
            connection.execute(
                f"INSERT INTO session ({_COLUMNS}, network) VALUES (?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
                "ON CONFLICT (task_id) DO UPDATE SET "
                "state = excluded.state, detail = excluded.detail, "
                "created_at = CASE excluded.created_at WHEN '' THEN created_at ELSE excluded.created_at END",
                made,
            )

    def of_order(self, rent_id: int) -> Session | None:
        """The newest session of a rent order."""
        found = self._sessions("AND rent_id = ? ORDER BY number DESC LIMIT 1", rent_id)
        return found[0] if found else None

    def alive(self) -> tuple[Session, ...]:
        """The sessions that ran when they were last seen, newest first."""
        marks = ", ".join("?" for _ in ALIVE)
        return self._sessions(f"AND state IN ({marks}) ORDER BY number DESC", *(state.value for state in ALIVE))

    def mark_logged_in(self, task_id: str) -> None:
        """Note that a login to this machine worked."""
        with self._lock, transaction(self._connection, self._path) as connection:
            connection.execute("UPDATE session SET logged_in = 1 WHERE task_id = ?", (task_id,))

    def has_logged_in(self) -> bool:
        """Whether a login ever worked."""
        with self._lock, translated(self._path):
            row = self._connection.execute("SELECT EXISTS (SELECT 1 FROM session WHERE logged_in = 1)").fetchone()
        return bool(row[0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _sessions(self, where: str, *values: object) -> tuple[Session, ...]:
        with self._lock, translated(self._path):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM session WHERE network = ? {where}",  # noqa: S608
                (self._network, *values),
            ).fetchall()
        return tuple(
            Session(task_id, rent_id, machine_id, SessionState(state), None, created_at, detail)
            for task_id, rent_id, machine_id, state, created_at, detail in rows
        )
