"""The election of each staking era, only computed anew where something changed."""

from __future__ import annotations

from dbc_desktop.rules.election_policies import Standings, Voter
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.staking.rows import (
    ELECTED,
    NOMINATORS,
    PALLET,
    UNSETTLED,
    VALIDATORS,
    VERSIONS,
    Elected,
    elected_in,
    ledger_of,
    seats_in,
    versions,
)
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.work import Work


def standings(profile: RulesProfile, layer: Readable, era: int) -> Standings:
    """What an election for a staking era would decide now."""
    candidates = {who: ledger_of(layer, who).active for who, _ in layer.items(VALIDATORS)}
    voters = []
    for who, named in sorted(layer.items(NOMINATORS)):
        targets = tuple(one for one in named.targets if one in candidates)
        stake = ledger_of(layer, who).active
        if targets and stake:
            voters.append(Voter(who, stake, targets))
    return profile.election.elect(candidates, voters, seats_in(profile, layer, era))


def elect(work: Work, era: int) -> None:
    """Give the seats of the staking era that begins; where nothing changed nothing is computed or stored."""
    layer, profile = work.layer, work.profile
    grown = era > 0 and seats_in(profile, layer, era) != seats_in(profile, layer, era - 1)
    if layer.get(UNSETTLED, SINGLE) is None and not grown:
        return
    layer.remove(UNSETTLED, SINGLE)
    before = elected_in(layer, era)
    found = standings(profile, layer, era).elected
    if not found:
        if before:
            work.emit(PALLET, "StakingElectionFailed")
        return
    chosen = tuple(sorted(Elected(one.who, one.own, one.others, _commission(layer, one.who)) for one in found))
    if chosen != before:
        layer.put(ELECTED, era, chosen)
        layer.put(VERSIONS, SINGLE, (*(one for one in versions(layer) if one != era), era))
    work.emit(PALLET, "StakersElected")


def forget(work: Work, oldest: int) -> None:
    """Drop the elected sets that no staking era from `oldest` on needs."""
    kept = versions(work.layer)
    needed = max((one for one in kept if one <= oldest), default=0)
    gone = [one for one in kept if one < needed]
    for one in gone:
        work.layer.remove(ELECTED, one)
    if gone:
        work.layer.put(VERSIONS, SINGLE, kept[len(gone) :])


def _commission(layer: Readable, who: bytes) -> int:
    prefs = layer.get(VALIDATORS, who)
    return prefs.commission if prefs is not None else 0
