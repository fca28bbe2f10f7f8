"""What a compute node's API must do (compute-node-api 2.1-2.5 and 3), asked of the stand-in over real loopback."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbc_desktop.domain.errors import NodeRefused
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.sessions.client import NodeClient, new_task_id
from dbc_desktop.sessions.standin.sandbox import Sandbox
from tests.doubles.node_thread import running_node
from tests.doubles.rented_machine import ALICE, BOB, MACHINE, OTHER_MACHINE, HeldOrders, KeySigner, rent_order

ALICE_TEXT = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


class NoSandbox(Sandbox):
    """A computer on which bubblewrap is not installed; no shell can start, so these tests start none."""

    def __init__(self) -> None:
        super().__init__(Path("/nonexistent/bwrap"))


@pytest.fixture
def orders() -> HeldOrders:
    return HeldOrders(rent_order(7))


@pytest.fixture
def url(orders: HeldOrders) -> Iterator[str]:
    with running_node(orders, sandbox=NoSandbox()) as base_url:
        yield base_url


Post = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def post(url: str) -> Post:
    """Sends bytes or an object, as any program on this computer could; the status and the envelope."""

    def send(path: str, body: object = None, *, method: str = "POST", **headers: str) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        envelope = json.loads(answer.read())
        connection.close()
        assert set(envelope) == {"errcode", "message"}
        return answer.status, envelope

    return send


def signed(signer: KeySigner = ALICE, **change: object) -> dict[str, object]:
    nonce = secrets.token_hex(28)
    return {
        "peer_nodes_list": [MACHINE],
        "additional": {},
        "wallet": ALICE_TEXT,
        "nonce": nonce,
        "sign": signer.sign_message(nonce).hex(),
        "rent_order": "7",
    } | change


def fields(**change: object) -> dict[str, object]:
    return {
        "image_name": "ubuntu-standin.qcow2",
        "gpu_count": "1",
        "cpu_cores": "1",
        "mem_size": "1",
        "disk_size": "1",
        "ssh_port": str(_free_port()),
        "vnc_port": "5901",
    } | change


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(answer: tuple[int, dict[str, object]]) -> tuple[int, object, object]:
    return answer[0], answer[1]["errcode"], answer[1]["message"]


def test_the_version_is_told_to_any_method(post: Post) -> None:
    for method in ("GET", "POST"):
        status, envelope = post("/api/v1/", {}, method=method)
        assert (status, envelope["errcode"]) == (200, 0)
        assert envelope["message"] == {"client_version": "0.1.0-standin"}


def test_only_post_is_supported_elsewhere(post: Post) -> None:
    assert refused(post("/api/v1/tasks", method="GET")) == (400, -32600, "only support POST request")


@pytest.mark.parametrize(
    "path", ["/", "/api/v2/tasks", "/api/v1/tasks/start/x/y", "/api/v1/wallet", "/api/v1/tasks/rob/x"]
)
def test_an_unknown_uri_has_its_own_code(post: Post, path: str) -> None:
    assert refused(post(path, {})) == (404, -32601, "no such uri")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "evil.example:80", ""])
def test_a_page_that_reaches_us_under_another_name_is_refused(post: Post, host: str) -> None:
    assert refused(post("/api/v1/", {}, Host=host)) == (403, -32600, "this host is not served here")


def test_a_page_of_another_origin_is_refused(post: Post) -> None:
    answer = post("/api/v1/tasks", signed(), Origin="https://evil.example")
    assert refused(answer) == (403, -32600, "web pages are not served")


def test_a_form_is_refused(post: Post) -> None:
    answer = post("/api/v1/tasks", signed(), Content_Type="text/plain")
    assert refused(answer) == (400, -32600, "the body must be application/json")


def test_a_giant_body_is_refused_before_it_is_read(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        head = f"POST /api/v1/tasks HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 999999999\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"7", b'{"a": NaN}', b"[" * 60_000], ids=repr)
def test_garbage_is_no_request(post: Post, body: bytes) -> None:
    status, errcode, _ = refused(post("/api/v1/tasks", body))
    assert (status, errcode) == (400, -32600)


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"HELLO\r\n\r\n",
        b"POST /api/v1/ HTTP/9\r\n\r\n",
        b"POST /api/v1/ HTTP/1.1\r\nHost\r\n\r\n",
        b"POST /api/v1/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /\xff HTTP/1.1\r\n\r\n",
        b"X" * 20_000,
    ],
)
def test_what_is_not_http_gets_400(url: str, raw: bytes) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(raw)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_machine_describes_itself_without_a_signature(post: Post) -> None:
    _, envelope = post("/api/v1/mining_nodes", {"peer_nodes_list": [MACHINE], "additional": {}})
    message = envelope["message"]
    assert isinstance(message, dict)
    assert message["simulated"] is True
    assert message["images"] == [{"image_name": "ubuntu-standin.qcow2", "image_size": "0G"}]


def test_a_machine_that_this_node_does_not_stand_for() -> None:
    with (
        running_node(HeldOrders(rent_order(7)), machines={OTHER_MACHINE}, sandbox=NoSandbox()) as url,
        pytest.raises(NodeRefused) as found,
    ):
        NodeClient(url, MACHINE, 7, ALICE).task(new_task_id())
    assert (found.value.errcode, found.value.message) == (-32701, "create node request failed")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peer_nodes_list": []}, "peer_nodes_list is invalid"),
        ({"peer_nodes_list": "x"}, "peer_nodes_list is invalid"),
        ({"peer_nodes_list": ["../x"]}, "peer_nodes_list is invalid"),
        ({"additional": None}, "additional is invalid"),
        ({"wallet": ""}, "session_id and wallet all invalid"),
        ({"rent_order": 7}, "wallet, nonce, sign and rent_order must be strings"),
        ({"nonce": "x" * 500}, "wallet, nonce, sign and rent_order must be strings"),
    ],
)
def test_a_malformed_request_is_seen_at_the_gateway(post: Post, change: dict[str, object], message: str) -> None:
    assert refused(post("/api/v1/tasks", signed(**change))) == (400, -25, message)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (signed(BOB), "nonce check failed"),
        (signed(nonce="short", sign=ALICE.sign_message("short").hex()), "nonce check failed"),
        (signed(sign="zz"), "nonce check failed"),
        (signed(sign="00" * 64), "nonce check failed"),
        (signed(wallet="5Grwva"), "nonce check failed"),
        (signed(BOB, wallet="5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"), "wallet not rented"),
        (signed(rent_order="8"), "machine is not be rented"),
        (signed(rent_order="-1"), "wallet not rented"),
        (signed(rent_order=""), "wallet not rented"),
        (signed(peer_nodes_list=[OTHER_MACHINE]), "machine is not be rented"),
    ],
)
def test_only_the_renter_of_the_order_may_act(post: Post, request_: dict[str, object], why: str) -> None:
    assert refused(post("/api/v1/tasks", request_)) == (200, -3, f"check authority failed: {why}")


def test_a_signature_may_have_a_prefix_and_is_taken_once(post: Post) -> None:
    request_ = signed()
    request_["sign"] = f"0x{request_['sign']}"
    assert post("/api/v1/tasks", request_) == (200, {"errcode": 0, "message": []})
    assert refused(post("/api/v1/tasks", request_)) == (200, -3, "nonce is already exist")


@pytest.mark.parametrize("status", [RentStatus.LAPSED, RentStatus.ENDED])
def test_an_order_that_is_over_lets_nobody_in(post: Post, orders: HeldOrders, status: RentStatus) -> None:
    orders.orders[7] = rent_order(7, status=status)
    assert refused(post("/api/v1/tasks", signed()))[2] == "check authority failed: machine has already expired"


def test_at_its_last_height_a_lease_is_over(post: Post, orders: HeldOrders) -> None:
    orders.orders[7] = rent_order(7, status=RentStatus.RENTING, rent_end=500)
    orders.head = 499
    assert post("/api/v1/tasks", signed())[1]["errcode"] == 0
    orders.head = 500
    assert refused(post("/api/v1/tasks", signed()))[2] == "check authority failed: machine has already expired"


def test_a_chain_that_cannot_be_read_lets_nobody_in(post: Post, orders: HeldOrders) -> None:
    orders.is_reachable = False
    assert refused(post("/api/v1/tasks", signed()))[2] == "check authority failed: query machine_status failed"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"image_name": "ubuntu"}, (400, -25, "'image_name' is invalid")),
        ({"image_name": "win10.qcow2"}, (200, -3, "'image_name' is not exist")),
        ({"operation_system": "windows"}, (200, -3, "'operation_system' is not supported here")),
        ({"gpu_count": "3"}, (200, -3, "gpu_count exceeds number of leases")),
        ({"gpu_count": 1}, (400, -25, "'gpu_count' is invalid")),
        ({"cpu_cores": "0"}, (400, -25, "'cpu_cores' is invalid")),
        ({"mem_size": "-1"}, (400, -25, "'mem_size' is invalid")),
        ({"disk_size": "1e3"}, (400, -25, "'disk_size' is invalid")),
        ({"ssh_port": "22"}, (400, -25, "'ssh_port' is invalid")),
        ({"vnc_port": "80"}, (400, -25, "'vnc_port' is invalid")),
        ({"vnc_port": None}, (400, -25, "'vnc_port' is invalid")),
        ({"task_id": "short"}, (400, -25, "task_id must be 20 to 22 letters and digits")),
        ({"desc": 4}, (400, -25, "desc must be a string")),
    ],
)
def test_a_create_that_asks_for_what_may_not_be(
    post: Post, change: dict[str, object], expected: tuple[int, int, str]
) -> None:
    assert refused(post("/api/v1/tasks/start", signed(additional=fields(**change)))) == expected


def test_a_port_in_use_is_a_conflict(post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = post("/api/v1/tasks/start", signed(additional=fields(ssh_port=str(port))))
    assert refused(answer) == (200, -3, f"port conflict, exist ssh_port = {port}")


def test_a_task_is_listed_under_its_order_only_and_its_id_is_taken_once(post: Post, orders: HeldOrders) -> None:
    orders.orders[9] = replace(rent_order(9), gpu_num=1)
    task_id = "A1" * 10
    additional = fields(task_id=task_id, desc='say "hi"\\\n')
    _, envelope = post("/api/v1/tasks/start", signed(additional=additional))
    row = envelope["message"]
    assert isinstance(row, dict)
    assert (row["task_id"], row["status"], row["desc"]) == (task_id, "creating", "say hi")
    again = post("/api/v1/tasks/start", signed(additional=fields(task_id=task_id)))
    assert refused(again) == (200, -3, "task_id already exist")
    listed = post("/api/v1/tasks", signed())[1]["message"]
    assert isinstance(listed, list)
    assert [one["task_id"] for one in listed] == [task_id]
    assert post("/api/v1/tasks", signed(rent_order="9"))[1]["message"] == []
    assert refused(post(f"/api/v1/tasks/{task_id}", signed(rent_order="9")))[2] == "task_id not exist"


def test_without_a_sandbox_there_is_no_shell_and_the_api_says_why(url: str) -> None:
    client = NodeClient(url, MACHINE, 7, ALICE)
    session = _settled(client, client.create(new_task_id(), gpu_count=2))
    assert session.state is SessionState.FAILED
    assert session.detail == "no shell without a sandbox: bubblewrap (bwrap) is not installed"
    assert session.login is None


def test_a_failed_machine_can_be_deleted_and_another_be_asked_for(url: str) -> None:
    client = NodeClient(url, MACHINE, 7, ALICE)
    first = _settled(client, client.create(new_task_id(), gpu_count=2))
    client.delete(first.task_id)
    assert client.task(first.task_id).state is SessionState.ENDED
    assert client.create(new_task_id(), gpu_count=2).state is SessionState.CREATING


def test_the_end_of_the_lease_deletes_the_machine(url: str, orders: HeldOrders) -> None:
    client = NodeClient(url, MACHINE, 7, ALICE)
    session = _settled(client, client.create(new_task_id(), gpu_count=2))
    orders.is_reachable = False
    time.sleep(0.2)  # several sweeps that cannot read the chain decide nothing
    orders.is_reachable = True
    assert client.task(session.task_id).state is SessionState.FAILED
    orders.head = 500
    with pytest.raises(NodeRefused, match="machine has already expired"):
        client.task(session.task_id)
    time.sleep(0.3)
    orders.head = 499
    assert client.task(session.task_id).state is SessionState.ENDED


def _settled(client: NodeClient, session: Session) -> Session:
    until = time.monotonic() + 15
    while session.state in (SessionState.CREATING, SessionState.BOOTING) and time.monotonic() < until:
        time.sleep(0.02)
        session = client.task(session.task_id, before=session.state)
    return session
