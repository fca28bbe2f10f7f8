"""Where the data of this program belongs on each system."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_dir

from dbc_desktop.storage.files import private_folder


def default_home() -> Path:
    """The data folder of this person, made where needed; only its owner may look inside (0700).

    Raises:
        DataUnwritable: It cannot be made.
    """
    return private_folder(Path(user_data_dir("dbc-desktop", appauthor=False)))
