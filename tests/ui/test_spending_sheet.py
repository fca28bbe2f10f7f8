"""The one spending sheet: what keeps it from signing, and when its figures are an estimate."""

from __future__ import annotations

from dataclasses import replace

from dbc_desktop.domain.account import Account, KeyPlace
from dbc_desktop.domain.network import Identity
from dbc_desktop.storage.settings import Settings
from tests.ui.fake_program import ALICE, BOB, fakes, operator
from tests.ui.test_window import CLAIM, Open, click, find, is_visible, open_window, words

__all__ = ["open_window"]


def test_in_read_only_mode_it_shows_everything_and_signs_nothing(open_window: Open) -> None:
    made = fakes(settings=Settings(theme="light", language="en", read_only=True))
    operator(made)
    window = open_window(made)
    window.open_spending(CLAIM, ALICE)
    assert "Read-only mode is on" in find(window, "sheet.problem").text()
    assert "free afterwards" in words(window.sheets)
    assert not find(window, "sheet.sign").isEnabled()
    assert not is_visible(window, "sheet.passphrase")
    assert made.transactions.sent == []


def test_a_watched_account_cannot_spend(open_window: Open) -> None:
    made = fakes()
    operator(made)
    made.wallet.add(Account(BOB, "Elsewhere", KeyPlace.WATCH_ONLY))
    window = open_window(made)
    window.open_spending(CLAIM, BOB)
    assert "key" in find(window, "sheet.problem").text()
    assert not find(window, "sheet.sign").isEnabled()


def test_on_another_chain_the_figures_are_an_estimate_with_its_reason(open_window: Open) -> None:
    made = fakes()
    operator(made)
    own = made.chain.identity()
    window = open_window(made)
    window.open_spending(CLAIM, ALICE)
    assert not is_visible(window, "sheet.estimate")
    click(window, "sheet.cancel")
    window._watch.identity = replace(own, kind="substrate", name="DBC mainnet", spec_version=400)
    window.open_spending(CLAIM, ALICE)
    assert find(window, "sheet.estimate").text() == "estimate"
    assert "DBC mainnet runs runtime 400" in words(window.sheets)
    assert isinstance(window._watch.identity, Identity)
