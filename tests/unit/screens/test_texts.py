from __future__ import annotations

import locale

import pytest

from dbc_desktop.screens import texts


@pytest.fixture(autouse=True)
def _english_again():
    yield
    texts.set_language("en")


def test_english_is_the_text_itself() -> None:
    texts.set_language("en")
    assert texts.tr("Order {order} confirmed", order=31) == "Order 31 confirmed"
    assert texts.ntr("{n} GPU", "{n} GPUs", 1) == "1 GPU"
    assert texts.ntr("{n} GPU", "{n} GPUs", 1_200) == "1,200 GPUs"


def test_chinese_comes_from_the_catalogue() -> None:
    texts.set_language("zh_CN")
    assert texts.current_language() == "zh_CN"
    assert texts.tr("Wallet") == "钱包"
    assert texts.ntr("{n} GPU", "{n} GPUs", 8) == "8 张显卡"


def test_an_unknown_language_is_english() -> None:
    texts.set_language("tlh")
    assert texts.current_language() == "en"


@pytest.mark.parametrize(
    ("code", "language"), [("zh_CN", "zh_CN"), ("Chinese (Simplified)_China", "zh_CN"), ("de_DE", "en"), (None, "en")]
)
def test_the_computer_says_which(monkeypatch: pytest.MonkeyPatch, code: str | None, language: str) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: (code, "UTF-8"))
    texts.set_language("system")
    assert texts.current_language() == language


def test_braces_in_a_text_without_facts_stay() -> None:
    assert texts.tr("{odd}") == "{odd}"
