"""What a test about rights needs when it runs as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def as_nobody() -> tuple[str, ...]:
    """The start of a command line that gives up root's rights; empty for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv is not installed")
    return (setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everyone may enter and only its owner may write; `tmp_path` lies below closed ones."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
