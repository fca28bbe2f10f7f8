"""What is said about branches and snapshots, and how two branches differ, in the window and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dbc_desktop.domain.balance import UNITS_PER_DBC, Balance
from dbc_desktop.domain.branches import MAIN, Branch, BranchComparison, Snapshot
from dbc_desktop.domain.machine import MachineStatus
from dbc_desktop.screens import formats
from dbc_desktop.screens.account_names import account_name
from dbc_desktop.screens.machines import status_text
from dbc_desktop.screens.texts import tr


def branch_name(name: str) -> str:
    """The name of a branch; the first one has a word of ours."""
    return tr("main") if name == MAIN else name


def file_size(size_bytes: int) -> str:
    """`18.4 MB`."""
    return f"{formats.fixed(size_bytes, 6, 1)} MB"


def branch_rows(branches: Sequence[Branch]) -> list[tuple[str, ...]]:
    """A table with its head: which branches there are, where they stand, which is in use."""
    return [
        (tr("Branch"), tr("Block"), tr("Left at"), tr("File"), ""),
        *(
            (
                branch_name(one.name),
                formats.height(one.height),
                formats.DASH if one.forked_at is None else formats.height(one.forked_at),
                file_size(one.size_bytes),
                tr("in use") if one.is_active else "",
            )
            for one in branches
        ),
    ]


def snapshot_rows(snapshots: Sequence[Snapshot]) -> list[tuple[str, ...]]:
    """A table with its head: the kept moments."""
    return [
        (tr("Snapshot"), tr("Block"), tr("File")),
        *((one.name, formats.height(one.height), file_size(one.size_bytes)) for one in snapshots),
    ]


def signed_amount(balance: Balance) -> str:
    """`+1,234.50 DBC` or `−1,234.50 DBC`; `0 DBC` without a sign."""
    if balance.units == 0:
        return "0 DBC"
    sign, size = "+" if balance.units > 0 else "−", Balance(abs(balance.units))
    # A fee's difference must not read as nothing.
    return sign + formats.amount(size, 2 if size.units >= UNITS_PER_DBC // 100 else 9)


def comparison_title(found: BranchComparison) -> str:
    """Which two, and since when they differ."""
    return tr(
        "“{here}” (block {here_block}) against “{there}” (block {there_block}): the same up to block {fork}",
        here=branch_name(found.here.name),
        here_block=formats.height(found.here.height),
        there=branch_name(found.there.name),
        there_block=formats.height(found.there.height),
        fork=formats.height(found.forked_at),
    )


def comparison_rows(
    found: BranchComparison, accounts: int = 10, names: Mapping[bytes, str] = MappingProxyType({})
) -> list[tuple[str, str, str, str]]:
    """A table with its head: totals, then accounts, machines and eras that differ, with `here − there`."""
    here, there = found.here.totals, found.there.totals
    rows = [(tr("What"), branch_name(found.here.name), branch_name(found.there.name), tr("Difference"))]
    rows += [
        _amounts(tr("In existence"), here.issuance, there.issuance),
        _amounts(tr("Burned"), here.burned, there.burned),
        _amounts(tr("Stake of all machines"), here.total_staked, there.total_staked),
        _counts(tr("Machines"), here.machine_num, there.machine_num),
        _counts(tr("GPUs rented"), here.rented_gpu_num, there.rented_gpu_num),
    ]
    for account in found.accounts[:accounts]:
        rows.append(_amounts(account_name(account.address.raw, names), account.here, account.there))
    for machine in found.machines[:accounts]:
        rows.append(
            (
                tr("Machine {id}", id=formats.short_id(machine.machine_id)),
                _status(machine.status_here),
                _status(machine.status_there),
                signed_amount(Balance(machine.earned_here.units - machine.earned_there.units)),
            )
        )
    for era in found.eras[-accounts:]:
        name = tr("Rewards of era {era}", era=formats.count(era.era))
        if era.here is not None and era.there is not None:
            rows.append(_amounts(name, era.here, era.there))
        else:
            rows.append((name, _or_dash(era.here), _or_dash(era.there), formats.DASH))
    return rows


def _status(status: str | None) -> str:
    return formats.DASH if status is None else status_text(MachineStatus(status))[0]


def _amounts(name: str, here: Balance, there: Balance) -> tuple[str, str, str, str]:
    return name, formats.amount(here), formats.amount(there), signed_amount(Balance(here.units - there.units))


def _counts(name: str, here: int, there: int) -> tuple[str, str, str, str]:
    change = here - there
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return name, formats.count(here), formats.count(there), f"{sign}{abs(change):,}"


def _or_dash(balance: Balance | None) -> str:
    return formats.DASH if balance is None else formats.amount(balance)
