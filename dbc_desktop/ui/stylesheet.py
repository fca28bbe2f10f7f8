"""The one style sheet, generated from the tokens of `theme.py`. Sizes are those of the window's design, in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
* { font-size: 13px; outline: none; }
QWidget { color: $text; }
QMainWindow, QWidget#canvas, QWidget#page { background: $canvas; }
QStackedWidget { background: transparent; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; font-size: 12px; }

QWidget#topbar { background: $card; border: none; border-bottom: 1px solid $line; }
QWidget#rail { background: $card; border: none; border-right: 1px solid $line; }

QFrame[card="true"] { background: $card; border: 1px solid $line; border-radius: 8px; }
QFrame[card="true"][edge="warn"] { border-color: $warn; }
QFrame[card="true"][edge="accent"] { border-color: $accent; }
QFrame[card="true"][edge="loss"] { border-color: $loss; }
QFrame[card="true"]:focus { border-color: $text; }
QFrame[sheet="true"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[inset="true"] { background: $soft_plain; border: 1px solid $line; border-radius: 6px; }
QFrame[hairline="true"] { background: $line; border: none; }

QLabel { background: transparent; border: none; }
QLabel[role="title"], QLabel[role="figure"] { font-size: 20px; font-weight: 600; }
QLabel[role="heading"] { font-size: 15px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="medium"] { font-weight: 500; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="faint"] { color: $faint; }
QLabel[role="second"] { color: $muted; font-size: 12px; }
QLabel[role="label"], QLabel[role="section"] { color: $muted; font-size: 11px; }
QLabel[role="mono"] { font-family: "JetBrains Mono"; font-size: 12px; }
QLabel[tone="text"] { color: $text; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="faint"] { color: $faint; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="loss"] { color: $loss; }
QLabel[tone="locked"] { color: $locked; }

QLabel[badge="plain"], QLabel[badge="warn"], QLabel[badge="loss"], QLabel[badge="accent"], QLabel[badge="good"],
QLabel[badge="locked"] { font-size: 11px; font-weight: 500; border-radius: 4px; padding: 0 7px; }
QLabel[badge="plain"] { background: $soft_plain; color: $muted; }
QLabel[badge="warn"] { background: $soft_plain; color: $warn; }
QLabel[badge="loss"] { background: $soft_plain; color: $loss; }
QLabel[badge="accent"] { background: $soft_accent; color: $accent; }
QLabel[badge="good"] { background: $soft_good; color: $good; }
QLabel[badge="locked"] { background: $soft_locked; color: $locked; }

QPushButton { background: $control; color: $text; border: 1px solid $line; border-radius: 6px; padding: 0 12px;
  font-weight: 500; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $soft_plain; }
QPushButton:focus { border-color: $accent; }
QPushButton:checked { border-color: $accent; color: $accent; background: $soft_accent; }
QPushButton:disabled { color: $faint; background: $soft_plain; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled { background: $soft_accent; border-color: $soft_accent; color: $muted; }
QPushButton[kind="danger"] { color: $loss; }
QPushButton[kind="danger"]:disabled { color: $faint; }
QPushButton[kind="link"] { background: transparent; border: none; color: $accent; padding: 0; font-weight: 400; }
QPushButton[kind="link"]:hover, QPushButton[kind="link"]:focus { text-decoration: underline; }
QPushButton[kind="link"]:disabled { color: $faint; }
QPushButton[kind="bare"] { background: transparent; border: 1px solid transparent; padding: 0 6px; font-weight: 400; }
QPushButton[kind="bare"]:hover { background: $hover; }
QPushButton[kind="bare"]:focus { border-color: $accent; }
QPushButton[small="true"] { padding: 0 8px; font-size: 12px; }
QPushButton[bar="true"] { background: $canvas; padding: 0 10px; font-size: 12px; font-weight: 400; }
QPushButton[bar="true"]:hover { background: $hover; }
QPushButton[chip="true"] { border-radius: 12px; font-size: 12px; font-weight: 400; padding: 0 10px; }
QPushButton[chip="true"][chosen="true"] { background: $soft_accent; border-color: $accent; color: $accent; }

QPushButton[rail="true"] { background: transparent; border: 1px solid transparent; border-radius: 6px; color: $muted;
  text-align: left; padding: 0 11px; font-weight: 400; }
QPushButton[rail="true"]:hover { background: $hover; color: $text; }
QPushButton[rail="true"]:focus { border-color: $accent; }
QPushButton[rail="true"]:checked { background: $soft_accent; color: $accent; font-weight: 600; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox { background: $field; border: 1px solid $line;
  border-radius: 6px; padding: 0 10px; color: $text; selection-background-color: $accent;
  selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: $faint; background: $soft_plain; }
QLineEdit[wrong="true"] { border-color: $loss; }
QLineEdit[mono="true"], QPlainTextEdit[mono="true"] { font-family: "JetBrains Mono"; font-size: 12px; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$arrow"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; color: $text; padding: 4px;
  selection-background-color: $soft_accent; selection-color: $text; }
QSpinBox::up-button, QSpinBox::down-button { width: 16px; border: none; background: transparent; }
QRadioButton, QCheckBox { spacing: 8px; background: transparent; }
QRadioButton:focus, QCheckBox:focus { color: $accent; }
QRadioButton:disabled, QCheckBox:disabled { color: $faint; }
QRadioButton::indicator, QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $idle;
  background: $field; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url("$tick"); }
QRadioButton::indicator:disabled, QCheckBox::indicator:disabled { border-color: $line; background: $soft_plain; }

QMenu { background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; color: $text; }
QMenu::item:selected { background: $soft_accent; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QAbstractItemView { background: $card; border: none; selection-background-color: $soft_accent; selection-color: $text; }
QTableView, QListView, QTreeView { background: transparent; border: none; gridline-color: transparent;
  alternate-background-color: transparent; }
QTableView::item { border: none; border-bottom: 1px solid $line; padding: 0 8px; }
QTableView::item:selected { background: $soft_accent; color: $text; }
QListView::item { padding: 0 8px; border-radius: 4px; min-height: 28px; }
QListView::item:selected { background: $soft_accent; color: $text; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 0 8px; font-size: 11px; font-weight: 500; }
QTableCornerButton::section { background: transparent; border: none; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#scrolled { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; min-height: 32px; min-width: 32px; margin: 2px; }
QScrollBar::handle:hover { background: $idle; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 2px; background: $line; border-radius: 1px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 1px; }
QSlider::handle:horizontal { background: $card; border: 2px solid $accent; width: 8px; height: 8px; margin: -5px 0;
  border-radius: 6px; }

QSplitter::handle { background: $line; }
QWidget#strip { background: $raised; border: none; border-top: 1px solid $line; }
""")


def stylesheet_of(tokens: Mapping[str, str], arrow: str, tick: str) -> str:
    """The sheet with every token filled in; `arrow` and `tick` are the paths of two drawings."""
    dark = tokens["canvas"].startswith("#0")
    return _SHEET.substitute(
        tokens,
        arrow=arrow,
        tick=tick,
        accent_hover="#6BA1FF" if dark else "#1554BA",
    )
