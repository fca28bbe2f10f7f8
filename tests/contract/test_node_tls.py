"""A node over TLS: who is trusted, and what is said of who is not; real certificates, real handshakes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.substrate.probe import probe
from dbc_desktop.chain.substrate.rpc import NodeRpc
from dbc_desktop.domain.errors import ChainUnreachable, ChainUntrusted
from dbc_desktop.lanes.clock import SystemClock
from dbc_desktop.screens.notices import notice_for
from tests.doubles.certificates import Authority, make_authority, server_context
from tests.doubles.hand_clock import HandClock
from tests.doubles.substrate_node.node import TestNode
from tests.doubles.substrate_node.server import NodeServer


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestNode]:
    folder = tmp_path_factory.mktemp("tls") / "chain"
    with closing(LocalChain(folder, is_running=False, profile="mainnet-411")) as chain:
        yield TestNode(chain)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.fixture
def trusts(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def refused(url: str) -> ChainUnreachable:
    rpc = NodeRpc([url], HandClock())
    try:
        with pytest.raises(ChainUnreachable) as caught:
            rpc.call("system_chain")
        return caught.value
    finally:
        rpc.close()


def reason_of(url: str) -> tuple[str, str]:
    error = refused(url)
    assert isinstance(error, ChainUntrusted)
    assert error.host in notice_for(error).title
    return error.reason, notice_for(error).title


def test_an_authority_that_the_person_named_is_trusted_whole(node: TestNode, trusts: Authority, tmp_path: Path) -> None:
    with closing(NodeServer(node, server_context(tmp_path, trusts))) as server:
        for url in (server.url, server.url.replace("https://", "wss://")):
            genesis, health = probe([url], None, SystemClock())
            assert genesis == node.chain.identity().genesis_hash
            assert (health.url, health.height) == (server.url, 28_900)


def test_without_it_the_same_certificate_is_refused(node: TestNode, authority: Authority, tmp_path: Path) -> None:
    with closing(NodeServer(node, server_context(tmp_path, authority))) as server:
        assert reason_of(server.url) == ("unknown_issuer", "The certificate of 127.0.0.1 is not trusted")
    assert server.requests == 0


def test_one_that_signed_itself_is_refused_by_name(node: TestNode, trusts: Authority, tmp_path: Path) -> None:
    with closing(NodeServer(node, server_context(tmp_path, None))) as server:
        assert reason_of(server.url) == ("self_signed", "The certificate of 127.0.0.1 is not trusted")
        assert "signed its certificate itself" in notice_for(refused(server.url)).body
    assert server.requests == 0


def test_one_that_signed_itself_is_trusted_where_the_person_names_it(
    node: TestNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(NodeServer(node, server_context(tmp_path, None))) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        assert probe([server.url], None, SystemClock())[1].height == 28_900


@pytest.mark.parametrize(
    ("make", "reason", "words"),
    [
        (
            lambda folder, ca: server_context(folder, ca, begins=timedelta(days=-3), ends=timedelta(days=-1)),
            "expired",
            "has expired",
        ),
        (
            lambda folder, ca: server_context(folder, ca, begins=timedelta(days=1), ends=timedelta(days=3)),
            "not_yet_valid",
            "not valid yet",
        ),
        (lambda folder, ca: server_context(folder, ca, host="other.example"), "wrong_name", "another name"),
        (lambda folder, ca: server_context(folder, ca, host="127.0.0.2"), "wrong_name", "another name"),
    ],
    ids=["expired", "not yet valid", "another name", "another number"],
)
def test_a_certificate_that_is_not_in_order_is_refused(
    node: TestNode,
    trusts: Authority,
    tmp_path: Path,
    make: Callable[[Path, Authority], object],
    reason: str,
    words: str,
) -> None:
    with closing(NodeServer(node, make(tmp_path, trusts))) as server:  # type: ignore[arg-type]
        assert reason_of(server.url)[0] == reason
        assert words in notice_for(refused(server.url)).body
    assert server.requests == 0


def test_plain_where_tls_is_expected_and_the_other_way_round(node: TestNode, trusts: Authority, tmp_path: Path) -> None:
    with closing(NodeServer(node)) as plain:
        assert reason_of(plain.url.replace("http://", "https://")) == (
            "not_encrypted",
            "127.0.0.1 cannot be asked that way",
        )
    with closing(NodeServer(node, server_context(tmp_path, trusts))) as server:
        assert reason_of(server.url.replace("https://", "http://")) == (
            "hung_up",
            "127.0.0.1 cannot be asked that way",
        )
    assert plain.requests == server.requests == 0


def test_what_cannot_be_trusted_is_said_although_the_next_one_is_only_away(
    node: TestNode, trusts: Authority, tmp_path: Path
) -> None:
    with closing(NodeServer(node, server_context(tmp_path, None))) as server:
        rpc = NodeRpc([server.url, "http://127.0.0.1:9"], HandClock())
        with closing(rpc), pytest.raises(ChainUntrusted) as caught:
            rpc.call("system_chain")
    assert caught.value.reason == "self_signed"


@contextmanager
def redirecting(status: int, target: str) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("location", target)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    served = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(node: TestNode, status: int) -> None:
    with closing(NodeServer(node)) as server, redirecting(status, server.url) as url:
        assert reason_of(url) == ("redirect", "127.0.0.1 cannot be asked that way")
        assert server.requests == 0
