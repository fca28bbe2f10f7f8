"""Disputes: reports, appeals, a member's judging, and the facts the page shows (chain-rules 4.12, 6.7, 7)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import (
    CommitteeWork,
    FaultKind,
    MachineFault,
    Reporter,
    Slash,
    SlashClock,
    SlashSource,
)
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput
from dbc_desktop.domain.machine import Machine, MachineId, MachineStatus
from dbc_desktop.domain.network import Head
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.rules.report_hash import inaccessible_hash
from dbc_desktop.storage.files import files_translated, write_whole

_PALLET = "MaintainCommittee"
LONGEST_REASON = 500
"""Characters of a reason; what is longer costs more in fees than it explains."""

_APPEALS = {
    SlashSource.MACHINE: "OnlineProfile",
    SlashSource.VERIFICATION: "OnlineCommittee",
    SlashSource.REPORT: _PALLET,
}
_CLOCKED = (
    MachineStatus.REPORTER_REPORT_OFFLINE,
    MachineStatus.STAKER_REPORT_OFFLINE,
    MachineStatus.RENTED,
    MachineStatus.ONLINE,
)
"""Machines that have a slash clock, those that need a look first."""


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """What the page shows of an account.

    Attributes:
        machines: Own machines that work or are offline, those that are offline first.
        clock: Of the machine that was asked for, else of the first; None without one.
        rented: Leases that run, whose machines can be reported as out of reach.
    """

    head: Head
    slashes: tuple[Slash, ...]
    reporter: Reporter
    work: tuple[CommitteeWork, ...]
    machines: tuple[Machine, ...]
    clock: SlashClock | None
    rented: tuple[RentOrder, ...]


def dispute_facts(backend: ChainReader, account: Address, wanted: MachineId | None = None) -> DisputeFacts:
    """Read all that is disputed for `account`; `wanted` is the machine whose clock is shown."""
    stash = backend.stash_of(account) or account
    found = [machine for machine in backend.machines_of(stash) if machine.status in _CLOCKED]
    found.sort(key=lambda machine: (_CLOCKED.index(machine.status), machine.machine_id))
    known = [machine.machine_id for machine in found]
    shown = wanted if wanted in known else next(iter(known), None)
    orders = backend.rent_orders(account)
    return DisputeFacts(
        head=backend.head(),
        slashes=backend.slashes(account),
        reporter=backend.reporter(account),
        work=backend.committee_work(account),
        machines=tuple(found),
        clock=None if shown is None else backend.slash_clock(shown),
        rented=tuple(order for order in orders if order.status is RentStatus.RENTING),
    )


def report_call(order: RentOrder) -> Call:
    """Signed by the renter: the machine of this order cannot be reached (chain-rules 7.4)."""
    fault = MachineFault(FaultKind.RENTED_INACCESSIBLE, order.machine_id, order.rent_id)
    return Call(_PALLET, "report_machine_fault", (fault,))


def take_back_call(report_id: int) -> Call:
    """Signed by the reporter: take a report back that nobody judges yet."""
    return Call(_PALLET, "reporter_cancel_report", (report_id,))


def appeal_call(slash: Slash, reason: str) -> Call:
    """Signed by `slash.signer`: ask the technical committee to undo a slash.

    Raises:
        InvalidInput: `reason` with `empty` or `too_long`.
    """
    text = reason.strip()
    if not text:
        raise InvalidInput("reason", "empty")
    if len(text) > LONGEST_REASON:
        raise InvalidInput("reason", "too_long", most=LONGEST_REASON)
    return Call(_APPEALS[slash.source], "apply_slash_review", (slash.number, text.encode()))


def book_call(report_id: int) -> Call:
    """Signed by a member: judge this report."""
    return Call(_PALLET, "committee_book_report", (report_id,))


@dataclass(frozen=True, slots=True)
class VoteDraft:
    """What a member found and the word that hides it until all have committed."""

    word: bytes
    supports: bool


class VoteDrafts:
    """Votes that are committed and not yet revealed, kept in the data folder: without its word a vote is lost."""

    def __init__(self, home: Path, genesis_hash: bytes) -> None:
        self._path = home / "votes.json"
        self._chain = genesis_hash.hex()

    def commit_call(self, member: Address, report_id: int, *, supports: bool) -> Call:
        """Keep a vote, then the call that commits to it, to be signed by `member` (chain-rules 7.4).

        Raises:
            DataUnwritable: It cannot be kept; nothing must be signed then.
            DataCorrupt: The file is not readable.
        """
        kept = self.of(member, report_id)
        word = kept.word if kept is not None else secrets.token_hex(16).encode()
        self._write({**self._read(), self._key(member, report_id): [word.decode(), supports]})
        digest = inaccessible_hash(report_id, word, supports=supports)
        return Call(_PALLET, "committee_submit_verify_hash", (report_id, digest))

    def reveal_call(self, member: Address, report_id: int) -> Call | None:
        """The call that shows the vote; None where none was kept here."""
        kept = self.of(member, report_id)
        if kept is None:
            return None
        return Call(_PALLET, "committee_submit_inaccessible_raw", (report_id, kept.word, kept.supports))

    def of(self, member: Address, report_id: int) -> VoteDraft | None:
        """The vote that was kept, None where there is none.

        Raises:
            DataCorrupt: The file is not readable.
        """
        found = self._read().get(self._key(member, report_id))
        return None if found is None else VoteDraft(str(found[0]).encode(), bool(found[1]))

    def _key(self, member: Address, report_id: int) -> str:
        return f"{self._chain} {member.raw.hex()} {report_id}"

    def _read(self) -> dict[str, list[object]]:
        if not self._path.exists():
            return {}
        with files_translated(self._path):
            data = self._path.read_bytes()
        try:
            found = json.loads(data)
        except ValueError as error:
            raise DataCorrupt(self._path, "not readable") from error
        if not isinstance(found, dict) or not all(isinstance(one, list) and len(one) == 2 for one in found.values()):
            raise DataCorrupt(self._path, "not readable")
        return found

    def _write(self, rows: dict[str, list[object]]) -> None:
        write_whole(self._path, json.dumps(rows, sort_keys=True, indent=1).encode())
