"""A terminal window with the login of a session, where this computer has a terminal program."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from dbc_desktop.domain.session import Login

# The program and what it wants between its name and the command to run.
_PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("x-terminal-emulator", ("-e",)),
    ("gnome-terminal", ("--",)),
    ("konsole", ("-e",)),
    ("xfce4-terminal", ("-x",)),
    ("kitty", ()),
    ("alacritty", ("-e",)),
    ("foot", ()),
    ("xterm", ("-e",)),
)
_WINDOWS: tuple[tuple[str, tuple[str, ...]], ...] = (("wt.exe", ()), ("cmd.exe", ("/c", "start", "")))


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal program: what is started before the command."""

    command: tuple[str, ...]

    def open(self, login: Login) -> None:
        """Start it with ssh; the password is asked there, it never stands in an argument list."""
        subprocess.Popen([*self.command, *ssh_command(login)], start_new_session=True)


def ssh_command(login: Login) -> tuple[str, ...]:
    """The arguments of ssh; `--` so that no user or host of a node is taken for an option."""
    return ("ssh", "-p", str(login.port), "--", f"{login.user}@{login.host}")


def find_terminal(which: Callable[[str], str | None] = shutil.which, platform: str = sys.platform) -> Terminal | None:
    """The first terminal program found, None where there is none or no ssh to run in it."""
    if which("ssh") is None:
        return None
    for program, before in _WINDOWS if platform == "win32" else _PROGRAMS:
        path = which(program)
        if path is not None:
            return Terminal((path, *before))
    return None
