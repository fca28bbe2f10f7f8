"""The only way to a shell on the stand-in: bubblewrap, with namespaces of its own and nothing of the host but /usr.

Inside there is no network, no home of the host, no other process, no capability, and a root that cannot be written. The
limits are per process (address space, processor time, file size, open files) and per namespace (processes), with
memory file systems of fixed size; `ssh_server` watches the memory of all processes together.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from dbc_desktop.domain.errors import SandboxUnavailable
from dbc_desktop.sessions.standin.task import USER, Shape

BADGE = "DBC Desktop local stand-in: this is a sandbox on your own computer"
UID = 1000
MAX_PROCESSES = 96
MAX_MEMORY = 1 << 30
"""In bytes, for one process and for all of one machine."""
_HOME = f"/home/{USER}"
_GB = 1 << 30
_MB = 1 << 20
_CHECK_SECONDS = 10.0
_TERM = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}")
_LINKS = ("bin", "sbin", "lib", "lib32", "lib64")
_SHOWN = ("/etc/alternatives", "/etc/ld.so.cache")
_FILES = {
    "/etc/passwd": f"root:x:0:0:root:/:/usr/sbin/nologin\n{USER}:x:{UID}:{UID}:{USER}:{_HOME}:/bin/bash\n",
    "/etc/group": f"root:x:0:\n{USER}:x:{UID}:\n",
    "/etc/hosts": "127.0.0.1 localhost dbc-sandbox\n",
    "/etc/motd": BADGE + "\n",
    "/etc/profile": "PS1='[DBC sandbox] \\u:\\w\\$ '\ncat /etc/motd\n",
}
_SMALLEST = Shape(cpu_cores=1, mem_gb=1, disk_gb=1, gpu_count=0, ssh_port=0, vnc_port=0)


class Sandbox:
    """Starts processes behind bubblewrap; there is no other way, and none without it."""

    def __init__(self, bwrap: Path | None = None) -> None:
        self._bwrap = bwrap
        self._works = False
        self._knows_userns_switch = False

    @property
    def program(self) -> Path | None:
        """The bubblewrap program; None until `check` found one."""
        return self._bwrap

    async def check(self) -> None:
        """Try it once with a command that does nothing.

        Raises:
            SandboxUnavailable: With the reason; no shell may be offered.
        """
        if self._works:
            return
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable("unsupported_system")
        found = self._bwrap or shutil.which("bwrap")
        if found is None or not Path(found).is_file():
            raise SandboxUnavailable("no_bwrap")
        self._bwrap = Path(found)
        self._knows_userns_switch = b"--disable-userns" in await self._output([str(self._bwrap), "--help"])
        trial = await self.spawn(_SMALLEST, "true", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL)
        try:
            status = await asyncio.wait_for(trial.wait(), _CHECK_SECONDS)
        except TimeoutError:
            trial.kill()
            status = await trial.wait()
        if status != 0:
            raise SandboxUnavailable("no_user_namespaces")
        self._works = True

    async def spawn(
        self,
        shape: Shape,
        command: str | None,
        *,
        stdin: int,
        stdout: int,
        stderr: int = asyncio.subprocess.DEVNULL,
        term: str | None = None,
    ) -> asyncio.subprocess.Process:
        """Start `command`, or a login shell where it is None; `term` says that the three streams are a terminal.

        Killing the process ends everything inside.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        if self._bwrap is None:
            raise SandboxUnavailable("no_bwrap")
        with ExitStack() as files:
            wall = list(self._walls(shape))
            handles = []
            for name, text in _FILES.items():
                handle = _memory_file(text)
                files.callback(os.close, handle)
                handles.append(handle)
                wall += ["--perms", "0444", "--ro-bind-data", str(handle), name]
            wall += ["--remount-ro", "/dev", "--remount-ro", "/"]
            if term is not None and _TERM.fullmatch(term):
                wall += ["--setenv", "TERM", term]
            try:
                return await asyncio.create_subprocess_exec(
                    str(self._bwrap),
                    *wall,
                    "--",
                    *_limits(),
                    *(["/usr/bin/setsid", "--ctty", "--wait"] if term is not None else []),
                    *_shell(command),
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    pass_fds=handles,
                    env={"PATH": "/usr/bin:/bin"},
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                raise SandboxUnavailable("no_bwrap") from error

    def _walls(self, shape: Shape) -> Sequence[str]:
        disk = str(min(shape.disk_gb * _GB, 256 * _MB))
        return [
            *[
                "--unshare-all",
                "--unshare-user",
                "--new-session",
                "--die-with-parent",
                "--clearenv",
                "--cap-drop",
                "ALL",
            ],
            *["--hostname", "dbc-sandbox"],
            *["--uid", str(UID), "--gid", str(UID)],
            *(["--disable-userns"] if self._knows_userns_switch else []),
            *["--ro-bind", "/usr", "/usr"],
            *(word for name in _LINKS for word in ("--symlink", f"usr/{name}", f"/{name}")),
            *[
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--perms",
                "0755",
                "--dir",
                "/etc",
                "--perms",
                "0755",
                "--dir",
                "/home",
            ],
            *(word for path in _SHOWN for word in ("--ro-bind-try", path, path)),
            *["--perms", "1777", "--size", str(64 * _MB), "--tmpfs", "/tmp"],  # noqa: S108 - a path inside
            *["--perms", "1777", "--size", str(16 * _MB), "--tmpfs", "/dev/shm"],  # noqa: S108 - a path inside
            *["--perms", "0700", "--size", disk, "--tmpfs", _HOME, "--chdir", _HOME],
            *["--setenv", "HOME", _HOME, "--setenv", "USER", USER, "--setenv", "LOGNAME", USER],
            *["--setenv", "SHELL", "/bin/bash", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin"],
            *["--setenv", "LANG", "C.UTF-8"],
        ]

    async def _output(self, command: Sequence[str]) -> bytes:
        try:
            asked = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={},
                cwd="/",
            )
        except OSError as error:
            raise SandboxUnavailable("no_bwrap") from error
        output, _ = await asked.communicate()
        return output


def check_sandbox() -> str:
    """Where the sandbox's program is, after it was tried.

    Raises:
        SandboxUnavailable: No safe shell can be offered here.
    """
    sandbox = Sandbox()
    asyncio.run(sandbox.check())
    return str(sandbox.program)


def _limits() -> Sequence[str]:
    """Set inside the user namespace, so that the processes of the host's user are not counted."""
    return [
        "/usr/bin/prlimit",
        f"--as={MAX_MEMORY}",
        f"--nproc={MAX_PROCESSES}",
        f"--fsize={256 * _MB}",
        "--nofile=256",
        "--core=0",
        "--cpu=3600",
        "/usr/bin/nice",
        "-n",
        "10",
    ]


def _shell(command: str | None) -> Sequence[str]:
    return ["/bin/bash", "--login"] if command is None else ["/bin/bash", "-c", command]


def _memory_file(text: str) -> int:
    handle = os.memfd_create("sandbox")
    os.write(handle, text.encode())
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
