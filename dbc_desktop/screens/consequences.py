"""The sentence for each named consequence of a call (`domain.call.Consequence`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.call import Consequence
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr

Facts = Mapping[str, object]
Parts = tuple[str, str, str]
"""Text, its figure, and what follows the figure."""


def _amount(facts: Facts, name: str = "amount") -> str:
    value = facts.get(name)
    return formats.amount(value) if isinstance(value, Balance) else formats.DASH


def _blocks(facts: Facts, name: str = "blocks") -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0


def _lasting(facts: Facts) -> str:
    blocks = _blocks(facts)
    return formats.blocks_as_time(blocks) if blocks else ""


def _committee(facts: Facts) -> Parts:
    time = _lasting(facts)
    return tr("three committee members check the machine"), time and tr("within {time}", time=time), ""


def _confirm(facts: Facts) -> Parts:
    time = _lasting(facts) or formats.blocks_as_time(150)
    return tr("test and confirm within"), time, tr("; else the rent comes back by itself")


def _slash(facts: Facts) -> Parts:
    if _blocks(facts):
        return tr("reserved as a slash:"), _amount(facts), tr("; it is taken after {time}", time=_lasting(facts))
    return tr("coming back reserves a slash of"), _amount(facts), tr("; it grows with the time offline")


_SENTENCES: dict[str, Callable[[Facts], Parts]] = {
    "reserve_stake": lambda f: (tr("reserved as stake:"), _amount(f), tr("; it stays yours")),
    "fixed_fee": lambda f: (tr("fixed fee, not returned:"), _amount(f), ""),
    "stake_topped_up": lambda f: (tr("added to the stake from income:"), _amount(f), ""),
    "reward_minted": lambda f: (tr("reward paid to the stash:"), _amount(f), ""),
    "rent_reserved": lambda f: (tr("reserved as rent:"), _amount(f), tr("; it comes back if you let the order lapse")),
    "rent_burned": lambda f: (tr("burned for good:"), _amount(f), ""),
    "rent_paid": lambda f: (tr("paid to the owner:"), _amount(f), ""),
    "rent_returned": lambda f: (tr("rent that comes back:"), _amount(f), ""),
    "confirm_window": _confirm,
    "committee_window": _committee,
    "goes_online": lambda f: (tr("the machine goes online and earns from the next era on"), "", ""),
    "goes_offline": lambda f: (tr("the machine leaves the market and earns nothing until it is back"), "", ""),
    "reward_of_era_lost": lambda f: (tr("today's reward of the machine is lost:"), _amount(f), ""),
    "slash_on_return": _slash,
    "transfer_out": lambda f: (tr("leaves the account:"), _amount(f), ""),
    "lease_starts": lambda f: (tr("the lease starts and lasts"), _lasting(f), ""),
    "lease_extended": lambda f: (tr("the lease ends later by"), _lasting(f), ""),
    "stake_released": lambda f: (tr("stake that is free again:"), _amount(f), ""),
    "verify_fee": lambda f: (tr("reserved for the members that look at the machine again:"), _amount(f), ""),
    "hardware_slash": lambda f: (tr("reserved as a slash for the time off:"), _amount(f), ""),
    "review_stake": lambda f: (tr("reserved for the appeal:"), _amount(f), tr("; it is lost if nobody grants it")),
    "nothing_happens": lambda f: (tr("the chain takes it and does nothing; the fee is gone"), "", ""),
    "lease_shortened": lambda f: (tr("the longest lease is shorter than you asked for:"), _lasting(f), ""),
    "machine_leaves": lambda f: (tr("a machine leaves for good; whoever rents it loses it"), "", ""),
    "rented_in_hours": lambda f: (tr("the machine can be rented in its named hours only"), "", ""),
    "rented_all_the_time": lambda f: (tr("the machine can be rented at all hours; named hours do not count"), "", ""),
    "evm_address_named": lambda f: (tr("contracts take this address for the owner of the machine"), "", ""),
    "reporter_stake": lambda f: (tr("reserved behind your reports:"), _amount(f), tr("; it stays yours")),
    "report_at_risk": lambda f: (tr("lost if the members find the report false:"), _amount(f), ""),
    "arbiters_drawn": lambda f: (tr("three drawn arbiters judge it within"), _lasting(f), ""),
    "members_look": lambda f: (tr("members who take it judge it within"), _lasting(f), tr("of the first one")),
    "members_told": lambda f: (
        tr("tell each member what is wrong within"),
        _lasting(f),
        tr("; else the report fails and its stake is lost"),
    ),
    "member_at_risk": lambda f: (tr("lost if you are silent or outvoted:"), _amount(f), ""),
    "report_taken_back": lambda f: (tr("stake of the report that is free again:"), _amount(f), ""),
    "stake_taken": lambda f: (
        tr("stake of the machine that will be taken:"),
        _amount(f),
        tr("; it is taken after {time}", time=_lasting(f)),
    ),
    "slash_canceled": lambda f: (tr("slash that comes back to the stash:"), _amount(f), ""),
    "verdict_reversed": lambda f: (tr("who was to win loses the stake, who was to lose is whole again"), "", ""),
    "stands_for_seat": lambda f: (tr("you stand for a seat; the highest totals sit at the next election"), "", ""),
    "locked_as_backing": lambda f: (tr("locked as long as you back this candidate:"), _amount(f), ""),
    "backing_ends": lambda f: (tr("you back nobody any more; the coins are free"), "", ""),
    "report_agrees": lambda f: (tr("the machine's report agrees with what you declare; now describe it"), "", ""),
    "order_taken": lambda f: (tr("used of your stake for this order:"), _amount(f), tr("; hash within 36 hours")),
    "deposit_reserved": lambda f: (tr("reserved as a deposit:"), _amount(f), tr("; it is back when confirmed")),
    "rent_reserved_to_end": lambda f: (tr("reserved as rent:"), _amount(f), tr("; it is paid when the order ends")),
    "paid_unconfirmed": lambda f: (
        tr("confirm within"),
        _lasting(f),
        tr("; an order that is not confirmed is charged all the same"),
    ),
    "rent_paid_so_far": lambda f: (tr("rent for the time you had:"), _amount(f), ""),
    "return_within": lambda f: (tr("bring it back within"), _lasting(f), tr("; else its whole stake is lost")),
    "back_on_the_market": lambda f: (tr("the machine can be rented again"), "", ""),
    "rent_receiver_named": lambda f: (tr("new orders pay their rent to the account you named"), "", ""),
    "node_stake_locked": lambda f: (tr("locked behind super nodes:"), _amount(f), tr("; it stays yours")),
    "node_slash_waits": lambda f: (tr("the super node and its supporters lose stake after"), _lasting(f), ""),
    "node_stake_leaving": lambda f: (
        tr("on its way out, without reward:"),
        _amount(f),
        tr("; free after {time}", time=_lasting(f)),
    ),
    "supports_nodes": lambda f: (tr("counts from the next election on, in"), _lasting(f), ""),
    "leaves_election": lambda f: (tr("out of the next election, in"), _lasting(f), tr("; the stake stays locked")),
    "controller_named": lambda f: (tr("the controller may act for the stash from now on"), "", ""),
}


def is_known(kind: str) -> bool:
    """Whether there is a sentence for this kind."""
    return kind in _SENTENCES


def consequence_text(consequence: Consequence) -> Parts:
    """The sentence, its figure, and what follows."""
    sentence = _SENTENCES.get(consequence.kind)
    return sentence(consequence.facts) if sentence else (consequence.kind.replace("_", " "), "", "")
