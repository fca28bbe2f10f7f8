"""Pure readers: the domain values of `chain/backend.py` out of an engine and, where the past is asked for, its history.

Nothing here writes. What left the state comes back from history rows that the caller kept: `reward_row` and
`ended_order` read one row each.
"""

from dbc_desktop.rules.views.accounts import account_state, controller_of, server_rooms, stash_of
from dbc_desktop.rules.views.disputes import committee_work, reporter, slashes
from dbc_desktop.rules.views.explanation import explained
from dbc_desktop.rules.views.machines import machine, machines_of, market
from dbc_desktop.rules.views.network import census, deadlines, network_totals
from dbc_desktop.rules.views.rents import ended_order, orders_on, rent_order, rent_orders, rent_quote
from dbc_desktop.rules.views.rewards import pushed_out_era, release_schedule, reward_row, reward_rows, stash_overview
from dbc_desktop.rules.views.staking import election, supply, support_of
from dbc_desktop.rules.views.stopwatch import slash_clock

__all__ = [
    "account_state",
    "census",
    "committee_work",
    "controller_of",
    "deadlines",
    "election",
    "ended_order",
    "explained",
    "machine",
    "machines_of",
    "market",
    "network_totals",
    "orders_on",
    "pushed_out_era",
    "release_schedule",
    "rent_order",
    "rent_orders",
    "rent_quote",
    "reporter",
    "reward_row",
    "reward_rows",
    "server_rooms",
    "slash_clock",
    "slashes",
    "stash_of",
    "stash_overview",
    "supply",
    "support_of",
]
