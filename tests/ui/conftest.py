"""What tests of windows and pages need: none of their widgets lives on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent


@pytest.fixture(autouse=True)
def _no_widget_lives_on() -> Iterator[None]:
    """Deletes what qtbot closed: without an event loop it would stay, and each change of theme would dress it again."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
