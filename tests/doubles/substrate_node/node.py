"""JSON-RPC methods of the node of the tests, and how it misbehaves when it is told to."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from typing import Any

from dbc_desktop.chain import extrinsic as extrinsics
from dbc_desktop.chain.local import payout_books
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.metadata import StorageEntry, decode_metadata
from dbc_desktop.chain.substrate.parts import Variant
from dbc_desktop.chain.substrate.storage import hashed, prefix
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.domain.network import BLOCK_MS
from dbc_desktop.rules.election_policies import Backed
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile import payout
from dbc_desktop.rules.preview import preview
from dbc_desktop.rules.state import State
from dbc_desktop.rules.work import era_of
from tests.doubles.substrate_node.declared import EVENTS, errors, node_metadata
from tests.doubles.substrate_node.state import NodeState

KEPT = 64
_PUBLIC = re.compile(r"_(author|chain|onlineProfile|payment|rpc|state|system)_\w+")
SAYS = {
    "bad_proof": "Transaction has a bad signature",
    "stale": "Transaction is outdated",
    "future": "Transaction will be valid in the future",
    "payment": "Inability to pay some fees (e.g. account balance too low)",
    "ancient_birth_block": "Transaction has an ancient birth block",
}
INVALID = {"payment": 1, "future": 2, "stale": 3, "bad_proof": 4, "ancient_birth_block": 5}
"""Variants of `InvalidTransaction`."""


class Refusal(Exception):
    """A JSON-RPC error."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass
class Faults:
    """How the node misbehaves; nothing by default.

    Attributes:
        down: Every request ends in HTTP 503.
        garbage: Every body is this.
        truncate: Bodies are cut to so many bytes, and announced whole.
        giant: Bodies are this large.
        errors: Methods that end in a JSON-RPC error, with how often it does (-1: always).
        lose_submit: An extrinsic is taken, and the connection breaks before that is said.
        drop_pool: What is submitted is accepted and forgotten.
        genesis: Another genesis than the chain's.
        fee_times: The fee is so many times what it should be.
        spec_version: The runtime's version is this.
        finality_lag: So many blocks are not final.
        forgets_state: Blocks older than so many have no state.
        lacks: Methods that are not served.
        boasts: Methods that are listed, served or not.
        says: What methods answer instead.
        planned: Who has a seat in the next staking era, once that is decided.
        spans: How many slashing spans an account has.
        controllers: Who signs for an account's stake, where it does not itself.
        era_shift: How far the network's count of staking eras is ahead of the engine's.
        tries_out: `system_dryRun` is served to everybody; else it is denied, as public nodes deny it.
        trial: What a trial answers instead.
    """

    down: bool = False
    garbage: bytes | None = None
    truncate: int | None = None
    giant: int | None = None
    errors: dict[str, int] = field(default_factory=dict)
    lose_submit: bool = False
    drop_pool: bool = False
    genesis: bytes | None = None
    fee_times: int = 1
    spec_version: int | None = None
    finality_lag: int = 0
    forgets_state: int | None = None
    lacks: set[str] = field(default_factory=set)
    boasts: set[str] = field(default_factory=set)
    says: dict[str, Any] = field(default_factory=dict)
    planned: tuple[Backed, ...] | None = None
    spans: dict[bytes, int] = field(default_factory=dict)
    controllers: dict[bytes, bytes] = field(default_factory=dict)
    era_shift: int = 0
    tries_out: bool = False
    trial: str | None = None


@dataclass
class _Kept:
    """A block whose state was told about, so that a reader can stay on it."""

    height: int
    state: NodeState
    stored: dict[tuple[str, str], dict[bytes, bytes]] = field(default_factory=dict)


@cache
def own_codec() -> Codec:
    """The types that the node keeps its state by, whatever metadata it shows."""
    return Codec(decode_metadata(node_metadata()))


class TestNode:
    """Answers from an embedded chain that its owner moves.

    Args:
        chain: The chain, in this process, with its clock standing still.
        metadata: What the runtime says of itself.
    """

    __test__ = False

    def __init__(self, chain: LocalChain, metadata: bytes | None = None) -> None:
        self.faults = Faults()
        self.asked: list[str] = []
        self.asked_with: dict[str, list[Any]] = {}
        self.submitted: list[bytes] = []
        self.metadata = metadata or node_metadata()
        self._codec = own_codec()
        self._errors = errors()
        self._by_prefix = {
            prefix(pallet, item): (pallet, item, entry)
            for pallet, found in self._codec.metadata.pallets.items()
            for item, entry in found.storage.items()
        }
        self._lock = threading.RLock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._heights: dict[bytes, int] = {}
        self.serve(chain)

    def serve(self, chain: LocalChain) -> None:
        """Answer from this chain from now on: after a reorganisation, from the branch that won."""
        with self._lock:
            self.chain = chain

    def answer(self, method: str, params: list[Any]) -> Any:
        """The result of one request.

        Raises:
            Refusal: As a node would.
        """
        with self._lock:
            self.asked.append(method)
            self.asked_with[method] = params
            left = self.faults.errors.get(method, 0)
            if left:
                self.faults.errors[method] = left - 1
                raise Refusal(-32_603, "Something wrong", "told to fail")
            found = getattr(self, f"_{method}", None)
            if found is None or method in self.faults.lacks:
                raise Refusal(-32_601, "Method not found")
            if method in self.faults.says:
                return self.faults.says[method]
            with self.chain._turns:
                return found(*params)

    # --- blocks ---------------------------------------------------------------------------------------------------

    @property
    def _ledger(self) -> Any:
        return self.chain._ledger

    def _head(self) -> bytes:
        return self._hash_of(self._ledger.height)

    def _hash_of(self, height: int) -> bytes:
        if height == 0 and self.faults.genesis is not None:
            return self.faults.genesis
        found: bytes = self._ledger.hash_at(height)
        self._heights[found] = height
        return found

    def _height(self, block: str | None) -> int:
        if block is None:
            return int(self._ledger.height)
        found = self._heights.get(bytes.fromhex(block[2:]))
        if found is None:
            raise Refusal(4_003, "Client error: UnknownBlock")
        return found

    def _chain_getBlockHash(self, height: int | None = None) -> str | None:
        if height is None:
            return _hex(self._keep())
        return _hex(self._hash_of(height)) if height <= self._ledger.height else None

    def _chain_getFinalizedHead(self) -> str:
        return _hex(self._hash_of(max(0, self._ledger.height - self.faults.finality_lag)))

    def _chain_getHeader(self, block: str | None = None) -> dict[str, Any] | None:
        height = self._height(block)
        return self._header(height, None if block is None else bytes.fromhex(block[2:]))

    def _header(self, height: int, block: bytes | None) -> dict[str, Any]:
        del block
        parent = self._hash_of(height - 1) if height else bytes(32)
        return {
            "parentHash": _hex(parent),
            "number": hex(height),
            "stateRoot": _hex(bytes(32)),
            "extrinsicsRoot": _hex(bytes(32)),
            "digest": {"logs": []},
        }

    def _chain_getBlock(self, block: str | None = None) -> dict[str, Any]:
        height = self._height(block)
        bodies = self._bodies(height)
        return {
            "block": {"header": self._header(height, None), "extrinsics": [_hex(one) for one in bodies]},
            "justifications": None,
        }

    def _bodies(self, height: int) -> list[bytes]:
        self._ledger.flush_history()
        stored = self._ledger.store
        return list(stored.block(height).bodies) if height in set(stored.block_heights()) else []

    # --- state ----------------------------------------------------------------------------------------------------

    def _keep(self) -> bytes:
        """Note the state of the newest block, so that it can be read by its hash for a while."""
        ledger = self._ledger
        head = self._head()
        if head not in self._kept:
            ledger.flush_history()
            state = State()
            state.tables = {name: dict(rows) for name, rows in ledger.engine.state.tables.items()}
            engine = Engine(ledger.engine.profile, state, ledger.height, b"")
            told = NodeState(engine, ledger.start_ms + ledger.height * BLOCK_MS, self._rewards(engine))
            told.planned, told.spans = self.faults.planned, self.faults.spans
            told.era_shift, told.controllers = self.faults.era_shift, self.faults.controllers
            self._kept[head] = _Kept(ledger.height, told)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return head

    def _rewards(self, engine: Engine) -> list[tuple[int, str, int, int]]:
        """Era, machine, earned and released of every payout in the books."""
        found = []
        for one, _ in engine.state.items(payout.QUEUES):
            for row in payout_books.rewards(self._ledger.store, one, 0, era_of(engine.height)):
                earned, at_once, from_earlier = json.loads(row.value)[:3]
                found.append((row.index, one, earned, at_once + from_earlier))
        return found

    def _stored(self, pallet: str, item: str, entry: StorageEntry, at: bytes) -> dict[bytes, bytes]:
        kept = self._kept.get(at)
        if kept is None:
            raise Refusal(4_003, "Client error: Api called for an unknown Block: State already discarded")
        name = (pallet, item)
        if name not in kept.stored:
            kinds = self._key_types(entry)
            made: dict[bytes, bytes] = {}
            for keys, value in kept.state.entries(pallet, item):
                tail = b"".join(
                    hashed(hasher, self._codec.encode(kind, key))
                    for hasher, kind, key in zip(entry.hashers, kinds, keys, strict=True)
                )
                made[prefix(pallet, item) + tail] = self._codec.encode(entry.value, value)
            kept.stored[name] = dict(sorted(made.items()))
        return kept.stored[name]

    def _key_types(self, entry: StorageEntry) -> tuple[int, ...]:
        if entry.key is None:
            return ()
        return (entry.key,) if len(entry.hashers) == 1 else tuple(self._codec.metadata.types[entry.key].body)

    def _value(self, key: bytes, at: bytes) -> bytes | None:
        pallet, item, entry = self._by_prefix.get(key[:32], ("", "", None))
        if entry is None:
            return None
        if pallet == "System" and item.startswith("Event"):
            return self._event_value(item, entry, at)
        return self._stored(pallet, item, entry, at).get(key)

    def _event_value(self, item: str, entry: StorageEntry, at: bytes) -> bytes | None:
        height = self._heights.get(at)
        if height is None:
            raise Refusal(4_003, "Client error: UnknownBlock")
        limit = self.faults.forgets_state
        if limit is not None and height < self._ledger.height - limit:
            raise Refusal(4_003, "Client error: State already discarded")
        self._ledger.flush_history()
        events = [one for one in _apart(self._ledger.store.events(height)) if one.name in EVENTS.get(one.pallet, {})]
        if item == "EventCount":
            return self._codec.encode(entry.value, len(events))
        return self._codec.encode(entry.value, [self._event(one) for one in events])

    def _event(self, event: EventRecord) -> dict[str, Any]:
        values = list(event.fields.values())
        info = {"weight": {"ref_time": 0, "proof_size": 0}, "class": Variant("Normal"), "pays_fee": Variant("Yes")}
        if event.name == "ExtrinsicSuccess":
            values = [info]
        elif event.name == "ExtrinsicFailed":
            values = [self._dispatch_error(*values[0]), info]
        declared = EVENTS[event.pallet][event.name]
        values = values[: len(declared)]
        value: Any = tuple(values) if len(values) > 1 else values[0]
        if declared[0][0] is not None:
            value = {name: one for (name, _), one in zip(declared, values, strict=True)}
        phase = Variant("Initialization") if event.extrinsic is None else Variant("ApplyExtrinsic", event.extrinsic)
        return {"phase": phase, "event": Variant(event.pallet, Variant(event.name, value)), "topics": ()}

    def _dispatch_error(self, pallet: str, name: str) -> Variant:
        known = self._errors.get(pallet, ())
        found = self._codec.metadata.pallets.get(pallet)
        if found is None or name not in known:
            return Variant("Other")
        return Variant("Module", {"index": found.number, "error": bytes([known.index(name), 0, 0, 0])})

    def _state_getStorage(self, key: str, at: str | None = None) -> str | None:
        found = self._value(bytes.fromhex(key[2:]), self._at(at))
        return None if found is None else _hex(found)

    def _state_getStorageHash(self, key: str, at: str | None = None) -> str | None:
        found = self._value(bytes.fromhex(key[2:]), self._at(at))
        return None if found is None else _hex(blake2b(found, digest_size=32).digest())

    def _state_queryStorageAt(self, keys: list[str], at: str | None = None) -> list[dict[str, Any]]:
        block = self._at(at)
        if len(keys) > 1_000:
            raise Refusal(-32_602, "Too many keys")
        changes = []
        for key in keys:
            found = self._value(bytes.fromhex(key[2:]), block)
            changes.append([key, None if found is None else _hex(found)])
        return [{"block": _hex(block), "changes": changes}]

    def _state_getKeysPaged(self, start: str, count: int, after: str | None = None, at: str | None = None) -> list[str]:
        if count > 1_000:
            raise Refusal(4_002, "count exceeds maximum value")
        wanted, block = bytes.fromhex(start[2:]), self._at(at)
        last = b"" if after is None else bytes.fromhex(after[2:])
        for pallet, found in self._codec.metadata.pallets.items():
            for item, entry in found.storage.items():
                if wanted.startswith(prefix(pallet, item)):
                    keys = self._stored(pallet, item, entry, block)
                    return [_hex(key) for key in keys if key.startswith(wanted) and key > last][:count]
        return []

    def _at(self, at: str | None) -> bytes:
        return self._keep() if at is None else bytes.fromhex(at[2:])

    def _state_getRuntimeVersion(self, at: str | None = None) -> dict[str, Any]:
        del at
        profile = self._ledger.engine.profile
        version = self.faults.spec_version or profile.spec_version
        return {"specName": "DeepBrainChain", "specVersion": version, "transactionVersion": profile.transaction_version}

    def _state_getMetadata(self, at: str | None = None) -> str:
        del at
        return _hex(self.metadata)

    # --- the pool -------------------------------------------------------------------------------------------------

    def _system_accountNextIndex(self, account: str) -> int:
        return int(self._ledger.nonce(ss58.decode(account)))

    def _payment_queryInfo(self, extrinsic: str, at: str | None = None) -> dict[str, Any]:
        del at
        data = bytes.fromhex(extrinsic[2:])
        fee = self._ledger.engine.fee(len(data), extrinsics.decode(data).call) * self.faults.fee_times
        return {"weight": {"ref_time": 10_000, "proof_size": 0}, "class": "normal", "partialFee": str(fee)}

    def _system_dryRun(self, extrinsic: str, at: str | None = None) -> str:
        del at
        if not self.faults.tries_out:
            raise Refusal(-32_601, "RPC call is unsafe to be called externally")
        if self.faults.trial is not None:
            return self.faults.trial
        try:
            signed = self._ledger.verifier.signed_call(bytes.fromhex(extrinsic[2:]), self._ledger.height + 1)
            self._ledger.engine.check(signed)
        except InvalidTransaction as error:
            if error.reason == "malformed":
                raise Refusal(2, "Unable to dry run extrinsic.", "Codec error") from error
            return _hex(bytes([1, 0, INVALID[error.reason]]))
        engine = self._ledger.engine
        fee = engine.fee(signed.length, signed.call)
        seen = preview(engine.profile, engine.height + 1, engine.state, signed.call, signed.signer, fee)
        if seen.error is None:
            return "0x0000"
        kind = self._codec.metadata.types.index(
            next(one for one in self._codec.metadata.types if one.path[-1:] == ("DispatchError",))
        )
        return _hex(b"\0\1" + self._codec.encode(kind, self._dispatch_error(*seen.error)))

    def _author_submitExtrinsic(self, extrinsic: str) -> str:
        data = bytes.fromhex(extrinsic[2:])
        self.submitted.append(data)
        if self.faults.drop_pool:
            return _hex(extrinsics.hash_of(data))
        try:
            found: bytes = self._ledger.admit(data)
        except InvalidTransaction as error:
            if error.reason == "malformed":
                raise Refusal(1_002, "Verification Error: Runtime error: could not decode") from error
            raise Refusal(1_010, "Invalid Transaction", SAYS[error.reason]) from error
        self.chain._if_instant()
        return _hex(found)

    def _author_pendingExtrinsics(self) -> list[str]:
        return [_hex(one.body) for one in self._ledger._pool.values()]

    # --- the network's own methods --------------------------------------------------------------------------------

    def _onlineProfile_getStakerNum(self, at: str | None = None) -> int:
        return len(dict(self._at_block(at).entries("OnlineProfile", "StashMachines")))

    def _onlineProfile_getPosGpuInfo(self, at: str | None = None) -> list[Any]:
        return [
            [
                *({one.name: one.value} for one in place if isinstance(one, Variant)),
                {
                    "onlineGpu": value["online_gpu"],
                    "offlineGpu": value["offline_gpu"],
                    "rentedGpu": value["rented_gpu"],
                    "onlineGpuCalcPoints": value["online_gpu_calc_points"],
                },
            ]
            for place, value in self._at_block(at).entries("OnlineProfile", "PosGPUInfo")
        ]

    def _at_block(self, at: str | None) -> NodeState:
        kept = self._kept.get(self._at(at))
        if kept is None:
            raise Refusal(-32_603, "Something wrong", "UnknownBlock")
        return kept.state

    def _rpc_methods(self) -> dict[str, Any]:
        named = (name.removeprefix("_") for name in dir(self) if _PUBLIC.fullmatch(name))
        return {"methods": sorted(set(named) - self.faults.lacks | self.faults.boasts)}

    # --- the system -----------------------------------------------------------------------------------------------

    def _system_chain(self) -> str:
        return "Node of the tests"

    def _system_properties(self) -> dict[str, Any]:
        return {"tokenDecimals": 15, "tokenSymbol": "DBC"}

    def _system_health(self) -> dict[str, Any]:
        return {"peers": 3, "isSyncing": False, "shouldHavePeers": True}

    def balance_of(self, who: Address) -> int:
        """What the chain itself holds for somebody."""
        return self.chain.account(who).free.units


def _apart(events: Iterable[EventRecord]) -> Iterator[EventRecord]:
    """The chain names each member of a committee in an event of its own."""
    for event in events:
        members = event.fields.get("committee")
        if event.name == "MachineDistributed" and isinstance(members, tuple):
            for member in members:
                yield replace(event, fields={"machine_id": event.fields["machine_id"], "committee": member})
        else:
            yield event


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
