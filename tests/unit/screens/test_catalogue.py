"""The catalogues are complete, fit the sources, and are compiled."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dbc_desktop.storage.resources import resource_path

ROOT = Path(__file__).resolve().parents[3]
KEYWORDS = {"tr": None, "ntr": (1, 2)}
LANGUAGE = "zh_CN"
FOLDER = resource_path("locale") / LANGUAGE / "LC_MESSAGES"
SAME_IN_BOTH = {
    line for line in (Path(__file__).parent / "same_in_chinese.txt").read_text(encoding="utf-8").splitlines() if line
}


def extracted() -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    for _, _, message, _, _ in extract_from_dir(
        ROOT / "dbc_desktop", method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=()
    ):
        found.add(message if isinstance(message, str) else tuple(message))
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "dbc_desktop.po").open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def translated(catalogue: Catalog) -> dict[str | tuple[str, ...], tuple[str, ...]]:
    rows = {}
    for message in catalogue:
        if message.id:
            key = tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id
            rows[key] = tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string,)
    return rows


def test_every_text_of_the_sources_is_translated(catalogue: Catalog) -> None:
    rows = translated(catalogue)
    assert len(rows) > 300
    assert sorted(str(text) for text in extracted() if text not in rows or not all(rows[text])) == []


def test_the_catalogue_holds_nothing_else(catalogue: Catalog) -> None:
    assert sorted(str(text) for text in translated(catalogue).keys() - extracted()) == []


def test_no_translation_equals_its_original(catalogue: Catalog) -> None:
    same = {text for text, strings in translated(catalogue).items() if isinstance(text, str) and strings == (text,)}
    assert sorted(same - SAME_IN_BOTH) == []
    assert sorted(SAME_IN_BOTH - same) == []


def test_no_entry_is_fuzzy(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_every_placeholder_survives(catalogue: Catalog) -> None:
    wrong = []
    for text, strings in translated(catalogue).items():
        wanted = set(re.findall(r"{(\w+)}", text if isinstance(text, str) else text[1]))
        wrong += [(text, string) for string in strings if set(re.findall(r"{(\w+)}", string)) - {"n"} != wanted - {"n"}]
    assert wrong == []


def test_the_compiled_file_is_that_of_the_catalogue(catalogue: Catalog) -> None:
    with (FOLDER / "dbc_desktop.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for text, strings in translated(catalogue).items():
        if isinstance(text, str):
            assert compiled.gettext(text) == strings[0]
        else:
            assert compiled.ngettext(text[0], text[1], 5) == strings[-1]
    held = [key for key in compiled._catalog if key]  # type: ignore[attr-defined]
    assert len(held) == len(translated(catalogue))
