"""From a rent order to a shell: the node as its own process, OpenSSH as the person's client, and walls that hold."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from dbc_desktop.domain.errors import LoginFailed, NodeRefused, NodeUnreachable, SandboxUnavailable
from dbc_desktop.domain.session import Login, Session, SessionState
from dbc_desktop.sessions.client import NodeClient, new_task_id
from dbc_desktop.sessions.login import log_in, try_login
from dbc_desktop.sessions.node_process import NodeProcess
from dbc_desktop.sessions.standin.sandbox import check_sandbox
from tests.doubles.rented_machine import ALICE, MACHINE, FileOrders

ROOT = Path(__file__).resolve().parents[2]
BADGE = "DBC Desktop local stand-in: this is a sandbox on your own computer"

_TOP = ["bin", "dev", "etc", "home", "lib", "lib32", "lib64", "proc", "sbin", "tmp", "usr"]

Ssh = Callable[..., "subprocess.CompletedProcess[str]"]


def _missing() -> str:
    if shutil.which("ssh") is None:
        return "openssh-client is not installed"
    try:
        check_sandbox()
    except SandboxUnavailable as unavailable:
        return f"no sandbox on this computer: {unavailable.reason}"
    return ""


MISSING = _missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "all is there")


def node_command(orders: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{_MAIN}", str(orders), *more]


_MAIN = "import runpy; runpy.run_module('tests.doubles.node_main', run_name='__main__', alter_sys=True)"


@pytest.fixture
def orders() -> Iterator[Path]:
    """What the chain says, where an unprivileged process can read it."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = Path(name) / "orders.json"
        FileOrders.write(path)
        path.chmod(0o644)
        yield path


@pytest.fixture
def node(orders: Path) -> Iterator[NodeProcess]:
    process = NodeProcess(node_command(orders))
    yield process
    process.stop()


@pytest.fixture
def client(node: NodeProcess) -> NodeClient:
    return NodeClient(node.start(), MACHINE, 7, ALICE)


@pytest.fixture
def session(client: NodeClient) -> Session:
    return _ready(client, client.create(new_task_id(), gpu_count=2))


def _ready(client: NodeClient, session: Session) -> Session:
    until = time.monotonic() + 20
    while session.state is not SessionState.READY and time.monotonic() < until:
        assert session.state is not SessionState.FAILED, session.detail
        time.sleep(0.05)
        session = client.task(session.task_id, before=session.state)
    assert session.login is not None
    return session


def _login(session: Session) -> Login:
    assert session.login is not None
    return session.login


def _ssh_command(login: Login, *command: str, terminal: bool = False) -> list[str]:
    options = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    options += " -o NumberOfPasswordPrompts=1 -o PreferredAuthentications=password"
    start = ["ssh", *options.split(), *(["-tt"] if terminal else [])]
    return [*start, "-p", str(login.port), f"{login.user}@{login.host}", *command]


@pytest.fixture
def ssh_env(tmp_path: Path) -> Callable[[Login], dict[str, str]]:
    """OpenSSH asks a small program for the password, which has it from its environment and never as an argument."""
    ask = tmp_path / "ask"
    ask.write_text('#!/bin/sh\nprintf "%s\\n" "$TEST_LOGIN"\n')
    ask.chmod(0o700)
    return lambda login: {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "SSH_ASKPASS": str(ask),
        "SSH_ASKPASS_REQUIRE": "force",
        "TEST_LOGIN": login.password,
    }


@pytest.fixture
def ssh(ssh_env: Callable[[Login], dict[str, str]]) -> Ssh:
    def run(login: Login, *command: str, feed: str = "", terminal: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _ssh_command(login, *command, terminal=terminal),
            env=ssh_env(login),
            input=feed,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def test_openssh_logs_in_with_what_the_node_returned(session: Session, ssh: Ssh) -> None:
    done = ssh(_login(session), "id")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "uid=1000(dbc) gid=1000(dbc) groups=1000(dbc)\n"


def test_input_output_and_exit_status_travel(session: Session, ssh: Ssh) -> None:
    done = ssh(_login(session), "cat > f && wc -c < f; echo bad >&2; exit 7", feed="x" * 200_000)
    assert (done.returncode, done.stdout, done.stderr) == (7, "200000\n", "bad\n")


def test_a_shell_has_a_terminal_and_says_where_one_is(session: Session, ssh: Ssh) -> None:
    done = ssh(
        _login(session), feed="stty -a | head -1; test -t 0 && echo a tty; set -m; jobs; exit 5\n", terminal=True
    )
    assert done.returncode == 5
    assert BADGE in done.stdout
    assert "[DBC sandbox] dbc:~$" in done.stdout
    assert "\na tty" in done.stdout
    assert "no job control" not in done.stdout


def test_the_programs_own_login_test_works_and_looks_around(session: Session) -> None:
    report = log_in(_login(session))
    assert (report.works, report.user, report.detail) == (True, "dbc", "")
    assert report.cpus == len(os.sched_getaffinity(0))
    assert report.disk_mb == 256
    assert report.mem_mb is not None
    assert 0 < report.seconds < 15


def test_a_wrong_password_opens_nothing(session: Session) -> None:
    wrong = replace(_login(session), password="x" * 16)
    assert try_login(wrong).detail == "wrong_password"
    with pytest.raises(LoginFailed, match="wrong_password"):
        log_in(replace(_login(session), user="root"))
    assert try_login(_login(session)).works


def test_a_login_to_nobody_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert try_login(Login("127.0.0.1", unused.getsockname()[1], "dbc", "x")).detail == "refused"
    assert try_login(None).detail == "no_login"


def test_a_server_that_is_silent_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = try_login(Login("127.0.0.1", silent.getsockname()[1], "dbc", "x"), timeout_seconds=0.3)
    assert (report.works, report.detail) == (False, "timeout")


@pytest.mark.parametrize(
    "command",
    [
        "ls /root /home/{user}",
        "cat {secret}",
        "cat /proc/{node}/mem",
        "cat /proc/{node}/environ",
        "kill -0 {node}",
        "cat /etc/shadow",
        "touch /x",
        "touch /usr/x",
        "touch /etc/x",
        "touch /dev/x",
        "mount -t tmpfs x /tmp",
        "unshare -U true",
        "echo 1 > /proc/sys/kernel/hostname",
        "exec 3<>/dev/tcp/127.0.0.1/{port}",
        "exec 3<>/dev/tcp/1.1.1.1/53",
        "dd if=/dev/zero of=big bs=1M count=300",
        "dd if=/dev/zero of=/tmp/big bs=1M count=70",
        "dd if=/dev/zero of=/dev/shm/big bs=1M count=20",
        "head -c 1100M /dev/zero | tail > /dev/null",
    ],
)
def test_the_walls_hold(session: Session, ssh: Ssh, node: NodeProcess, tmp_path: Path, command: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    line = command.format(
        user=os.environ.get("USER", "someone"), secret=secret, node=_pid(node), port=_login(session).port
    )
    done = ssh(_login(session), f"set -o pipefail; {line}")
    assert done.returncode != 0
    assert "of the host" not in done.stdout
    assert done.stderr or done.returncode == 128 + signal.SIGXFSZ, "it must be the system that said no"


def test_nothing_of_the_host_is_to_be_seen(session: Session, ssh: Ssh) -> None:
    login = _login(session)
    assert ssh(login, "ls /").stdout.split() == _TOP
    assert ssh(login, "ls -A /home/dbc /tmp /dev/shm").stdout.split() == ["/dev/shm:", "/home/dbc:", "/tmp:"]
    assert ssh(login, "ls -d /proc/[0-9]* | wc -l").stdout.strip() in {"3", "4", "5"}
    assert (
        ssh(login, "grep -E '^Cap(Eff|Prm|Bnd)' /proc/self/status | sort -u | cut -f2 | sort -u").stdout
        == "0" * 16 + "\n"
    )
    names = {line.split("=")[0] for line in ssh(login, "env").stdout.splitlines()}
    assert names <= {"HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"}
    assert ssh(login, "cut -d: -f1 /proc/net/dev | tail -n +3").stdout.split() == ["lo"]


def test_the_keys_of_the_persons_session_are_out_of_reach(orders: Path, ssh: Ssh) -> None:
    node = NodeProcess([sys.executable, "-c", _WITH_A_KEY, *node_command(orders)])
    try:
        client = NodeClient(node.start(), MACHINE, 7, ALICE)
        done = ssh(_login(_ready(client, client.create(new_task_id(), gpu_count=2))), _READ_KEYS)
    finally:
        node.stop()
    assert "looked" in done.stdout
    assert "planted secret" not in done.stdout


_READ_KEYS = r"""
awk '/ user / {print $1}' /proc/keys | while read id; do
  perl -e '$b = " " x 64; syscall(250, 11, hex($ARGV[0]), $b, 64); print "$b\n"' $id
done
echo looked
"""
_WITH_A_KEY = """
import ctypes, os, platform, sys
libc = ctypes.CDLL(None)
if platform.machine() == "x86_64":
    libc.syscall(250, 1, None)
    libc.syscall(248, b"user", b"planted-by-a-test", b"planted secret", 14, ctypes.c_long(-3))
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_fork_bomb_stays_inside(session: Session, ssh: Ssh) -> None:
    done = ssh(_login(session), "for i in $(seq 300); do sleep 5 & done 2>/dev/null; jobs -p | wc -l; exit 0")
    assert "fork" in done.stderr or int(done.stdout or 0) <= 96
    assert ssh(_login(session), "ulimit -u").stdout == "96\n"


def test_many_processes_together_take_no_more_memory_than_the_machine_has(session: Session, ssh: Ssh) -> None:
    done = ssh(_login(session), "for i in 1 2 3; do (head -c 400M /dev/zero; sleep 30) | tail > /dev/null & done; wait")
    assert done.returncode == 255
    assert ssh(_login(session), "echo still there").stdout == "still there\n"


def test_the_node_is_no_root_and_answers_on_loopback_only(session: Session, node: NodeProcess) -> None:
    status = Path(f"/proc/{_pid(node)}/status").read_text(encoding="ascii")
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    groups = next(line for line in status.splitlines() if line.startswith("Groups:")).split()[1:]
    if os.geteuid() == 0:
        assert (uids, groups) == (["65534"] * 4, [])
    else:
        assert uids == [str(os.geteuid())] * 4
    outside = _address_of_this_computer()
    if outside is not None:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, _login(session).port), 2)


def test_the_password_is_in_no_command_line(session: Session) -> None:
    password = _login(session).password.encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert password not in process.read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue


def test_stopping_hangs_up_and_starting_lets_in_again(
    session: Session, client: NodeClient, ssh: Ssh, ssh_env: Callable[[Login], dict[str, str]]
) -> None:
    login = _login(session)
    with _long_shell(login, ssh_env) as shell:
        client.stop(session.task_id)
        assert shell.wait(10) != 0
    assert try_login(login).detail == "refused"
    assert client.task(session.task_id).state is SessionState.STOPPED
    client.start(session.task_id)
    again = _ready(client, client.task(session.task_id))
    assert again.login == login
    assert ssh(login, "echo back").stdout == "back\n"


def test_the_gpus_of_an_order_serve_one_machine_at_a_time(session: Session, client: NodeClient) -> None:
    with pytest.raises(NodeRefused, match="allocate gpu failed"):
        client.create(new_task_id(), gpu_count=2)
    client.stop(session.task_id)
    second = _ready(client, client.create(new_task_id(), gpu_count=2))
    with pytest.raises(NodeRefused, match="allocate gpu failed"):
        client.start(session.task_id)
    assert try_login(second.login).works


@pytest.mark.parametrize(
    "arguments",
    [
        ("-W", "127.0.0.1:{port}"),
        ("-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:22"),
        ("-s", "sftp"),
    ],
    ids=["local", "remote", "sftp"],
)
def test_the_door_is_no_tunnel(
    session: Session, ssh_env: Callable[[Login], dict[str, str]], arguments: tuple[str, ...]
) -> None:
    login = _login(session)
    options = [word.format(port=login.port) for word in arguments]
    where = options.index("sftp") if "sftp" in options else len(options)
    command = _ssh_command(login, *options[where:])
    done = subprocess.run(
        [command[0], *options[:where], *command[1:]],
        env=ssh_env(login),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    assert "SSH-2.0" not in done.stdout


def test_a_machine_has_four_shells_at_once(session: Session) -> None:
    async def statuses() -> list[int | None]:
        login = _login(session)
        async with asyncssh.connect(
            login.host, login.port, username=login.user, password=login.password, known_hosts=None, config=None
        ) as connection:
            done = await asyncio.gather(*(connection.run("sleep 1.5") for _ in range(6)))
            return sorted(one.exit_status or 0 for one in done)

    assert asyncio.run(statuses()) == [0, 0, 0, 0, 255, 255]
    assert try_login(session.login).works


def test_the_size_of_the_window_reaches_the_shell(session: Session) -> None:
    async def resized() -> str:
        login = _login(session)
        async with asyncssh.connect(
            login.host, login.port, username=login.user, password=login.password, known_hosts=None, config=None
        ) as connection:
            shell = await connection.create_process(
                "trap 'stty size; exit' WINCH; echo on; while :; do sleep 0.1; done",
                term_type="xterm",
                term_size=(80, 24),
            )
            assert await shell.stdout.readline() == "on\r\n"
            shell.change_terminal_size(132, 43)
            line: str = await shell.stdout.readline()
            return line

    assert asyncio.run(resized()) == "43 132\r\n"


def test_deleting_forgets_the_machine(session: Session, client: NodeClient) -> None:
    client.delete(session.task_id)
    assert client.task(session.task_id).state is SessionState.ENDED
    assert try_login(session.login).detail == "refused"


@pytest.mark.parametrize("end", [{"head": 500}, {"status": "Lapsed"}, {"status": "Ended"}])
def test_at_the_end_of_the_lease_the_shell_is_closed(
    session: Session,
    client: NodeClient,
    orders: Path,
    ssh_env: Callable[[Login], dict[str, str]],
    end: dict[str, object],
) -> None:
    with _long_shell(_login(session), ssh_env) as shell:
        FileOrders.write(orders, **end)  # type: ignore[arg-type]
        assert shell.wait(10) != 0
    assert try_login(session.login).detail == "refused"
    with pytest.raises(NodeRefused, match="machine has already expired"):
        client.task(session.task_id)


def test_a_node_that_dies_takes_its_shells_along_and_starts_again(
    session: Session, node: NodeProcess, ssh_env: Callable[[Login], dict[str, str]]
) -> None:
    with _long_shell(_login(session), ssh_env) as shell:
        inside = _children(_pid(node))
        assert inside
        os.kill(_pid(node), signal.SIGKILL)
        assert shell.wait(10) != 0
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in inside) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in inside if Path(f"/proc/{pid}").exists()]
    assert not node.is_running
    client = NodeClient(node.start(), MACHINE, 7, ALICE)
    assert client.task(session.task_id).state is SessionState.ENDED


def test_a_stopped_node_is_unreachable_and_leaves_nothing(
    session: Session, node: NodeProcess, client: NodeClient
) -> None:
    pid = _pid(node)
    node.stop()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(NodeUnreachable):
        client.task(session.task_id)


def test_a_node_whose_parent_dies_ends(orders: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, *node_command(orders)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    node = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ended, _, _ = select.select([node], [], [], 200)  # told at its end, however long a busy machine takes over it
    os.close(node)
    assert ended


_PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_port_that_is_taken_is_named(orders: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NodeUnreachable, match=f"port {port} on 127.0.0.1 cannot be used: Address already in use"):
            NodeProcess(node_command(orders, str(port))).start()


def test_a_program_that_is_no_node_is_told() -> None:
    with pytest.raises(NodeUnreachable, match="ended before it listened"):
        NodeProcess(["true"]).start()
    with pytest.raises(NodeUnreachable, match="cannot be started"):
        NodeProcess(["/nonexistent/node"]).start()
    with pytest.raises(NodeUnreachable, match="did not say where it listens"):
        NodeProcess(["sleep", "60"], ready_seconds=0.2).start()


class _long_shell:
    """An OpenSSH login that stays until it is cut; entered once its first words came."""

    def __init__(self, login: Login, env: Callable[[Login], dict[str, str]]) -> None:
        self._process = subprocess.Popen(
            _ssh_command(login, "echo here; sleep 60"),
            env=env(login),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> subprocess.Popen[bytes]:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"here\n"
        return self._process

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def _pid(node: NodeProcess) -> int:
    child = node._child
    assert child is not None
    return child.pid


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text().partition(" (")
        except OSError:
            continue
        if int(rest.rpartition(") ")[2].split()[1]) == pid:
            found += [int(number), *_children(int(number))]
    return found


def _address_of_this_computer() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address
