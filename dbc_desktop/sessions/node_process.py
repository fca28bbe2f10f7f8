"""The stand-in node as a child process: started when it is needed, started again when it died, ended with us."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from dbc_desktop.domain.errors import NodeUnreachable

_READY_SECONDS = 20.0
_STOP_SECONDS = 5.0
_MAX_LINE = 4096


class NodeProcess:
    """Runs `command`, which says in one JSON line where it listens; callable from any thread."""

    def __init__(self, command: Sequence[str], *, ready_seconds: float = _READY_SECONDS) -> None:
        self._command, self._ready_seconds = tuple(command), ready_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._base_url = ""

    def start(self) -> str:
        """The base URL of the running node; it is started where it does not run.

        Raises:
            NodeUnreachable: It does not start, or not in time.
        """
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                return self._base_url
            self._end()
            try:
                self._child = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True
                )
            except OSError as error:
                raise NodeUnreachable(f"the node cannot be started: {error.strerror}") from error
            try:
                self._base_url = _where(self._first_line(self._child))
            except NodeUnreachable:
                self._end()
                raise
            return self._base_url

    @property
    def is_running(self) -> bool:
        """Whether the child lives."""
        child = self._child
        return child is not None and child.poll() is None

    def stop(self) -> None:
        """End it and what it started; nothing happens where it does not run."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        child, self._child, self._base_url = self._child, None, ""
        if child is None:
            return
        with suppress(OSError):
            _pipe(child.stdin).close()  # it ends by itself when its stdin closes
        for harder in (child.terminate, child.kill):
            try:
                child.wait(_STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                harder()
        child.wait()
        _pipe(child.stdout).close()

    def _first_line(self, child: subprocess.Popen[bytes]) -> bytes:
        """Read on a thread: a pipe has no deadline on every system."""
        said: queue.Queue[bytes] = queue.Queue()
        handle = _pipe(child.stdout).fileno()
        reading = threading.Thread(target=_read_line, args=(handle, said), name="node-line")
        reading.start()
        try:
            line = said.get(timeout=self._ready_seconds)
        except queue.Empty as error:
            child.kill()
            raise NodeUnreachable("the node did not say where it listens") from error
        finally:
            if child.poll() is not None or not said.empty():
                reading.join(_STOP_SECONDS)
        reading.join(_STOP_SECONDS)
        return line


def _read_line(handle: int, said: queue.Queue[bytes]) -> None:
    line = b""
    with suppress(OSError):
        while not line.endswith(b"\n") and len(line) < _MAX_LINE:
            piece = os.read(handle, 1)
            if not piece:
                break
            line += piece
    said.put(line)


def _where(line: bytes) -> str:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise NodeUnreachable("the node ended before it listened") from error
    if not isinstance(said, dict):
        raise NodeUnreachable("the node did not say where it listens")
    if "error" in said:
        raise NodeUnreachable(str(said["error"])[:200])
    url = said.get("base_url")
    if not isinstance(url, str) or not url.startswith("http://127.0.0.1:"):
        raise NodeUnreachable("the node did not say where it listens")
    return url


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "opened with a pipe"
    return stream
