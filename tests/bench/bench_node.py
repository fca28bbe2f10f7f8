"""Reading a real node: entries per CPU second, requests, connecting, signing; beside httpx and a plain decode.

The node stands in this process on loopback and answers bodies that were written before, so that the time of the
thread that asks is the client's alone. With the recorded metadata of a real runtime where it is there.
"""

from __future__ import annotations

import json
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from dbc_desktop.chain import extrinsic
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.backend import SubstrateChain
from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.metadata import decode_metadata
from dbc_desktop.chain.substrate.storage import hashed, prefix
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.call import Call, SigningContext
from tests.doubles.substrate_node.declared import node_metadata

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"
ENTRIES = 2_000
HEAD = "0x" + "11" * 32


class _Answers:
    """What the node says: a map of accounts, and what it takes to connect."""

    def __init__(self, metadata: bytes) -> None:
        codec = Codec(decode_metadata(metadata))
        entry = codec.metadata.storage("System", "Account")
        assert entry is not None
        start = prefix("System", "Account")
        self.stored: dict[str, str] = {}
        for number in range(ENTRIES):
            account = number.to_bytes(32)
            held = {"free": 10**18 + number, "reserved": 10**17, "frozen": 0, "flags": 0}
            value = codec.encode(
                entry.value, {"nonce": number, "consumers": 1, "providers": 1, "sufficients": 0, "data": held}
            )
            self.stored["0x" + (start + hashed("Blake2_128Concat", account)).hex()] = "0x" + value.hex()
        self.keys = sorted(self.stored)
        self.metadata = "0x" + metadata.hex()
        self.requests = 0

    def answer(self, method: str, params: list[Any]) -> Any:
        if method == "state_getKeysPaged":
            after = params[2] or ""
            return [key for key in self.keys if key > after][: params[1]]
        if method == "state_queryStorageAt":
            return [{"block": params[1], "changes": [[key, self.stored.get(key)] for key in params[0]]}]
        return {
            "chain_getBlockHash": "0x" + "22" * 32 if params == [0] else HEAD,
            "chain_getFinalizedHead": HEAD,
            "chain_getHeader": {"number": "0x64", "parentHash": "0x" + "33" * 32},
            "state_getRuntimeVersion": {"specName": "DeepBrainChain", "specVersion": 400, "transactionVersion": 1},
            "state_getMetadata": self.metadata,
            "system_chain": "bench",
            "system_properties": {"tokenDecimals": 15},
        }[method]


def _serve(answers: _Answers) -> tuple[ThreadingHTTPServer, str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            answers.requests += 1
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            rows = asked if isinstance(asked, list) else [asked]
            said = [
                {"jsonrpc": "2.0", "id": row["id"], "result": answers.answer(row["method"], row["params"])}
                for row in rows
            ]
            body = json.dumps(said if isinstance(asked, list) else said[0]).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU that this thread spent."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def _plain_read(url: str, answers: _Answers) -> None:
    """The floor: the same bodies by bare httpx, decoded by a struct that knows the layout."""
    with httpx.Client(trust_env=False) as client:
        last = None
        while True:
            asked = {"jsonrpc": "2.0", "id": 1, "method": "state_getKeysPaged", "params": ["0x", 1_000, last, HEAD]}
            keys = client.post(url, json=asked).json()["result"]
            if keys:
                asked = {"jsonrpc": "2.0", "id": 1, "method": "state_queryStorageAt", "params": [keys, HEAD]}
                for key, value in client.post(url, json=asked).json()["result"][0]["changes"]:
                    bytes.fromhex(key[2:])[48:]
                    struct.unpack("<4I8Q", bytes.fromhex(value[2:]))
            if len(keys) < 1_000:
                return
            last = keys[-1]


def _plain_connect(url: str) -> None:
    """The floor: the metadata by bare httpx, decoded by the library."""
    from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
    from scalecodec.type_registry import load_type_registry_preset

    with httpx.Client(trust_env=False) as client:
        asked = {"jsonrpc": "2.0", "id": 1, "method": "state_getMetadata", "params": []}
        data = client.post(url, json=asked).json()["result"]
    config = RuntimeConfigurationObject()
    config.update_type_registry(load_type_registry_preset("core"))
    metadata = config.create_scale_object("MetadataVersioned", data=ScaleBytes(data))
    metadata.decode()
    config.add_portable_registry(metadata)


def _row(
    name: str, value: float, unit: str, limit: float, floor: float | None, note: str, *, more: bool = False
) -> dict[str, Any]:
    is_met = value >= limit if more else value <= limit
    return {"name": name, "value": value, "unit": unit, "limit": limit, "floor": floor, "ok": is_met, "note": note}


def measure() -> list[dict[str, Any]]:
    """All rows about a real node."""
    is_recorded = RECORDED.exists()
    metadata = bytes.fromhex(RECORDED.read_text().strip()[2:]) if is_recorded else node_metadata()
    whose = "metadata of a real runtime" if is_recorded else "metadata of the tests"
    answers = _Answers(metadata)
    server, url = _serve(answers)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows += _measure_reading(url, answers, whose, Path(folder))
        finally:
            server.shutdown()
            server.server_close()
    rows.append(_measure_signing(metadata, whose))
    return rows


def _measure_reading(url: str, answers: _Answers, whose: str, folder: Path) -> list[dict[str, Any]]:
    def connect() -> SubstrateChain:
        chain = SubstrateChain([url], folder=folder, fresh_seconds=600)
        chain.identity()
        return chain

    fresh = _cpu(lambda: connect().close())
    cached = min(_cpu(lambda: connect().close()) for _ in range(3))
    connect_floor = _cpu(lambda: _plain_connect(url))
    chain = connect()
    view = chain._now().view
    for _ in view.entries("System", "Account"):  # once, so that decoders and connections stand
        pass
    before = answers.requests
    seconds = min(_cpu(lambda: sum(1 for _ in view.entries("System", "Account"))) for _ in range(5))
    requests = (answers.requests - before) / 5
    chain.close()
    floor = min(_cpu(lambda: _plain_read(url, answers)) for _ in range(5))
    return [
        _row(
            "node: connect, fresh metadata", fresh * 1_000, "ms CPU", 600, connect_floor * 1_000,
            f"{whose}; floor: httpx and cyscale",
        ),
        _row("node: connect, cached metadata", cached * 1_000, "ms CPU", 100, None, whose),
        _row(
            "node: map entries per CPU second", ENTRIES / seconds, "/s", 20_000, ENTRIES / floor,
            "2,000 accounts; floor: httpx and a struct", more=True,
        ),
        _row("node: requests for 2,000 entries", requests, "", 12, None, "pages of 1,000"),
    ]  # fmt: skip


def _measure_signing(metadata: bytes, whose: str) -> dict[str, Any]:
    from dbc_desktop.chain.substrate.runtime import Runtime
    from dbc_desktop.chain.substrate.storage import Storage

    codec = Codec(decode_metadata(metadata))
    runtime = Runtime("DeepBrainChain", 400, 1, codec, Storage(codec))
    pair = KeyPair.from_phrase("//Alice")
    context = SigningContext(b"\x11" * 32, 400, 1, 7, 1_000, b"\x22" * 32)
    call = Call("Balances", "transfer_keep_alive", (b"\x05" * 32, 10**15))

    def sign() -> None:
        made = extrinsics.draft(runtime, call, pair.public, context)
        extrinsics.check(runtime, made)
        extrinsic.assemble(made, pair.sign(extrinsic.signed_bytes(made.payload)))

    sign()
    seconds = min(_cpu(sign) for _ in range(20))
    floor = min(_cpu(lambda: pair.sign(b"x" * 150)) for _ in range(20))
    note = f"draft, read back, sign, assemble; {whose}; floor: the signature alone"
    return _row("node: signing", seconds * 1_000, "ms CPU", 5, floor * 1_000, note)
