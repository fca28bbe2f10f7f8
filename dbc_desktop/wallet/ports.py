"""Where secrets rest: the port; `tests/contract/test_secret_store.py` holds each store to it."""

from __future__ import annotations

from typing import Protocol


class SecretStore(Protocol):
    """Keeps short texts (encrypted keystores) by name. Callable from the `secrets` lane: a prompt may block."""

    @property
    def place(self) -> str:
        """Name of the place for the person, e.g. `Secret Service`."""

    def get(self, name: str) -> str | None:
        """The text kept under `name`.

        Raises:
            SecretStoreUnavailable: The place cannot be reached or is locked.
        """

    def put(self, name: str, text: str) -> None:
        """Keep `text`, replacing what stood there.

        Raises:
            SecretStoreUnavailable: The place cannot be reached or is locked.
        """

    def delete(self, name: str) -> None:
        """Forget it; nothing happens where there was none.

        Raises:
            SecretStoreUnavailable: The place cannot be reached or is locked.
        """
