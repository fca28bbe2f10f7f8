"""What a test about rights needs when it runs as root."""

from __future__ import annotations

import os
import shutil

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
