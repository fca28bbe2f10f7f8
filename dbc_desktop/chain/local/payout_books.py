"""The books of payouts in the chain's file: pages by block, and the single lines of older files."""

from __future__ import annotations

from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.rules.engine import HistoryRow
from dbc_desktop.rules.reward_page import PaidLine, head_of, line_of, lines_of, plain_value
from dbc_desktop.rules.views import reward_row
from dbc_desktop.rules.work import era_of

_REWARD = "reward"


def rewards(store: Store, machine_id: str, from_era: int, to_era: int) -> list[HistoryRow]:
    """The payouts of a machine, both ends included, one row of kind `reward` for each."""
    pages = payouts(store, machine_id, from_era, to_era)
    found = [HistoryRow(_REWARD, machine_id, one.head.era, plain_value(one.line, one.head.total)) for one in pages]
    machine = bytes.fromhex(machine_id)
    with store.lock:
        first, last = store.first("SELECT min(era), max(era) FROM rewards") or (None, None)
        for era in range(max(first, from_era), min(last, to_era) + 1) if first is not None else ():
            row = store.first("SELECT value FROM rewards WHERE era = ? AND machine = ?", (era, machine))
            if row is not None:
                found.append(HistoryRow(_REWARD, machine_id, era, row[0]))
    return found


def earned_by_era(store: Store, from_era: int, machines: frozenset[str] | None = None) -> dict[int, int]:
    """What all machines, or some, earned in each era from one on, in units.

    Raises:
        DataCorrupt: A page is damaged.
    """
    sums: dict[int, int] = {}
    for era, machine, value in store.query("SELECT era, machine, value FROM rewards WHERE era >= ?", (from_era,)):
        if machines is not None and machine.hex() not in machines:
            continue
        sums[era] = sums.get(era, 0) + reward_row(HistoryRow(_REWARD, "", era, value)).earned.units
    for height, page in store.query("SELECT height, page FROM payouts WHERE height > ?", (from_era * BLOCKS_PER_ERA,)):
        try:
            era = head_of(page).era
            sums[era] = sums.get(era, 0) + sum(
                line.earned for line in lines_of(page) if machines is None or line.machine_id in machines
            )
        except ValueError as error:
            raise DataCorrupt(store.path, f"payouts of block {height}") from error
    return sums


def payouts(store: Store, machine_id: str, from_era: int, to_era: int) -> list[PaidLine]:
    """What each payout gave the machine and from what it was reckoned, oldest first, both ends included.

    Raises:
        DataCorrupt: A page is damaged.
    """
    machine = bytes.fromhex(machine_id)
    found = []
    with store.lock:
        first, last = store.first("SELECT min(height), max(height) FROM payouts") or (None, None)
        if first is None:
            return []
        # An era is paid within the first blocks of the next one, in the order of the machines' ids.
        for era in range(max(era_of(first) - 1, from_era), min(era_of(last) - 1, to_era) + 1):
            row = store.first(
                "SELECT height, page FROM payouts WHERE height > ? AND height <= ? AND first <= ?"
                " ORDER BY height DESC LIMIT 1",
                (era * BLOCKS_PER_ERA, (era + 1) * BLOCKS_PER_ERA, machine),
            )
            paid = None if row is None else _paid(store, row[0], row[1], machine_id)
            if paid is not None:
                found.append(paid)
    return found


def _paid(store: Store, height: int, page: bytes, machine_id: str) -> PaidLine | None:
    try:
        line = line_of(page, machine_id)
        return None if line is None else PaidLine(height, head_of(page), line)
    except ValueError as error:
        raise DataCorrupt(store.path, f"payouts of block {height}") from error
