"""The fake driver is built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doubles.fake_driver import build


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the library."""
    return build(tmp_path_factory.mktemp("driver"))


@pytest.fixture(scope="session")
def old_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the newer functions."""
    return build(tmp_path_factory.mktemp("old_driver"), "-DOLD_DRIVER")
