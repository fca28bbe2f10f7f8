"""Which eras are paid, and when the next payout comes (chain-rules 4.9)."""

from __future__ import annotations

from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.engine import Engine
from dbc_desktop.rules.online_profile.payout import LIST_OFFSET, PAYOUT_DONE
from dbc_desktop.rules.state import SINGLE
from dbc_desktop.rules.work import era_of


def newest_paid_era(engine: Engine) -> int:
    """The newest era whose payout is over for everybody."""
    offset = (engine.height - 1) % BLOCKS_PER_ERA + 1 if engine.height else 0
    unpaid = offset <= LIST_OFFSET or engine.state.get(PAYOUT_DONE, SINGLE) is not None
    return era_of(engine.height) - (2 if unpaid else 1)


def next_payout_height(engine: Engine) -> int:
    """The first block after this one in which machines are paid; a running payout goes on in the next."""
    if engine.state.get(PAYOUT_DONE, SINGLE) is not None:
        return engine.height + 1
    first = LIST_OFFSET + 1
    return engine.height + 1 + (first - engine.height - 1) % BLOCKS_PER_ERA
