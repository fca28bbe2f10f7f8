"""Disputes as they happen to the residents of a chain, one act after the other: who signs what, in which block."""

from __future__ import annotations

import dataclasses

from dbc_desktop.chain.local.launch import OPERATORS, customize_of, hardware_of
from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.dispute import FaultKind, MachineFault, ReportStatus
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.rules import online_committee
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.commit_hash import hardware_hash
from dbc_desktop.rules.hardware_report import report_message
from dbc_desktop.rules.maintain_committee.rows import NEXT_REPORT_ID, REPORTS, RESULTS
from dbc_desktop.rules.online_profile.rows import NEXT_SLASH_ID, SERVER_ROOMS
from dbc_desktop.rules.orders import NEXT_RENT_ID
from dbc_desktop.rules.report_hash import inaccessible_hash, member_hash, reporter_hash
from dbc_desktop.rules.state import SINGLE
from tests.doubles.side_by_side import SideBySide

OP, RENT, MC, OC = "OnlineProfile", "RentMachine", "MaintainCommittee", "OnlineCommittee"
REASON, WORD = b"the fan is dead", b"abcdef"
OWNER = "operator Singapore"
MEMBERS = tuple(f"committee {number}" for number in range(5))


class DisputeStory:
    """What people do to each other on a chain that is read in two ways.

    Args:
        chain: The chain.
    """

    def __init__(self, chain: SideBySide) -> None:
        self.chain = chain
        self.keys = chain.keys
        self._names = {chain.keys.account(name): name for name in MEMBERS}

    @property
    def engine(self):
        return self.chain.both.behind._ledger.engine

    def machine(self, number: int) -> MachineId:
        return self.keys.machine_id(OWNER, number)

    def machine_of(self, owner: str, number: int) -> MachineId:
        return self.keys.machine_id(owner, number)

    def _count(self, counter) -> int:
        return self.engine.state.get(counter, SINGLE) or 0

    # --- renting, going away and coming back ----------------------------------------------------------------------

    def rent(self, number: int, gpus: int, blocks: int) -> int:
        """The renter takes some GPUs of a machine and confirms; the order's id."""
        rent_id = self._count(NEXT_RENT_ID)
        self.chain.do("renter", RENT, "rent_machine", self.machine(number), gpus, blocks)
        self.chain.do("renter", RENT, "confirm_rent", rent_id)
        return rent_id

    def away(self, number: int, blocks: int) -> int:
        """The owner reports a machine offline, and after so many blocks online; the slash's id."""
        self.chain.do(OWNER, OP, "controller_report_offline", self.machine(number))
        self.chain.wait(blocks)
        return self.back(number)

    def back(self, number: int) -> int:
        """The owner reports a machine online; the slash's id."""
        slash_id = self._count(NEXT_SLASH_ID)
        self.chain.do(OWNER, OP, "controller_report_online", self.machine(number))
        return slash_id

    def appeal(self, who: str, pallet: str, number: int) -> None:
        self.chain.do(who, pallet, "apply_slash_review", number, b"it was not so")

    def grant(self, pallet: str, name: str, number: int) -> None:
        """A seat of the technical committee grants an appeal."""
        self.chain.do("technical 0", "TechnicalCommittee", "propose", 1, Call(pallet, name, (number,)), 10)

    # --- reports --------------------------------------------------------------------------------------------------

    def inaccessible(self, number: int, rent_id: int) -> int:
        """The renter says that a machine is out of reach; the report's id."""
        return self._report(MachineFault(FaultKind.RENTED_INACCESSIBLE, self.machine(number), rent_id))

    def secret(self, number: int, kind: FaultKind = FaultKind.RENTED_HARDWARE_MALFUNCTION) -> int:
        """The renter says of a machine, to its judges only, that its hardware is at fault."""
        digest = reporter_hash(self.machine(number), 0, WORD, REASON)
        return self._report(MachineFault(kind, reporter_hash=digest, box_pubkey=BoxKey(b"\x07" * 32).public))

    def _report(self, fault: MachineFault) -> int:
        report_id = self._count(NEXT_REPORT_ID)
        self.chain.do("renter", MC, "report_machine_fault", fault)
        return report_id

    def judge(self, report_id: int, votes: tuple[bool | None, ...]) -> None:
        """Three members look, commit and reveal, each in a block of its own; None commits and never reveals."""
        row = self.engine.state.get(REPORTS, report_id)
        assert row is not None
        is_fast, is_drawn = row.fault.is_fast, self.engine.profile.reports.is_drawn
        names = [self._names[order.member] for order in row.orders] if is_drawn else list(MEMBERS[: len(votes)])
        voters = list(zip(names, votes, strict=True))
        for name, vote in voters:
            if not is_drawn:
                self.chain.do(name, MC, "committee_book_report", report_id)
            if not is_fast:
                sealed = (report_id, self.keys.account(name), b"sealed for " + name.encode())
                self.chain.do("renter", MC, "reporter_add_encrypted_error_info", *sealed)
                self._commit(report_id, name, vote, is_fast=False)
        if is_fast:
            for name, vote in voters:
                self._commit(report_id, name, vote, is_fast=True)
        self._open(report_id)
        for name, vote in voters:
            if vote is not None:
                self._reveal(report_id, name, vote, is_fast=is_fast)
        if None in votes:
            self.chain.wait(self.engine.profile.report_windows.reveal_until(is_fast=is_fast))
        assert self.engine.state.get(RESULTS, report_id) is not None

    def _open(self, report_id: int) -> None:
        for _ in range(2_000):
            row = self.engine.state.get(REPORTS, report_id)
            assert row is not None
            if row.status is ReportStatus.SUBMITTING_RAW:
                return
            self.chain.wait(1)

    def _commit(self, report_id: int, name: str, vote: bool | None, *, is_fast: bool) -> None:
        digest = inaccessible_hash(report_id, name.encode(), supports=bool(vote))
        if not is_fast:
            digest = member_hash(self._told(report_id), 0, WORD, name.encode(), REASON, supports=bool(vote))
        self.chain.do(name, MC, "committee_submit_verify_hash", report_id, digest)

    def _told(self, report_id: int) -> MachineId:
        row = self.engine.state.get(REPORTS, report_id)
        assert row is not None
        ids = [one for one in self.chain.machines if reporter_hash(one, 0, WORD, REASON) == row.fault.reporter_hash]
        return ids[0]

    def _reveal(self, report_id: int, name: str, vote: bool, *, is_fast: bool) -> None:
        if is_fast:
            self.chain.do(name, MC, "committee_submit_inaccessible_raw", report_id, name.encode(), vote)
        else:
            told = (self._told(report_id), 0, WORD, name.encode(), REASON, b"seen", vote)
            self.chain.do(name, MC, "committee_submit_verify_raw", report_id, *told)

    # --- verifying ------------------------------------------------------------------------------------------------

    def verify(self, number: int, votes: tuple[bool, ...]) -> list[str]:
        """The owner brings a new machine; those drawn for it look and say whether they want it; who they are."""
        keys, machine_id, chain = self.keys, self.machine(number), self.chain
        operator = next(one for one in OPERATORS if one.name == OWNER)
        message = bind_message(machine_id, ss58.encode(keys.account(OWNER)))
        chain.do(OWNER, OP, "bond_machine", machine_id, message, keys.machine(OWNER, number).sign(message))
        info = hardware_of(operator.machines[0], machine_id)
        if self.engine.profile.verification.checks_reports:
            said = report_message(info, ss58.encode(keys.account(OWNER)), chain.height)
            signature = keys.machine(OWNER, number).sign(said)
            chain.do(OWNER, "MachineCheck", "submit_hardware_report", info, said, signature)
        room = (self.engine.state.get(SERVER_ROOMS, keys.account(OWNER)) or ())[0]
        chain.do(OWNER, OP, "add_machine_info", machine_id, customize_of(operator, room))
        if self.engine.profile.verification.grab_window:
            for name in MEMBERS[:3]:
                chain.do(name, "MachineCheck", "grab_order", machine_id)
        order = self.engine.state.get(online_committee.ORDERS, machine_id)
        assert order is not None
        names = [self._names[member] for member in order.booked]
        found = [
            dataclasses.replace(info, rand_str=name.replace(" ", ""), is_support=vote)
            for name, vote in zip(names, votes, strict=True)
        ]
        for name, one in zip(names, found, strict=True):
            chain.do(name, OC, "submit_confirm_hash", machine_id, hardware_hash(one))
        for name, one in zip(names, found, strict=True):
            chain.do(name, OC, "submit_confirm_raw", one)
        return names
