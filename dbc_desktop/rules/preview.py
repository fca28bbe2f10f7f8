"""What a call would do now: tried on an overlay that is read and dropped (design 3.2)."""

from __future__ import annotations

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Consequence, Preview
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.rules import balances
from dbc_desktop.rules.consequences import consequences_of, failed
from dbc_desktop.rules.dispatch import dispatch
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import Overlay, State
from dbc_desktop.rules.work import Work


def preview(profile: RulesProfile, height: int, state: State, call: Call, signer: bytes, fee: int) -> Preview:
    """What `call` of `signer` would do at `height`; the state is only read."""
    layer = Overlay(state)
    work = Work(profile, height, bytes(32), layer)
    error: tuple[str, str] | None = None
    consequences: tuple[Consequence, ...] = ()
    try:
        if balances.spendable(layer, signer) < fee:
            raise ChainRejected("InvalidTransaction", "payment")
        balances.charge_fee(work, signer, fee, 0)
        work.layer = Overlay(layer)
        dispatch(work, signer, call)
        consequences = consequences_of(work, state, call, signer)
        work.layer.commit()
    except ChainRejected as refusal:
        error, consequences = (refusal.pallet, refusal.name), failed(refusal)
    after = balances.holdings(layer, signer)
    return Preview(call, Balance(fee), Balance(after.free), Balance(after.reserved), consequences, error)
