"""State: typed maps of immutable values, and overlays that hold changes until they are kept or dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from dbc_desktop.rules.codec import RAW, Codec

K = TypeVar("K")
V = TypeVar("V")

SINGLE = b""
"""The key of a map that holds one value."""


@dataclass(frozen=True, slots=True, eq=False)
class Map(Generic[K, V]):
    """A storage map of a pallet: its name and the canonical form of its keys and values."""

    name: str
    key: Codec[K]
    value: Codec[V]


MAPS: dict[str, Map[Any, Any]] = {}


def declare(name: str, key: Codec[K], value: Codec[V]) -> Map[K, V]:
    """Declare a storage map; its name is `Pallet.Item` as on the chain where the chain has it."""
    if name in MAPS:
        raise ValueError(f"{name} is declared twice")
    made = Map(name, key, value)
    MAPS[name] = made
    return made


def declare_value(name: str, value: Codec[V]) -> Map[bytes, V]:
    """Declare a map that holds one value, under `SINGLE`."""
    return declare(name, RAW, value)


NOTHING_LEFT_OUT: Mapping[str, Collection[Any]] = MappingProxyType({})


class Readable(Protocol):
    """Something that values can be read from: the state or an overlay on it."""

    def get(self, table: Map[K, V], key: K) -> V | None:
        """The value at `key`, None where there is none."""

    def items(self, table: Map[K, V]) -> Iterator[tuple[K, V]]:
        """All entries, in no order."""


class State:
    """The values at one height. Only `Engine.apply` writes to it, through the overlay of its block.

    Attributes:
        tables: The values by map, to be read: whoever assigns to one is refused.
    """

    __slots__ = ("_values", "tables")

    def __init__(self) -> None:
        self._values: dict[str, dict[Any, Any]] = {name: {} for name in MAPS}
        self.tables: Mapping[str, Mapping[Any, Any]] = MappingProxyType(
            {name: MappingProxyType(values) for name, values in self._values.items()}
        )

    def copy(self, only: Mapping[str, Collection[Any]] = NOTHING_LEFT_OUT) -> State:
        """Another state of the same values; of the maps named in `only` no other keys than those."""
        made = State()
        for name, values in self._values.items():
            keys = only.get(name)
            made._values[name].update(values if keys is None else {key: values[key] for key in keys if key in values})
        return made

    def get(self, table: Map[K, V], key: K) -> V | None:
        """The value at `key`, None where there is none."""
        found: V | None = self.tables[table.name].get(key)
        return found

    def items(self, table: Map[K, V]) -> Iterator[tuple[K, V]]:
        """All entries, in no order."""
        return iter(self.tables[table.name].items())

    def rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Every entry in canonical form, sorted by map and key."""
        for name in sorted(self.tables):
            table = MAPS[name]
            coded = sorted((table.key.encode(key), value) for key, value in self.tables[name].items())
            for key, value in coded:
                yield name, key, table.value.encode(value)

    def put_row(self, name: str, key: bytes, value: bytes) -> None:
        """Put back one entry of `rows`.

        Raises:
            KeyError: No map has this name.
            ValueError: The bytes are not of the canonical form.
        """
        table = MAPS[name]
        self._values[name][table.key.decode(key)] = table.value.decode(value)


class Overlay:
    """Changes on top of a state or of another overlay: kept with `commit`, dropped by forgetting it."""

    __slots__ = ("_tables", "below", "changes")

    def __init__(self, below: State | Overlay) -> None:
        self.below = below
        # The values themselves: an overlay is the one way in which they are written.
        self._tables = below._values if isinstance(below, State) else None
        self.changes: dict[str, dict[Any, Any]] = {}

    def get(self, table: Map[K, V], key: K) -> V | None:
        """The value at `key`, None where there is none."""
        changed = self.changes.get(table.name)
        if changed is not None and key in changed:
            found: V | None = changed[key]
            return found
        if self._tables is not None:  # one call less where payouts read a hundred thousand rows
            return self._tables[table.name].get(key)
        return self.below.get(table, key)

    def many(self, table: Map[K, V], keys: Sequence[K]) -> list[V | None]:
        """The values at `keys`, in their order."""
        below = self.below
        # Straight from the table: a payout asks for a hundred thousand rows.
        found: list[V | None] = (
            list(map(self._tables[table.name].get, keys))
            if self._tables is not None
            else [below.get(table, key) for key in keys]
        )
        changed = self.changes.get(table.name)
        return [changed.get(key, value) for key, value in zip(keys, found, strict=True)] if changed else found

    def put_many(self, table: Map[K, V], values: Mapping[K, V]) -> None:
        """Set all these values."""
        self.changes.setdefault(table.name, {}).update(values)

    def items(self, table: Map[K, V]) -> Iterator[tuple[K, V]]:
        """All entries, in no order."""
        changed = self.changes.get(table.name, {})
        for key, value in self.below.items(table):
            if key not in changed:
                yield key, value
        for key, value in changed.items():
            if value is not None:
                yield key, value

    def put(self, table: Map[K, V], key: K, value: V) -> None:
        """Set the value at `key`."""
        changed = self.changes.get(table.name)
        if changed is None:
            changed = self.changes[table.name] = {}
        changed[key] = value

    def remove(self, table: Map[K, V], key: K) -> None:
        """Leave nothing at `key`."""
        self.changes.setdefault(table.name, {})[key] = None

    def commit(self) -> None:
        """Hand all changes to the overlay below."""
        if not isinstance(self.below, Overlay):
            raise TypeError("only the engine writes to the state")
        for name, changed in self.changes.items():
            self.below.changes.setdefault(name, {}).update(changed)

    def absorb(self) -> None:
        """Write the changes into the state below, of which nobody keeps rows: a branch in memory."""
        tables = self._tables
        if tables is None:
            raise TypeError("this overlay does not lie on the state")
        for name, changed in self.changes.items():
            values = tables[name]
            for key, value in changed.items():
                if value is None:
                    values.pop(key, None)
                else:
                    values[key] = value

    def settle(self) -> dict[tuple[str, bytes], bytes | None]:
        """Write the changes into the state below; what really changed, in canonical form, sorted."""
        tables = self._tables
        if tables is None:
            raise TypeError("this overlay does not lie on the state")
        found: dict[tuple[str, bytes], bytes | None] = {}
        for name in sorted(self.changes):
            table, values = MAPS[name], tables[name]
            encode_key, encode, before = table.key.encode, table.value.encode, values.get
            rows: list[tuple[bytes, bytes | None]] = []
            for key, value in self.changes[name].items():
                if before(key) == value:
                    continue
                if value is None:
                    del values[key]
                    rows.append((encode_key(key), None))
                else:
                    values[key] = value
                    rows.append((encode_key(key), encode(value)))
            rows.sort()  # never beyond the keys, of which there is one each
            for row_key, row in rows:
                found[name, row_key] = row
        return found
