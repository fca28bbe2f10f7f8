from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication

from dbc_desktop.storage.resources import resource_path
from dbc_desktop.ui import theme

TEXTS = ("text", "muted", "faint", "accent", "good", "warn", "loss", "locked")
GROUNDS = ("canvas", "card", "raised", "soft_plain")
PAIRS = [
    ("accent", "soft_accent"),
    ("good", "soft_good"),
    ("locked", "soft_locked"),
    ("on_accent", "accent"),
    ("muted", "soft_accent"),
    ("text", "soft_accent"),
    ("text", "hover"),
    ("text", "control"),
    ("loss", "control"),
    ("text", "field"),
    ("faint", "field"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_stands_out_on_every_ground(name: str) -> None:
    tokens = theme.Theme(name).tokens
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + PAIRS
    dull = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in dull.items() if value < 4.5} == {}


def test_both_themes_have_the_same_tokens() -> None:
    assert theme.LIGHT.keys() == theme.DARK.keys()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_sheet_has_no_open_end(name: str) -> None:
    sheet = theme.stylesheet(theme.Theme(name))
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert resource_path("icons").as_posix() in path


def test_fonts_are_bundled_with_their_licences(qapp: QApplication) -> None:
    assert {"Inter", "JetBrains Mono"} <= set(theme.load_fonts())
    for name in theme.FONT_FILES:
        assert (resource_path("fonts") / name).stat().st_size > 50_000
    for name in ("OFL-Inter.txt", "OFL-JetBrainsMono.txt"):
        assert "SIL Open Font License, Version 1.1" in (resource_path("fonts") / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_figures_are_tabular_in_every_weight(qapp: QApplication, weight: int) -> None:
    theme.apply(qapp, "light")
    font = theme.font(13, weight)
    assert QFontInfo(font).family() == "Inter"
    metrics = QFontMetricsF(font)
    assert metrics.horizontalAdvance("1111111111") == metrics.horizontalAdvance("0000000000")
    proportional = QFont("Inter")
    proportional.setPixelSize(13)
    plain = QFontMetricsF(proportional)
    assert plain.horizontalAdvance("1111111111") < plain.horizontalAdvance("0000000000")


def test_the_theme_follows_the_choice(qapp: QApplication) -> None:
    assert theme.apply(qapp, "dark").name == "dark"
    assert theme.color("canvas").name().upper() == "#0F1216"
    assert theme.apply(qapp, "light").name == "light"
    assert theme.current().color("canvas").name().upper() == "#F6F7F9"
    assert theme.resolve("system").name in ("light", "dark")


def test_icons_take_the_colour_of_the_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    picture = theme.icon_pixmap("logo", "accent", 16).toImage()
    assert picture.pixelColor(8, 8).name().upper() == "#1A63D6"
    theme.apply(qapp, "dark")
    assert theme.icon_pixmap("logo", "accent", 16).toImage().pixelColor(8, 8).name().upper() == "#4C8DFF"
    assert not theme.icon("home").isNull()


class NotedApp:
    """What the theme is put on; notes what it was given. A real one would dress every widget that other tests left."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.given = sheet, 0

    def styleSheet(self) -> str:
        return self.sheet

    def setStyleSheet(self, sheet: str) -> None:
        self.sheet, self.given = sheet, self.given + 1

    def setStyle(self, name: str) -> None:
        self.given += 1

    setFont = setPalette = setStyle


def test_a_theme_that_is_on_already_is_not_put_on_again(qapp: QApplication) -> None:
    app: Any = NotedApp(qapp.styleSheet())
    before = theme.current().name
    theme.apply(app, "light")
    app.given = 0
    theme.apply(app, "light")
    assert app.given == 0
    theme.apply(app, "dark")
    assert app.given == 4
    theme.apply(app, "light")
    assert app.given == 8
    theme.apply(app, before)
