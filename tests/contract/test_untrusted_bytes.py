"""Strangers' bytes: whatever comes, only an error of the tree comes out, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbc_desktop.chain import extrinsic as own
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.blocks import events_of
from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.drift import rule_drift
from dbc_desktop.chain.substrate.metadata import Field, Metadata, TypeDef, decode_metadata
from dbc_desktop.chain.substrate.pool import Pool
from dbc_desktop.chain.substrate.probe import probe
from dbc_desktop.chain.substrate.rpc import _answers, from_hex, whole
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.chain.substrate.storage import Storage
from dbc_desktop.crypto import keystore, ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address, Contact, KeyPlace
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call, SigningContext
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, ChainRequestFailed, DbcError
from dbc_desktop.screens.notices import notice_for
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.machine_keys import MachineSeed
from dbc_desktop.wallet.wallet import Wallet
from tests.doubles.hand_clock import HandClock
from tests.doubles.substrate_node.declared import node_metadata

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"
ONLY_OURS = (DbcError,)
FEW = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
MANY = settings(FEW, max_examples=120)
CONTEXT = SigningContext(b"\x11" * 32, 411, 2, 7, 123_456, b"\x22" * 32)
SEND = Call("Balances", "transfer_keep_alive", (bytes(32), 10**15))
PASSPHRASE = "correct horse battery"

texts = st.text(max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**300), 2**300) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


def only_ours(act: Callable[[], object]) -> None:
    """Run it; an error of the tree is fine, and has words; any other fails the test."""
    try:
        act()
    except DbcError as error:
        notice = notice_for(error)
        assert notice.title
        (notice.title + notice.body).encode()  # no half characters reach the screen


# --- JSON-RPC ----------------------------------------------------------------------------------------------------

ids = st.sampled_from([1, 2, 3, True, 1.0, "1", None, -1, 2**70])
rows = st.one_of(
    json_values,
    st.fixed_dictionaries({"jsonrpc": st.just("2.0")}, optional={"id": ids, "result": json_values}),
    st.fixed_dictionaries(
        {"id": ids},
        optional={
            "error": st.fixed_dictionaries({}, optional={"code": json_values, "message": json_values, "data": texts})
            | json_values,
            "result": json_values,
        },
    ),
)


@MANY
@given(st.lists(rows, max_size=4) | rows, st.sampled_from([[1], [1, 2], [1, 2, 3]]))
def test_a_body_is_answers_or_refused(said: Any, numbers: list[int]) -> None:
    only_ours(lambda: _answers(json.dumps(said).encode(), numbers))


@MANY
@given(st.binary(max_size=200), st.integers(0, 80), st.binary(max_size=6))
def test_a_body_of_any_bytes_is_refused(noise: bytes, at: int, patch: bytes) -> None:
    whole_body = b'[{"jsonrpc":"2.0","id":2,"result":"0x00"},{"jsonrpc":"2.0","id":1,"result":null}]'
    assert _answers(whole_body, [1, 2]) == [None, "0x00"]
    only_ours(lambda: _answers(noise, [1]))
    only_ours(lambda: _answers(whole_body[:at] + patch + whole_body[at + len(patch) :], [1, 2]))
    only_ours(lambda: _answers(whole_body[:at], [1, 2]))


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id":1,"result":1}]',  # one is missing
        b'[{"id":1,"result":1},{"id":2,"result":2},{"id":1,"result":9}]',  # one comes twice
        b'[{"id":1,"result":1},{"id":true,"result":2}]',
        b'[{"id":1,"result":1},{"id":2.0,"result":2}]',
        b'[{"id":1,"result":1},{"id":"2","result":2}]',
        b'[{"id":1,"result":1},{"id":2}]',
        b'{"id":1,"result":' + b"1" * 5_000 + b"}",
        b'{"id":1,"result":' + b"[" * 100_000,
        b'{"id":1,"result":' + b'{"a":' * 100_000,
        b'{"id":1,"error":{"code":' + b"9" * 400 + b"}}",
        b'{"id":1,"error":{"code":true}}',
        b'\xff\xfe{"id":1}',
        "{“id”:1}".encode(),
        b"",
    ],
)
def test_answers_that_do_not_fit_the_questions_are_refused(body: bytes) -> None:
    with pytest.raises(ChainAnswerInvalid):
        _answers(body, [1, 2])


def test_what_a_node_says_in_an_error_is_made_fit_to_show() -> None:
    (failed,) = _answers(
        b'{"id":1,"error":{"code":-1,"message":"a\\ud800\\u202eb\\n","data":"' + b"x" * 900 + b'"}}', [1]
    )
    assert isinstance(failed, ChainRequestFailed)
    assert failed.message.startswith("a  b  xxx")
    assert len(failed.message) == 300
    (failed,) = _answers(b'{"id":1,"error":{"code":-1,"message":' + b"[" * 300 + b"]" * 300 + b"}}", [1])
    assert failed.message == ""


@MANY
@given(json_values | st.text("0x123456789abcdefABCDEF -_+", max_size=80).map(lambda text: "0x" + text))
def test_numbers_and_bytes_of_a_node(value: Any) -> None:
    only_ours(lambda: whole(value))
    only_ours(lambda: from_hex(value))
    only_ours(lambda: from_hex(value, 32))


class Says:
    """A way to a node that says one thing."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def call(self, method: str, *params: object) -> object:
        return self.answer

    once = call


@FEW
@given(json_values | st.fixed_dictionaries({"partialFee": json_values}))
def test_the_pool_believes_nothing_odd(answer: Any) -> None:
    pool: Any = Pool(Says(answer))  # type: ignore[arg-type]
    only_ours(lambda: pool.next_nonce(Address(bytes(32)), 3))
    only_ours(lambda: pool.fee(bytes(100), bytes(32)))
    only_ours(lambda: pool.try_out(bytes(100), bytes(32), declared()))
    only_ours(lambda: pool.hand_over(bytes(100), lambda: False))


def served(body: bytes, encoding: str = "identity") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-encoding", encoding)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", ["packed", "small values"])
def test_a_body_that_unpacks_to_gigabytes_is_left_early(kind: str) -> None:
    if kind == "packed":
        ways = served(gzip.compress(bytes(300 * 1024 * 1024), 1), "gzip")
    else:
        ways = served(b'{"id":1,"result":[' + b"[]," * 8_000_000 + b"[]]}")
    url = next(ways)
    try:
        tracemalloc.start()
        with pytest.raises(ChainAnswerInvalid):
            probe([url], None, HandClock())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        ways.close()  # type: ignore[attr-defined]
    assert peak < 160 * 1024 * 1024


# --- metadata and what is read by it ------------------------------------------------------------------------------


@cache
def declared() -> Runtime:
    return runtime_of(node_metadata())


def runtime_of(metadata: bytes) -> Runtime:
    codec = Codec(decode_metadata(metadata))
    return Runtime("DeepBrainChain", 411, 2, codec, Storage(codec))


@cache
def metadata_of(which: str) -> bytes:
    if which == "recorded":
        return bytes.fromhex(RECORDED.read_text().strip()[2:])
    return node_metadata(version=15) if which == "V15" else node_metadata()


def use(runtime: Runtime, noise: bytes) -> None:
    """Everything that is done with a runtime that a stranger described, each part by itself."""
    metadata = runtime.codec.metadata
    only_ours(lambda: rule_drift(runtime))
    only_ours(lambda: extrinsics.check(runtime, extrinsics.draft(runtime, SEND, bytes(32), CONTEXT)))
    only_ours(lambda: events_of(runtime, 5, b"\x04\x00\x00\x00\x00\x00\x00" + noise))
    only_ours(lambda: runtime.error_name(noise[0] if noise else 0, 1))
    for pallet, item, keys in (
        ("System", "Account", (bytes(32),)),
        ("OnlineProfile", "MachinesInfo", (b"ab" * 32,)),
        ("RentMachine", "RentOrder", (7,)),
    ):
        only_ours(lambda: runtime.storage.key(pallet, item, keys))  # noqa: B023
        only_ours(lambda: runtime.storage.keys_of(pallet, item, bytes(48) + noise))  # noqa: B023
        only_ours(lambda: runtime.storage.value(runtime.storage.entry(pallet, item), noise))  # noqa: B023
        only_ours(lambda: runtime.storage.value(runtime.storage.entry(pallet, item), None))  # noqa: B023
    for extension in metadata.extensions:
        only_ours(lambda: runtime.codec.decode(extension.extra, noise))  # noqa: B023


@settings(FEW, max_examples=25)
@given(st.data())
@pytest.mark.parametrize(
    "which",
    [
        "V14",
        "V15",
        pytest.param(
            "recorded",
            marks=pytest.mark.skipif(not RECORDED.exists(), reason="../shared/data is not beside this checkout"),
        ),
    ],
)
def test_metadata_with_other_bits(which: str, data: st.DataObject) -> None:
    changed = bytearray(metadata_of(which))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(changed) - 1))
        changed[at] = data.draw(st.sampled_from([0, 1, 2, 3, 255, changed[at] ^ 1, changed[at] ^ 128]))
    began = time.process_time()
    try:
        runtime = runtime_of(bytes(changed))
    except DbcError:
        return
    use(runtime, data.draw(st.binary(max_size=60)))
    assert time.process_time() - began < 5


@FEW
@given(st.integers(0, 400_000), st.sampled_from(["V14", "V15"]), st.binary(max_size=300))
def test_metadata_that_is_cut_or_noise(cut: int, which: str, noise: bytes) -> None:
    found = metadata_of(which)
    with pytest.raises(ONLY_OURS):
        decode_metadata(found[: cut % len(found)])
    with pytest.raises(ONLY_OURS):
        decode_metadata(found[:5] + noise)


def codec_of(*types: TypeDef) -> Codec:
    return Codec(Metadata(14, types, {}, 4, (), 0, 0, 0))


UNIT, BYTE = TypeDef((), "tuple", ()), TypeDef((), "primitive", "u8")
HUGE = (10**9 << 2 | 2).to_bytes(5, "little")[:4]


@pytest.mark.parametrize(
    ("types", "data"),
    [
        ((TypeDef((), "sequence", 1), UNIT), b"\xfc" + bytes(63)),
        ((TypeDef((), "sequence", 1), TypeDef((), "sequence", 2), UNIT), (b"\x02\x00\x10\x00" * 250_000)),
        ((TypeDef((), "array", (2**32 - 1, 1)), BYTE), b"\x01"),
        ((TypeDef((), "array", (4_000, 1)), UNIT), b""),
        ((TypeDef((), "sequence", 1), TypeDef((), "array", (3_000, 2)), UNIT), b"\xfc" + bytes(63)),
        ((TypeDef((), "composite", (Field(None, 0),)),), b"\x01"),
        ((TypeDef((), "composite", (Field("a", 1),)), TypeDef((), "composite", (Field("b", 0),))), b"\x01"),
        ((TypeDef((), "sequence", 0),), b"\x04" * 100_000),
        ((TypeDef((), "bits", (1, 1)), BYTE), b"\xff" + b"\xff" * 67),
        ((TypeDef((), "primitive", "str"),), HUGE),
        ((TypeDef((), "primitive", "str"),), b"\x08\xff\xff"),
    ],
    ids=[
        "units",
        "units in lists",
        "long",
        "free",
        "free in a list",
        "itself",
        "a ring",
        "deep",
        "bits",
        "huge",
        "utf-8",
    ],
)
def test_a_few_bytes_never_become_much(types: tuple[TypeDef, ...], data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ChainAnswerInvalid):
        codec_of(*types).decode(0, data)
    assert time.process_time() - began < 2


def test_a_type_that_holds_itself_is_not_written_for_ever() -> None:
    codec = codec_of(TypeDef((), "compact", 1), TypeDef((), "composite", (Field(None, 1),)))
    with pytest.raises((ChainAnswerInvalid, BackendMismatch)):
        codec.encode(0, 1)


# --- extrinsics, events, values -----------------------------------------------------------------------------------


@cache
def signed() -> bytes:
    return own.assemble(own.draft(SEND, bytes(32), CONTEXT, ZERO), bytes(64))


@MANY
@given(st.integers(0, 200), st.binary(max_size=8), st.binary(max_size=200))
def test_extrinsics_of_strangers(at: int, patch: bytes, noise: bytes) -> None:
    whole_one = signed()
    only_ours(lambda: own.decode(noise))
    only_ours(lambda: own.decode(whole_one[:at]))
    only_ours(lambda: own.decode(whole_one[:at] + patch + whole_one[at + len(patch) :]))
    only_ours(lambda: own.decode_payload(noise))


@MANY
@given(st.binary(max_size=400))
def test_events_and_values_of_strangers(noise: bytes) -> None:
    only_ours(lambda: events_of(declared(), 9, noise))
    only_ours(lambda: events_of(declared(), 9, b"\x04\x00\x01\x00\x00\x00" + noise))
    for pallet, item in (("System", "Account"), ("OnlineProfile", "MachinesInfo"), ("OnlineProfile", "LiveMachines")):
        storage = declared().storage
        only_ours(lambda: storage.value(storage.entry(pallet, item), noise))  # noqa: B023


# --- keys and names ----------------------------------------------------------------------------------------------


@cache
def kept_text() -> str:
    return keystore.encrypt(KeyPair.from_phrase("//Alice"), PASSPHRASE, "Alice")


@MANY
@given(st.data())
def test_keystores_of_strangers(data: st.DataObject) -> None:
    document = json.loads(kept_text())
    which = data.draw(st.sampled_from(["encoded", "encoding", "address", "meta", None]))
    if which is None:
        at = data.draw(st.integers(0, len(kept_text())))
        text = kept_text()[:at] + data.draw(st.text(max_size=4)) + kept_text()[at + 1 :]
    else:
        document[which] = data.draw(json_values)
        text = json.dumps(document)
    only_ours(lambda: keystore.address_of(text))
    only_ours(lambda: keystore.name_of(text))
    if which != "address" and which != "meta":  # the rest is looked at before a second of scrypt is spent
        bare = text if which is not None else text.replace('"encoded":"', '"encoded":"!', 1)
        only_ours(lambda: keystore.decrypt(bare, "wrong passphrase"))


@pytest.mark.parametrize("text", ["[" * 16_000, '{"a":' * 3_000, "1" * 16_000, '"\\ud800"', "[]", "null", "x" * 20_000])
def test_keystores_that_are_bombs(text: str) -> None:
    with pytest.raises(ONLY_OURS):
        keystore.decrypt(text, PASSPHRASE)


@MANY
@given(st.text(max_size=120) | st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=60))
def test_addresses_and_node_dat_of_strangers(text: str) -> None:
    only_ours(lambda: ss58.decode(text))
    only_ours(lambda: MachineSeed.from_node_dat(f"node_id={text}\nnode_private_key={text}"))


@settings(FEW, max_examples=15)
@given(st.text(max_size=90), st.text(max_size=80), st.text(max_size=20))
def test_what_is_typed_into_the_wallet(phrase: str, name: str, passphrase: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        places: Any = {KeyPlace.FILE: FileStore(home / "keys")}
        with closing(Wallet(places, home / "wallet.sqlite3", HandClock())) as wallet:
            only_ours(lambda: wallet.restore(name, phrase, passphrase, KeyPlace.FILE))
            only_ours(lambda: wallet.import_keystore(name, phrase, passphrase, passphrase, KeyPlace.FILE))
            only_ours(lambda: wallet.import_node_dat(phrase, passphrase, KeyPlace.FILE))
            only_ours(lambda: wallet.watch(name, Address(bytes(32))))
            only_ours(lambda: wallet.keep_contact(Contact(Address(bytes(32)), name)))
            only_ours(lambda: wallet.derive(Address(bytes(32)), phrase, name, passphrase))
