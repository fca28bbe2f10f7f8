"""Which terminal is opened, and with which arguments."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.session import Login
from dbc_desktop.services.terminal import Terminal, find_terminal, ssh_command

LOGIN = Login("127.0.0.1", 5612, "dbc", "s3cret")


def here(*programs: str) -> object:
    return lambda name: f"/usr/bin/{name}" if name in programs else None


@pytest.mark.parametrize(
    ("programs", "command"),
    [
        (("ssh", "xterm"), ("/usr/bin/xterm", "-e")),
        (("ssh", "xterm", "gnome-terminal"), ("/usr/bin/gnome-terminal", "--")),
        (("ssh", "kitty"), ("/usr/bin/kitty",)),
    ],
)
def test_the_first_one_found_is_taken(programs: tuple[str, ...], command: tuple[str, ...]) -> None:
    assert find_terminal(here(*programs), "linux") == Terminal(command)  # type: ignore[arg-type]


def test_without_a_terminal_or_without_ssh_there_is_none() -> None:
    assert find_terminal(here("ssh"), "linux") is None  # type: ignore[arg-type]
    assert find_terminal(here("xterm"), "linux") is None  # type: ignore[arg-type]


def test_windows_has_its_own() -> None:
    assert find_terminal(here("ssh", "wt.exe"), "win32") == Terminal(("/usr/bin/wt.exe",))  # type: ignore[arg-type]


def test_a_user_of_a_node_is_never_an_option_and_the_password_is_no_argument() -> None:
    evil = Login("host", 22, "-oProxyCommand=touch /tmp/x", "s3cret")
    command = ssh_command(evil)
    assert command[command.index("--") + 1] == "-oProxyCommand=touch /tmp/x@host"
    assert ssh_command(LOGIN) == ("ssh", "-p", "5612", "--", "dbc@127.0.0.1")
    assert not any("s3cret" in part for part in command)
