"""The exporter of this computer: one page over HTTP, on loopback unless a token and TLS protect it."""

from __future__ import annotations

import hmac
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from dbc_desktop import __version__
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.exposition import CONTENT_TYPE, Exposition

DEFAULT_PORT = 9400
"""The port of dcgm-exporter."""
_MOST_CONNECTIONS = 16
_REQUEST_SECONDS = 5.0
_SHORTEST_TOKEN = 16
_MAX_TOKEN_FILE = 4_096


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the agent answers, and to whom.

    Attributes:
        token: What a scraper must send as `Authorization: Bearer`; None where everybody on this computer may ask.
        certificate: PEM file of the TLS certificate, `key` of its private key; both or none.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token: str | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __repr__(self) -> str:
        return f"Listen({self.host}:{self.port}, token={'***' if self.token else None})"


def checked(listen: Listen) -> Listen:
    """The same, when it is safe.

    Raises:
        InvalidInput: `listen`: `not_an_address`, or `needs_token_and_tls` beyond loopback; `token`: `too_short`.
    """
    try:
        address = ipaddress.ip_address(listen.host)
    except ValueError as error:
        raise InvalidInput("listen", "not_an_address", text=listen.host[:64]) from error
    if not 0 <= listen.port <= 65_535:
        raise InvalidInput("listen", "not_an_address", text=str(listen.port)[:64])
    has_tls = listen.certificate is not None and listen.key is not None
    if not address.is_loopback and (listen.token is None or not has_tls):
        raise InvalidInput("listen", "needs_token_and_tls", text=listen.host)
    if listen.token is not None and len(listen.token) < _SHORTEST_TOKEN:
        raise InvalidInput("token", "too_short", least=_SHORTEST_TOKEN)
    return listen


def read_token(path: Path) -> str:
    """The token that a file holds, on one line.

    Raises:
        InvalidInput: `token`: `unreadable`, or `not_private` where others can read the file, or `too_short`.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise InvalidInput("token", "not_private", text=path.name)
        with path.open("rb") as file:
            text = file.read(_MAX_TOKEN_FILE).decode("ascii").strip()
    except (OSError, ValueError) as error:
        raise InvalidInput("token", "unreadable", text=path.name) from error
    if len(text) < _SHORTEST_TOKEN or not text.isprintable():
        raise InvalidInput("token", "too_short", least=_SHORTEST_TOKEN)
    return text


class Agent:
    """Answers `GET /metrics` with the newest sample it was shown; each connection has a thread, at most 16 at once."""

    def __init__(self, listen: Listen) -> None:
        self._listen = checked(listen)
        self._exposition = Exposition(__version__)
        self._mutex = threading.Lock()
        self._sample: RigSample | None = None
        self._page: tuple[RigSample, bytes] | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it answers, e.g. `http://127.0.0.1:9400/metrics`; its port is the real one once it runs."""
        port = self._server.server_address[1] if self._server is not None else self._listen.port
        host = f"[{self._listen.host}]" if ":" in self._listen.host else self._listen.host
        return f"http{'s' if self._listen.certificate else ''}://{host}:{port}/metrics"

    def show(self, sample: RigSample) -> None:
        """Take the newest sample; callable from any thread."""
        with self._mutex:
            self._exposition.hear(sample)
            self._sample = sample

    def start(self) -> None:
        """Begin to answer.

        Raises:
            InvalidInput: `listen`: `taken` (the port is in use or not ours to take); `certificate`: `unreadable`.
        """
        context = self._tls()
        try:
            server = _Server(self._listen, self, context)
        except OSError as error:
            raise InvalidInput("listen", "taken", text=f"{self._listen.host}:{self._listen.port}") from error
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.2,), name="rig-agent", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; open connections end within their five seconds."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def page(self) -> bytes:
        """The page of the newest sample; made once for each sample that somebody asks for."""
        with self._mutex:
            sample = self._sample
            if sample is None:
                return b""
            if self._page is None or self._page[0] is not sample:
                self._page = (sample, self._exposition.page(sample))
            return self._page[1]

    def may_read(self, authorization: str) -> bool:
        """Whether this header carries the token, compared in constant time."""
        token = self._listen.token
        return token is None or hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())

    def _tls(self) -> ssl.SSLContext | None:
        if self._listen.certificate is None or self._listen.key is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self._listen.certificate, self._listen.key)
        except (OSError, ssl.SSLError) as error:
            raise InvalidInput("certificate", "unreadable", text=self._listen.certificate.name) from error
        return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, listen: Listen, agent: Agent, context: ssl.SSLContext | None) -> None:
        self.agent, self.context = agent, context
        self.is_loopback = ipaddress.ip_address(listen.host).is_loopback
        self._free = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self.address_family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        super().__init__((listen.host, listen.port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request.settimeout(_REQUEST_SECONDS)
            if self.context is not None:
                try:  # here, not where connections are taken: a client that says nothing must hold up nobody
                    request = self.context.wrap_socket(request, server_side=True)
                except (OSError, ssl.SSLError):
                    self.shutdown_request(request)
                    return
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that broke off is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout: ClassVar[float] = _REQUEST_SECONDS
    server_version = "dbc-desktop"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        """Answer one page."""
        if self.server.is_loopback and not self._is_for_loopback():
            # A page in a browser can reach loopback under a name of its own; it has no business here.
            self._say(HTTPStatus.FORBIDDEN)
        elif not self.server.agent.may_read(self.headers.get("Authorization", "")):
            self._say(HTTPStatus.UNAUTHORIZED, ("WWW-Authenticate", "Bearer"))
        elif self.path.split("?")[0] != "/metrics":
            self._say(HTTPStatus.NOT_FOUND)
        elif page := self.server.agent.page():
            self._say(HTTPStatus.OK, ("Content-Type", CONTENT_TYPE), body=page)
        else:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE)

    def _is_for_loopback(self) -> bool:
        host = self.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
        if host == "localhost":
            return True
        with suppress(ValueError):
            return ipaddress.ip_address(host).is_loopback
        return False

    def _say(self, status: HTTPStatus, *headers: tuple[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a scraper asks every few seconds, and its address is nobody's business."""
