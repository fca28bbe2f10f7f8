"""The resident committee: it looks at machines, hashes what it found, and reveals (chain-rules 6)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dbc_desktop.chain.local.launch import COMMITTEE
from dbc_desktop.chain.local.residents.stage import Stage
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.rules import committee, machine_check, online_committee
from dbc_desktop.rules.commit_hash import hardware_hash

GRAB_BLOCKS = 20
"""Two minutes from one member to the next that would grab an order."""


class ResidentCommittee:
    """The members of `launch.COMMITTEE`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._members = {stage.keys.account(name): name for name in COMMITTEE}

    def plan(self, soon: int) -> None:
        """Take up every order that is open."""
        for machine_id, _ in sorted(self._stage.state.items(machine_check.OPEN)):
            self._plan_grabs(soon, MachineId(machine_id))
        for machine_id, order in self._stage.state.items(online_committee.ORDERS):
            self._plan_verification(soon, MachineId(machine_id), order.booked)

    def see(self, soon: int, event: EventRecord) -> None:
        """Grab an open order, take up a new one, reveal when all have hashed."""
        if event.name == "OrderOpened":
            self._plan_grabs(soon, MachineId(str(event.fields["machine_id"])))
        elif event.name == "MachineDistributed":
            order = self._stage.state.get(online_committee.ORDERS, str(event.fields["machine_id"]))
            if order is not None:
                self._plan_verification(soon, MachineId(str(event.fields["machine_id"])), order.booked)
        elif event.name == "AddConfirmHash":
            self._stage.at(soon, partial(self._reveal, MachineId(str(event.fields["machine_id"]))))

    def _plan_grabs(self, soon: int, machine_id: MachineId) -> None:
        """One after the other would take it; for each machine another one is the quickest."""
        order = machine_check.open_order(self._stage.state, machine_id)
        if order is None:
            return
        keys = self._stage.keys
        by_haste = sorted(self._members, key=lambda member: keys.word(f"{machine_id} {order.since} {member.hex()}"))
        for number, member in enumerate(by_haste):
            due = max(soon, order.since + GRAB_BLOCKS * (number + 1))
            self._stage.at(due, partial(self._grab, machine_id, member))

    def _grab(self, machine_id: MachineId, member: bytes) -> None:
        stage = self._stage
        order = machine_check.open_order(stage.state, machine_id)
        full = order is not None and len(order.members) >= stage.ledger.engine.profile.verification.members
        if order is None or full or member in order.members or member not in committee.lists(stage.state).normal:
            return
        stage.attempt(self._members[member], Call("MachineCheck", "grab_order", (machine_id,)))

    def _plan_verification(self, soon: int, machine_id: MachineId, booked: tuple[bytes, ...]) -> None:
        """Each member looks in its first slot; who has seen it reveals when all have, or when hashing ends."""
        stage = self._stage
        order = stage.state.get(online_committee.ORDERS, machine_id)
        if order is None:
            return
        for slot, member in enumerate(booked):
            if member in self._members:
                due = max(soon, order.book_time + slot * online_committee.SLOT_BLOCKS)
                stage.at(due, partial(self._commit, machine_id, member, order.book_time))
        reveals_at = order.book_time + stage.ledger.engine.profile.reveal_start + 1
        stage.at(max(soon, reveals_at), partial(self._reveal, machine_id))

    def _commit(self, machine_id: MachineId, member: bytes, book_time: int) -> None:
        order = self._stage.state.get(online_committee.ORDERS, machine_id)
        if order is None or order.book_time != book_time or any(who == member for who, _ in order.hashes):
            return
        digest = hardware_hash(self._seen_by(member, machine_id, book_time))
        self._stage.attempt(self._members[member], Call("OnlineCommittee", "submit_confirm_hash", (machine_id, digest)))

    def _reveal(self, machine_id: MachineId) -> None:
        order = self._stage.state.get(online_committee.ORDERS, machine_id)
        if order is None or order.status != online_committee.REVEALING:
            return
        revealed = {who for who, _ in order.infos}
        for member, _ in order.hashes:
            if member in self._members and member not in revealed:
                info = self._seen_by(member, machine_id, order.book_time)
                self._stage.attempt(self._members[member], Call("OnlineCommittee", "submit_confirm_raw", (info,)))

    def _seen_by(self, member: bytes, machine_id: MachineId, book_time: int) -> HardwareInfo:
        """What this member reports: the same hardware as the others, or a lie of its own, and a secret word.

        Who hashed before the settings changed reveals what it hashed: only that can be revealed.
        """
        stage = self._stage
        found = stage.findings.of_order(machine_id, book_time, stage.owned.get(machine_id))
        true = replace(found, rand_str=stage.keys.word(f"{machine_id} {book_time} {member.hex()}"))
        lie = replace(true, gpu_num=true.gpu_num + 1, calc_point=true.calc_point + 1, is_support=True)
        order = stage.state.get(online_committee.ORDERS, machine_id)
        hashed = dict(order.hashes).get(member) if order is not None else None
        if hashed is not None:
            return lie if hashed == hardware_hash(lie) else true
        return lie if self._members[member] in stage.liars else true
