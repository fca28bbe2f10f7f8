"""Writes runtime metadata (V14, V15) from declared types, storage, calls, events and extensions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PRIMITIVES = ("bool", "char", "str", *(f"{sign}{bits}" for sign in "ui" for bits in (8, 16, 32, 64, 128, 256)))
HASHERS = ("Blake2_128", "Blake2_256", "Blake2_128Concat", "Twox128", "Twox256", "Twox64Concat", "Identity")


def compact(value: int) -> bytes:
    if value < 1 << 6:
        return bytes([value << 2])
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    return (value << 2 | 2).to_bytes(4, "little")


def text(value: str) -> bytes:
    data = value.encode()
    return compact(len(data)) + data


def many(parts: list[bytes]) -> bytes:
    return compact(len(parts)) + b"".join(parts)


def option(part: bytes | None) -> bytes:
    return b"\0" if part is None else b"\1" + part


@dataclass(frozen=True)
class Struct:
    fields: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True)
class Enumeration:
    """Variants: name, number, fields."""

    variants: tuple[tuple[str, int, tuple[tuple[str | None, str], ...]], ...]


@dataclass(frozen=True)
class Entry:
    """A storage item: `Optional` or `Default`, one hasher and key type per key."""

    name: str
    modifier: str
    keys: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True)
class PalletDef:
    name: str
    number: int
    storage: tuple[Entry, ...] = ()
    calls: str | None = None
    events: str | None = None
    errors: str | None = None
    constants: tuple[tuple[str, str, bytes], ...] = ()


@dataclass
class Registry:
    """Types by the words that name them: `Vec<T>`, `Option<T>`, `Compact<T>`, `[T; 4]`, `(A, B)`, a declared name."""

    declared: dict[str, Struct | Enumeration | str]
    ids: dict[str, int] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)

    def id(self, name: str) -> int:
        name = name.strip()
        while isinstance(self.declared.get(name), str):
            name = str(self.declared[name])
        if name in self.ids:
            return self.ids[name]
        number = self.ids[name] = len(self.ids)
        self.bodies[number] = self._body(name)
        return number

    def bytes(self) -> bytes:
        return many([compact(number) + self.bodies[number] for number in range(len(self.ids))])

    def _body(self, name: str) -> bytes:
        found = self.declared.get(name)
        if isinstance(found, Struct):
            return self._whole([name], b"\0" + many([self._field(*one) for one in found.fields]))
        if isinstance(found, Enumeration):
            variants = [
                text(variant) + many([self._field(*one) for one in fields]) + bytes([number]) + many([])
                for variant, number, fields in found.variants
            ]
            return self._whole([name], b"\1" + many(variants))
        if name in PRIMITIVES:
            return self._whole([], b"\5" + bytes([PRIMITIVES.index(name)]))
        inside = re.fullmatch(r"(\w+)<(.*)>", name)
        if inside and inside[1] == "Vec":
            return self._whole([], b"\2" + compact(self.id(inside[2])))
        if inside and inside[1] == "Compact":
            return self._whole([], b"\6" + compact(self.id(inside[2])))
        if inside and inside[1] == "Option":
            some = text("Some") + many([self._field(None, inside[2])]) + b"\1" + many([])
            none = text("None") + many([]) + b"\0" + many([])
            return self._whole(["Option"], b"\1" + many([none, some]))
        array = re.fullmatch(r"\[(.+);\s*(\d+)\]", name)
        if array:
            return self._whole([], b"\3" + int(array[2]).to_bytes(4, "little") + compact(self.id(array[1])))
        if name.startswith("("):
            return self._whole([], b"\4" + many([compact(self.id(one)) for one in _split(name[1:-1])]))
        raise KeyError(name)

    def _field(self, name: str | None, kind: str) -> bytes:
        return option(None if name is None else text(name)) + compact(self.id(kind)) + option(text(kind)) + many([])

    @staticmethod
    def _whole(path: list[str], body: bytes, params: tuple[tuple[str, int], ...] = ()) -> bytes:
        named = many([text(name) + option(compact(kind)) for name, kind in params])
        return many([text(part) for part in path]) + named + body + many([])

    def extrinsic(self, address: str, call: str, signature: str) -> int:
        """The type `UncheckedExtrinsic` with its parts as parameters."""
        parts = tuple(
            (name, self.id(kind)) for name, kind in (("Address", address), ("Call", call), ("Signature", signature))
        )
        number = self.ids["UncheckedExtrinsic"] = len(self.ids)
        self.bodies[number] = self._whole(
            ["sp_runtime", "UncheckedExtrinsic"], b"\0" + many([self._field(None, "Vec<u8>")]), parts
        )
        return number


def _split(inside: str) -> list[str]:
    parts, depth, now = [], 0, ""
    for letter in inside:
        depth += (letter in "<([") - (letter in ">)]")
        if letter == "," and not depth:
            parts.append(now)
            now = ""
        else:
            now += letter
    return [part for part in (*parts, now) if part.strip()]


def write(
    registry: Registry,
    pallets: list[PalletDef],
    extensions: list[tuple[str, str, str]],
    *,
    address: str,
    call: str,
    signature: str,
    version: int = 14,
) -> bytes:
    """The metadata; extensions are name, type in the extrinsic, type that only the signature covers."""
    extrinsic = registry.extrinsic(address, call, signature)
    body = [_pallet(registry, one, version) for one in pallets]
    listed = many([text(name) + compact(registry.id(a)) + compact(registry.id(b)) for name, a, b in extensions])
    if version == 14:
        tail = compact(extrinsic) + b"\4" + listed + compact(registry.id("()"))
    else:
        parts = [compact(registry.id(one)) for one in (address, call, signature, "()")]
        tail = b"\4" + b"".join(parts) + listed + compact(registry.id("()"))
        tail += many([]) + b"".join(compact(registry.id(one)) for one in (call, "()", "()")) + many([])
    return b"meta" + bytes([version]) + registry.bytes() + many(body) + tail


def _pallet(registry: Registry, pallet: PalletDef, version: int) -> bytes:
    storage = None
    if pallet.storage:
        storage = text(pallet.name) + many([_entry(registry, one) for one in pallet.storage])

    def named(kind: str | None) -> bytes:
        return option(None if kind is None else compact(registry.id(kind)))

    constants = many(
        [
            text(name) + compact(registry.id(kind)) + compact(len(value)) + value + many([])
            for name, kind, value in pallet.constants
        ]
    )
    made = text(pallet.name) + option(storage) + named(pallet.calls) + named(pallet.events) + constants
    made += named(pallet.errors) + bytes([pallet.number])
    return made + (many([]) if version >= 15 else b"")


def _entry(registry: Registry, entry: Entry) -> bytes:
    made = text(entry.name) + bytes([0 if entry.modifier == "Optional" else 1])
    if not entry.keys:
        made += b"\0" + compact(registry.id(entry.value))
    else:
        hashers = many([bytes([HASHERS.index(hasher)]) for hasher, _ in entry.keys])
        kinds = [kind for _, kind in entry.keys]
        key = kinds[0] if len(kinds) == 1 else f"({','.join(kinds)})"
        made += b"\1" + hashers + compact(registry.id(key)) + compact(registry.id(entry.value))
    default = default_of(registry, entry.value)
    return made + compact(len(default)) + default + many([])


def default_of(registry: Registry, name: str) -> bytes:
    """The bytes of a type's default value: zeros, nothing, the first variant."""
    name = name.strip()
    while isinstance(registry.declared.get(name), str):
        name = str(registry.declared[name])
    found = registry.declared.get(name)
    if isinstance(found, Struct):
        return b"".join(default_of(registry, kind) for _, kind in found.fields)
    if isinstance(found, Enumeration):
        _, number, fields = found.variants[0]
        return bytes([number]) + b"".join(default_of(registry, kind) for _, kind in fields)
    if name in PRIMITIVES:
        return b"\0" if name in ("bool", "str") else bytes(int(name[1:]) // 8)
    array = re.fullmatch(r"\[(.+);\s*(\d+)\]", name)
    if array:
        return default_of(registry, array[1]) * int(array[2])
    if name.startswith("("):
        return b"".join(default_of(registry, one) for one in _split(name[1:-1]))
    return b"\0"  # an empty list, None, compact zero
