"""Reports on a chain of the unit tests: who reports, who judges, in which block."""

from __future__ import annotations

from typing import Any

from dbc_desktop.domain.dispute import FaultKind, MachineFault
from dbc_desktop.rules.maintain_committee.rows import REPORTS, RESULTS, record_of, stake_of
from dbc_desktop.rules.report_hash import inaccessible_hash, member_hash, reporter_hash

MC = "MaintainCommittee"
DBC = 10**15
REASON, WORD = b"the fan is dead", b"abcdef"


def together(chain: Any, *acts: tuple[Any, ...]) -> list[tuple[str, str] | None]:
    """All of `acts` in the next block; what became of each."""
    signed, mine = [], {}
    for who, name, *args in acts:
        one = chain.signed(who, MC, name, *args)
        nonce = mine[who] = mine.get(who, one.nonce - 1) + 1
        signed.append(type(one)(who, one.call, nonce, one.length))
    return [each.error for each in chain.apply(chain.engine.height + 1, signed).outcomes]


def report(chain: Any, report_id: int = 0) -> Any:
    return chain.engine.state.get(REPORTS, report_id)


def result(chain: Any, report_id: int = 0) -> Any:
    return chain.engine.state.get(RESULTS, report_id)


def reporter_stake(chain: Any, who: bytes) -> tuple[int, int]:
    return tuple(stake_of(chain.engine.state, who))


def record(chain: Any, who: bytes) -> dict[str, list[int]]:
    names = ("processingReport", "canceledReport", "succeedReport", "failedReport")
    return {name: list(ids) for name, ids in zip(names, record_of(chain.engine.state, who), strict=True)}


def inaccessible(chain: Any, rent_id: int = 0) -> MachineFault:
    return MachineFault(FaultKind.RENTED_INACCESSIBLE, chain.machine_id, rent_id)


def secret(chain: Any, kind: FaultKind = FaultKind.RENTED_HARDWARE_MALFUNCTION, rent_id: int = 0) -> MachineFault:
    digest = reporter_hash(chain.machine_id, rent_id, WORD, REASON)
    return MachineFault(kind, reporter_hash=digest, box_pubkey=b"\x01" * 32)


def commit(member: bytes, report_id: int, vote: bool) -> tuple[Any, ...]:
    digest = inaccessible_hash(report_id, member, supports=vote)
    return member, "committee_submit_verify_hash", report_id, digest


def reveal(member: bytes, report_id: int, vote: bool) -> tuple[Any, ...]:
    return member, "committee_submit_inaccessible_raw", report_id, member, vote


def commit_secret(chain: Any, member: bytes, vote: bool, report_id: int = 0, rent_id: int = 0) -> tuple[Any, ...]:
    digest = member_hash(chain.machine_id, rent_id, WORD, member, REASON, supports=vote)
    return member, "committee_submit_verify_hash", report_id, digest


def reveal_secret(chain: Any, member: bytes, vote: bool, report_id: int = 0, rent_id: int = 0) -> tuple[Any, ...]:
    told = (chain.machine_id, rent_id, WORD, member, REASON, b"seen", vote)
    return (member, "committee_submit_verify_raw", report_id, *told)


def tell(reporter: bytes, member: bytes, report_id: int = 0) -> tuple[Any, ...]:
    return reporter, "reporter_add_encrypted_error_info", report_id, member, b"sealed"


def book(member: bytes, report_id: int = 0) -> tuple[Any, ...]:
    return member, "committee_book_report", report_id


def judged_fast(chain: Any, votes: list[bool | None], report_id: int = 0, seen: dict[str, object] | None = None) -> int:
    """Members book, commit and reveal a report as fast as they can; the height of the first booking.

    `seen` gets the status of the report on the way, by the names of the recordings.
    """
    seen = {} if seen is None else seen
    voters = list(zip(chain.committee, votes, strict=False))
    assert together(chain, *(book(member, report_id) for member, _ in voters)) == [None] * len(voters)
    start = chain.engine.height
    seen["status_after_book"] = report(chain, report_id).status.value
    shown = [(member, vote) for member, vote in voters if vote is not None]
    if shown:
        assert together(chain, *(commit(member, report_id, vote) for member, vote in shown)) == [None] * len(shown)
    seen["status_after_hash"] = report(chain, report_id).status.value
    if len(shown) < 3:
        chain.goto(start + 50)
    seen["status_before_raw"] = report(chain, report_id).status.value
    if shown:
        assert together(chain, *(reveal(member, report_id, vote) for member, vote in shown)) == [None] * len(shown)
    else:
        chain.goto(start + 100)
    return start


def looked_at(chain: Any, reporter: bytes, member: bytes, vote: bool, report_id: int = 0) -> None:
    """A member books a secret report, is told, and commits, each in a block of its own."""
    for act in (book(member, report_id), tell(reporter, member, report_id)):
        assert together(chain, act) == [None]
    assert together(chain, commit_secret(chain, member, vote, report_id)) == [None]
