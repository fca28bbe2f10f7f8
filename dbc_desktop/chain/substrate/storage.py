"""Reading storage at one block: keys, pages and batches (chain-rules 10.1).

Everything that one `View` reads is of the same block, so that what a page shows never mixes two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import xxhash

from dbc_desktop.chain.substrate.codec import Codec
from dbc_desktop.chain.substrate.metadata import StorageEntry
from dbc_desktop.chain.substrate.rpc import NodeRpc, from_hex, to_hex
from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid, ChainRequestFailed

PAGE = 1_000
"""Keys that one request asks for, the most a node gives."""

MOST_ENTRIES = 200_000
"""Entries of one map that are read: a node that never stops naming keys is not believed."""

MOST_KEPT = 20_000
"""Single values that a view keeps, besides maps of less than a page: a screen asks for the same ones again."""

_METHOD_UNKNOWN = -32_601

Item = tuple[str, str, tuple[object, ...]]
"""A pallet, a storage item, its keys."""


def twox(data: bytes, words: int) -> bytes:
    """`words` 64-bit digests with ascending seeds from 0."""
    return b"".join(xxhash.xxh64_intdigest(data, seed).to_bytes(8, "little") for seed in range(words))


def hashed(hasher: str, key: bytes) -> bytes:
    """A key as `hasher` puts it into a storage key."""
    if hasher == "Blake2_128Concat":
        return blake2b(key, digest_size=16).digest() + key
    if hasher == "Twox64Concat":
        return twox(key, 1) + key
    if hasher == "Identity":
        return key
    if hasher == "Blake2_128":
        return blake2b(key, digest_size=16).digest()
    if hasher == "Blake2_256":
        return blake2b(key, digest_size=32).digest()
    return twox(key, 2 if hasher == "Twox128" else 4)


_CONCAT = {"Blake2_128Concat": 16, "Twox64Concat": 8, "Identity": 0}
"""Bytes that stand before a key which can be read back."""


@lru_cache(maxsize=512)
def prefix(pallet: str, item: str) -> bytes:
    """The first 32 bytes of every key of a storage item."""
    return twox(pallet.encode(), 2) + twox(item.encode(), 2)


class Storage:
    """The storage items of one runtime: their keys and the decoders of their values."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def entry(self, pallet: str, item: str) -> StorageEntry:
        """A storage item.

        Raises:
            BackendMismatch: `storage`: this runtime has none of that name.
        """
        found = self.codec.metadata.storage(pallet, item)
        if found is None:
            raise BackendMismatch("storage")
        return found

    def has(self, pallet: str, item: str) -> bool:
        """Whether this runtime has such an item."""
        return self.codec.metadata.storage(pallet, item) is not None

    def key(self, pallet: str, item: str, keys: tuple[object, ...] = ()) -> bytes:
        """The storage key of a value, or the beginning of those under `keys`.

        Raises:
            BackendMismatch: `storage` or `type`: this runtime keeps it under other keys.
        """
        entry = self.entry(pallet, item)
        if len(keys) > len(entry.hashers):
            raise BackendMismatch("storage")
        parts = [prefix(self.codec.metadata.pallets[pallet].prefix, item)]
        for hasher, kind, key in zip(entry.hashers, self._key_types(entry), keys, strict=False):
            parts.append(hashed(hasher, self.codec.encode(kind, key)))
        return b"".join(parts)

    def keys_of(self, pallet: str, item: str, key: bytes, skip: int = 0) -> tuple[Any, ...]:
        """The keys in a storage key, those after the first `skip`.

        Raises:
            ChainAnswerInvalid: `storage`: it is no key of this item.
            BackendMismatch: `storage`: they cannot be read back.
        """
        entry, at, found = self.entry(pallet, item), 32, []
        for hasher, kind in zip(entry.hashers, self._key_types(entry), strict=True):
            if hasher not in _CONCAT:
                raise BackendMismatch("storage")
            value, at = self.codec.decode_from(kind, key, at + _CONCAT[hasher])
            found.append(value)
        if at != len(key):
            raise ChainAnswerInvalid("storage")
        return tuple(found[skip:])

    def value(self, entry: StorageEntry, data: bytes | None) -> Any:
        """What is stored; None where nothing is and the item is optional, else its default."""
        if data is None:
            return None if entry.is_optional else self.codec.decode(entry.value, entry.default)
        return self.codec.decode(entry.value, data)

    def _key_types(self, entry: StorageEntry) -> tuple[int, ...]:
        if entry.key is None:
            return ()
        kind = self.codec.metadata.types[entry.key]
        if len(entry.hashers) == 1:
            return (entry.key,)
        if kind.shape != "tuple" or len(kind.body) != len(entry.hashers):
            raise ChainAnswerInvalid("metadata")
        return tuple(kind.body)


class View:
    """The storage of one block; what was read once is kept, for a block never changes. Callable from any thread.

    Values that come out of it are shared and must not be changed.
    """

    def __init__(self, rpc: NodeRpc, storage: Storage, at: bytes) -> None:
        self._rpc, self.storage, self.at = rpc, storage, at
        self._values: dict[Item, tuple[Any, bool]] = {}
        self._maps: dict[bytes, list[tuple[tuple[Any, ...], Any]]] = {}

    def beside(self, block: bytes) -> View:
        """The storage of another block, read by the same runtime."""
        return View(self._rpc, self.storage, block)

    def get(self, pallet: str, item: str, *keys: object) -> Any:
        """One value."""
        (found,) = self.many([(pallet, item, keys)])
        return found

    def digest(self, pallet: str, item: str, *keys: object) -> bytes:
        """The node's hash of a value, to see whether a large one has changed; empty where it does not tell."""
        try:
            answer = self._rpc.call(
                "state_getStorageHash", to_hex(self.storage.key(pallet, item, keys)), to_hex(self.at)
            )
        except ChainRequestFailed as error:
            if error.code != _METHOD_UNKNOWN:
                raise
            return b""
        return b"" if answer is None else from_hex(answer, 32)

    def many(self, items: Sequence[Item]) -> list[Any]:
        """Several values with as few requests as there are pages of them."""
        return [value for value, _ in self._read(items)]

    def many_stored(self, items: Sequence[Item]) -> list[Any]:
        """Several values, None where nothing is stored, also where the item has a default."""
        return [value if is_stored else None for value, is_stored in self._read(items)]

    def _read(self, items: Sequence[Item]) -> list[tuple[Any, bool]]:
        """Values, and whether they are stored; what was read before is not asked for again."""
        kept = self._values
        found = {item: kept[item] for item in items if item in kept}
        missing = {item: self.storage.key(*item) for item in items if item not in found}
        if missing:
            stored = self._stored(list(dict.fromkeys(missing.values())))
            read = {item: self._decoded(item, stored[key]) for item, key in missing.items()}
            found |= read
            if len(kept) + len(read) > MOST_KEPT:
                kept = self._values = {}
            if len(read) <= MOST_KEPT:
                kept |= read
        return [found[item] for item in items]

    def _decoded(self, item: Item, data: bytes | None) -> tuple[Any, bool]:
        return self.storage.value(self.storage.entry(*item[:2]), data), data is not None

    def entries(self, pallet: str, item: str, *keys: object) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """All entries of a map, or those under the first `keys`: the rest of the keys, and the value.

        Raises:
            ChainAnswerInvalid: The node names keys that are none of this map, or does not stop.
        """
        start = self.storage.key(pallet, item, keys)
        kept = self._maps.get(start)
        if kept is not None:
            yield from kept
            return
        seen: list[tuple[tuple[Any, ...], Any]] = []
        is_small = True
        for one in self._read_entries(pallet, item, start, len(keys)):
            if is_small:
                seen.append(one)
                is_small = len(seen) < PAGE
            yield one
        if is_small:
            self._maps[start] = seen

    def _read_entries(self, pallet: str, item: str, start: bytes, given: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
        entry, seen = self.storage.entry(pallet, item), 0
        for page in self._pages(start):
            seen += len(page)
            if seen > MOST_ENTRIES:
                raise ChainAnswerInvalid("storage")
            stored = self._stored(page)
            for key in page:
                data = stored[key]
                if data is not None:
                    yield self.storage.keys_of(pallet, item, key, given), self.storage.value(entry, data)

    def count(self, pallet: str, item: str) -> int:
        """How many entries a map has; their values are not read.

        Raises:
            ChainAnswerInvalid: The node names keys that are none of this map, or does not stop.
        """
        seen = 0
        for page in self._pages(self.storage.key(pallet, item)):
            seen += len(page)
            if seen > MOST_ENTRIES:
                raise ChainAnswerInvalid("storage")
        return seen

    def _pages(self, start: bytes) -> Iterator[list[bytes]]:
        last = None
        while True:
            after = () if last is None else (to_hex(last),)
            answer = self._rpc.call("state_getKeysPaged", to_hex(start), PAGE, *(after or (None,)), to_hex(self.at))
            if not isinstance(answer, list) or len(answer) > PAGE:
                raise ChainAnswerInvalid("storage")
            page = [from_hex(one) for one in answer]
            if any(not key.startswith(start) for key in page) or (last is not None and page and page[0] <= last):
                raise ChainAnswerInvalid("storage")
            if page:
                yield page
            if len(page) < PAGE:
                return
            last = page[-1]

    def _stored(self, keys: list[bytes]) -> dict[bytes, bytes | None]:
        found: dict[bytes, bytes | None] = {}
        for at in range(0, len(keys), PAGE):
            page = keys[at : at + PAGE]
            try:
                found |= self._query(page)
            except ChainRequestFailed as error:
                if error.code != _METHOD_UNKNOWN:
                    raise
                asked = [("state_getStorage", (to_hex(key), to_hex(self.at))) for key in page]
                answers = self._rpc.batch(asked)
                found |= {key: _stored(answer) for key, answer in zip(page, answers, strict=True)}
        return found

    def _query(self, page: list[bytes]) -> dict[bytes, bytes | None]:
        answer = self._rpc.call("state_queryStorageAt", [to_hex(key) for key in page], to_hex(self.at))
        if not isinstance(answer, list) or len(answer) != 1 or not isinstance(answer[0], dict):
            raise ChainAnswerInvalid("storage")
        if from_hex(answer[0].get("block"), 32) != self.at:
            raise ChainAnswerInvalid("storage")
        found: dict[bytes, bytes | None] = dict.fromkeys(page)
        changes = answer[0].get("changes")
        if not isinstance(changes, list):
            raise ChainAnswerInvalid("storage")
        seen = 0
        for change in changes:
            if not isinstance(change, list) or len(change) != 2:
                raise ChainAnswerInvalid("storage")
            key = from_hex(change[0])
            if key not in found:
                raise ChainAnswerInvalid("storage")
            found[key] = _stored(change[1])
            seen += 1
        if seen < len(page):
            raise ChainAnswerInvalid("storage")
        return found


def _stored(answer: object) -> bytes | None:
    return None if answer is None else from_hex(answer)
