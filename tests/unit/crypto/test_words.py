"""Words against the published vectors of BIP-39 and of Substrate's seed."""

from __future__ import annotations

import pytest

from dbc_desktop.crypto.words import check_words, new_words, seed_of
from dbc_desktop.domain.errors import InvalidInput

ABANDON = "abandon " * 11 + "about"


@pytest.mark.parametrize("count", [12, 15, 18, 21, 24])
def test_new_words_pass_their_own_check(count: int) -> None:
    words = new_words(count)
    assert len(words.split()) == count
    assert check_words(words) == words


def test_new_words_are_new() -> None:
    assert len({new_words() for _ in range(20)}) == 20


def test_case_and_spaces_do_not_matter() -> None:
    assert check_words("  Abandon\n" + "ABANDON\t " * 10 + " about ") == ABANDON


@pytest.mark.parametrize("text", ["", "abandon", "abandon " * 13, "abandon " * 300])
def test_the_count_is_named(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_words(text)
    assert caught.value.reason == "count"


def test_an_unknown_word_is_named_by_its_position_only() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_words("abandon abandon abandom " + "abandon " * 8 + "about")
    assert caught.value.reason == "unknown_word"
    assert caught.value.facts == {"position": 3}
    assert "abandom" not in repr(caught.value)


def test_a_swapped_word_breaks_the_checksum() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_words("abandon " * 12)
    assert caught.value.reason == "checksum"


def test_the_seed_is_that_of_substrate() -> None:
    """Literals of the substrate-bip39 crate, password `Substrate`; the first half of the 64-byte seed."""
    assert seed_of(ABANDON, "Substrate").hex() == "44e9d125f037ac1d51f0a7d3649689d422c2af8b1ec8e00d71db4d7bf6d127e3"
    legal = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    assert seed_of(legal, "Substrate").hex() == "4313249608fe8ac10fd5886c92c4579007272cb77c21551ee5b8d60b78041685"
