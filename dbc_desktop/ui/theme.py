"""Colours, type and sizes of the window: tokens for light and dark, and the one place that puts them on the program.

A test holds every text token to a contrast of 4.5 : 1 on each ground it may stand on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from dbc_desktop.domain.errors import PartMissing
from dbc_desktop.storage.resources import resource_path
from dbc_desktop.ui.stylesheet import stylesheet_of

SANS = "Inter"
MONO = "JetBrains Mono"
# TrueType only: Qt darkens the stems of OpenType outlines, and light text on dark comes out a fifth too heavy.
FONT_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
)
CJK_FAMILIES = ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei")

# Light faint, accent, good and locked and dark faint stand a step off the first draft, which failed 4.5 : 1.
LIGHT = {
    "canvas": "#F6F7F9",
    "card": "#FFFFFF",
    "raised": "#FFFFFF",
    "field": "#FFFFFF",
    "line": "#E1E5EA",
    "text": "#14181D",
    "muted": "#5B6672",
    "faint": "#656F7A",
    "accent": "#1A63D6",
    "on_accent": "#FFFFFF",
    "good": "#0F7453",
    "warn": "#9A5B00",
    "loss": "#C5283D",
    "locked": "#624AC6",
    "soft_plain": "#EEF1F5",
    "soft_accent": "#E7F0FE",
    "soft_good": "#DDF1EA",
    "soft_warn": "#FBEFD9",
    "soft_loss": "#FCE8EA",
    "soft_locked": "#E6E1F7",
    "idle": "#7A8591",
    "control": "#FFFFFF",
    "hover": "#F1F4F8",
}
DARK = {
    "canvas": "#0F1216",
    "card": "#171B21",
    "raised": "#1E242C",
    "field": "#0F1216",
    "line": "#2A313B",
    "text": "#E8ECF1",
    "muted": "#9AA6B2",
    "faint": "#85919D",
    "accent": "#4C8DFF",
    "on_accent": "#0F1216",
    "good": "#3DD6A3",
    "warn": "#FFB224",
    "loss": "#FF6B7A",
    "locked": "#A68BFF",
    "soft_plain": "#1C2129",
    "soft_accent": "#192943",
    "soft_good": "#173029",
    "soft_warn": "#33280F",
    "soft_loss": "#3A1D23",
    "soft_locked": "#2A2544",
    "idle": "#7A8591",
    "control": "#1E242C",
    "hover": "#252C36",
}


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of tokens: `light` or `dark`."""

    name: str

    @property
    def tokens(self) -> dict[str, str]:
        """Token name to `#RRGGBB`."""
        return DARK if self.name == "dark" else LIGHT

    def color(self, token: str) -> QColor:
        """The colour of a token."""
        return QColor(self.tokens[token])


_current = Theme("light")


def current() -> Theme:
    """The theme that is on the program now."""
    return _current


def color(token: str) -> QColor:
    """The colour of a token in the current theme; ask while painting, never keep it."""
    return _current.color(token)


def stylesheet(theme: Theme) -> str:
    """The one style sheet of the program."""
    arrow, tick = (resource_path("icons") / name for name in ("arrow.svg", "tick.svg"))
    return stylesheet_of(theme.tokens, arrow.as_posix(), tick.as_posix())


def resolve(name: str) -> Theme:
    """`light` or `dark` as they are; anything else follows the computer."""
    if name in ("light", "dark"):
        return Theme(name)
    return Theme("dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light")


@lru_cache(maxsize=1)
def load_fonts() -> tuple[str, ...]:
    """Make the bundled fonts known to Qt, once a process; the families found."""
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(resource_path("fonts") / name))
        families.extend(QFontDatabase.applicationFontFamilies(number))
    return tuple(dict.fromkeys(families))


def chinese_family() -> str:
    """A font of this computer that can write Chinese.

    Raises:
        PartMissing: There is none; Chinese would be boxes.
    """
    families = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    if not families:
        raise PartMissing("chinese")
    return families[0]


@cache
def font(pixels: int = 13, weight: int = 400, *, mono: bool = False) -> QFont:
    """A font of the type scale with tabular figures; not to be changed, since everybody is given the same one.

    A font made anew is looked up in the system's fonts again for every cell that is drawn with it.
    """
    made = QFont()
    made.setFamilies([MONO if mono else SANS, *CJK_FAMILIES])
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if mono:
        made.setFeature(QFont.Tag("calt"), 0)  # no ligatures: >= stays two characters
    else:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply(app: QApplication, name: str) -> Theme:
    """Put a theme on the whole program: `light`, `dark` or `system`; one that is on already costs nothing.

    To dress a window full of pages anew takes Qt seconds.
    """
    global _current
    load_fonts()
    before, _current = _current, resolve(name)
    if _current == before and app.styleSheet() == stylesheet(_current):
        return _current
    _icon_pixmap.cache_clear()
    app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(_palette(_current))
    app.setStyleSheet(stylesheet(_current))
    return _current


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, token in (
        (roles.Window, "canvas"),
        (roles.Base, "card"),
        (roles.AlternateBase, "soft_plain"),
        (roles.Button, "control"),
        (roles.ToolTipBase, "raised"),
        (roles.Text, "text"),
        (roles.WindowText, "text"),
        (roles.ButtonText, "text"),
        (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "faint"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.Link, "accent"),
        (roles.Mid, "line"),
    ):
        palette.setColor(role, theme.color(token))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.color("faint"))
    return palette


def icon(name: str, tint: str = "muted", size: int = 16) -> QIcon:
    """An icon of `resources/icons` in the colour of token `tint`; make it anew when the theme changes."""
    made = QIcon()
    for scale in (1, 2):
        made.addPixmap(_icon_pixmap(name, color(tint).name(), size * scale))
    return made


def icon_pixmap(name: str, token: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The same as one picture for a screen of `ratio` device pixels to one."""
    pixmap = QPixmap(_icon_pixmap(name, color(token).name(), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=128)
def _icon_pixmap(name: str, tint: str, pixels: int) -> QPixmap:
    drawing = (resource_path("icons") / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", tint)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap
