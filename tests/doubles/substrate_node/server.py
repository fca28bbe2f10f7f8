"""The node over HTTP on loopback, in a thread of its own."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.doubles.substrate_node.node import Refusal, TestNode


class Hold:
    """Stops everything that is asked, from the moment that `when(method)` is true, until `let_go` is set.

    Args:
        when: Asked with the method of each request, from its own thread.
        is_done: Whether the request that was held first is carried out before it is held, or after.
    """

    def __init__(self, when: Callable[[str], bool], *, is_done: bool = False) -> None:
        self.reached, self.let_go = threading.Event(), threading.Event()
        self._when, self._is_done = when, is_done
        self._guard = threading.Lock()

    def stop(self, methods: list[str], *, is_done: bool) -> None:
        """Called with each request before it is carried out, and again before it is answered."""
        with self._guard:
            if not self.reached.is_set():
                if is_done is not self._is_done or not any(self._when(one) for one in methods):
                    return
                self.reached.set()
        self.let_go.wait(60)


class NodeServer:
    """Serves one node at `url` until it is closed."""

    def __init__(self, node: TestNode, tls: ssl.SSLContext | None = None) -> None:
        self.node = node
        self.requests = 0
        self.hold: Hold | None = None
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for the other side's acknowledgement

            def do_POST(self) -> None:
                owner.requests += 1
                owner._handle(self)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        if tls is not None:
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        faults = self.node.faults
        length = int(request.headers["content-length"])
        body = request.rfile.read(length)
        if len(body) < length:  # whoever asked was killed in the middle of it
            request.close_connection = True
            return
        asked = json.loads(body)
        if faults.down:
            self._send(request, 503, b"")
            return
        rows = asked if isinstance(asked, list) else [asked]
        hold, methods = self.hold, [row["method"] for row in rows]
        if hold is not None:
            hold.stop(methods, is_done=False)
        body = self.answered(asked)
        if hold is not None:
            hold.stop(methods, is_done=True)
        loses = faults.lose_submit and any(row["method"] == "author_submitExtrinsic" for row in rows)
        if loses:
            request.close_connection = True
            request.connection.close()
            return
        if faults.garbage is not None:
            body = faults.garbage
        if faults.giant is not None:
            body = b" " * faults.giant + body
        self._send(request, 200, body, faults.truncate)

    def answered(self, asked: Any) -> bytes:
        """The body that answers a request, or several in one piece."""
        if isinstance(asked, list):
            return json.dumps([self._one(row) for row in asked]).encode()
        return json.dumps(self._one(asked)).encode()

    def _one(self, row: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": row["id"]}
        try:
            answer["result"] = self.node.answer(row["method"], row["params"])
        except Refusal as refusal:
            error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
            if refusal.data is not None:
                error["data"] = refusal.data
            answer["error"] = error
        return answer

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, cut: int | None = None) -> None:
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        if cut is not None:
            request.send_header("connection", "close")
            request.close_connection = True
        try:
            request.end_headers()
            request.wfile.write(body if cut is None else body[:cut])
        except OSError:
            request.close_connection = True
