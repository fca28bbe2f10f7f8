"""The client's side of the wire against a server that says whatever the test wants."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dbc_desktop.domain.errors import NodeRefused, NodeUnreachable
from dbc_desktop.domain.session import SessionState
from dbc_desktop.sessions.client import NodeClient
from dbc_desktop.sessions.node_wire import NodeWire, plain
from tests.doubles.rented_machine import ALICE, MACHINE

TASK = "a" * 22
DETAIL = {
    "task_id": TASK,
    "status": "running",
    "create_time": "2026-01-02 03:04:05",
    "ssh_ip": "127.0.0.1",
    "ssh_port": "1",
    "user_name": "dbc",
    "login_password": "s3cret",
}


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that gives each connection the next answer, and what it was asked; empty cuts the line."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def work() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                asked.append(_request(connection))
                connection.sendall(answer)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        thread.join(5)
        listener.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return head.split(b"\r\n")[0] + b"\n" + body


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def said(message: object, errcode: object = 0, status: str = "200 OK") -> bytes:
    return http(json.dumps({"errcode": errcode, "message": message}).encode(), status)


def test_only_the_errcode_counts_not_the_http_status() -> None:
    with answering(said("ok", status="500 Oops")) as (url, _):
        assert NodeWire(url).post("/x", {}) == "ok"
    with answering(said("machine is not be rented", -3)) as (url, _), pytest.raises(NodeRefused) as refused:
        NodeWire(url).post("/x", {})
    assert (refused.value.errcode, refused.value.message) == (-3, "machine is not be rented")


def test_an_errcode_may_be_a_string_of_digits() -> None:
    with answering(said("ok", "0")) as (url, _):
        assert NodeWire(url).post("/x", {}) == "ok"
    with answering(said("no", "-25")) as (url, _), pytest.raises(NodeRefused) as refused:
        NodeWire(url).post("/x", {})
    assert refused.value.errcode == -25


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9\r\n",
        http(b"<html>"),
        http(b"[]"),
        http(b'{"message": "ok"}'),
        http(b'{"errcode": true}'),
        http(b'{"errcode": 0.0}'),
        http(b'{"errcode": "' + b"9" * 5_000 + b'"}'),
        http(b"[" * 100_000),
        http(b'{"errcode": 0, "message": "' + b"x" * 300_000 + b'"}'),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["cut", "ssh", "html", "array", "none", "bool", "float", "digits", "deep", "large", "redirect"],
)
def test_an_answer_out_of_form_is_no_answer(answer: bytes) -> None:
    with answering(answer) as (url, _), pytest.raises(NodeUnreachable):
        NodeWire(url).post("/x", {})


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(NodeUnreachable):
            NodeWire(f"http://127.0.0.1:{unused.getsockname()[1]}").post("/x", {})


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with answering(said("ok")) as (url, _):
        assert NodeWire(url).post("/x", {}) == "ok"


def test_a_nodes_words_are_made_plain_and_cut() -> None:
    assert plain("no\x1b[31m\n<b>" + "x" * 500, 12) == "no [31m <b>x"
    assert plain(5600, 10) == "5600"
    assert plain(None, 10) == ""
    assert plain(["a"], 10) == ""


def test_every_call_names_the_order_and_signs_a_fresh_nonce() -> None:
    with answering(said("ok"), said("ok")) as (url, asked):
        client = NodeClient(url, MACHINE, 7, ALICE)
        client.stop(TASK)
        client.stop(TASK)
    first, second = (json.loads(one.split(b"\n", 1)[1]) for one in asked)
    assert asked[0].startswith(f"POST /api/v1/tasks/poweroff/{TASK} HTTP/1.1".encode())
    assert first["rent_order"] == "7"
    assert first["peer_nodes_list"] == [MACHINE]
    assert first["wallet"] == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert len(first["sign"]) == 128
    assert first["nonce"] != second["nonce"]
    assert 32 <= len(first["nonce"]) <= 200


def test_a_create_whose_answer_is_lost_is_looked_up_and_not_repeated() -> None:
    with answering(said({}), b"", said({**DETAIL, "status": "creating"})) as (url, asked):
        session = NodeClient(url, MACHINE, 7, ALICE).create(TASK, gpu_count=1)
    assert session.state is SessionState.CREATING
    assert [one.split(b" ")[1] for one in asked] == [
        b"/api/v1/mining_nodes",
        b"/api/v1/tasks/start",
        b"/api/v1/tasks/" + TASK.encode(),
    ]


def test_a_create_that_never_arrived_is_told() -> None:
    with (
        answering(said({}), b"", said("task_id not exist", -3)) as (url, _),
        pytest.raises(NodeUnreachable),
    ):
        NodeClient(url, MACHINE, 7, ALICE).create(TASK, gpu_count=1)


def test_a_taken_port_is_tried_again_five_times_at_most() -> None:
    conflict = said("port conflict, exist ssh_port = 5601", -3)
    with answering(said({}), conflict, conflict, said({"status": "creating"})) as (url, asked):
        assert NodeClient(url, MACHINE, 7, ALICE).create(TASK, gpu_count=1).state is SessionState.CREATING
    assert len(asked) == 4
    with answering(said({}), *[conflict] * 5) as (url, asked), pytest.raises(NodeRefused):
        NodeClient(url, MACHINE, 7, ALICE).create(TASK, gpu_count=1)
    assert len(asked) == 6


def test_a_running_machine_whose_door_is_shut_still_boots() -> None:
    with answering(said(DETAIL)) as (url, _):
        session = NodeClient(url, MACHINE, 7, ALICE).task(TASK)
    assert (session.state, session.login) == (SessionState.BOOTING, None)


@pytest.mark.parametrize(
    "change",
    [
        {"user_name": "N/A"},
        {"login_password": "N/A"},
        {"user_name": "-oProxyCommand=sh"},
        {"user_name": "a;reboot"},
        {"ssh_ip": "$(reboot)"},
        {"ssh_ip": "evil.example"},
        {"ssh_port": "0"},
        {"ssh_port": "22 -oX=Y"},
        {"ssh_port": None},
    ],
)
def test_a_login_that_is_no_login_is_not_shown(change: dict[str, object]) -> None:
    with answering(said({**DETAIL, **change})) as (url, _):
        session = NodeClient(url, MACHINE, 7, ALICE).task(TASK)
    assert session.login is None
    assert session.detail == "the node gave no login that can be used"


def test_a_ready_machine_comes_with_a_login_that_no_repr_betrays() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with answering(said({**DETAIL, "ssh_port": port})) as (url, _):
            session = NodeClient(url, MACHINE, 7, ALICE).task(TASK)
    assert session.state is SessionState.READY
    assert session.login is not None
    assert session.login.ssh_command == f"ssh -p {port} dbc@127.0.0.1"
    assert session.login.password == "s3cret"
    assert "s3cret" not in repr(session)


def test_what_failed_is_told_in_the_nodes_words() -> None:
    with answering(said({"status": "create error", "error": "no shell\x07 here"})) as (url, _):
        session = NodeClient(url, MACHINE, 7, ALICE).task(TASK)
    assert (session.state, session.detail) == (SessionState.FAILED, "no shell  here")


def test_a_task_that_is_gone_has_ended() -> None:
    with answering(said("task_id not exist", -3)) as (url, _):
        assert NodeClient(url, MACHINE, 7, ALICE).task(TASK).state is SessionState.ENDED


def test_a_task_id_cannot_lead_elsewhere() -> None:
    with pytest.raises(ValueError, match="20 to 22"):
        NodeClient("http://127.0.0.1:1", MACHINE, 7, ALICE).delete("../../x")
