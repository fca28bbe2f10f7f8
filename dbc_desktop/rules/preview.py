"""What a call would do now, told by the difference between two readings (design 3.2)."""

from __future__ import annotations

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Call, Consequence, Preview, Severity
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.rules import balances
from dbc_desktop.rules.dispatch import dispatch
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import Overlay, State
from dbc_desktop.rules.work import Work


def preview(profile: RulesProfile, height: int, state: State, call: Call, signer: bytes, fee: int) -> Preview:
    """What `call` of `signer` would do at `height`; the state is only read."""
    layer = Overlay(state)
    work = Work(profile, height, b"\0" * 32, layer)
    held = balances.holdings(layer, signer)
    error: tuple[str, str] | None = None
    consequences: tuple[Consequence, ...] = ()
    if held.free < fee:
        error = ("InvalidTransaction", "payment")
    else:
        balances.charge_fee(work, signer, fee, 0)
        work.layer = Overlay(layer)
        try:
            dispatch(work, signer, call)
            work.layer.commit()
        except ChainRejected as refusal:
            error = (refusal.pallet, refusal.name)
    if error:
        consequences = (Consequence("would_fail", Severity.LOSS, {"pallet": error[0], "name": error[1]}),)
    after = balances.holdings(layer, signer)
    return Preview(call, Balance(fee), Balance(after.free), Balance(after.reserved), consequences, error)
