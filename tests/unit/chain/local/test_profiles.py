"""A local chain is made by the rules of one's choice and keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbc_desktop.chain.local.backend import LocalChain


@pytest.mark.parametrize("profile", ["launch-2021", "mainnet-411", "mainnet-411-strict"])
def test_a_chain_keeps_the_rules_it_was_made_by(profile: str, tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, profile=profile, is_running=False)
    try:
        chain.jump(3 * 14_400)
        head, released = chain.head(), chain.network().issuance
        assert len(chain.market()) == 7
    finally:
        chain.close()
    again = LocalChain(tmp_path, is_running=False)
    try:
        assert again.identity().rules_profile == profile
        assert (again.head(), again.network().issuance) == (head, released)
        assert again.replay().hash == head.hash
    finally:
        again.close()


def test_a_card_costs_what_people_would_pay(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, is_running=False)
    try:
        an_hour = [int(price) / 24 / 1_000_000 for price in chain.market().price_usd]
    finally:
        chain.close()
    assert (min(an_hour), max(an_hour)) == (pytest.approx(0.143, abs=0.001), pytest.approx(0.349, abs=0.001))
