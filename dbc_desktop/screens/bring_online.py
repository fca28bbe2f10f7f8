"""The wizard that brings a machine online: a state machine without Qt, and what each of its steps says.

Which step is open is read from the chain (`services/staking.next_act`), so it can be left at any step and resumed:
only the choice of account and machine key, which costs nothing, lives in `Choice`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dbc_desktop.domain.account import Account, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.machine import CustomizeInfo, HardwareInfo, MachineId
from dbc_desktop.domain.network import Head
from dbc_desktop.screens.formats import amount, blocks_as_time, gpu_name, short_address, short_id
from dbc_desktop.screens.machines import stake_missing
from dbc_desktop.screens.places import Place, coordinates
from dbc_desktop.screens.texts import ntr, tr
from dbc_desktop.services.bring_online import BringFacts
from dbc_desktop.services.staking import WizardStep

MAX_NET_MBIT = 1_000_000


class BringStep(StrEnum):
    """The steps in the order they are walked."""

    ACCOUNT = "account"
    KEY = "key"
    CONTROLLER = "controller"
    BOND = "bond"
    ROOM = "room"
    REPORT = "report"
    DESCRIBE = "describe"
    COMMITTEE = "committee"
    STAKE = "stake"
    ONLINE = "online"


_OF_CHAIN = {
    WizardStep.SET_CONTROLLER: BringStep.CONTROLLER,
    WizardStep.BOND: BringStep.BOND,
    WizardStep.SERVER_ROOM: BringStep.ROOM,
    WizardStep.REPORT: BringStep.REPORT,
    WizardStep.DESCRIBE: BringStep.DESCRIBE,
    WizardStep.WAIT_COMMITTEE: BringStep.COMMITTEE,
    WizardStep.FULFILL: BringStep.STAKE,
    WizardStep.REPORT_ONLINE: BringStep.ONLINE,
    WizardStep.ONLINE: BringStep.ONLINE,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose and no chain remembers.

    Attributes:
        account_checked: The account step was read and left with *Continue*.
    """

    stash: Address | None = None
    machine_id: MachineId | None = None
    account_checked: bool = False

    def with_account(self, stash: Address) -> Choice:
        """Another stash; a machine belongs to one stash, so its key is asked for again."""
        return self if stash == self.stash else Choice(stash)

    def checked(self) -> Choice:
        """The account is right."""
        return replace(self, account_checked=True)

    def with_key(self, machine_id: MachineId) -> Choice:
        """The machine key to bond."""
        return replace(self, machine_id=machine_id)


def step_of(choice: Choice, facts: BringFacts) -> BringStep:
    """The step that is open: the first one whose outcome neither the person nor the chain has given."""
    act = facts.act
    if act is not None and act.machine is not None:
        return _OF_CHAIN[act.step]
    if choice.stash is None or not choice.account_checked:
        return BringStep.ACCOUNT
    if choice.machine_id is None or act is None:
        return BringStep.KEY
    return _OF_CHAIN[act.step]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at before anything is spent: `kind` is `good`, `warn` or `loss`."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class BringScreen:
    """One step of the wizard.

    Attributes:
        line: Title and state (`done`, `current`, `later`) of every step.
        rows: Figures of this step, label and value.
        button: The way on; empty where only waiting helps.
        problem: Why the button is off, empty when it is on.
    """

    step: BringStep
    line: tuple[tuple[str, str], ...]
    title: str
    body: str
    rows: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    button: str
    problem: str


def bring_screen(choice: Choice, facts: BringFacts) -> BringScreen:
    """What the open step shows."""
    step = step_of(choice, facts)
    title, body, rows, button, problem = _CONTENT[step](choice, facts)
    checks = _checks(facts) if step in (BringStep.ACCOUNT, BringStep.BOND) else ()
    if step is BringStep.ACCOUNT and not problem:
        problem = next((check.text for check in checks if check.kind == "loss"), "")
    return BringScreen(step, _line(step, facts.asks_report), title, body, rows, checks, button, problem)


def _line(open_step: BringStep, asks_report: bool) -> tuple[tuple[str, str], ...]:
    names = {
        BringStep.ACCOUNT: tr("account"),
        BringStep.KEY: tr("machine key"),
        BringStep.CONTROLLER: tr("controller"),
        BringStep.BOND: tr("bond"),
        BringStep.ROOM: tr("server room"),
        BringStep.REPORT: tr("report"),
        BringStep.DESCRIBE: tr("describe"),
        BringStep.COMMITTEE: tr("committee"),
        BringStep.STAKE: tr("stake"),
        BringStep.ONLINE: tr("online"),
    }
    steps = [step for step in BringStep if asks_report or step is not BringStep.REPORT]
    at = steps.index(open_step)
    done = len(steps) if open_step is BringStep.ONLINE else at
    return tuple(
        (names[step], "done" if number < done else "current" if number == at else "later")
        for number, step in enumerate(steps)
    )


_Content = tuple[str, str, tuple[tuple[str, str], ...], str, str]


def _account(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "This account pays the stake and receives the rewards. The stake is reserved, not spent: it stays yours and "
        "comes back when the machine leaves."
    )
    problem = tr("Make an account first: page Wallet, “Create account”.") if choice.stash is None else ""
    return tr("Which account stands behind the machine?"), body, _costs(facts), tr("Continue"), problem


def _key(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "A machine proves itself with a key of its own, kept in the file node.dat on a GPU node. Make one here for "
        "this computer. It is a treasure: whoever holds it can speak for the machine, so back it up."
    )
    return tr("The key of the machine"), body, (), tr("Make machine key"), ""


def _controller(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "A controller signs the daily calls for the account that holds the stake. One account may be both; that is the "
        "simplest way to begin."
    )
    rows = ((tr("Costs"), tr("the transaction fee only")),)
    return tr("Name the controller"), body, rows, tr("Set controller"), ""


def _bond(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "The machine key signs that the machine belongs to your account, and the stake for its first GPU is reserved. "
        "Give the passphrase of the machine key."
    )
    rows = [(tr("Machine"), short_id(choice.machine_id or ""))]
    if facts.first_stake is not None:
        rows.append((tr("Reserved as stake"), amount(facts.first_stake)))
    if facts.fixed_fee is not None:
        rows.append((tr("Fixed fee"), amount(facts.fixed_fee)))
    problem = next((check.text for check in _checks(facts) if check.kind == "loss"), "")
    return tr("Bond the machine"), body, tuple(rows), tr("Bond…"), problem


def _room(choice: Choice, facts: BringFacts) -> _Content:
    body = tr("A server room is a number on the chain under which machines at one place are kept. You need one, once.")
    rows = ((tr("Fixed fee"), amount(facts.fixed_fee)),) if facts.fixed_fee is not None else ()
    return tr("Register a server room"), body, rows, tr("Register…"), ""


def _report(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "The machine signs with its own key what hardware it has. The chain compares this with what you declare, "
        "before any member of the committee looks. Give the passphrase of the machine key."
    )
    if facts.hardware is None:
        problem = tr("No GPU of this computer can be read yet, so there is nothing to report. See page Rigs.")
        return tr("Report the hardware"), body, (), tr("Sign and report…"), problem
    return tr("Report the hardware"), body, hardware_rows(facts.hardware), tr("Sign and report…"), ""


def _describe(choice: Choice, facts: BringFacts) -> _Content:
    body = tr(
        "Say where the machine stands and how it is connected. The committee finds out the hardware by itself; on the "
        "local chain it looks at this computer."
    )
    if facts.hardware is None:
        problem = tr("No GPU of this computer can be read yet, so the committee would find nothing. See page Rigs.")
        return tr("Describe the machine"), body, (), tr("Describe…"), problem
    return tr("Describe the machine"), body, hardware_rows(facts.hardware), tr("Describe…"), ""


def hardware_rows(info: HardwareInfo) -> tuple[tuple[str, str], ...]:
    """What the committee will find, line by line."""
    cores = ntr("{n} core", "{n} cores", info.cpu_core_num)
    return (
        (tr("GPUs"), f"{info.gpu_num} × {gpu_name(info.gpu_type)}"),
        (tr("GPU memory"), f"{info.gpu_mem} GB"),
        (tr("CPU"), f"{info.cpu_type} · {cores}"),
        (tr("RAM"), f"{info.mem_num:,} GB"),
        (tr("Disk, system / data"), f"{info.sys_disk:,} / {info.data_disk:,} GB"),
    )


def _committee(choice: Choice, facts: BringFacts) -> _Content:
    machine = facts.act.machine if facts.act is not None else None
    order = machine.verification if machine is not None else None
    body = tr(
        "Three members of the committee look at the hardware, each gives a sealed answer, then all open theirs. You "
        "need not wait here: leave and come back. On the local chain you can jump there in the top bar."
    )
    waiting = machine.open_order if machine is not None else None
    if waiting is not None:
        rows = (
            (tr("Now"), tr("members take the order")),
            (tr("Members so far"), str(len(waiting.members))),
            (tr("The missing ones are drawn in"), _left(waiting.drawn_at, facts.head)),
        )
        return tr("The committee is looking"), body, rows, "", ""
    if order is None:
        return tr("The committee is looking"), body, ((tr("Now"), tr("waiting for three free members")),), "", ""
    found = (
        (tr("Members drawn"), str(len(order.booked))),
        (tr("Sealed answers"), str(max(len(order.hashed), len(order.confirmed)))),
        (tr("Opened answers"), str(len(order.confirmed))),
        (tr("Result at the latest in"), _left(order.reveal_until, facts.head)),
    )
    return tr("The committee is looking"), body, found, "", ""


def _left(until: int, head: Head) -> str:
    return blocks_as_time(max(0, until - head.height))


def _stake(choice: Choice, facts: BringFacts) -> _Content:
    machine = facts.act.machine if facts.act is not None else None
    missing = ZERO if machine is None else stake_missing(machine)
    body = tr("The committee confirmed the machine. Reserve the rest of the stake for all its GPUs and it goes online.")
    rows = [(tr("Still to reserve"), amount(missing))]
    if facts.free is not None:
        rows.append((tr("Free in the account"), amount(facts.free)))
    problem = "" if facts.free is None or facts.free >= missing else _too_little(missing, facts.free)
    return tr("Pay the rest of the stake"), body, tuple(rows), tr("Stake {amount}…", amount=amount(missing)), problem


def _online(choice: Choice, facts: BringFacts) -> _Content:
    act = facts.act
    if act is not None and act.step is WizardStep.REPORT_ONLINE:
        body = tr("It is reported offline. When it is repaired, report it online again.")
        return tr("The machine is offline"), body, (), tr("Report online…"), ""
    machine = act.machine if act is not None else None
    rows: tuple[tuple[str, str], ...] = ()
    if machine is not None and machine.hardware is not None:
        rows = (
            (tr("GPUs"), f"{machine.gpu_num} × {gpu_name(machine.hardware.gpu_type)}"),
            (tr("Stake held"), amount(machine.stake_held)),
        )
    body = tr("It stands in the market now and earns a reward with each era. Page Rewards shows what comes and when.")
    return tr("The machine is online"), body, rows, tr("Done"), ""


_CONTENT = {
    BringStep.ACCOUNT: _account,
    BringStep.KEY: _key,
    BringStep.CONTROLLER: _controller,
    BringStep.BOND: _bond,
    BringStep.ROOM: _room,
    BringStep.REPORT: _report,
    BringStep.DESCRIBE: _describe,
    BringStep.COMMITTEE: _committee,
    BringStep.STAKE: _stake,
    BringStep.ONLINE: _online,
}


def _costs(facts: BringFacts) -> tuple[tuple[str, str], ...]:
    rows = []
    if facts.first_stake is not None:
        rows.append((tr("First GPU, staked at once"), amount(facts.first_stake)))
        more = max(0, facts.gpu_num - 1)
        if more:
            rest = Balance(facts.first_stake.units * more)
            label = ntr("{n} more GPU, after the check", "{n} more GPUs, after the check", more)
            rows.append((label, amount(rest)))
    if facts.fixed_fee is not None:
        label = tr("Fixed fees, bond and server room") if facts.needs_room else tr("Fixed fee of the bond")
        rows.append((label, amount(_fees(facts))))
    if facts.free is not None:
        rows.append((tr("Free in the account"), amount(facts.free)))
    return tuple(rows)


def _fees(facts: BringFacts) -> Balance:
    once = ZERO if facts.fixed_fee is None else facts.fixed_fee
    return once + once if facts.needs_room else once


def needed_now(facts: BringFacts) -> Balance | None:
    """Stake of the first GPU and the fixed fees, with 1 DBC for transaction fees; None where no price is known."""
    if facts.first_stake is None or facts.fixed_fee is None:
        return None
    return facts.first_stake + _fees(facts) + Balance.of_dbc(1)


def _checks(facts: BringFacts) -> tuple[Check, ...]:
    checks: list[Check] = []
    needed = needed_now(facts)
    if needed is None:
        checks.append(Check(tr("The chain has no price of DBC yet, so no stake can be worked out."), "loss"))
    elif facts.free is not None:
        if facts.free < needed:
            checks.append(Check(_too_little(needed, facts.free), "loss"))
        else:
            checks.append(Check(tr("Enough is free for the first stake and all fees."), "good"))
            rest = Balance(facts.first_stake.units * max(0, facts.gpu_num - 1)) if facts.first_stake else ZERO
            if facts.gpu_num > 1 and facts.free < needed + rest:
                text = tr(
                    "Not yet enough for all GPUs: after the check {more} more is needed.",
                    more=amount(needed + rest - facts.free),
                )
                checks.append(Check(text, "warn"))
    if facts.account is not None and not facts.account.backed_up:
        checks.append(
            Check(tr("The words of this account are not backed up yet. Write them down: page Wallet."), "warn")
        )
    elif facts.account is not None:
        checks.append(Check(tr("The words of this account are backed up."), "good"))
    if facts.gpu_num:
        checks.append(
            Check(
                ntr("{n} GPU of this computer is read.", "{n} GPUs of this computer are read.", facts.gpu_num), "good"
            )
        )
    else:
        checks.append(Check(tr("No GPU of this computer can be read yet; describing it will need that."), "warn"))
    return tuple(checks)


def _too_little(needed: Balance, free: Balance) -> str:
    return tr(
        "{needed} is needed and {free} is free. Add DBC to the account first.", needed=amount(needed), free=amount(free)
    )


def description(room: bytes, place: Place, upload: str, download: str, operators: str) -> CustomizeInfo:
    """The description from what the person typed.

    Raises:
        InvalidInput: `upload` or `download` with `not_a_speed`, `operators` with `empty` or `too_long`.
    """
    east, north = coordinates(place)
    names = tuple(name for part in operators.split(",") if (name := part.strip()))
    if not names:
        raise InvalidInput("operators", "empty")
    if len(operators.encode()) > 200:
        raise InvalidInput("operators", "too_long")
    return CustomizeInfo(room, _speed("upload", upload), _speed("download", download), east, north, names)


def _speed(field: str, text: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 7 or not 0 < int(plain) <= MAX_NET_MBIT:
        raise InvalidInput(field, "not_a_speed", text=text[:40])
    return int(plain)


def account_label(account: Account, accounts: Sequence[Account]) -> str:
    """The name of an account; with its short address where two share a name."""
    twins = sum(other.name == account.name for other in accounts) > 1
    return f"{account.name} · {short_address(account.address)}" if twins or not account.name else account.name
