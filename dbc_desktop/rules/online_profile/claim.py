"""Claiming: released rewards are minted to the stash and first raise the stake to its cap (chain-rules 4.10)."""

from __future__ import annotations

from dbc_desktop.rules import balances
from dbc_desktop.rules.online_profile import stake
from dbc_desktop.rules.online_profile.rows import CONTROLLER_STASH, STASH_MACHINES, STASH_REWARDS, stash_rewards
from dbc_desktop.rules.work import Work, refuse

_PALLET = "OnlineProfile"


def claim_rewards(work: Work, who: bytes) -> None:
    """Mint all that may be claimed to the stash of this controller."""
    stash = work.layer.get(CONTROLLER_STASH, who) or refuse(_PALLET, "NoStashAccount")
    if work.layer.get(STASH_MACHINES, stash) is None:
        refuse(_PALLET, "NotMachineController")
    held = stash_rewards(work.layer, stash)
    amount = held.can_claim
    after = held._replace(can_claim=0, claimed=held.claimed + amount, last_claim=work.height)
    work.layer.put(STASH_REWARDS, stash, after)
    balances.mint(work, stash, amount)
    topped_up = stake.top_up(work, stash, amount)
    if topped_up is None:
        refuse(_PALLET, "ClaimThenFulfillFailed")
    work.emit(_PALLET, "ClaimReward", stash=stash, amount=amount)
    work.record("claim", stash.hex(), work.height, f"[{amount},{topped_up}]".encode())
