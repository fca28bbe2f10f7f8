"""The calls of Staking."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.rules.staking import bonding, candidacy, equivocation, eras, payout, slashing

CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("Staking", call.__name__): call
    for call in (
        bonding.bond,
        bonding.bond_extra,
        bonding.unbond,
        bonding.withdraw_unbonded,
        bonding.rebond,
        bonding.set_payee,
        candidacy.validate,
        candidacy.nominate,
        candidacy.chill,
        payout.payout_stakers,
    )
} | equivocation.CALLS

ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("Staking", call.__name__): call
    for call in (
        candidacy.set_validator_count,
        candidacy.increase_validator_count,
        candidacy.set_min_commission,
        slashing.cancel_deferred_slash,
        eras.set_reward_start_height,
        eras.set_phase0_reward,
        eras.set_phase1_reward,
        eras.set_phase2_reward,
    )
}
