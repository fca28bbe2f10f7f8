"""A login on a rented machine (compute-node-api 2.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class SessionState(StrEnum):
    """Where a session is; design 7."""

    CREATING = "creating"
    BOOTING = "booting"
    READY = "ready"
    STOPPED = "stopped"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in by SSH. The password is kept out of every repr."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    @property
    def ssh_command(self) -> str:
        """The line to paste into a terminal."""
        return f"ssh -p {self.port} {self.user}@{self.host}"


@dataclass(frozen=True, slots=True)
class Session:
    """One virtual machine (task) of a rent order."""

    task_id: str
    rent_id: int
    machine_id: str
    state: SessionState
    login: Login | None
    created_at: str
    detail: str = ""
