"""What `dbc-desktop status` says: the chain, and of each account stake, rewards, machines, rentals, deadlines."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.network import Deadline, Head
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.screens import formats
from dbc_desktop.screens.machines import status_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.overview import AccountReport, StatusReport


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and rows of a label and a value."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StatusScreen:
    """The whole report; `title` says which chain and where it stands."""

    title: str
    sections: tuple[Section, ...]


def status_screen(report: StatusReport) -> StatusScreen:
    """The report in words."""
    title = " · ".join(
        (
            tr("Local chain") if report.identity.kind == "local" else report.identity.name,
            report.identity.rules_profile,
            tr("block {height}", height=formats.height(report.head.height)),
            tr("era {era}", era=formats.count(report.head.era)),
        )
    )
    sections: list[Section] = []
    for account in report.accounts:
        sections += _sections(account, report.head)
    return StatusScreen(title, tuple(sections))


def _sections(account: AccountReport, head: Head) -> list[Section]:
    overview = account.overview
    to_come = sum(account.schedule.amounts, ZERO)
    rows = [
        (tr("Free"), _whole(account.account.free)),
        (tr("Set aside"), _whole(account.account.reserved)),
        (tr("Stake of machines"), _whole(overview.total_staked)),
        (tr("Claimable"), _whole(overview.claimable)),
        (tr("Locked"), _whole(overview.locked)),
        (tr("Earned so far"), _whole(overview.total_earned)),
        (tr("Claimed so far"), _whole(overview.total_claimed)),
        (tr("Released in the last era"), _whole(overview.released_last_era)),
    ]
    support = account.support
    if support is not None and support.has_ledger:
        rows.append((tr("Staked for super nodes"), _whole(support.bonded)))
        if support.leaving or support.withdrawable:
            rows.append((tr("Stake for super nodes on its way out"), _whole(support.leaving + support.withdrawable)))
    if to_come:
        last_era = account.schedule.first_era + len(account.schedule.amounts) - 1
        rows.append((tr("Last release"), tr("era {era}", era=formats.count(last_era))))
    sections = [Section(formats.address_text(account.account.address), tuple(rows))]
    if account.machines:
        sections.append(Section(tr("Machines"), tuple(_machine(machine) for machine in account.machines)))
    if account.orders:
        sections.append(Section(tr("Rentals"), tuple(_order(order, head) for order in account.orders)))
    if account.deadlines:
        sections.append(Section(tr("Deadlines"), tuple(_deadline(deadline, head) for deadline in account.deadlines)))
    return sections


def _whole(balance: Balance) -> str:
    return formats.amount(balance, None)


def _machine(machine: Machine) -> tuple[str, str]:
    parts = [status_text(machine.status)[0]]
    if machine.gpu_num:
        rented = tr("{rented} of {total} GPUs rented", rented=machine.rented_gpu_num, total=machine.gpu_num)
        parts.append(rented)
    parts.append(tr("stake {amount}", amount=formats.amount(machine.stake_held)))
    if machine.stake_needed is not None and machine.stake_needed > machine.stake_held:
        missing = machine.stake_needed - machine.stake_held
        parts.append(tr("{amount} of the stake is missing", amount=formats.amount(missing)))
    parts.append(tr("last reward {amount}", amount=formats.amount(machine.reward_today)))
    return machine.machine_id, " · ".join(parts)


def _order(order: RentOrder, head: Head) -> tuple[str, str]:
    if order.status is RentStatus.WAITING_VERIFYING:
        left = formats.blocks_as_time(order.confirm_until - head.height)
        state = tr("confirm within {time}", time=left)
    else:
        state = tr("ends in {time}", time=formats.blocks_as_time(order.rent_end - head.height))
    gpus = tr("{count} GPUs of {machine}", count=order.gpu_num, machine=formats.short_id(order.machine_id))
    return tr("order {id}", id=order.rent_id), " · ".join((gpus, state, formats.amount(order.fee)))


def deadline_text(deadline: Deadline) -> str:
    """What ends, in words; an unknown kind is shown as it is."""
    about = formats.short_id(deadline.subject)
    return {
        "verification": tr("the committee's window for {machine} ends", machine=about),
        "confirm": tr("the time to confirm order {id} ends", id=about),
        "lease_end": tr("the lease of order {id} ends", id=about),
        "payout": tr("payout of era {era}", era=about),
        "era": tr("era {era} begins", era=about),
        "slash": tr("the slash of {machine} is taken", machine=about),
        "slash_step": tr("coming back costs more for {machine}", machine=about),
        "appeal": tr("the appeal about {machine} is lost unless granted", machine=about),
        "report": tr("the next step of report {id} ends", id=about),
        "committee_work": tr("the word on {machine} is due", machine=about),
    }.get(deadline.kind, deadline.kind)


def _deadline(deadline: Deadline, head: Head) -> tuple[str, str]:
    when = tr("block {height}", height=formats.height(deadline.height))
    return deadline_text(deadline), f"{when} · {formats.blocks_as_time(max(0, deadline.height - head.height))}"
