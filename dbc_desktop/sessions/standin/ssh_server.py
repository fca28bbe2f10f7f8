"""The door of one machine: an SSH server on 127.0.0.1 with one user, one password, and only the sandbox behind it.

No forwarding, no agent, no X11, no file transfer subsystem, no keys: what is not offered cannot be misused.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import socket
from contextlib import suppress

import asyncssh

from dbc_desktop.domain.errors import SandboxUnavailable
from dbc_desktop.sessions.standin.memory import resident_bytes
from dbc_desktop.sessions.standin.sandbox import MAX_MEMORY, Sandbox
from dbc_desktop.sessions.standin.task import USER, Shape

_LOG = logging.getLogger(__name__)
_CHUNK = 32 * 1024
_MAX_SHELLS = 4
_MAX_TRIES = 3
_MAX_CONNECTIONS = 32
_MAX_COMMAND = 32 * 1024
_FAILED = 255
_LAST_WORDS_SECONDS = 2.0

Process = asyncssh.SSHServerProcess[bytes]


class _Gate(asyncssh.SSHServer):
    """Asks for the password of one machine."""

    def __init__(self, password: str, open_connections: set[asyncssh.SSHServerConnection]) -> None:
        self._password, self._open, self._tries = password, open_connections, 0
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        if len(self._open) >= _MAX_CONNECTIONS:
            conn.abort()
            return
        self._connection = conn
        self._open.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._open.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._tries += 1
        right = hmac.compare_digest(password.encode(), self._password.encode()) and username == USER
        if not right and self._tries >= _MAX_TRIES and self._connection is not None:
            self._connection.abort()
        return right


class SshDoor:
    """Listens from `open` to `close`."""

    def __init__(self, sandbox: Sandbox, password: str, shape: Shape) -> None:
        self._sandbox, self._password, self._shape = sandbox, password, shape
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._shells: set[asyncio.subprocess.Process] = set()
        self._served = 0
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._closed = False

    async def open(self, bound: socket.socket) -> None:
        """Take logins on a bound socket, with a host key that was made for this machine and is never written."""
        acceptor = await asyncssh.listen(
            sock=bound,
            server_factory=lambda: _Gate(self._password, self._connections),
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
            public_key_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,  # else asyncssh asks the network for the name of this computer
            gss_kex=False,
            gss_auth=False,
            agent_forwarding=False,
            x11_forwarding=False,
            compression_algs=["none"],
            login_timeout=20,
            keepalive_interval=30,
            server_version="DBC-Desktop-stand-in",
        )
        if self._closed:
            acceptor.close()
        else:
            self._acceptor = acceptor

    async def close(self) -> None:
        """Take no more logins, cut the open ones, and end what runs inside."""
        self._closed = True
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in tuple(self._connections):
            connection.abort()
        for shell in tuple(self._shells):
            with suppress(ProcessLookupError):
                shell.kill()
        for shell in tuple(self._shells):
            await shell.wait()

    def check_memory(self) -> None:
        """End the largest shell where all of them together take more than the machine has."""
        if not self._shells:
            return
        taken = resident_bytes(shell.pid for shell in self._shells)
        if sum(taken.values()) > MAX_MEMORY:
            largest = max(self._shells, key=lambda shell: taken[shell.pid])
            _LOG.info("a shell took more memory than its machine has")
            with suppress(ProcessLookupError):
                largest.kill()

    async def _serve(self, process: Process) -> None:
        command = process.command
        fits = command is None or (len(command) <= _MAX_COMMAND and "\0" not in command)
        status = _FAILED
        if fits and not self._closed and self._served < _MAX_SHELLS and process.subsystem is None:
            self._served += 1
            try:
                if process.term_type is None:
                    status = await self._with_pipes(process, command)
                else:
                    status = await self._with_terminal(process, command, process.term_type)
            except SandboxUnavailable as unavailable:
                _LOG.info("no shell: %s", unavailable.reason)
            finally:
                self._served -= 1
        with suppress(OSError, asyncssh.Error):
            process.exit(status)

    async def _with_pipes(self, process: Process, command: str | None) -> int:
        pipe = asyncio.subprocess.PIPE
        shell = await self._sandbox.spawn(self._shape, command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert shell.stdin is not None
        assert shell.stdout is not None
        assert shell.stderr is not None
        feeding = asyncio.create_task(_feed_pipe(process, shell.stdin))
        telling = [
            asyncio.create_task(_tell(shell.stdout, process.stdout)),
            asyncio.create_task(_tell(shell.stderr, process.stderr)),
        ]
        return await self._until_over(process, shell, feeding, telling)

    async def _with_terminal(self, process: Process, command: str | None, term: str) -> int:
        from dbc_desktop.sessions.standin import terminal  # no such thing on Windows

        outer, inner = terminal.open_pair(process.term_size)
        try:
            shell = await self._sandbox.spawn(
                self._shape, command, stdin=inner, stdout=inner, stderr=inner, term=term or "dumb"
            )
        except SandboxUnavailable:
            os.close(outer)
            raise
        finally:
            os.close(inner)
        screen, transport = await terminal.reader_of(outer)
        try:
            feeding = asyncio.create_task(terminal.feed(process, outer))
            telling = [asyncio.create_task(_tell(screen, process.stdout))]
            return await self._until_over(process, shell, feeding, telling)
        finally:
            transport.close()
            os.close(outer)

    async def _until_over(
        self,
        process: Process,
        shell: asyncio.subprocess.Process,
        feeding: asyncio.Task[None],
        telling: list[asyncio.Task[None]],
    ) -> int:
        """Wait for the shell, or for its person to hang up; both end the other."""
        self._shells.add(shell)
        gone = asyncio.create_task(process.wait_closed())
        ended = asyncio.create_task(shell.wait())
        try:
            await asyncio.wait({gone, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                await asyncio.wait(telling, timeout=_LAST_WORDS_SECONDS)
        finally:
            if shell.returncode is None:
                with suppress(ProcessLookupError):
                    shell.kill()
            status = await shell.wait()
            self._shells.discard(shell)
            for task in (gone, ended, feeding, *telling):
                task.cancel()
            await asyncio.gather(gone, ended, feeding, *telling, return_exceptions=True)
        return status if status >= 0 else _FAILED


async def _tell(source: asyncio.StreamReader, target: asyncssh.SSHWriter[bytes]) -> None:
    """Everything that comes out, to the person. A terminal whose last program ended reads as an error: the end too."""
    with suppress(OSError, asyncssh.Error):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()


async def _feed_pipe(process: Process, target: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncssh.Error):
        while True:
            try:
                data = await process.stdin.read(_CHUNK)
            except (asyncssh.SignalReceived, asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
                continue
            if not data:
                break
            target.write(data)
            await target.drain()
        target.close()
