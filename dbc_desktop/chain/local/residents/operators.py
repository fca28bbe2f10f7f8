"""Resident operators: they bring their machines online, pay what is asked, and claim once a week."""

from __future__ import annotations

from functools import partial

from dbc_desktop.chain.local.launch import OPERATORS, Operator, customize_of, hardware_of
from dbc_desktop.chain.local.residents.stage import Stage, next_at, raw
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.call import Call, EventRecord
from dbc_desktop.domain.machine import MachineId, MachineStatus
from dbc_desktop.rules import machine_check, online_committee
from dbc_desktop.rules.bind_message import bind_message
from dbc_desktop.rules.hardware_report import report_message
from dbc_desktop.rules.online_profile.rows import MACHINES, SERVER_ROOMS, STASH_CONTROLLER, stash_rewards

_CLAIM_ERAS = 7
_CLAIM_OFFSET = 200


class ResidentOperators:
    """All operators of `launch.OPERATORS`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._operators = {stage.keys.account(operator.name): operator for operator in OPERATORS}

    def plan(self, soon: int) -> None:
        """Settle in where that was not done, and claim on the day."""
        for operator in OPERATORS:
            self._stage.at(soon, partial(self._settle_in, operator))
        self._stage.at(next_at(soon, _CLAIM_OFFSET, _CLAIM_ERAS), self._claim)

    def see(self, soon: int, event: EventRecord) -> None:
        """Describe machines when there is a server room; pay when the committee has spoken."""
        if event.name == "ServerRoomGenerated":
            operator = self._operators.get(raw(event.fields["controller"]))
            if operator is not None:
                self._stage.at(soon, partial(self._describe, operator))
        elif event.name == "AddConfirmRaw":
            machine_id = MachineId(str(event.fields["machine_id"]))
            self._stage.at(soon, partial(self._after_verification, machine_id))

    def _settle_in(self, operator: Operator) -> None:
        """Name a controller, bond every machine and open a server room; all that was not done yet."""
        stage, account = self._stage, self._stage.keys.account(operator.name)
        if stage.state.get(STASH_CONTROLLER, account) is None:
            stage.attempt(operator.name, Call("OnlineProfile", "set_controller", (account,)))
            for number in range(len(operator.machines)):
                self._bond(operator, number)
        if not stage.state.get(SERVER_ROOMS, account):
            stage.attempt(operator.name, Call("OnlineProfile", "gen_server_room"))
        else:
            self._describe(operator)
            for number in range(len(operator.machines)):
                self._after_verification(stage.keys.machine_id(operator.name, number))

    def _bond(self, operator: Operator, number: int) -> None:
        keys = self._stage.keys
        machine_id = keys.machine_id(operator.name, number)
        message = bind_message(machine_id, ss58.encode(keys.account(operator.name)))
        signature = keys.machine(operator.name, number).sign(message)
        self._stage.attempt(operator.name, Call("OnlineProfile", "bond_machine", (machine_id, message, signature)))

    def _describe(self, operator: Operator) -> None:
        stage = self._stage
        rooms = stage.state.get(SERVER_ROOMS, stage.keys.account(operator.name)) or ()
        for number in range(len(operator.machines)):
            machine_id = stage.keys.machine_id(operator.name, number)
            machine = stage.state.get(MACHINES, machine_id)
            if machine is not None and machine.status is MachineStatus.ADDING_CUSTOMIZE_INFO and rooms:
                if self._is_asked(machine_id, machine.status):
                    self._report(operator, number)
                info = customize_of(operator, rooms[0])
                stage.attempt(operator.name, Call("OnlineProfile", "add_machine_info", (machine_id, info)))

    def _is_asked(self, machine_id: MachineId, status: MachineStatus) -> bool:
        """Whether the chain wants the machine's own report first."""
        checks = self._stage.ledger.engine.profile.verification.checks_reports
        return checks and machine_check.reportable(self._stage.state, machine_id, status)

    def _report(self, operator: Operator, number: int) -> None:
        """The machine signs what it is; the operator declares the same."""
        stage, keys = self._stage, self._stage.keys
        declared = hardware_of(operator.machines[number], keys.machine_id(operator.name, number))
        message = report_message(declared, ss58.encode(keys.account(operator.name)), stage.height)
        signature = keys.machine(operator.name, number).sign(message)
        stage.attempt(operator.name, Call("MachineCheck", "submit_hardware_report", (declared, message, signature)))

    def _after_verification(self, machine_id: MachineId) -> None:
        """Forget what was found; an operator pays the stake that a confirmed machine still lacks."""
        stage = self._stage
        if stage.state.get(online_committee.ORDERS, machine_id) is None:
            stage.findings.forget(machine_id)
        machine, owned = stage.state.get(MACHINES, machine_id), stage.owned.get(machine_id)
        if machine is not None and owned is not None and machine.status is MachineStatus.WAITING_FULFILL:
            stage.attempt(owned[0].name, Call("OnlineProfile", "fulfill_machine", (machine_id,)))

    def _claim(self) -> None:
        stage = self._stage
        stage.at(next_at(stage.height + 2, _CLAIM_OFFSET, _CLAIM_ERAS), self._claim)
        for account, operator in self._operators.items():
            if stash_rewards(stage.state, account).can_claim:
                stage.attempt(operator.name, Call("OnlineProfile", "claim_rewards"))
