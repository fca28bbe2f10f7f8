"""JSON-RPC to one of several endpoints over HTTP: batched, limited in size and time, never trusted (chain-rules 10.1).

An endpoint that fails rests for a while and the next one is asked; each must show the genesis that was pinned before
it is used. What must not be sent twice is asked for once (`once`).
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dbc_desktop.chain.substrate.trust import client_context, failure_of
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import (
    BackendMismatch,
    ChainAnswerInvalid,
    ChainRequestFailed,
    ChainUnreachable,
    ChainUntrusted,
)

MOST_BYTES = 32 * 1024 * 1024
"""The largest answer that is read."""

MOST_PIECES = 1_000_000
"""Values in one answer: small ones take twenty times the memory of their text. A full batch has a tenth of it."""

MOST_IN_BATCH = 64
"""Requests that go out in one piece."""

WHOLE_SECONDS = 20.0
"""How long one answer may trickle in."""

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_REST_SECONDS = (2.0, 60.0)
_LONGEST_MESSAGE = 300

Request = tuple[str, tuple[object, ...]]


@dataclass(slots=True)
class _Endpoint:
    """One address and how it fared."""

    url: str
    is_checked: bool = False
    has_other_genesis: bool = False
    fails: int = 0
    rests_until: float = 0.0
    seconds: float | None = None


class NodeRpc:
    """Speaks to the first endpoint that works; callable from any thread.

    Args:
        urls: `https://…` or `http://…`; `wss://` and `ws://` are the same door asked over HTTP.
        clock: Time.
        genesis_hash: The genesis that every endpoint must show; None takes the first one's.
    """

    def __init__(self, urls: Sequence[str], clock: Clock, genesis_hash: bytes | None = None) -> None:
        if not urls:
            raise ValueError("no endpoint")
        self._endpoints = [_Endpoint(http_url(url)) for url in urls]
        self._clock = clock
        self._genesis = genesis_hash
        self._numbers = itertools.count(1)
        self._guard = threading.Lock()
        context = client_context(tuple(one.url for one in self._endpoints))
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False, verify=context)
        self.requests = 0
        """HTTP requests so far."""

    @property
    def genesis_hash(self) -> bytes | None:
        """The genesis that is pinned, None before the first answer where none was given."""
        return self._genesis

    @property
    def url(self) -> str:
        """The endpoint that is asked first now."""
        return self._ordered()[0].url

    @property
    def latency_seconds(self) -> float | None:
        """How long its last answer took."""
        return self._ordered()[0].seconds

    def call(self, method: str, *params: object) -> Any:
        """One answer.

        Raises:
            ChainUnreachable: No endpoint answers.
            ChainRequestFailed: The node says that it cannot.
            ChainAnswerInvalid: `rpc`: the answer cannot be understood.
            BackendMismatch: `genesis`: every endpoint that answers belongs to another chain.
        """
        (answer,) = self.batch([(method, params)])
        return answer

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """The answers in the order of the requests; the first that failed raises as `call` does."""
        found: list[Any] = []
        for at in range(0, len(requests), MOST_IN_BATCH):
            answers = self.each(requests[at : at + MOST_IN_BATCH])
            for answer in answers:
                if isinstance(answer, ChainRequestFailed):
                    raise answer
                found.append(answer)
        return found

    def each(self, requests: Sequence[Request]) -> list[Any]:
        """The answers, a `ChainRequestFailed` in the place of each that the node could not give."""
        failure: ChainUnreachable | None = None
        for endpoint in self._ordered():
            try:
                self._check(endpoint)
                return self._ask(endpoint, requests)
            except ChainRequestFailed:
                raise
            except ChainUnreachable as error:
                if not isinstance(failure, ChainUntrusted):  # which a person must hear of
                    failure = error
        if failure is None or all(one.has_other_genesis for one in self._endpoints):
            raise BackendMismatch("genesis")
        raise failure

    def once(self, method: str, *params: object) -> Any:
        """One answer, asked for once and of one endpoint only; raises as `call` does."""
        endpoint = next((one for one in self._ordered()), None)
        if endpoint is None:
            raise BackendMismatch("genesis")
        self._check(endpoint)
        (answer,) = self._ask(endpoint, [(method, params)])
        if isinstance(answer, ChainRequestFailed):
            raise answer
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _ordered(self) -> list[_Endpoint]:
        """Those of our chain: the rested ones first, in the order they were given."""
        now = self._clock.monotonic()
        ours = [one for one in self._endpoints if not one.has_other_genesis] or self._endpoints
        return sorted(ours, key=lambda one: max(0.0, one.rests_until - now))

    def _check(self, endpoint: _Endpoint) -> None:
        """Ask for its genesis once; another one than ours and it is never asked again."""
        if endpoint.is_checked:
            return
        (answer,) = self._ask(endpoint, [("chain_getBlockHash", (0,))])
        genesis = from_hex(answer, 32)
        with self._guard:
            if self._genesis is None:
                self._genesis = genesis
        if genesis != self._genesis:
            endpoint.has_other_genesis = True
            raise ChainAnswerInvalid("genesis")
        endpoint.is_checked = True

    def _ask(self, endpoint: _Endpoint, requests: Sequence[Request]) -> list[Any]:
        numbers = [next(self._numbers) for _ in requests]
        asked = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in zip(numbers, requests, strict=True)
        ]
        began = self._clock.monotonic()
        try:
            body = self._post(endpoint, json.dumps(asked if len(asked) > 1 else asked[0]).encode(), began)
            answers = _answers(body, numbers)
        except ChainUnreachable:
            self._rest(endpoint)
            raise
        endpoint.seconds = self._clock.monotonic() - began
        endpoint.fails, endpoint.rests_until = 0, 0.0
        return answers

    def _post(self, endpoint: _Endpoint, body: bytes, began: float) -> bytes:
        self.requests += 1
        url = endpoint.url
        try:
            headers = {"content-type": "application/json"}
            with self._client.stream("POST", url, content=body, headers=headers) as response:
                if response.is_redirect:
                    raise ChainUntrusted("redirect", response.url.host)
                if response.status_code != 200:
                    raise ChainUnreachable(f"{url}: HTTP {response.status_code}")
                parts, size = [], 0
                for part in response.iter_bytes():
                    size += len(part)
                    if size > MOST_BYTES:
                        raise ChainAnswerInvalid("rpc")
                    if self._clock.monotonic() - began > WHOLE_SECONDS:
                        raise ChainUnreachable(f"{url}: too slow")
                    parts.append(part)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError) as error:
            raise failure_of(error, url, has_answered=endpoint.seconds is not None) from error
        return b"".join(parts)

    def _rest(self, endpoint: _Endpoint) -> None:
        shortest, longest = _REST_SECONDS
        endpoint.fails += 1
        endpoint.is_checked = False  # who was away may come back as another chain
        endpoint.rests_until = self._clock.monotonic() + min(longest, shortest * 2 ** min(endpoint.fails, 8))


def http_url(url: str) -> str:
    """The HTTP door of an endpoint: a node serves both on one port."""
    kept = url.strip()
    for before, after in (("wss://", "https://"), ("ws://", "http://")):
        if kept.startswith(before):
            return after + kept.removeprefix(before)
    return kept


def _answers(body: bytes, numbers: list[int]) -> list[Any]:
    """The answers by their numbers; each request has exactly one."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_PIECES:
        raise ChainAnswerInvalid("rpc")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ChainAnswerInvalid("rpc") from error
    rows = said if isinstance(said, list) else [said]
    found: dict[object, Any] = {}
    for row in rows:
        if not isinstance(row, dict):
            raise ChainAnswerInvalid("rpc")
        number, refusal = row.get("id"), row.get("error")
        if refusal is not None:
            failed = _failure(refusal)
            if type(number) is not int:  # e.g. the whole batch was refused
                raise failed
        if type(number) is not int or number in found or (refusal is None and "result" not in row):
            raise ChainAnswerInvalid("rpc")
        found[number] = row["result"] if refusal is None else failed
    if any(number not in found for number in numbers):
        raise ChainAnswerInvalid("rpc")
    return [found[number] for number in numbers]


def _failure(error: object) -> ChainRequestFailed:
    if not isinstance(error, dict) or type(error.get("code")) is not int or abs(error["code"]) >= 2**63:
        raise ChainAnswerInvalid("rpc")
    said = " ".join(text for text in (error.get("message"), error.get("data")) if isinstance(text, str))
    shown = "".join(letter if letter.isprintable() else " " for letter in said[:_LONGEST_MESSAGE])
    return ChainRequestFailed(error["code"], shown)


def from_hex(value: object, size: int | None = None) -> bytes:
    """The bytes of a `0x…` text of a node.

    Raises:
        ChainAnswerInvalid: `rpc`: it is none, or has another length than `size`.
    """
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ChainAnswerInvalid("rpc")
    try:
        found = bytes.fromhex(value[2:])
    except ValueError as error:
        raise ChainAnswerInvalid("rpc") from error
    if size is not None and len(found) != size:
        raise ChainAnswerInvalid("rpc")
    return found


def to_hex(data: bytes) -> str:
    """Bytes as a node takes them."""
    return f"0x{data.hex()}"


def whole(value: object) -> int:
    """A whole number that is not negative, given as such or as `0x…`.

    Raises:
        ChainAnswerInvalid: `rpc`: it is none.
    """
    if isinstance(value, str) and value.startswith("0x"):
        try:
            value = int(value, 16)
        except ValueError as error:
            raise ChainAnswerInvalid("rpc") from error
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 60:
        value = int(value)
    if type(value) is not int or not 0 <= value < 2**128:
        raise ChainAnswerInvalid("rpc")
    return value
