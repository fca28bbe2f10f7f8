"""Equivocation 202, of the embedded chain: two signatures of one super node over two blocks of one slot prove it.

The network takes such a proof as `Babe.report_equivocation`, over headers that do not exist here; the outcome is that
of chain-rules 9. Whoever holds the proof may hand it in; the errors bear the names of `Babe`.
"""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.rules.arithmetic import PERBILL, perbill_mul, perbill_rational
from dbc_desktop.rules.staking import slashing
from dbc_desktop.rules.staking.rows import ERA_SLASHES, elected_in, staking_era_of
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "Equivocation"


def block_message(slot: int, block_hash: bytes) -> bytes:
    """What a super node signs when it writes the block of a slot."""
    return b"DBC block 1\n" + slot.to_bytes(4, "little") + block_hash


def report(
    work: Work,
    who: bytes,
    offender: object,
    slot: int,
    first_hash: bytes,
    first_signature: bytes,
    second_hash: bytes,
    second_signature: bytes,
) -> None:
    """Prove that a super node wrote two blocks for one slot: it and its supporters lose a part of their stake."""
    del who
    node, era = account(offender), staking_era_of(slot)
    pairs = ((first_hash, first_signature), (second_hash, second_signature))
    if first_hash == second_hash or not all(verify(node, block_message(slot, made), mark) for made, mark in pairs):
        refuse(_PALLET, "InvalidEquivocationProof")
    oldest = staking_era_of(work.height) - work.profile.slash_defer_eras
    elected = elected_in(work.layer, era)
    if not 0 < slot <= work.height or era < oldest or node not in (one.who for one in elected):
        refuse(_PALLET, "InvalidKeyOwnershipProof")
    if any(one.era == era for one in work.layer.get(ERA_SLASHES, node) or ()):
        refuse(_PALLET, "DuplicateOffenceReport")
    others = sum(any(slash.era == era for slash in slashes) for _, slashes in work.layer.items(ERA_SLASHES))
    slashing.report_offence(work, node, fraction_lost(others + 1, len(elected)), era)


def fraction_lost(offenders: int, elected: int) -> int:
    """Parts of 10^9: (3 k / n)^2 for the k-th of n super nodes that equivocates in an era, at most all."""
    part = perbill_rational(3 * offenders, elected)
    return min(PERBILL, perbill_mul(part, part))


CALLS: dict[tuple[str, str], Callable[..., None]] = {(_PALLET, "report"): report}
