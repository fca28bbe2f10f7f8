"""Rows and columns on a terminal; Chinese characters take two cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width_of(text: str) -> int:
    """Cells that `text` takes on a terminal."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def pairs(rows: Sequence[tuple[str, str]], indent: int = 2) -> list[str]:
    """Labels and values, the values below each other."""
    column = max((width_of(label) for label, _ in rows), default=0) + 2
    return [" " * indent + label + " " * (column - width_of(label)) + value for label, value in rows]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two cells apart; the first row is the head."""
    widths = [max(width_of(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def printable(text: str) -> str:
    """`text` without control characters: what a driver, a chain or a node said must not steer the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
