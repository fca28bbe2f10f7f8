"""Which chain the window works on: local chains, the network's main chain, nodes that the person added (design 4)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dbc_desktop.chain.extensions import Extension
from dbc_desktop.crypto.hashing import blake2_128
from dbc_desktop.domain.errors import BackendMismatch, DbcError, InvalidInput
from dbc_desktop.domain.network import NodeHealth
from dbc_desktop.rules.profile import PROFILES
from dbc_desktop.storage.files import files_translated, read_limited, write_whole

_LIMIT_BYTES = 256 * 1024
_MOST = 50
_LONGEST_NAME = 40
_LONGEST_URL = 200
_FOLDER = re.compile(r"chain(s/[a-z0-9-]{1,60})?")
_SCHEMES = ("https", "http", "wss", "ws")

LOCAL, NODE, EXTENSION = "local", "node", "extension"
FIRST, MAINNET = "local", "mainnet"
"""Keys of the two networks that are always there."""

Make = Callable[["Network", bytes], None]
"""Makes a new local chain on disk that goes on from a copy of a stash; returns when it stands."""

PRACTICE_RULES = "mainnet-411"

Probe = Callable[[tuple[str, ...], bytes | None], tuple[bytes, NodeHealth]]
"""Endpoints and the pinned genesis; the genesis that is shown, and how the node fares."""


@dataclass(frozen=True, slots=True)
class Network:
    """A chain that can be chosen.

    Attributes:
        kind: `local` (the embedded chain), `node` or `extension` (a backend of a third-party package).
        endpoints: Of a node, the first that answers is asked.
        genesis_hash: Of a node, pinned when it was first trusted; None before.
        folder: Of a local chain, below the data folder.
        rules: Of a local chain, the profile it is made with.
        client_node: Of a node's network, the address of the client node through which rented machines are reached;
            empty where the person named none. A local chain has its stand-in node.
        extension: Of an extension, which.
    """

    key: str
    name: str
    kind: str
    endpoints: tuple[str, ...] = ()
    genesis_hash: bytes | None = None
    folder: str = ""
    rules: str = ""
    client_node: str = ""
    extension: Extension | None = None

    @property
    def is_builtin(self) -> bool:
        """Whether it is always there."""
        return self.key in (FIRST, MAINNET)


_BUILTIN = (
    Network(FIRST, "Local chain", LOCAL, folder="chain", rules="launch-2021"),
    # Named in the network's own documents (chain-rules 10.1); whose they are is the person's to check.
    Network(MAINNET, "DBC Mainnet", NODE, ("https://httpinfo.dbcwallet.io", "https://rpc.dbcwallet.io")),
)


class Networks:
    """The list in `networks.json` of a data folder; callable from any thread but the GUI's where it writes.

    Args:
        home: The data folder.
        probe: How a node is looked at without opening it.
        make: How a chain to practise on is made.
        discover: What backends installed packages offer; runs none of them.
    """

    def __init__(
        self,
        home: Path,
        probe: Probe,
        make: Make | None = None,
        discover: Callable[[], tuple[Extension, ...]] = lambda: (),
    ) -> None:
        self._home, self._probe, self._make = home, probe, make
        self._discover = cache(discover)
        self._path = home / "networks.json"

    def all(self) -> tuple[Network, ...]:
        """Local chains first, then nodes; what is garbled in the file counts as not there."""
        kept, _ = self._read()
        return tuple(sorted(kept.values(), key=lambda one: (one.kind != LOCAL, not one.is_builtin, one.name.lower())))

    def chosen(self) -> Network:
        """The one that the window works on."""
        kept, chosen = self._read()
        return kept.get(chosen, kept[FIRST])

    def choose(self, key: str) -> Network:
        """Work on this one from the next opening on.

        Raises:
            InvalidInput: `network` with `unknown`.
            DataUnwritable: Read-only or full.
        """
        kept, _ = self._read()
        if key not in kept:
            raise InvalidInput("network", "unknown")
        self._write(kept, key)
        return kept[key]

    def add_node(self, name: str, endpoints: str) -> Network:
        """Add a node by its addresses, one or several, apart by spaces or commas.

        Raises:
            InvalidInput: `network_name` with `empty`, `too_long` or `taken`; `endpoint` with `empty`, `not_an_address`.
        """
        kept, chosen = self._read()
        urls = tuple(parse_endpoint(one) for one in re.split(r"[\s,]+", endpoints.strip()) if one)
        if not urls:
            raise InvalidInput("endpoint", "empty")
        made = Network(_free_key(kept, "node"), _checked_name(kept, name), NODE, urls[:8])
        self._write(kept | {made.key: made}, chosen)
        return made

    def add_local(self, name: str, rules: str) -> Network:
        """Another local chain; it is made when it is first opened.

        Raises:
            InvalidInput: `network_name` as `add_node`, `rules` with `unknown`.
        """
        if rules not in PROFILES:
            raise InvalidInput("rules", "unknown")
        kept, chosen = self._read()
        key = _free_key(kept, "chain")
        made = Network(key, _checked_name(kept, name), LOCAL, folder=f"chains/{key}", rules=rules)
        self._write(kept | {made.key: made}, chosen)
        return made

    def practice(self, name: str, copy: bytes) -> Network:
        """A local chain by the network's rules that goes on from `copy` (`ChainBackend.stash_copy`); takes seconds.

        Raises:
            InvalidInput: As `add_local`.
            DataUnwritable: Read-only or full; then it is not in the list.
        """
        if self._make is None:
            raise BackendMismatch("practice")
        made = self.add_local(name, PRACTICE_RULES)
        try:
            self._make(made, copy)
        except DbcError:
            self.remove(made.key)
            raise
        return made

    def change_endpoints(self, key: str, endpoints: str) -> Network:
        """Other addresses for a node; the pinned genesis stays.

        Raises:
            InvalidInput: As `add_node`, or `network` with `unknown`.
        """
        kept, chosen = self._read()
        urls = tuple(parse_endpoint(one) for one in re.split(r"[\s,]+", endpoints.strip()) if one)
        if not urls:
            raise InvalidInput("endpoint", "empty")
        if key not in kept or kept[key].kind != NODE:
            raise InvalidInput("network", "unknown")
        made = replace(kept[key], endpoints=urls[:8])
        self._write(kept | {key: made}, chosen)
        return made

    def change_client_node(self, key: str, address: str) -> Network:
        """The client node through which machines of this network are reached; an empty address forgets it.

        Raises:
            InvalidInput: `client_node` with `not_an_address`, or `network` with `unknown`.
            DataUnwritable: Read-only or full.
        """
        kept, chosen = self._read()
        if key not in kept or kept[key].kind != NODE:
            raise InvalidInput("network", "unknown")
        made = replace(kept[key], client_node=parse_client_node(address))
        self._write(kept | {key: made}, chosen)
        return made

    def remove(self, key: str) -> None:
        """Forget a node, or delete a local chain with everything on it; never one that is always there or chosen.

        Raises:
            InvalidInput: `network` with `unknown` or `in_use`.
            DataUnwritable: The folder cannot be deleted.
        """
        kept, chosen = self._read()
        found = kept.get(key)
        if found is None or found.is_builtin:
            raise InvalidInput("network", "unknown")
        if key == chosen:
            raise InvalidInput("network", "in_use")
        self._write({other: one for other, one in kept.items() if other != key}, chosen)
        folder = self._home / found.folder
        if found.kind == LOCAL and folder.is_dir():
            with files_translated(folder):
                shutil.rmtree(folder)

    def pin(self, key: str, genesis_hash: bytes) -> None:
        """Trust this genesis from now on.

        Raises:
            BackendMismatch: `genesis`: another one was pinned before.
        """
        kept, chosen = self._read()
        found = kept.get(key)
        if found is None or found.kind != NODE or found.genesis_hash == genesis_hash:
            return
        if found.genesis_hash is not None:
            raise BackendMismatch("genesis")
        self._write(kept | {key: replace(found, genesis_hash=genesis_hash)}, chosen)

    def health(self, key: str) -> NodeHealth:
        """How a node fares, asked now; from the `io` lane.

        Raises:
            ChainUnreachable: It does not answer.
            BackendMismatch: `genesis`: it is another chain than the pinned one.
            InvalidInput: `network` with `unknown`.
        """
        found = self._read()[0].get(key)
        if found is None or found.kind != NODE:
            raise InvalidInput("network", "unknown")
        return self._probe(found.endpoints, found.genesis_hash)[1]

    def extensions(self) -> tuple[tuple[Extension, str], ...]:
        """The backends that installed packages offer: `on`, `off`, or `changed`: another version was turned on."""
        trusted = self._trusted()
        names = {(one.package, one.name) for one in trusted}
        return tuple(
            (one, "on" if one in trusted else "changed" if (one.package, one.name) in names else "off")
            for one in self._discover()
        )

    def turn_on(self, extension: Extension) -> Network:
        """Let a package's backend be opened from now on; it is not opened yet.

        Raises:
            InvalidInput: `network` with `unknown`: nothing of that name and version is installed.
            DataUnwritable: Read-only or full.
        """
        if extension not in self._discover():
            raise InvalidInput("network", "unknown")
        kept, chosen = self._read()
        trusted = {one for one in self._trusted() if (one.package, one.name) != (extension.package, extension.name)}
        self._write(kept, chosen, trusted | {extension})
        return _offered(extension)

    def turn_off(self, extension: Extension) -> None:
        """Never load it again.

        Raises:
            InvalidInput: `network` with `in_use`.
            DataUnwritable: Read-only or full.
        """
        kept, chosen = self._read()
        if chosen == _offered(extension).key:
            raise InvalidInput("network", "in_use")
        self._write(kept, chosen, self._trusted() - {extension})

    def _trusted(self) -> set[Extension]:
        rows = self._document().get("extensions")
        found = {_extension(row) for row in (rows[:_MOST] if isinstance(rows, list) else [])}
        return {one for one in found if one is not None}

    def _document(self) -> dict[str, Any]:
        data = read_limited(self._path, _LIMIT_BYTES)
        try:
            said = json.loads(data) if data is not None else {}
        except (ValueError, RecursionError):
            said = {}
        return said if isinstance(said, dict) else {}

    def _read(self) -> tuple[dict[str, Network], str]:
        kept = {one.key: one for one in _BUILTIN}
        said = self._document()
        rows = said.get("networks")
        for row in rows[:_MOST] if isinstance(rows, list) else []:
            one = _network(row)
            if one is not None and (one.key not in kept or kept[one.key].kind == one.kind == NODE):
                kept[one.key] = one
        trusted = self._trusted() if said.get("extensions") else set()
        for extension in self._discover() if trusted else ():
            if extension in trusted:
                offered = _offered(extension)
                kept[offered.key] = offered
        chosen = said.get("chosen")
        return kept, chosen if isinstance(chosen, str) and chosen in kept else FIRST

    def _write(self, kept: Mapping[str, Network], chosen: str, trusted: Collection[Extension] | None = None) -> None:
        if len(kept) > _MOST:
            raise InvalidInput("network_name", "too_many")
        rows = [
            {
                "key": one.key,
                "name": one.name,
                "kind": one.kind,
                "endpoints": list(one.endpoints),
                "genesis": None if one.genesis_hash is None else one.genesis_hash.hex(),
                "folder": one.folder,
                "rules": one.rules,
                "client_node": one.client_node,
            }
            for one in kept.values()
            if one.kind != EXTENSION
        ]
        on = [asdict(one) for one in sorted(self._trusted() if trusted is None else trusted, key=astuple)]
        document = {"chosen": chosen, "networks": rows, "extensions": on}
        write_whole(self._path, json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")


def _offered(extension: Extension) -> Network:
    """The network that a package's backend is in the list; its key names the folder it is given."""
    digest = blake2_128(f"{extension.package} {extension.name}".encode()).hex()[:16]
    return Network(f"extension-{digest}", extension.name, EXTENSION, extension=extension)


def _extension(row: Any) -> Extension | None:
    texts = [row.get(field) for field in ("package", "version", "name")] if isinstance(row, dict) else []
    package, version, name = [one if isinstance(one, str) else "" for one in texts] or ["", "", ""]
    return Extension(package, version, name) if package and name else None


def parse_endpoint(text: str) -> str:
    """An address as it was typed.

    Raises:
        InvalidInput: `endpoint` with `not_an_address`.
    """
    try:
        parts = urlsplit(text.strip())
        is_fine = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_fine = False
    if not is_fine or len(text) > _LONGEST_URL or not text.isascii() or not text.isprintable():
        raise InvalidInput("endpoint", "not_an_address", text=text[:60])
    return text.strip()


def parse_client_node(text: str) -> str:
    """The address of a client node as it was typed, without a slash at its end; empty where nothing was.

    Raises:
        InvalidInput: `client_node` with `not_an_address`.
    """
    if not text.strip():
        return ""
    try:
        address = parse_endpoint(text).rstrip("/")
    except InvalidInput as error:
        raise InvalidInput("client_node", "not_an_address", text=text[:60]) from error
    if urlsplit(address).scheme not in ("http", "https"):
        raise InvalidInput("client_node", "not_an_address", text=text[:60])
    return address


def is_bare(url: str) -> bool:
    """Whether an address is asked without encryption over a network: `http://` or `ws://` beyond this computer."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    return parts.scheme in ("http", "ws") and not is_here


def _checked_name(kept: Mapping[str, Network], name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("network_name", "empty")
    if len(name) > _LONGEST_NAME:
        raise InvalidInput("network_name", "too_long")
    if any(one.name.lower() == name.lower() for one in kept.values()):
        raise InvalidInput("network_name", "taken", name=name)
    return name


def _free_key(kept: Mapping[str, Network], prefix: str) -> str:
    return next(key for number in range(1, _MOST + 2) if (key := f"{prefix}-{number}") not in kept)


def _network(row: Any) -> Network | None:
    """A row of the file, None where it is not whole."""
    if not isinstance(row, dict):
        return None
    texts = [row.get(field) for field in ("key", "name", "kind", "folder", "rules")]
    genesis, urls, gateway = row.get("genesis"), row.get("endpoints"), row.get("client_node", "")
    if not all(isinstance(one, str) for one in texts):
        return None
    key, name, kind, folder, rules = map(str, texts)
    try:
        pinned = None if genesis is None else bytes.fromhex(genesis)
        endpoints = tuple(parse_endpoint(one) for one in urls) if isinstance(urls, list) else ()
        client_node = parse_client_node(gateway)
    except (ValueError, TypeError, AttributeError, InvalidInput):
        return None
    if kind == LOCAL and _FOLDER.fullmatch(folder) and rules in PROFILES:
        return Network(key, name[:_LONGEST_NAME], LOCAL, folder=folder, rules=rules)
    if kind == NODE and endpoints and (pinned is None or len(pinned) == 32):
        return Network(key, name[:_LONGEST_NAME], NODE, endpoints, pinned, client_node=client_node)
    return None
