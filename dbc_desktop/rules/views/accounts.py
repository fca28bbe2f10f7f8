"""Accounts, controllers and stashes."""

from __future__ import annotations

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import Balance
from dbc_desktop.rules import balances
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, SERVER_ROOMS, STASH_CONTROLLER


def account_state(engine: Engine, address: Address) -> AccountState:
    """Balances and the nonce that the next call must carry; calls that still wait are not counted."""
    held = balances.holdings(engine.state, address.raw)
    frozen = Balance(balances.frozen(engine.state, address.raw))
    return AccountState(address, Balance(held.free), Balance(held.reserved), held.nonce, frozen)


def controller_of(engine: Engine, stash: Address) -> Address | None:
    """The controller that `stash` named."""
    found = engine.state.get(STASH_CONTROLLER, stash.raw)
    return None if found is None else Address(found)


def stash_of(engine: Engine, controller: Address) -> Address | None:
    """The stash that named `controller`."""
    found = engine.state.get(CONTROLLER_STASH, controller.raw)
    return None if found is None else Address(found)


def server_rooms(engine: Engine, stash: Address) -> tuple[bytes, ...]:
    """The ids of its server rooms, the oldest first."""
    return engine.state.get(SERVER_ROOMS, stash.raw) or ()
