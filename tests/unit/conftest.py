"""What tests about rights need when they run as root, for whom every door is open."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

_NOBODY = 65_534


@contextmanager
def _as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.setegid(_NOBODY)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def as_nobody() -> Callable[[], AbstractContextManager[None]]:
    """Inside it this process has the rights of an ordinary user; one who runs as such already keeps them."""
    if not hasattr(os, "seteuid"):
        pytest.skip("this system has no user ids")
    return _as_nobody


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everyone may enter and only its owner may write; `tmp_path` lies below closed ones."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)
