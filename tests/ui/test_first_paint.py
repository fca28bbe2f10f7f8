"""What is read before the window is painted: the frame, and nothing that can wait."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dbc_desktop.ui import widgets

_WAIT = (
    "dbc_desktop.chain.backend",
    "dbc_desktop.domain.call",
    "dbc_desktop.domain.machine",
    "dbc_desktop.screens.alerts",
    "dbc_desktop.screens.notices",
    "dbc_desktop.telemetry.fleet_store",
    "dbc_desktop.ui.page",
    "dbc_desktop.ui.tray",
    "dbc_desktop.ui.widgets.step_line",
    "html.entities",
    "numpy",
    "sqlite3",
)


def test_the_frame_waits_for_no_page_no_alert_and_no_source_text() -> None:
    # The text of `ui/hop.py` is one that PySide6 would keep.
    script = (
        "import sys, linecache\n"
        "import dbc_desktop.ui.running, dbc_desktop.storage.settings\n"
        f"print([name for name in {_WAIT!r} if name in sys.modules])\n"
        "print([name for name in linecache.cache if name.endswith('hop.py')])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.split("\n")[:2] == ["[]", "[]"]


def test_every_widget_of_the_kit_is_there_and_no_other() -> None:
    assert [getattr(widgets, name).__name__ for name in widgets.__all__] == widgets.__all__
    with pytest.raises(AttributeError, match="no widget Nothing"):
        _ = widgets.Nothing
