"""TechnicalCommittee 14, a Collective: a few accounts that grant appeals by motions (chain-rules 3, 11.1).

A motion is kept as the bytes of its call, whose blake2b-256 is its hash as on the network. Only calls that need this
committee can be moved. A motion that a fifth of the seats may decide is done in the block in which it is proposed; as
with `Sudo.sudo`, what the rules then say is the answer to the proposal, so that nobody overlooks it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.rules import committee_appeals
from dbc_desktop.rules.catalogue import BY_INDEX, BY_NAME
from dbc_desktop.rules.codec import NUMBER, RAW, row
from dbc_desktop.rules.maintain_committee import appeals
from dbc_desktop.rules.online_profile import review
from dbc_desktop.rules.state import SINGLE, Overlay, Readable, declare, declare_value
from dbc_desktop.rules.work import Work, account, refuse

_PALLET = "TechnicalCommittee"
_MOTION_BLOCKS = 100
_LEAST_SHARE = 5
"""Yes votes needed for a call of `MOTIONS`: one in so many seats."""


class Members(NamedTuple):
    """Who sits, sorted; `prime` speaks for those who do not vote."""

    seats: tuple[bytes, ...] = ()
    prime: bytes | None = None


class Motion(NamedTuple):
    """A proposal that waits for votes; `ends` is the height at which it may be closed whoever voted."""

    number: int
    threshold: int
    call: bytes
    ayes: tuple[bytes, ...]
    nays: tuple[bytes, ...]
    ends: int


MEMBERS = declare_value("TechnicalCommittee.Members", row(Members))
PROPOSALS = declare("TechnicalCommittee.Voting", RAW, row(Motion))
COUNT = declare_value("TechnicalCommittee.ProposalCount", NUMBER)

MOTIONS: dict[tuple[str, str], Callable[..., None]] = {
    ("OnlineProfile", "cancel_slash"): review.cancel_slash,
    ("OnlineCommittee", "cancel_slash"): committee_appeals.cancel_slash,
    ("MaintainCommittee", "cancel_reporter_slash"): appeals.cancel_reporter_slash,
}
"""What only this committee may do; each takes one `u64`."""


def seats(layer: Readable) -> tuple[bytes, ...]:
    """Who sits, sorted."""
    return (layer.get(MEMBERS, SINGLE) or Members()).seats


def set_members(work: Work, new_members: tuple[bytes, ...], prime: bytes | None, old_count: int) -> None:
    """Root: these accounts sit from now on; votes of those who leave are gone."""
    members = tuple(sorted({account(member) for member in new_members}))
    work.layer.put(MEMBERS, SINGLE, Members(members, prime))
    for digest, motion in tuple(work.layer.items(PROPOSALS)):
        ayes, nays = (tuple(one for one in side if one in members) for side in (motion.ayes, motion.nays))
        work.layer.put(PROPOSALS, digest, motion._replace(ayes=ayes, nays=nays))


def propose(work: Work, who: bytes, threshold: int, proposal: Call, length_bound: int) -> None:
    """Move a call; with a threshold of one it is decided at once, else others must vote."""
    sitting = _sitting(work.layer, who)
    call = _packed(proposal)
    if len(call) > length_bound:
        refuse(_PALLET, "WrongProposalLength")
    digest = blake2_256(call)
    if work.layer.get(PROPOSALS, digest) is not None:
        refuse(_PALLET, "DuplicateProposal")
    if threshold < 2:
        _decide(work, call, 1, len(sitting))
        work.emit(_PALLET, "Executed", proposal_hash=digest, result=None)
        return
    index = work.layer.get(COUNT, SINGLE) or 0
    work.layer.put(COUNT, SINGLE, index + 1)
    motion = Motion(index, threshold, call, (), (), work.height + _MOTION_BLOCKS)
    work.layer.put(PROPOSALS, digest, motion)
    work.emit(_PALLET, "Proposed", account=who, proposal_index=index, proposal_hash=digest, threshold=threshold)


def vote(work: Work, who: bytes, proposal: bytes, index: int, approve: bool) -> None:
    """Vote for or against a motion, or change one's vote."""
    _sitting(work.layer, who)
    motion = _motion(work.layer, proposal, index)
    if who in (motion.ayes if approve else motion.nays):
        refuse(_PALLET, "DuplicateVote")
    ayes, nays = (tuple(one for one in side if one != who) for side in (motion.ayes, motion.nays))
    motion = motion._replace(ayes=(*ayes, who) if approve else ayes, nays=nays if approve else (*nays, who))
    work.layer.put(PROPOSALS, proposal, motion)
    yes, no = len(motion.ayes), len(motion.nays)
    work.emit(_PALLET, "Voted", account=who, proposal_hash=proposal, voted=approve, yes=yes, no=no)


def close(
    work: Work, who: bytes, proposal_hash: bytes, index: int, proposal_weight_bound: object, length_bound: int
) -> None:
    """Anyone: end a motion that is decided, or whose time is over; who did not vote then votes as the prime, or no."""
    motion = _motion(work.layer, proposal_hash, index)
    if len(motion.call) > length_bound:
        refuse(_PALLET, "WrongProposalLength")
    sitting = seats(work.layer)
    yes, no = len(motion.ayes), len(motion.nays)
    approved, disapproved = yes >= motion.threshold, len(sitting) - no < motion.threshold
    if not approved and not disapproved:
        if work.height < motion.ends:
            refuse(_PALLET, "TooEarly")
        prime = (work.layer.get(MEMBERS, SINGLE) or Members()).prime
        absent = len(sitting) - yes - no
        yes, no = (yes + absent, no) if prime in motion.ayes else (yes, no + absent)
        approved = yes >= motion.threshold
    work.layer.remove(PROPOSALS, proposal_hash)
    work.emit(_PALLET, "Closed", proposal_hash=proposal_hash, yes=yes, no=no)
    if not approved:
        work.emit(_PALLET, "Disapproved", proposal_hash=proposal_hash)
        return
    work.emit(_PALLET, "Approved", proposal_hash=proposal_hash)
    work.emit(_PALLET, "Executed", proposal_hash=proposal_hash, result=_try(work, motion.call, yes, len(sitting)))


def _try(work: Work, call: bytes, yes: int, of: int) -> tuple[str, str] | None:
    """Do what a closed motion says; its error leaves no trace but the event."""
    below, events, history = work.layer, len(work.events), len(work.history)
    work.layer = Overlay(below)
    try:
        _decide(work, call, yes, of)
    except ChainRejected as refusal:
        del work.events[events:], work.history[history:]
        return refusal.pallet, refusal.name
    else:
        work.layer.commit()
        return None
    finally:
        work.layer = below


def _decide(work: Work, call: bytes, yes: int, of: int) -> None:
    if yes * _LEAST_SHARE < of:
        refuse("System", "BadOrigin")
    spec = BY_INDEX[call[0], call[1]]
    MOTIONS[spec.pallet, spec.name](work, int.from_bytes(call[2:], "little"))


def _packed(proposal: Call) -> bytes:
    """The call as SCALE writes it: two indices and a `u64`."""
    spec = BY_NAME.get((proposal.pallet, proposal.name))
    if spec is None or (proposal.pallet, proposal.name) not in MOTIONS:
        refuse("System", "CallFiltered")
    (number,) = proposal.args
    return bytes((spec.pallet_index, spec.index)) + int(str(number)).to_bytes(8, "little")


def _sitting(layer: Readable, who: bytes) -> tuple[bytes, ...]:
    sitting = seats(layer)
    if who not in sitting:
        refuse(_PALLET, "NotMember")
    return sitting


def _motion(layer: Readable, digest: bytes, index: int) -> Motion:
    motion = layer.get(PROPOSALS, digest) or refuse("TechnicalCommittee", "ProposalMissing")
    if motion.number != index:
        refuse(_PALLET, "WrongIndex")
    return motion


CALLS: dict[tuple[str, str], Callable[..., None]] = {(_PALLET, call.__name__): call for call in (propose, vote, close)}
ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {(_PALLET, "set_members"): set_members}
