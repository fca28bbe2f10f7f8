"""Offences of super nodes: a slash that waits, may be cancelled, and is then taken (chain-rules 9: as Polkadot)."""

from __future__ import annotations

from dbc_desktop.rules import balances
from dbc_desktop.rules.arithmetic import perbill_mul
from dbc_desktop.rules.staking import candidacy
from dbc_desktop.rules.staking.rows import (
    ERA_SLASHES,
    LEDGERS,
    PALLET,
    UNAPPLIED,
    Chunk,
    EraSlash,
    LedgerRow,
    UnappliedSlash,
    elected_in,
    put_ledger,
)
from dbc_desktop.rules.work import Work, refuse

_PERQUINTILL = 10**18


def report_offence(work: Work, offender: bytes, fraction: int, era: int) -> None:
    """A super node misbehaved in a staking era: it and those behind it will lose `fraction` parts of 10^9.

    A milder offence than one of the same era adds nothing, a harder one only the difference. The node leaves the next
    election. Nobody is paid for the report.
    """
    node = next((one for one in elected_in(work.layer, era) if one.who == offender), None)
    earlier = tuple(one for one in work.layer.get(ERA_SLASHES, offender) or () if one.era != era)
    before = next((one.fraction for one in work.layer.get(ERA_SLASHES, offender) or () if one.era == era), 0)
    if node is None or fraction <= before:
        return
    oldest = era - work.profile.bonding_eras
    kept = tuple(one for one in earlier if one.era >= oldest)
    work.layer.put(ERA_SLASHES, offender, tuple(sorted((*kept, EraSlash(era, fraction)))))
    work.emit(PALLET, "SlashReported", validator=offender, fraction=fraction, slash_era=era)
    candidacy.leave(work, offender)

    def more(stake: int) -> int:
        return perbill_mul(fraction, stake) - perbill_mul(before, stake)

    found = UnappliedSlash(offender, more(node.own), tuple((who, more(stake)) for who, stake in node.others))
    due = era + work.profile.slash_defer_eras + 1
    work.layer.put(UNAPPLIED, due, (*(work.layer.get(UNAPPLIED, due) or ()), found))


def apply_slashes(work: Work, era: int) -> None:
    """Take the slashes that waited for this staking era."""
    waiting = work.layer.get(UNAPPLIED, era)
    if waiting is None:
        return
    work.layer.remove(UNAPPLIED, era)
    slash_era = era - work.profile.slash_defer_eras - 1
    for slash in waiting:
        for who, amount in ((slash.validator, slash.own), *slash.others):
            _take(work, who, amount, slash_era)


def cancel_deferred_slash(work: Work, era: int, slash_indices: object) -> None:
    """Root or three quarters of the council: drop slashes that wait for a staking era."""
    indices = slash_indices if isinstance(slash_indices, tuple) else ()
    if not indices:
        refuse(PALLET, "EmptyTargets")
    if list(indices) != sorted(set(indices)):
        refuse(PALLET, "NotSortedAndUnique")
    waiting = work.layer.get(UNAPPLIED, era) or ()
    if indices[-1] >= len(waiting):
        refuse(PALLET, "InvalidSlashIndex")
    left = tuple(slash for at, slash in enumerate(waiting) if at not in indices)
    if left:
        work.layer.put(UNAPPLIED, era, left)
    else:
        work.layer.remove(UNAPPLIED, era)


def _take(work: Work, who: bytes, amount: int, slash_era: int) -> None:
    ledger = work.layer.get(LEDGERS, who)
    if ledger is None or not amount:
        return
    after = slashed(ledger, amount, slash_era + work.profile.bonding_eras)
    taken = min(ledger.total - after.total, balances.holdings(work.layer, who).free)
    put_ledger(work, who, after)
    if taken:
        balances.move_free(work, who, work.profile.treasury, taken)
        work.emit(PALLET, "Slashed", staker=who, amount=taken)


def slashed(ledger: LedgerRow, amount: int, first_liable: int) -> LedgerRow:
    """The ledger less `amount`: of what is in play, and of chunks that were in play when it happened.

    Where there are chunks to withdraw from the era `first_liable` on, those and the active stake lose the same part,
    rounded up; else the active stake goes first, then the newest chunks.
    """
    chunks = list(ledger.unlocking)
    liable = next((at for at, chunk in enumerate(chunks) if chunk.era >= first_liable), None)
    if liable is None:
        part, order = None, list(reversed(range(len(chunks))))
    else:
        affected = ledger.active + sum(chunk.value for chunk in chunks[liable:])
        part = min(_PERQUINTILL, -(-amount * _PERQUINTILL // affected)) if affected else _PERQUINTILL
        order = [*range(liable, len(chunks)), *reversed(range(liable))]
    left = amount

    def loss(held: int) -> int:
        wanted = left if part is None else -(-part * held // _PERQUINTILL)
        return min(wanted, held, left)

    lost = loss(ledger.active)
    active, left = ledger.active - lost, left - lost
    for at in order:
        if not left:
            break
        lost = loss(chunks[at].value)
        chunks[at] = Chunk(chunks[at].value - lost, chunks[at].era)
        left -= lost
    return ledger._replace(
        total=ledger.total - (amount - left), active=active, unlocking=tuple(chunk for chunk in chunks if chunk.value)
    )
