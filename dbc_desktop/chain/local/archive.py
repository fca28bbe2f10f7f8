"""One file that holds a chain's log and nothing else: what is exported, and what an import reads of it.

magic ++ version (u16) ++ zlib stream ++ blake2b-256 of all before it. The stream holds the genesis as JSON, the time of
height 0, the newest height, the count of blocks, what the resident committee found and was shown, and then for each
block its height, its hash and its extrinsics. Numbers are big-endian. Nothing of it is believed: an import runs it.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dbc_desktop.chain.extrinsic import MAX_EXTRINSIC
from dbc_desktop.chain.local.launch import pack_spec, unpack_spec
from dbc_desktop.chain.local.replay import PROGRESS_BLOCKS
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.errors import DataCorrupt, DataTooLarge, DataTooNew
from dbc_desktop.rules.genesis import GenesisSpec
from dbc_desktop.storage.files import files_translated, private_folder

MAGIC = b"DBCCHAIN"
VERSION = 1
MAX_FILE = 2 << 30
"""The longest file in bytes that is looked at."""
MAX_STREAM = 4 << 30
"""The longest stream in bytes that is unpacked from it."""

_MAX_GENESIS = 4 << 20
_MAX_NOTES = 10_000
_MAX_NOTE = 4_096
_MAX_BODIES = 1 << 20
_CHUNK = 1 << 16
_DIGEST = 32
NOTE_PREFIXES = ("shown/", "found/")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LoggedBlock:
    """A block as a log has it: its extrinsics, and the hash that running them must give."""

    height: int
    hash: bytes
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LogHead:
    """What stands before the blocks.

    Attributes:
        start_ms: When height 0 was, in milliseconds since 1970.
        height: The newest height, quiet ones included.
        blocks: How many blocks follow, genesis not counted.
        notes: What the resident committee was shown and found, as it rests in the chain's file.
    """

    spec: GenesisSpec
    start_ms: int
    height: int
    blocks: int
    notes: tuple[tuple[str, bytes], ...]


def write_archive(store: Store, height: int, path: Path, progress: Progress | None = None) -> None:
    """Write the log of `store` into a file that appears when it is whole.

    Raises:
        DataCorrupt: The chain's file is damaged.
        DataUnwritable: The folder is read-only or full.
        Cancelled: `progress` said so; nothing is left behind.
    """
    private_folder(path.parent)
    with files_translated(path):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    done = False
    try:
        with files_translated(path), os.fdopen(handle, "wb") as file:
            _Writer(file).write(store, height, progress)
            file.flush()
            os.fsync(file.fileno())
            Path(temporary).replace(path)
        done = True
    finally:
        if not done:
            with suppress(OSError):
                Path(temporary).unlink()


class _Writer:
    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._zip = file, hashlib.blake2b(digest_size=_DIGEST), zlib.compressobj(6)

    def write(self, store: Store, height: int, progress: Progress | None) -> None:
        packed, start = store.meta("genesis"), store.meta("start_ms")
        if packed is None or start is None:
            raise DataCorrupt(store.path, "no chain")
        self._out(MAGIC + struct.pack(">H", VERSION))
        total = store.block_count() - 1
        notes = [item for prefix in NOTE_PREFIXES for item in store.meta_items(prefix)]
        self._put(struct.pack(">I", len(packed)) + packed + start[-8:].rjust(8, b"\0"))
        self._put(struct.pack(">III", height, total, len(notes)))
        for key, value in notes:
            name = key.encode()
            self._put(struct.pack(">HH", len(name), len(value)) + name + value)
        for done, at in enumerate(store.block_heights(above=0), 1):
            block = store.block(at)
            parts = [struct.pack(">I", at), block.hash, struct.pack(">I", len(block.bodies))]
            for body in block.bodies:
                parts += (struct.pack(">I", len(body)), body)
            self._put(b"".join(parts))
            if progress is not None and (done % PROGRESS_BLOCKS == 0 or done == total):
                progress(done, total)
        self._out(self._zip.flush())
        self._file.write(self._digest.digest())

    def _put(self, data: bytes) -> None:
        self._out(self._zip.compress(data))

    def _out(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


class Archive:
    """An exported file to be read once: `head`, then `blocks`.

    Opening it checks version and digest, so that a file that was cut or changed on its way is refused before anything
    of it is run.

    Raises:
        DataCorrupt: Not such a file, cut, changed, or against its own form.
        DataTooNew: A newer version of this program wrote it.
        DataTooLarge: It is longer than this program looks at, or unpacks to more.
    """

    def __init__(self, path: Path, *, max_stream: int = MAX_STREAM) -> None:
        self.path = path
        self._max_stream = max_stream
        try:
            self._length = path.stat().st_size
        except OSError as error:
            raise DataCorrupt(path, error.strerror or "unreadable") from error
        if self._length > MAX_FILE:
            raise DataTooLarge(path, MAX_FILE)
        self._check()
        self._stream = self._bytes()
        self._rest = bytearray()
        self.head = self._read_head()

    def _check(self) -> None:
        with self._opened() as file:
            first = file.read(len(MAGIC) + 2)
            if first[: len(MAGIC)] != MAGIC or len(first) < len(MAGIC) + 2:
                raise DataCorrupt(self.path, "not an exported chain")
            (version,) = struct.unpack(">H", first[len(MAGIC) :])
            if version > VERSION:
                raise DataTooNew(self.path, version)
            if version < 1:
                raise DataCorrupt(self.path, "version")
            digest = hashlib.blake2b(first, digest_size=_DIGEST)
            left = self._length - len(first) - _DIGEST
            while left > 0:
                data = file.read(min(_CHUNK, left))
                if not data:
                    break
                digest.update(data)
                left -= len(data)
            if left or file.read(_DIGEST + 1) != digest.digest():
                raise DataCorrupt(self.path, "digest")

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise DataCorrupt(self.path, error.strerror or "unreadable") from error

    def _bytes(self) -> Iterator[bytes]:
        """The stream in pieces, never more of it in memory than one piece."""
        unpacker, total = zlib.decompressobj(), 0
        with self._opened() as file:
            file.seek(len(MAGIC) + 2)
            left = self._length - len(MAGIC) - 2 - _DIGEST
            waiting = b""
            while not unpacker.eof:
                if not waiting:
                    waiting = file.read(min(_CHUNK, left))
                    left -= len(waiting)
                    if not waiting:
                        raise DataCorrupt(self.path, "ends too early")
                try:
                    piece = unpacker.decompress(waiting, _CHUNK)
                except zlib.error as error:
                    raise DataCorrupt(self.path, "not compressed as it should be") from error
                waiting = unpacker.unconsumed_tail
                total += len(piece)
                if total > self._max_stream:
                    raise DataTooLarge(self.path, self._max_stream)
                if piece:
                    yield piece
            if left or unpacker.unused_data:
                raise DataCorrupt(self.path, "more than one stream")

    def _take(self, length: int) -> bytes:
        while len(self._rest) < length:
            piece = next(self._stream, None)
            if piece is None:
                raise DataCorrupt(self.path, "ends too early")
            self._rest += piece
        data = bytes(self._rest[:length])
        del self._rest[:length]
        return data

    def _number(self, most: int) -> int:
        (found,) = struct.unpack(">I", self._take(4))
        if found > most:
            raise DataTooLarge(self.path, most)
        return int(found)

    def _read_head(self) -> LogHead:
        packed = self._take(self._number(_MAX_GENESIS))
        try:
            spec = unpack_spec(packed)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise DataCorrupt(self.path, "genesis") from error
        if pack_spec(spec) != packed:
            raise DataCorrupt(self.path, "genesis")
        start_ms = int.from_bytes(self._take(8))
        height, blocks = self._number(2**32 - 1), self._number(2**32 - 1)
        notes = []
        for _ in range(self._number(_MAX_NOTES)):
            key_length, length = struct.unpack(">HH", self._take(4))
            if key_length > _MAX_NOTE or length > _MAX_NOTE:
                raise DataTooLarge(self.path, _MAX_NOTE)
            key = self._take(key_length).decode(errors="replace")
            if not key.startswith(NOTE_PREFIXES):
                raise DataCorrupt(self.path, "note")
            notes.append((key, self._take(length)))
        return LogHead(spec, start_ms, height, blocks, tuple(notes))

    def blocks(self) -> Iterator[LoggedBlock]:
        """The blocks in order; nothing follows the last of them."""
        for _ in range(self.head.blocks):
            height = self._number(2**32 - 1)
            own_hash = self._take(32)
            bodies = tuple(self._take(self._number(MAX_EXTRINSIC)) for _ in range(self._number(_MAX_BODIES)))
            yield LoggedBlock(height, own_hash, bodies)
        if self._rest or next(self._stream, None) is not None:
            raise DataCorrupt(self.path, "more blocks than it says")
