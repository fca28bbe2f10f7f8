"""Reading rigs over HTTP: an exporter's page, or a Prometheus server. Whatever answers is not trusted.

An answer may be at most 8 MiB (a server's 64), must come within ten seconds as a whole, and leads nowhere else.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry import metric_names as names
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.series import WANTED, rigs_of
from dbc_desktop.telemetry.server_answer import AnswerReader
from dbc_desktop.telemetry.text_format import PageReader, PageRefused, Series

MAX_PAGE = 8 * 2**20
MAX_ANSWER = 64 * 2**20
_WHOLE_SECONDS = 10.0
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MAX_POINTS = 11_000
"""A Prometheus server refuses a range of more steps."""
_SELECTOR = '{__name__=~"DCGM_FI_DEV_.+|nvidia_smi_.+|dbc_desktop_.+"}'


@dataclass(frozen=True, slots=True)
class PastSeries:
    """What a server has kept of one series: times in seconds since 1970, values of the same length."""

    name: str
    labels: Mapping[str, str]
    times: tuple[float, ...]
    values: tuple[float, ...]


class Scraper:
    """One source. One thread at a time."""

    def __init__(self, source: RigSource, clock: Clock, token: str | None = None) -> None:
        self.source = source
        self._clock = clock
        self._client: httpx.Client | None = None
        self._pages, self._answers = PageReader(WANTED), AnswerReader()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._host = urlsplit(source.url).hostname or source.url

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def read(self) -> tuple[RigSample, ...]:
        """What all rigs of this source say now; empty where a server knows of none.

        Raises:
            NotRead: It gave nothing that can be used.
        """
        return self.understand(self.fetch())

    def fetch(self) -> bytes:
        """The answer of the source, which waits for the network.

        Raises:
            NotRead: There is none.
        """
        if self.source.kind is SourceKind.EXPORTER:
            return self._get("/metrics", None, MAX_PAGE)
        return self._get("/api/v1/query", {"query": _SELECTOR}, MAX_ANSWER)

    def understand(self, answer: bytes) -> tuple[RigSample, ...]:
        """What an answer says, which computes.

        Raises:
            NotRead: It is not what such a source answers.
        """
        now, url = self._clock.now(), self.source.url
        if self.source.kind is SourceKind.EXPORTER:
            with _refusals():
                return rigs_of(self._pages.series(answer), url, "exporter", now, self._host)
        with _refusals():
            series = (Series(row.name, row.labels, _number(row.points)) for row in self._answers.rows(answer))
            rigs = rigs_of(series, url, "prometheus", now, self._host, "instance")
        return tuple(rig for rig in rigs if rig.gpus or rig.trouble)

    def past(self, start: float, end: float, step_seconds: float, wanted: Sequence[str] = ()) -> tuple[PastSeries, ...]:
        """What a Prometheus server has kept of the readings between two times, both in seconds since 1970.

        `wanted` are names of series; all that are known where it is empty.

        Raises:
            NotRead: As for `read`.
        """
        step = max(step_seconds, (end - start) / _MAX_POINTS, 1.0)
        selector = '{__name__=~"' + "|".join(sorted(wanted or names.BY_NAME)) + '"}'
        question = {"query": selector, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"}
        answer = self._get("/api/v1/query_range", question, MAX_ANSWER)
        found = []
        with _refusals():
            for row in self._answers.rows(answer):
                points = row.points
                if not isinstance(points, list) or len(points) > _MAX_POINTS + 1:
                    raise NotRead("garbage")
                times, values = tuple(_time(point) for point in points), tuple(_number(point) for point in points)
                found.append(PastSeries(row.name, row.labels, times, values))
        return tuple(found)

    def _get(self, path: str, question: dict[str, str] | None, most: int) -> bytes:
        client = self._client or self._open()
        until = self._clock.monotonic() + _WHOLE_SECONDS
        try:
            with client.stream("GET", self.source.url + path, params=question) as answer:
                if answer.status_code in (401, 403):
                    raise NotRead("refused")
                if answer.status_code != 200:
                    raise NotRead("no_page")
                parts, size = [], 0
                for part in answer.iter_bytes(65_536):
                    size += len(part)
                    if size > most:
                        raise NotRead("too_large")
                    if self._clock.monotonic() > until:
                        raise NotRead("too_slow")
                    parts.append(part)
                return b"".join(parts)
        except httpx.TimeoutException as error:
            raise NotRead("too_slow") from error
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise NotRead("bad_certificate" if _is_about_certificate(error) else "unreachable") from error

    def _open(self) -> httpx.Client:
        verify: ssl.SSLContext | bool = True
        if self.source.certificate:
            try:
                verify = ssl.create_default_context(cafile=self.source.certificate)
            except (OSError, ssl.SSLError) as error:
                raise NotRead("bad_certificate") from error
        elif not self.source.url.startswith("https"):
            verify = False  # nothing to verify, and the system's authorities take a tenth of a second to load
        self._client = httpx.Client(
            timeout=_TIMEOUT, headers=self._headers, verify=verify, trust_env=False, follow_redirects=False
        )
        return self._client


def _number(point: object) -> float:
    return _of_point(point, 1)


def _time(point: object) -> float:
    return _of_point(point, 0)


def _of_point(point: object, at: int) -> float:
    if not isinstance(point, Sequence) or len(point) != 2:
        raise NotRead("garbage")
    try:
        return float(point[at])
    except (TypeError, ValueError) as error:
        raise NotRead("garbage") from error


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except PageRefused as error:
        raise NotRead(error.reason) from error
