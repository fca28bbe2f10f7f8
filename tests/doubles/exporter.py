"""A small HTTP server that answers like an exporter or a Prometheus server, and misbehaves on command."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

Answer = tuple[int, bytes]


class Exporter:
    """Answers each path with what `answer(path)` gives; `endless` sends without end, `silent` not at all."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.answer = answer
        self.endless = False
        self.asked: list[tuple[str, str]] = []
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                exporter.asked.append((self.path, self.headers.get("Authorization", "")))
                status, body = exporter.answer(self.path)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/metrics")
                if exporter.endless:
                    self.end_headers()
                    try:
                        while True:
                            self.wfile.write(b"x" * 65_536)
                    except OSError:
                        return
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Exporter:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
