"""The consequences of calls about interruptible machines."""

from __future__ import annotations

from dbc_desktop.domain.call import Severity
from dbc_desktop.rules import balances, committee
from dbc_desktop.rules.state import SINGLE, State
from dbc_desktop.rules.terminating_rental.parameters import reporter_stakes
from dbc_desktop.rules.terminating_rental.rows import MACHINES, NEXT_RENT_ID, ORDERS, PALLET
from dbc_desktop.rules.told import Found, Teller, fixed_fee, one, units
from dbc_desktop.rules.work import Work


def _reserved(work: Work, before: State, who: bytes) -> int:
    return balances.holdings(work.layer, who).reserved - balances.holdings(before, who).reserved


def _controller(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("controller_named", controller=args["controller"])


def _room(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from fixed_fee(work)


def _bond(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    machine = work.layer.get(MACHINES, str(args["machine_id"]))
    if machine is not None:
        yield one("deposit_reserved", Severity.INFO, machine.stake_amount, stash=machine.stash)


def _describe(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    profile = work.profile
    yield one("committee_window", blocks=profile.reveal_end, reveal_from_blocks=profile.reveal_start)


def _rent(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    order = work.layer.get(ORDERS, before.get(NEXT_RENT_ID, SINGLE) or 0)
    if order is None:
        yield one("nothing_happens", Severity.WARN)
        return
    yield one("rent_reserved_to_end", Severity.INFO, order.reserved, machine_id=order.machine_id)
    yield from fixed_fee(work)
    yield one("paid_unconfirmed", Severity.WARN, blocks=work.profile.confirm_window)


def _confirm(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    order = work.layer.get(ORDERS, units(args["rent_id"]))
    if order is not None:
        yield one("lease_starts", blocks=order.rent_end - work.height, until=order.rent_end)


def _relet(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    old, new = before.get(ORDERS, units(args["rent_id"])), work.layer.get(ORDERS, units(args["rent_id"]))
    if old is None or new is None or old == new:
        yield one("nothing_happens", Severity.WARN)
        return
    yield one("rent_reserved_to_end", Severity.INFO, new.reserved - old.reserved)
    yield one("lease_extended", blocks=new.rent_end - old.rent_end, until=new.rent_end)


def _ended(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    held = before.get(ORDERS, units(args["rent_id"]))
    moved = [event.fields["amount"] for event in work.events if event.name in ("Transfer", "DestroyDBC")]
    if held is not None:
        paid = sum(units(amount) for amount in moved)
        yield one("rent_paid_so_far", Severity.LOSS, paid)
        yield one("rent_returned", Severity.INFO, held.reserved - paid)


def _away(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("goes_offline", Severity.LOSS, machine_id=args["machine_id"])
    if work.layer.get(MACHINES, str(args["machine_id"])) is not None:
        yield one("return_within", Severity.WARN, blocks=work.profile.interruptible.return_within)
    freed = -_reserved(work, before, signer)
    if freed > 0:
        yield one("stake_released", Severity.INFO, freed)


def _back(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("back_on_the_market")


def _report(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    reserved = _reserved(work, before, signer)
    if reserved:
        yield one("reporter_stake", Severity.INFO, reserved)
    yield one("report_at_risk", Severity.WARN, reporter_stakes(work.profile, work.layer).stake_per_report)
    windows = work.profile.report_windows
    yield one("members_look", blocks=windows.reveal_until(is_fast=False))
    yield one("members_told", Severity.WARN, blocks=windows.encrypt)


def _more_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("reporter_stake", Severity.INFO, units(args["amount"]))


def _less_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("stake_released", Severity.INFO, units(args["amount"]))


def _book(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    used = committee.stake_of(work.layer, signer).used - committee.stake_of(before, signer).used
    yield one("member_at_risk", Severity.WARN, used)


def _receiver(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield one("rent_receiver_named", Severity.WARN, receiver=args["receiver"])


TELLERS: dict[tuple[str, str], Teller] = {
    (PALLET, "set_controller"): _controller,
    (PALLET, "gen_server_room"): _room,
    (PALLET, "bond_machine"): _bond,
    (PALLET, "add_machine_info"): _describe,
    (PALLET, "rent_machine"): _rent,
    (PALLET, "confirm_rent"): _confirm,
    (PALLET, "relet_machine"): _relet,
    (PALLET, "terminate_rent"): _ended,
    (PALLET, "machine_offline"): _away,
    (PALLET, "machine_online"): _back,
    (PALLET, "machine_exit"): _away,
    (PALLET, "report_machine_fault"): _report,
    (PALLET, "reporter_add_stake"): _more_stake,
    (PALLET, "reporter_reduce_stake"): _less_stake,
    (PALLET, "committee_book_report"): _book,
    (PALLET, "set_rent_receiver"): _receiver,
}
