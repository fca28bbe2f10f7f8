"""What a node says about its own runtime: types, storage, calls and signed extensions (metadata V14 and V15).

The bytes are a stranger's: every length is held against what is left before anything is built, and whatever does not
fit ends in `ChainAnswerInvalid("metadata")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from dbc_desktop.domain.errors import BackendMismatch, ChainAnswerInvalid

T = TypeVar("T")

MOST_BYTES = 8 * 1024 * 1024
"""The largest metadata that is read; the network's has 360 kB."""

_MAGIC = b"meta"
_MOST_TYPES = 20_000
_PRIMITIVES = ("bool", "char", "str", *(f"{sign}{bits}" for sign in "ui" for bits in (8, 16, 32, 64, 128, 256)))
_HASHERS = (
    "Blake2_128",
    "Blake2_256",
    "Blake2_128Concat",
    "Twox128",
    "Twox256",
    "Twox64Concat",
    "Identity",
)


class Field(NamedTuple):
    """A field of a struct or of a variant; `name` is None where it only has a place."""

    name: str | None
    kind: int


class VariantDef(NamedTuple):
    """One variant of an enumeration."""

    name: str
    number: int
    fields: tuple[Field, ...]


class TypeDef(NamedTuple):
    """One type of the runtime.

    Attributes:
        shape: `composite` (body: fields), `variant` (variants), `sequence` (type), `array` (length, type), `tuple`
            (types), `primitive` (its name), `compact` (type) or `bits`.
    """

    path: tuple[str, ...]
    shape: str
    body: Any


class StorageEntry(NamedTuple):
    """One storage item; `key` is None for a plain value, `default` its SCALE bytes where nothing is stored."""

    is_optional: bool
    hashers: tuple[str, ...]
    key: int | None
    value: int
    default: bytes


class Pallet(NamedTuple):
    """One pallet: its storage by item name, the types of its calls, events and errors, its constants."""

    number: int
    prefix: str
    storage: dict[str, StorageEntry]
    calls: int | None
    events: int | None
    errors: int | None
    constants: dict[str, tuple[int, bytes]]


class Extension(NamedTuple):
    """A signed extension: its name, what stands in the extrinsic, what only the signature covers."""

    name: str
    extra: int
    additional: int


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a runtime says about itself; `call`, `address` and `signature` are the parts of its extrinsic."""

    version: int
    types: tuple[TypeDef, ...]
    pallets: dict[str, Pallet]
    extrinsic_version: int
    extensions: tuple[Extension, ...]
    address: int
    call: int
    signature: int

    def storage(self, pallet: str, item: str) -> StorageEntry | None:
        """A storage item, None where this runtime has none of that name."""
        found = self.pallets.get(pallet)
        return None if found is None else found.storage.get(item)


class _Reader:
    """Reads SCALE from the front of some bytes."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise ChainAnswerInvalid("metadata")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        at = self.at
        self.at = at + 1
        return self.data[at]

    def compact(self) -> int:
        data, at = self.data, self.at
        first = data[at]
        mode = first & 3
        if mode == 0:
            self.at = at + 1
            return first >> 2
        if mode == 1:
            return int.from_bytes(self.take(2), "little") >> 2
        if mode == 2:
            return int.from_bytes(self.take(4), "little") >> 2
        self.at = at + 1
        size = (first >> 2) + 4
        if size > 8:
            raise ChainAnswerInvalid("metadata")
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        return self.take(self.compact()).decode()

    def blob(self) -> bytes:
        return self.take(self.compact())

    def many(self, one: Callable[[], T]) -> list[T]:
        count = self.compact()
        if count > len(self.data) - self.at:
            raise ChainAnswerInvalid("metadata")
        return [one() for _ in range(count)]

    def skip_texts(self) -> None:
        """Documentation: passed over without being built."""
        count = self.compact()
        if count > len(self.data) - self.at:
            raise ChainAnswerInvalid("metadata")
        for _ in range(count):
            size = self.compact()
            self.at += size

    def option(self, one: Callable[[], T]) -> T | None:
        flag = self.byte()
        if flag > 1:
            raise ChainAnswerInvalid("metadata")
        return one() if flag else None


def decode_metadata(data: bytes) -> Metadata:
    """Read metadata of version 14 or 15.

    Raises:
        ChainAnswerInvalid: `metadata`: it is not of that form.
        BackendMismatch: `metadata_version`: a form this program does not know.
    """
    if len(data) > MOST_BYTES or data[:4] != _MAGIC or len(data) < 5:
        raise ChainAnswerInvalid("metadata")
    version = data[4]
    if version not in (14, 15):
        raise BackendMismatch("metadata_version")
    reader = _Reader(data)
    reader.at = 5
    try:
        return _Decoder(reader, version).metadata()
    except (IndexError, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise ChainAnswerInvalid("metadata") from error


class _Decoder:
    """The parts of metadata in the order in which they stand."""

    def __init__(self, reader: _Reader, version: int) -> None:
        self._in, self._version = reader, version
        self._params: dict[int, dict[str, int | None]] = {}

    def metadata(self) -> Metadata:
        types = tuple(self._in.many(self._type))
        if not 0 < len(types) <= _MOST_TYPES:
            raise ChainAnswerInvalid("metadata")
        pallets = dict(self._in.many(self._pallet))
        version, address, call, signature, extensions = self._extrinsic()
        made = Metadata(self._version, types, pallets, version, extensions, address, call, signature)
        _refuse_dangling(made)
        return made

    def _type(self) -> TypeDef:
        read = self._in
        number = read.compact()
        path = tuple(read.many(read.text))
        params = dict(read.many(self._param))
        if path[-1:] == ("UncheckedExtrinsic",):
            self._params[number] = params
        shape = read.byte()
        if shape == 0:
            found = TypeDef(path, "composite", tuple(read.many(self._field)))
        elif shape == 1:
            found = TypeDef(path, "variant", tuple(read.many(self._variant)))
        elif shape == 2:
            found = TypeDef(path, "sequence", read.compact())
        elif shape == 3:
            length = int.from_bytes(read.take(4), "little")
            found = TypeDef(path, "array", (length, read.compact()))
        elif shape == 4:
            found = TypeDef(path, "tuple", tuple(read.many(read.compact)))
        elif shape == 5:
            found = TypeDef(path, "primitive", _PRIMITIVES[read.byte()])
        elif shape == 6:
            found = TypeDef(path, "compact", read.compact())
        elif shape == 7:
            found = TypeDef(path, "bits", (read.compact(), read.compact()))
        else:
            raise ChainAnswerInvalid("metadata")
        read.skip_texts()
        return found

    def _param(self) -> tuple[str, int | None]:
        return self._in.text(), self._in.option(self._in.compact)

    def _field(self) -> Field:
        read = self._in
        name = read.option(read.text)
        kind = read.compact()
        read.option(read.blob)
        read.skip_texts()
        return Field(name, kind)

    def _variant(self) -> VariantDef:
        read = self._in
        name, fields, index = read.text(), tuple(read.many(self._field)), read.byte()
        read.skip_texts()
        return VariantDef(name, index, fields)

    def _pallet(self) -> tuple[str, Pallet]:
        read = self._in
        name = read.text()
        storage = read.option(self._storage)
        prefix, entries = (name, []) if storage is None else storage
        calls, events = read.option(read.compact), read.option(read.compact)
        constants = read.many(self._constant)
        errors = read.option(read.compact)
        index = read.byte()
        if self._version >= 15:
            read.skip_texts()
        return name, Pallet(index, prefix, dict(entries), calls, events, errors, dict(constants))

    def _storage(self) -> tuple[str, list[tuple[str, StorageEntry]]]:
        return self._in.text(), self._in.many(self._entry)

    def _entry(self) -> tuple[str, StorageEntry]:
        read = self._in
        name, modifier, shape = read.text(), read.byte(), read.byte()
        hashers: tuple[str, ...] = ()
        key = None
        if shape == 1:
            hashers = tuple(_HASHERS[number] for number in read.many(read.byte))
            key = read.compact()
        elif shape:
            raise ChainAnswerInvalid("metadata")
        value, default = read.compact(), read.blob()
        read.skip_texts()
        return name, StorageEntry(modifier == 0, hashers, key, value, default)

    def _constant(self) -> tuple[str, tuple[int, bytes]]:
        read = self._in
        name, kind, value = read.text(), read.compact(), read.blob()
        read.skip_texts()
        return name, (kind, value)

    def _extension(self) -> Extension:
        return Extension(self._in.text(), self._in.compact(), self._in.compact())

    def _extrinsic(self) -> tuple[int, int, int, int, tuple[Extension, ...]]:
        read = self._in
        if self._version >= 15:
            version, address, call, signature = read.byte(), read.compact(), read.compact(), read.compact()
            read.compact()  # the type of all that the extensions put into an extrinsic
            return version, address, call, signature, tuple(read.many(self._extension))
        params = self._params.get(read.compact(), {})
        version, extensions = read.byte(), tuple(read.many(self._extension))
        parts = [params.get(name) for name in ("Address", "Call", "Signature")]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts):
            raise ChainAnswerInvalid("metadata")
        return version, known[0], known[1], known[2], extensions


def _refuse_dangling(made: Metadata) -> None:
    """Each type that is named must exist, so that a codec never meets a hole."""
    named: set[int] = {made.address, made.call, made.signature}
    for _, shape, body in made.types:
        if shape == "composite":
            named.update(field.kind for field in body)
        elif shape == "variant":
            named.update(field.kind for variant in body for field in variant.fields)
        elif shape == "tuple":
            named.update(body)
        elif shape in ("sequence", "compact"):
            named.add(body)
        elif shape == "array":
            named.add(body[1])
    for extension in made.extensions:
        named.update(extension[1:])
    for pallet in made.pallets.values():
        named.update(kind for kind in pallet[3:6] if kind is not None)
        named.update(kind for kind, _ in pallet.constants.values())
        for entry in pallet.storage.values():
            named.add(entry.value)
            if entry.key is not None:
                named.add(entry.key)
    if max(named) >= len(made.types):
        raise ChainAnswerInvalid("metadata")
    for pallet in made.pallets.values():
        if any(made.types[kind].shape != "variant" for kind in pallet[3:6] if kind is not None):
            raise ChainAnswerInvalid("metadata")
