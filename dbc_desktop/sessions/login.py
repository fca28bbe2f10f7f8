"""A real SSH login with what the node returned, before the person pays for the machine (design 7)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from dbc_desktop.domain.errors import LoginFailed
from dbc_desktop.domain.session import Login

_SECONDS = 20.0
_MAX_OUTPUT = 4096
_MAX_USER = 64
_PROBE = "id -un; nproc; awk '/^MemTotal/ {print $2}' /proc/meminfo; df -Pk . | awk 'NR==2 {print $2}'"


@dataclass(frozen=True, slots=True)
class LoginReport:
    """What a login found; all of it is the machine's word, cut to size. None where it did not say.

    Attributes:
        works: A command ran and its answer came back.
        detail: Why it failed: `no_login`, `refused`, `wrong_password`, `timeout`, `no_answer`; empty when it works.
    """

    works: bool
    user: str = ""
    seconds: float = 0.0
    cpus: int | None = None
    mem_mb: int | None = None
    disk_mb: int | None = None
    detail: str = ""


def try_login(login: Login | None, timeout_seconds: float = _SECONDS) -> LoginReport:
    """Log in, look around, log out; a failure is in the report."""
    began = time.monotonic()
    try:
        return log_in(login, timeout_seconds)
    except LoginFailed as failed:
        return LoginReport(False, seconds=time.monotonic() - began, detail=str(failed))


def log_in(login: Login | None, timeout_seconds: float = _SECONDS) -> LoginReport:
    """Log in with the password alone (no keys, no agent, no settings of this computer), look around, log out.

    The host key is taken as it comes: the node's API names none, and the machine is new.

    Raises:
        LoginFailed: With one of the codes of `LoginReport.detail`.
    """
    if login is None:
        raise LoginFailed("no_login")
    began = time.monotonic()
    output = asyncio.run(_probe(login, timeout_seconds))
    lines = "".join(letter for letter in output[:_MAX_OUTPUT] if letter.isprintable() or letter == "\n").split("\n")
    if not lines[0].strip():
        raise LoginFailed("no_answer")
    cpus, mem_kb, disk_kb = (_number(line) for line in [*lines[1:4], "", "", ""][:3])
    return LoginReport(
        works=True,
        user=lines[0].strip()[:_MAX_USER],
        seconds=time.monotonic() - began,
        cpus=cpus,
        mem_mb=None if mem_kb is None else mem_kb // 1024,
        disk_mb=None if disk_kb is None else disk_kb // 1024,
    )


async def _probe(login: Login, timeout_seconds: float) -> str:
    import asyncssh  # a third of a second: only who logs in pays for it

    try:
        async with asyncio.timeout(timeout_seconds):
            async with (
                asyncssh.connect(
                    login.host,
                    login.port,
                    username=login.user,
                    password=login.password,
                    known_hosts=None,
                    config=None,
                    client_keys=None,
                    agent_path=None,
                    agent_forwarding=False,
                    preferred_auth="password",
                    gss_kex=False,
                    gss_auth=False,
                    login_timeout=timeout_seconds,
                ) as connection,
                connection.create_process(_PROBE, stdin=asyncssh.DEVNULL) as process,
            ):
                output = ""
                while len(output) < _MAX_OUTPUT and (piece := await process.stdout.read(_MAX_OUTPUT)):
                    output += piece
                return output
    except asyncssh.PermissionDenied as error:
        raise LoginFailed("wrong_password") from error
    except TimeoutError as error:
        raise LoginFailed("timeout") from error
    except ConnectionRefusedError as error:
        raise LoginFailed("refused") from error
    except (OSError, asyncssh.Error, UnicodeDecodeError) as error:
        raise LoginFailed("no_answer") from error


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
