"""The pictures of the tour: every page in both themes, in both languages and at both sizes."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.ui.pages import PAGES
from dbc_desktop.ui.tour.hand import Hand
from dbc_desktop.ui.window import Window

SMALL, LARGE = (1280, 800), (1920, 1080)
THEMES = {"light": 1, "dark": 2}
"""Rows of the drop-down in Settings."""
ENGLISH, CHINESE = 1, 2


class Gallery:
    """Takes pictures; theme and language are changed in Settings, as a person changes them."""

    def __init__(self, hand: Hand, window: Window, out: Path) -> None:
        self._hand, self._window, self._out = hand, window, out

    def take(self, name: str) -> None:
        """The window as it is now."""
        self._hand.picture(self._out / f"{name}.png")

    def take_pages(self) -> None:
        """Every page in both themes; once more in Chinese, and once on a large window."""
        for theme, row in THEMES.items():
            self._choose("settings.theme", row)
            self._walk(f"{{}}-{theme}")
        self._choose("settings.language", CHINESE)
        self._walk("{}-zh-dark")
        self._choose("settings.theme", THEMES["light"])
        self._window.resize(*LARGE)
        self._walk("{}-zh-large-light")
        self._choose("settings.language", ENGLISH)
        self._walk("{}-large-light")
        self._window.resize(*SMALL)

    def _choose(self, box: str, row: int) -> None:
        self._hand.click("rail.settings")
        self._hand.choose(box, row)
        self._hand.rest(400)

    def _walk(self, pattern: str) -> None:
        for entry in PAGES:
            self._hand.click(f"rail.{entry.key}")
            self._hand.wait(self._is_filled, f"{entry.key} to fill", 20)
            if entry.key == "home" and self._hand.seen("home.rig") is None:
                self._hand.click("home.toggle")  # the figures, not the first ten minutes
            if entry.key == "market":
                self._hand.type("market.query", "")
                self._hand.rest(300)
                self._hand.click_row("market.table", 0)
            if entry.key == "rigs":
                self._hand.click("rigs.range.60")
            self._hand.rest(300)
            self.take(pattern.format(entry.key))

    def _is_filled(self) -> bool:
        page = self._window.visible_page()
        return page is not None and page.state != "loading"
