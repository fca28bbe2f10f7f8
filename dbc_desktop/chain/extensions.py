"""Backends of third-party packages: found by their names only, loaded in the engine process once the person said so.

A package adds one by the entry-point group `dbc_desktop.chain_backends`: a callable that takes a folder of its own and
returns a `ChainBackend` (ARCHITECTURE, "A backend of one's own"). It runs with all rights of this program.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any

from dbc_desktop.domain.errors import DbcError, ExtensionFailed

GROUP = "dbc_desktop.chain_backends"
_MOST = 20
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Extension:
    """A backend that an installed package offers; nothing of the package was run to learn this.

    Attributes:
        package: The distribution's name, e.g. `dbc-example`.
        version: Its version; another one is another extension.
        name: The entry point's name.
    """

    package: str
    version: str
    name: str


def installed() -> tuple[Extension, ...]:
    """What the installed packages offer, by the text files that their installation wrote."""
    found: dict[Extension, None] = {}
    for entry in metadata.entry_points(group=GROUP):
        if entry.dist is None:
            continue
        one = Extension(_plain(entry.dist.name), _plain(entry.dist.version), _plain(entry.name))
        if one.package and one.name:
            found[one] = None
    return tuple(sorted(found, key=lambda one: (one.package.lower(), one.name))[:_MOST])


def open_extension(extension: Extension, folder: Path) -> Any:
    """The backend itself; imports the package, so that it is called in the engine process only.

    Raises:
        ExtensionFailed: `gone` (not installed any more, or in another version), `broken` (its code raised).
    """
    for entry in metadata.entry_points(group=GROUP):
        if entry.dist is not None and extension == Extension(entry.dist.name, entry.dist.version, entry.name):
            with FailsAs(extension):
                return entry.load()(folder)
    raise ExtensionFailed(extension.package, "gone")


class FailsAs:
    """Whatever a stranger's code raises in here that is none of our errors becomes `ExtensionFailed`."""

    def __init__(self, extension: Extension) -> None:
        self._extension = extension

    def __enter__(self) -> None:
        """Nothing is prepared."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, DbcError | KeyboardInterrupt):
            raise ExtensionFailed(self._extension.package, "broken", told(error)) from error


def told(error: BaseException) -> str:
    """What a stranger's error says, made fit to show."""
    return _plain(f"{type(error).__name__}: {error}"[:200], 200)


def _plain(text: object, longest: int = _LONGEST) -> str:
    said = text if isinstance(text, str) else ""
    return "".join(letter for letter in said if letter.isprintable())[:longest].strip()
