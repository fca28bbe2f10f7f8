"""Secrets in files, for who has no usable keyring and chose so: encrypted keystores only, 0600 in a folder of 0700."""

from __future__ import annotations

import re
from pathlib import Path

from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.storage.files import files_translated, private_folder, read_limited, remove, write_whole

_NAME = re.compile(r"[a-z]+:[0-9A-Za-z]{1,64}")
_LIMIT_BYTES = 16_384


class FileStore:
    """A `SecretStore` of one file per name. What it is given is encrypted already; it never encrypts or opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        """Name of the place for the person."""
        return str(self._folder)

    def get(self, name: str) -> str | None:
        """The text kept under `name`.

        Raises:
            DataCorrupt: The file cannot be read as what was put.
        """
        path = self._path(name)
        data = read_limited(path, _LIMIT_BYTES)
        if data is None:
            return None
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise DataCorrupt(path, "not text") from error

    def put(self, name: str, text: str) -> None:
        """Keep `text`, replacing what stood there, all or nothing.

        Raises:
            DataUnwritable: Read-only or full.
        """
        with files_translated(self._folder):
            # A folder that someone made before us, or opened since, is closed again.
            private_folder(self._folder).chmod(0o700)
        write_whole(self._path(name), text.encode())

    def delete(self, name: str) -> None:
        """Forget it; nothing happens where there was none.

        Raises:
            DataUnwritable: Read-only.
        """
        remove(self._path(name))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("a secret is named kind:letters")
        return self._folder / f"{name.replace(':', '-')}.json"
