"""The named consequences of a call that was tried on an overlay: what differs, and what the rules then expect."""

from __future__ import annotations

from dbc_desktop.domain.call import Call, Consequence, Severity
from dbc_desktop.domain.errors import ChainRejected
from dbc_desktop.domain.network import BLOCKS_PER_ERA
from dbc_desktop.domain.schedule import RentalMode
from dbc_desktop.rules import balances, catalogue, committee, dispute_consequences, parameters
from dbc_desktop.rules.online_profile import offline, payout, schedule
from dbc_desktop.rules.online_profile.rows import MACHINES, SLASH_REVIEW, STASH_STAKE, MachineRow
from dbc_desktop.rules.orders import NEXT_RENT_ID, ORDERS, OrderRow
from dbc_desktop.rules.staking.rows import staking_era_of
from dbc_desktop.rules.state import SINGLE, State
from dbc_desktop.rules.terminating_rental import consequences as interruptible
from dbc_desktop.rules.told import Found, Teller, fixed_fee, units
from dbc_desktop.rules.told import one as _one
from dbc_desktop.rules.work import Work


def consequences_of(work: Work, before: State, call: Call, signer: bytes) -> tuple[Consequence, ...]:
    """What `call`, done in `work`, did to `before`."""
    teller = _TELLERS.get((call.pallet, call.name))
    return tuple(teller(work, before, catalogue.arguments(call), signer)) if teller else ()


def _stake(work: Work, before: State, machine: MachineRow | None, kind: str) -> Found:
    if machine is not None:
        held = before.get(STASH_STAKE, machine.stash) or 0
        added = (work.layer.get(STASH_STAKE, machine.stash) or 0) - held
        if added > 0:
            yield _one(kind, Severity.INFO, added, stash=machine.stash)


def _machine(work: Work, args: dict[str, object]) -> MachineRow | None:
    return work.layer.get(MACHINES, str(args["machine_id"]))


def _transfer(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("transfer_out", Severity.INFO, units(args["value"]), dest=args["dest"])


def _sent(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    """What left the account, where the call does not say how much."""
    for event in work.events:
        if event.name in ("Transfer", "DonateToTreasury"):
            yield _one("transfer_out", Severity.INFO, units(event.fields["amount"]), dest=args.get("dest"))


def _burn(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    burned = balances.issuance(before) - balances.issuance(work.layer)
    if burned:
        yield _one("rent_burned", Severity.LOSS, burned)


def _controller(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("controller_named", controller=args["controller"])


def _bond(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _stake(work, before, _machine(work, args), "reserve_stake")
    yield from fixed_fee(work)


def _room(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from fixed_fee(work)


def _describe(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    profile = work.profile
    blocks = profile.verification.grab_window + profile.reveal_end
    yield _one("committee_window", blocks=blocks, reveal_from_blocks=profile.reveal_start)


def _fulfil(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _stake(work, before, _machine(work, args), "reserve_stake")
    yield _one("goes_online", machine_id=args["machine_id"], era=work.era + 1)


def _claim(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    for event in work.events:
        if event.name == "ClaimReward":
            yield _one("reward_minted", Severity.INFO, units(event.fields["amount"]), stash=event.fields["stash"])
    added = sum(units(event.fields["delta"]) for event in work.events if event.name == "MachineAddStake")
    if added:
        yield _one("stake_topped_up", Severity.INFO, added)


def _offline(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    machine_id, machine = str(args["machine_id"]), _machine(work, args)
    yield _one("goes_offline", Severity.LOSS, machine_id=machine_id)
    lost = payout.expected_reward(work.profile, before, machine_id, work.era)
    if lost:
        yield _one("reward_of_era_lost", Severity.LOSS, lost, era=work.era)
    if machine is not None:
        slash = offline.slash_on_return(work.profile, machine, work.height)
        if slash:
            part = offline.slash_percent(work.profile, machine.previous, 0)
            yield _one("slash_on_return", Severity.LOSS, slash, percent=part)


def _online(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("goes_online", machine_id=args["machine_id"], era=work.era + 1)
    added = sum(units(event.fields["amount"]) for event in work.events if event.name == "StakeAdded")
    if added:
        yield _one("slash_on_return", Severity.LOSS, added, blocks=work.profile.slash_delay)


def _released(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    freed = balances.holdings(before, signer).reserved - balances.holdings(work.layer, signer).reserved
    freed = freed or sum(units(event.fields["amount"]) for event in work.events if event.name == "StakeReduced")
    if freed > 0:
        yield _one("stake_released", Severity.INFO, freed)


def _leave(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    machine_id = str(args["machine_id"])
    yield _one("goes_offline", Severity.LOSS, machine_id=machine_id)
    lost = payout.expected_reward(work.profile, before, machine_id, work.era)
    if lost:
        yield _one("reward_of_era_lost", Severity.LOSS, lost, era=work.era)
    yield from _released(work, before, args, signer)


def _change_hardware(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    for event in work.events:
        if event.name == "MachineOfflineToMutHardware":
            yield _one("verify_fee", Severity.WARN, units(event.fields["verify_fee"]))
            yield _one("hardware_slash", Severity.LOSS, units(event.fields["offline_slash"]))
    yield from _leave(work, before, args, signer)


def _review(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    review = work.layer.get(SLASH_REVIEW, units(args["slash_id"]))
    if review is not None:
        blocks = review.expire_time - work.height
        yield _one("review_stake", Severity.WARN, review.staked, blocks=blocks, until=review.expire_time)


def _reset(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("controller_named", controller=args["new_controller"])


def _receiver(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("rent_receiver_named", Severity.WARN, receiver=args["receiver"])


def _forced_out(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    for event in work.events:
        if event.name == "MachineExit":
            yield _one("machine_leaves", Severity.LOSS, machine_id=event.fields["machine_id"])
    yield from _released(work, before, args, signer)


def _reported(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("report_agrees")


def _stands(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    reserved = balances.holdings(work.layer, signer).reserved - balances.holdings(before, signer).reserved
    yield _one("reserve_stake", Severity.INFO, reserved, stash=signer)
    yield _one("stands_for_seat")


def _backs(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    if args["amount"]:
        yield _one("locked_as_backing", Severity.WARN, units(args["amount"]), candidate=args["candidate"])
    else:
        yield _one("backing_ends")


def _grabbed(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    used = committee.stake_of(work.layer, signer).used - committee.stake_of(before, signer).used
    yield _one("order_taken", Severity.WARN, used, blocks=work.profile.reveal_start)


def _hours(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    if schedule.mode_of(work.layer, str(args["machine_id"])) is RentalMode.TIME_SLOT:
        yield _one("rented_in_hours", Severity.WARN, machine_id=args["machine_id"])
    else:
        yield _one("rented_all_the_time", machine_id=args["machine_id"])


def _evm(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("evm_address_named", Severity.WARN, machine_id=args["machine_id"])


def _member_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("reserve_stake", Severity.INFO, units(args["amount"]), stash=signer)


def _member_claim(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    minted = balances.issuance(work.layer) - balances.issuance(before)
    yield _one("reward_minted", Severity.INFO, minted, stash=signer)


def _rent(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    order = work.layer.get(ORDERS, before.get(NEXT_RENT_ID, SINGLE) or 0)
    if order is None:
        yield _one("nothing_happens", Severity.WARN)
        return
    yield _one("rent_reserved", Severity.INFO, order.fee, machine_id=order.machine_id)
    asked = units(args["duration"])
    if order.rent_end - order.rent_start < asked:
        yield _one("lease_shortened", Severity.WARN, blocks=order.rent_end - order.rent_start, asked_blocks=asked)
    yield from fixed_fee(work)
    yield _one("confirm_window", Severity.WARN, blocks=work.profile.confirm_window)


def _paid(work: Work, before: State, signer: bytes) -> Found:
    """What goes to the rent pot counts as burned: nothing leaves the pot in another way."""
    pot = parameters.rent_rules(work.profile, work.layer).pot
    paid = [(event.fields["to"], units(event.fields["amount"])) for event in work.events if event.name == "Transfer"]
    burned = balances.issuance(before) - balances.issuance(work.layer) + sum(amount for to, amount in paid if to == pot)
    if burned:
        yield _one("rent_burned", Severity.LOSS, burned)
    to_owner = sum(amount for to, amount in paid if to != pot)
    if to_owner:
        yield _one("rent_paid", Severity.LOSS, to_owner)


def _order(work: Work, args: dict[str, object]) -> OrderRow | None:
    return work.layer.get(ORDERS, units(args["rent_id"]))


def _confirm(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _paid(work, before, signer)
    order = _order(work, args)
    if order is not None:
        yield _one("lease_starts", blocks=order.rent_end - work.height, until=order.rent_end)


def _relet(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield from _paid(work, before, signer)
    old, order = before.get(ORDERS, units(args["rent_id"])), _order(work, args)
    if old is not None and old == order:
        yield _one("nothing_happens", Severity.WARN)
    elif old is not None and order is not None:
        yield _one("lease_extended", blocks=order.rent_end - old.rent_end, until=order.rent_end)


def _node_stake(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    added = sum(units(event.fields["amount"]) for event in work.events if event.name == "Bonded")
    if added:
        yield _one("node_stake_locked", Severity.INFO, added)


def _node_stake_leaves(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    for event in work.events:
        if event.name == "Unbonded":
            blocks = work.profile.bonding_eras * BLOCKS_PER_ERA
            yield _one("node_stake_leaving", Severity.WARN, units(event.fields["amount"]), blocks=blocks)


def _node_stake_back(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    freed = sum(units(event.fields["amount"]) for event in work.events if event.name == "Withdrawn")
    if freed:
        yield _one("stake_released", Severity.INFO, freed)


def _proves(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    blocks = work.profile.slash_defer_eras * BLOCKS_PER_ERA
    yield _one("node_slash_waits", Severity.WARN, blocks=blocks)


def _until_election(work: Work) -> int:
    return (staking_era_of(work.height) + 1) * BLOCKS_PER_ERA + 1 - work.height


def _supports(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("supports_nodes", Severity.INFO, blocks=_until_election(work))


def _leaves_election(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    yield _one("leaves_election", Severity.WARN, blocks=_until_election(work))


def _batch(work: Work, before: State, args: dict[str, object], signer: bytes) -> Found:
    calls = args["calls"]
    for call in calls if isinstance(calls, tuple) else ():
        yield from consequences_of(work, before, call, signer)


def failed(refusal: ChainRejected) -> tuple[Consequence, ...]:
    """The one consequence of a call that the rules refuse."""
    return (_one("would_fail", Severity.LOSS, pallet=refusal.pallet, name=refusal.name),)


_TELLERS: dict[tuple[str, str], Teller] = {
    **dispute_consequences.TELLERS,
    **interruptible.TELLERS,
    ("Balances", "transfer_allow_death"): _transfer,
    ("Balances", "transfer_keep_alive"): _transfer,
    ("Balances", "transfer_all"): _sent,
    ("GenericFunc", "deposit_into_treasury"): _sent,
    ("GenericFunc", "destroy_free_dbc"): _burn,
    ("Utility", "batch_all"): _batch,
    ("Equivocation", "report"): _proves,
    ("Staking", "bond"): _node_stake,
    ("Staking", "bond_extra"): _node_stake,
    ("Staking", "rebond"): _node_stake,
    ("Staking", "unbond"): _node_stake_leaves,
    ("Staking", "withdraw_unbonded"): _node_stake_back,
    ("Staking", "nominate"): _supports,
    ("Staking", "validate"): _supports,
    ("Staking", "chill"): _leaves_election,
    ("Staking", "payout_stakers"): _member_claim,
    ("OnlineProfile", "set_controller"): _controller,
    ("OnlineProfile", "bond_machine"): _bond,
    ("OnlineProfile", "gen_server_room"): _room,
    ("OnlineProfile", "add_machine_info"): _describe,
    ("OnlineProfile", "fulfill_machine"): _fulfil,
    ("OnlineProfile", "claim_rewards"): _claim,
    ("OnlineProfile", "controller_report_offline"): _offline,
    ("OnlineProfile", "controller_report_online"): _online,
    ("OnlineProfile", "stash_reset_controller"): _reset,
    ("OnlineProfile", "offline_machine_change_hardware_info"): _change_hardware,
    ("OnlineProfile", "apply_slash_review"): _review,
    ("OnlineProfile", "machine_exit"): _leave,
    ("OnlineProfile", "restake_online_machine"): _released,
    ("OnlineProfile", "set_rent_receiver"): _receiver,
    ("OnlineProfile", "force_machine_exit"): _forced_out,
    ("OnlineProfile", "set_machine_rental_mode"): _hours,
    ("OnlineProfile", "set_weekly_schedule"): _hours,
    ("OnlineProfile", "set_specific_date_schedule"): _hours,
    ("OnlineProfile", "clear_specific_date"): _hours,
    ("MachineCheck", "submit_hardware_report"): _reported,
    ("CommitteeElection", "stand"): _stands,
    ("CommitteeElection", "step_down"): _released,
    ("CommitteeElection", "back"): _backs,
    ("MachineCheck", "grab_order"): _grabbed,
    ("Committee", "committee_add_stake"): _member_stake,
    ("Committee", "committee_reduce_stake"): _released,
    ("Committee", "exit_committee"): _released,
    ("Committee", "claim_reward"): _member_claim,
    ("RentMachine", "rent_machine"): _rent,
    ("RentMachine", "confirm_rent"): _confirm,
    ("RentMachine", "relet_machine"): _relet,
    ("RentMachine", "bond_evm_address"): _evm,
}
