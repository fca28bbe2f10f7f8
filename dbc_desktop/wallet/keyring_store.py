"""Secrets in the operating system's keyring, through listed backends only.

The library would follow the environment, chain backends or pick one that forgets; this adapter names its backend.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from dbc_desktop.domain.errors import SecretStoreUnavailable

if TYPE_CHECKING:  # the library takes 30 ms to import: only who really asks for a secret waits for it
    from keyring.backend import KeyringBackend

_SERVICE = "dbc-desktop"
_LISTED = {
    # KWallet offers the Secret Service too; its own backend needs a library that we do not carry.
    ("keyring.backends.SecretService", "Keyring"): "Secret Service",
    ("keyring.backends.macOS", "Keyring"): "macOS Keychain",
    ("keyring.backends.Windows", "WinVaultKeyring"): "Windows Credential Manager",
}


class OsKeyringStore:
    """A `SecretStore` in the system's keyring. Callable from the `secrets` lane: it may ask the person to unlock.

    Args:
        backend: The keyring to use instead of this system's own; one that is not listed is refused at each call.
        service: The name under which entries stand.
    """

    def __init__(self, backend: KeyringBackend | None = None, service: str = _SERVICE) -> None:
        self._given = backend
        self._service = service

    @property
    def place(self) -> str:
        """Name of the place for the person, e.g. `Secret Service`."""
        return _name_of(self._given) or _LISTED[_own()]

    def get(self, name: str) -> str | None:
        """The text kept under `name`.

        Raises:
            SecretStoreUnavailable: The keyring cannot be reached or is locked.
        """
        with _translated():
            return self._backend().get_password(self._service, name)

    def put(self, name: str, text: str) -> None:
        """Keep `text`, replacing what stood there.

        Raises:
            SecretStoreUnavailable: The keyring cannot be reached or is locked.
        """
        with _translated():
            self._backend().set_password(self._service, name, text)

    def delete(self, name: str) -> None:
        """Forget it; nothing happens where there was none.

        Raises:
            SecretStoreUnavailable: The keyring cannot be reached or is locked.
        """
        with _translated():
            backend = self._backend()
            # The library says "no such entry" and "denied" with one error: look first.
            if backend.get_password(self._service, name) is not None:
                backend.delete_password(self._service, name)

    def _backend(self) -> KeyringBackend:
        backend = self._given if self._given is not None else _instance()
        if _name_of(backend) is None:
            raise SecretStoreUnavailable("unsupported")
        try:
            _ = type(backend).priority
        except RuntimeError as error:
            # The library wraps the failure to reach the bus; a bus without the service has no cause.
            raise SecretStoreUnavailable("no_service" if error.__cause__ is None else "no_bus") from error
        except OSError as error:
            raise SecretStoreUnavailable("no_bus") from error
        return backend


def _own() -> tuple[str, str]:
    module = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, "SecretService")
    return next(key for key in _LISTED if key[0].endswith(module))


def _instance() -> KeyringBackend:
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring

        Keyring.keychain = None  # the class took it from the environment
        return _plain(Keyring())
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return _plain(WinVaultKeyring())
    from keyring.backends.SecretService import Keyring as SecretService

    return _plain(SecretService())  # type: ignore[no-untyped-call]


def _plain(backend: KeyringBackend) -> KeyringBackend:
    """The backend without the properties that its constructor took from the environment."""
    vars(backend).clear()
    return backend


def _name_of(backend: KeyringBackend | None) -> str | None:
    classes = () if backend is None else type(backend).__mro__
    names = (_LISTED.get((kind.__module__, kind.__qualname__)) for kind in classes)
    return next((name for name in names if name is not None), None)


@contextmanager
def _translated() -> Iterator[None]:
    """What the library and the ones below it raise, as one reason."""
    from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError, PasswordDeleteError

    try:
        yield
    except KeyringLocked as error:
        raise SecretStoreUnavailable("locked") from error
    except (NoKeyringError, InitError) as error:
        raise SecretStoreUnavailable("no_service") from error
    except (KeyringError, PasswordDeleteError) as error:
        raise SecretStoreUnavailable("denied") from error
    except _below() as error:
        raise SecretStoreUnavailable(_reason_below(error)) from error


def _reason_below(error: BaseException) -> str:
    kind = type(error).__name__
    if kind in ("LockedException", "PromptDismissedException"):
        return "locked"
    if "AccessDenied" in str(getattr(error, "name", "")):
        return "denied"
    return "no_service" if kind in ("SecretServiceNotAvailableException", "DBusErrorResponse") else "denied"


@cache
def _below() -> tuple[type[BaseException], ...]:
    """Errors that the library lets through from this system's own interface."""
    if sys.platform == "win32":
        from win32ctypes.pywin32 import pywintypes

        return (OSError, pywintypes.error)
    if sys.platform == "darwin":
        return (OSError,)
    from jeepney import DBusErrorResponse  # type: ignore[import-untyped]
    from secretstorage.exceptions import SecretStorageException

    return (OSError, SecretStorageException, DBusErrorResponse)
