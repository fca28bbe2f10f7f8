"""The agent answers on loopback, and beyond it only to who has the token."""

from __future__ import annotations

import http.client
import socket
from datetime import UTC, datetime, timedelta

import pytest

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.fleet import SourceKind, source_of
from dbc_desktop.telemetry.agent import Agent, Listen, checked, read_token
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.scrape import Scraper
from tests.doubles.hand_clock import HandClock
from tests.doubles.readings import reading, sample

TOKEN = "a-token-of-enough-letters"


@pytest.fixture
def agent():
    made = Agent(Listen(port=0))
    made.start()
    yield made
    made.stop()


def ask(agent: Agent, path: str = "/metrics", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", int(agent.address.split(":")[2].split("/")[0]), timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_serves_the_newest_sample(agent: Agent):
    assert ask(agent)[0] == 503
    agent.show(sample(reading(0)))
    agent.show(sample(reading(0, load=42)))
    status, page = ask(agent)
    assert status == 200
    assert b"DCGM_FI_DEV_GPU_UTIL{" in page
    assert b"} 42.0\n" in page
    assert ask(agent, "/")[0] == 404


def test_a_web_page_with_a_name_of_its_own_gets_nothing(agent: Agent):
    agent.show(sample(reading(0)))
    assert ask(agent, Host="evil.example:9400")[0] == 403
    assert ask(agent, Host="localhost:9400")[0] == 200


def test_a_client_that_says_nothing_holds_up_nobody(agent: Agent):
    agent.show(sample(reading(0)))
    port = int(agent.address.split(":")[2].split("/")[0])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    try:
        assert ask(agent)[0] == 200
    finally:
        for one in idle:
            one.close()


@pytest.mark.parametrize(
    ("listen", "field", "reason"),
    [
        (Listen("0.0.0.0"), "listen", "needs_token_and_tls"),
        (Listen("10.0.0.7", token=TOKEN), "listen", "needs_token_and_tls"),
        (Listen("::"), "listen", "needs_token_and_tls"),
        (Listen("rig.example"), "listen", "not_an_address"),
        (Listen("127.0.0.1", 70_000), "listen", "not_an_address"),
        (Listen(token="short"), "token", "too_short"),
    ],
)
def test_it_refuses_what_is_not_safe(listen: Listen, field: str, reason: str):
    with pytest.raises(InvalidInput) as caught:
        checked(listen)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_the_token_is_in_no_repr():
    assert TOKEN not in repr(Listen(token=TOKEN))


def test_a_token_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o644)
    with pytest.raises(InvalidInput, match="not_private"):
        read_token(path)
    path.chmod(0o600)
    assert read_token(path) == TOKEN
    with pytest.raises(InvalidInput, match="unreadable"):
        read_token(tmp_path / "none")


def test_a_taken_port_is_told(agent: Agent):
    port = int(agent.address.split(":")[2].split("/")[0])
    with pytest.raises(InvalidInput, match="taken"):
        Agent(Listen(port=port)).start()


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "agent.pem", folder / "agent.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, secret


def test_with_tls_and_token_only_who_has_both_may_read(tmp_path):
    pem, key = certificate(tmp_path)
    agent = Agent(Listen(port=0, token=TOKEN, certificate=pem, key=key))
    agent.start()
    try:
        agent.show(sample(reading(0)))
        url = agent.address.replace("127.0.0.1", "localhost").removesuffix("/metrics")
        clock = HandClock()
        trusted = source_of(url, SourceKind.EXPORTER, has_token=True, certificate=str(pem))
        reader = Scraper(trusted, clock, TOKEN)
        (rig,) = reader.read()
        assert [gpu.gpu_percent for gpu in rig.gpus] == [98]
        reader.close()
        for source, token, reason in (
            (trusted, None, "refused"),
            (trusted, TOKEN + "x", "refused"),
            (source_of(url, SourceKind.EXPORTER), TOKEN, "bad_certificate"),
        ):
            wrong = Scraper(source, clock, token)
            with pytest.raises(NotRead) as caught:
                wrong.read()
            assert caught.value.reason == reason
            wrong.close()
    finally:
        agent.stop()


def test_a_certificate_that_is_none_is_told(tmp_path):
    (tmp_path / "agent.pem").write_text("no certificate")
    agent = Agent(Listen(port=0, certificate=tmp_path / "agent.pem", key=tmp_path / "agent.pem"))
    with pytest.raises(InvalidInput, match="unreadable"):
        agent.start()
