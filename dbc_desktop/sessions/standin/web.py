"""A strict HTTP/1.1 server on 127.0.0.1: one small JSON request a connection, and nothing a web page could send.

A page in a browser can reach loopback under a name that its owner points there, or by a form. So the Host header must
name this address and port, the content must be declared as JSON, and no cross-origin leave is ever given.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from dbc_desktop.sessions.standin.envelope import INVALID_REQUEST, OK, TRY_LATER, Refusal, encode

MAX_BODY = 64 * 1024
_MAX_HEAD = 8 * 1024
_MAX_CONNECTIONS = 32
_REQUEST_SECONDS = 5.0
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

Handler = Callable[[str, dict[str, object]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Head:
    method: str
    path: str
    headers: dict[str, str]


def loopback_socket(port: int) -> socket.socket:
    """A bound socket on 127.0.0.1; port 0 is any free one.

    Raises:
        OSError: The port is taken or not ours to take.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(64)
    except OSError:
        bound.close()
        raise
    return bound


class WebServer:
    """Hands each request that is in order to `handler(path, body)`, and its answer or refusal back."""

    def __init__(self, bound: socket.socket, handler: Handler) -> None:
        self._socket, self._handler = bound, handler
        self.port: int = bound.getsockname()[1]
        self._hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._connected, sock=self._socket, limit=_MAX_HEAD)

    async def close(self) -> None:
        """Take no more connections and drop the open ones."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                status, answer = await self._answer(reader)
                writer.write(_response(status, answer))
                await asyncio.wait_for(writer.drain(), _REQUEST_SECONDS)
        except TimeoutError:
            return
        finally:
            writer.close()
            if task is not None:
                self._open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        try:
            if len(self._open) > _MAX_CONNECTIONS:
                raise Refusal(TRY_LATER, "too many requests at once", 503)
            try:
                async with asyncio.timeout(_REQUEST_SECONDS):
                    path, body = await self._read(reader)
            except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                raise Refusal(INVALID_REQUEST, "the request is not whole") from error
            return 200, encode(OK, await self._handler(path, body))
        except Refusal as refusal:
            return refusal.http_status, encode(refusal.errcode, refusal.message)

    async def _read(self, reader: asyncio.StreamReader) -> tuple[str, dict[str, object]]:
        head = _parse_head(await reader.readuntil(b"\r\n\r\n"))
        if head.headers.get("host", "").lower() not in self._hosts:
            raise Refusal(INVALID_REQUEST, "this host is not served here", 403)
        if "origin" in head.headers:
            raise Refusal(INVALID_REQUEST, "web pages are not served", 403)
        length = head.headers.get("content-length", "0")
        if "transfer-encoding" in head.headers or not (length.isascii() and length.isdecimal() and len(length) < 10):
            raise Refusal(INVALID_REQUEST, "a content length is needed")
        if int(length) > MAX_BODY:
            raise Refusal(INVALID_REQUEST, "the body is too large", 413)
        body = await reader.readexactly(int(length))
        if head.path == "/api/v1/":
            return head.path, {}
        if head.method != "POST":
            raise Refusal(INVALID_REQUEST, "only support POST request")
        if head.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise Refusal(INVALID_REQUEST, "the body must be application/json")
        return head.path, _parse_body(body)


def _parse_head(raw: bytes) -> _Head:
    try:
        lines = raw.decode("ascii").split("\r\n")[:-2]
        method, target, version = lines[0].split(" ")
    except ValueError as error:
        raise Refusal(INVALID_REQUEST, "not HTTP") from error
    if version not in ("HTTP/1.1", "HTTP/1.0") or not target.startswith("/"):
        raise Refusal(INVALID_REQUEST, "not HTTP")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip() or name in headers:
            raise Refusal(INVALID_REQUEST, "the headers are not in order")
        headers[name] = value.strip()
    return _Head(method, target.partition("?")[0], headers)


def _parse_body(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(INVALID_REQUEST, "the body is not JSON") from error
    if not isinstance(value, dict):
        raise Refusal(INVALID_REQUEST, "the body is not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _response(status: int, answer: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + answer
