"""The addresses that tell of other rigs: which are read, and the tokens some of them ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.fleet import RigSource, SourceKind
from dbc_desktop.telemetry.fleet_store import FleetSettings, FleetStore
from dbc_desktop.wallet.ports import SecretStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it
    from dbc_desktop.telemetry.fleet import Fleet


class RigSources:
    """Keeps the list and has the fleet read it. `secrets` is the keyring, asked on the `secrets` lane only."""

    def __init__(self, store: FleetStore, secrets: SecretStore) -> None:
        self._store, self._secrets = store, secrets
        self._fleet: Fleet | None = None
        self._tokens: dict[str, str] = {}

    def all(self) -> tuple[RigSource, ...]:
        """What is read now, in the order it was added."""
        return self._store.settings().sources

    def add(self, source: RigSource, token: str = "") -> None:
        """Read one more address; blocks where it has a token (`secrets` lane).

        Raises:
            InvalidInput: `rig_address` with `known`.
            SecretStoreUnavailable: The token cannot be kept.
            DataUnwritable: The settings cannot be written.
        """
        if any(one.url == source.url for one in self.all()):
            raise InvalidInput("rig_address", "known")
        if token:
            self._secrets.put(_token_name(source), token)
            self._tokens[source.url] = token
        self._store.change(lambda now: replace(now, sources=(*now.sources, source)))
        self.read()
        if source.kind is SourceKind.PROMETHEUS and self._fleet is not None:
            self._fleet.fetch_past(source)

    def add_all(self, sources: Sequence[RigSource]) -> int:
        """Read all of these (of a discovery file) that are not read yet; how many those were.

        Raises:
            DataUnwritable: The settings cannot be written.
        """
        known = {one.url for one in self.all()}
        new = tuple(one for one in sources if one.url not in known)
        self._store.change(lambda now: replace(now, sources=(*now.sources, *new)))
        self.read()
        return len(new)

    def remove(self, url: str) -> None:
        """Read it no more, and forget its token; blocks where it has one (`secrets` lane).

        Raises:
            SecretStoreUnavailable: The token cannot be forgotten.
            DataUnwritable: The settings cannot be written.
        """
        for source in self.all():
            if source.url == url and source.has_token:
                self._secrets.delete(_token_name(source))
                self._tokens.pop(url, None)

        def without(now: FleetSettings) -> FleetSettings:
            return replace(now, sources=tuple(one for one in now.sources if one.url != url))

        self._store.change(without)
        self.read()

    def token_of(self, source: RigSource) -> str | None:
        """The token of a source, as far as it was fetched; for whoever opens its connection."""
        return self._tokens.get(source.url)

    def needs_secrets(self) -> bool:
        """Whether the keyring has to be asked before they can be read."""
        return any(source.has_token for source in self.all())

    def fetch_tokens(self) -> None:
        """Take the tokens out of the keyring; blocks, for the `secrets` lane.

        Raises:
            SecretStoreUnavailable: Those that were not fetched by then are missing.
        """
        for source in self.all():
            token = self._secrets.get(_token_name(source)) if source.has_token else None
            if token is not None:
                self._tokens[source.url] = token

    def use(self, fleet: Fleet) -> None:
        """Have this fleet read them, from the next `read` on."""
        self._fleet = fleet

    def read(self) -> None:
        """Have the fleet read what stands in the list now; without a fleet, later."""
        if self._fleet is not None:
            self._fleet.set_sources(self.all())
            if self.all():
                self._fleet.start()


def _token_name(source: RigSource) -> str:
    return f"rig-token {source.url}"
