"""Whatever is reported, judged, appealed and executed: no coin is made or lost, and each ledger holds what it says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbc_desktop.rules import balances, committee
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.maintain_committee.rows import LIVE, NEXT_REPORT_ID, REPORTS, stake_of
from dbc_desktop.rules.online_profile.rows import STASH_STAKE
from dbc_desktop.rules.profile import LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT
from dbc_desktop.rules.state import SINGLE
from tests.doubles.reporting import (
    MC,
    book,
    commit,
    commit_secret,
    inaccessible,
    reveal,
    reveal_secret,
    secret,
    tell,
    together,
)

DBC = 10**15

ACTS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 400, 700, 2_000, 28_900, 72_100])),
    st.tuples(st.sampled_from(["report", "report_secret", "cancel", "offline", "online", "exec", "reporter_appeals"])),
    st.tuples(st.sampled_from(["stash_appeals", "grant", "grant_machine", "machine_appeals"])),
    st.tuples(st.sampled_from(["book", "tell", "member_appeals"]), st.integers(0, 4)),
    st.tuples(st.sampled_from(["hash", "reveal"]), st.integers(0, 4), st.booleans()),
    st.tuples(st.sampled_from(["more", "less"]), st.integers(0, 3_000)),
)


def act(chain, name: str, *args: int) -> None:
    last = max(0, (chain.engine.state.get(NEXT_REPORT_ID, SINGLE) or 0) - 1)
    found = chain.engine.state.get(REPORTS, last)
    is_fast = found is None or found.fault.is_fast
    reporter = chain.sudo if found is None else found.reporter
    if name == "wait":
        chain.goto(chain.engine.height + args[0])
    elif name in ("offline", "online"):
        chain.attempt(chain.stash, "OnlineProfile", f"controller_report_{name}", chain.machine_id)
    elif name == "exec":
        chain.attempt(chain.renter, "OnlineProfile", "exec_slash", chain.machine_id)
    elif name == "grant":
        chain.grant(MC, "cancel_reporter_slash", last)
    elif name == "grant_machine":
        chain.grant("OnlineProfile", "cancel_slash", 0)
    elif name == "machine_appeals":
        chain.attempt(chain.stash, "OnlineProfile", "apply_slash_review", 0, b"why")
    else:
        together(chain, _report_act(chain, name, last, reporter, is_fast, *args))


def _report_act(chain, name, last, reporter, is_fast, *args):
    if name in ("report", "report_secret"):
        if name == "report":
            return chain.renter, "report_machine_fault", inaccessible(chain)
        return chain.sudo, "report_machine_fault", secret(chain)
    if name == "cancel":
        return reporter, "reporter_cancel_report", last
    if name in ("reporter_appeals", "stash_appeals", "member_appeals"):
        who = {"reporter_appeals": reporter, "stash_appeals": chain.stash}.get(name)
        return who or chain.committee[args[0]], "apply_slash_review", last, b"why"
    if name in ("more", "less"):
        call = "reporter_add_stake" if name == "more" else "reporter_reduce_stake"
        return chain.sudo, call, args[0] * DBC
    member = chain.committee[args[0]]
    if name == "book":
        return book(member, last)
    if name == "tell":
        return tell(reporter, member, last)
    if name == "hash":
        return commit(member, last, args[1]) if is_fast else commit_secret(chain, member, args[1], last)
    return reveal(member, last, args[1]) if is_fast else reveal_secret(chain, member, args[1], last)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=5, max_size=30))
@pytest.mark.parametrize("profile", [LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT], ids=lambda one: one.name)
def test_no_quarrel_makes_or_loses_a_coin(profile, acts, new_chain) -> None:
    chain = new_chain(profile=profile)
    chain.online()
    for member in chain.committee:
        chain.do(chain.sudo, "Balances", "transfer_keep_alive", member, 5_000 * DBC)
    chain.do(chain.renter, "RentMachine", "rent_machine", chain.machine_id, 4, 144_000)
    chain.do(chain.renter, "RentMachine", "confirm_rent", 0)
    for each in acts:
        act(chain, *each)
        state = chain.engine.state
        assert chain.total() == balances.issuance(state)
        assert all(min(held) >= 0 for _, held in state.items(balances.ACCOUNTS))
        if profile.strict:
            continue
        for reporter in (chain.sudo, chain.renter):
            assert chain.reserved(reporter) == stake_of(state, reporter).staked
        for member in chain.committee:
            held = committee.stake_of(state, member)
            assert chain.reserved(member) == held.staked >= held.used
        for report_id in state.get(LIVE, SINGLE) or ():
            assert state.get(REPORTS, report_id) is not None
        assert chain.reserved(chain.stash) >= (state.get(STASH_STAKE, chain.stash) or 0)
    again = Engine.from_rows(profile.name, chain.engine.height, chain.engine.digest, chain.engine.rows())
    assert list(again.rows()) == list(chain.engine.rows())
