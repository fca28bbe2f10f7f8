"""What root may set instead of the profile's own values, and what therefore holds (chain-rules 2.2, 2.3, 2.5, 6.1).

Where root has set nothing, the profile's constants and policies hold. A policy that knows nothing of a parameter, as
the stake in yuan knows nothing of a limit in dollars, stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.domain.parameters import (
    MemberStakeParams,
    OnlineStakeParams,
    PhaseRewards,
    PointPrice,
    ReporterStakeParams,
)
from dbc_desktop.rules import price
from dbc_desktop.rules.arithmetic import PERBILL, percent
from dbc_desktop.rules.codec import NUMBER, RAW, row
from dbc_desktop.rules.policies import RentPolicy, StakePolicy
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable, declare_value
from dbc_desktop.rules.work import Work, account, refuse

REWARD_INFO = declare_value("OnlineProfile.PhaseRewardInfo", row(tuple[tuple[int, PhaseRewards], ...]))
"""What root set, each with the era from which it holds: what an era pays is fixed when it begins."""
STAKE_PARAMS = declare_value("OnlineProfile.OnlineStakeParams", row(OnlineStakeParams))
RENT_DESTROYED = declare_value("OnlineProfile.RentFeeDestroyPercent", NUMBER)
"""Parts of 10^9."""
RENT_FEE_POT = declare_value("RentMachine.RentFeePot", RAW)
REPORTER_STAKES = declare_value("MaintainCommittee.ReporterStakeParams", row(ReporterStakeParams))
MEMBER_STAKES = declare_value("Committee.CommitteeStakeParams", row(MemberStakeParams))


def stake_rules(profile: RulesProfile, layer: Readable) -> StakePolicy:
    """What a GPU must have at stake."""
    params = layer.get(STAKE_PARAMS, SINGLE)
    return profile.stake if params is None else profile.stake.under(params)


def reonline_stake(profile: RulesProfile, layer: Readable) -> int:
    """Micro-USD that a second look at a machine costs."""
    params = layer.get(STAKE_PARAMS, SINGLE)
    return profile.reonline_stake if params is None else params.reonline_stake


def slash_review_stake(profile: RulesProfile, layer: Readable) -> int:
    """Units an appeal against a machine's slash reserves."""
    params = layer.get(STAKE_PARAMS, SINGLE)
    return profile.slash_review_stake if params is None else params.slash_review_stake


def rent_rules(profile: RulesProfile, layer: Readable) -> RentPolicy:
    """What becomes of the rent."""
    return profile.rent.under(layer.get(RENT_DESTROYED, SINGLE), layer.get(RENT_FEE_POT, SINGLE))


def member_stakes(profile: RulesProfile, layer: Readable) -> MemberStakeParams:
    """What a committee member must have at stake."""
    own = MemberStakeParams(
        profile.committee_stake, profile.committee_order_stake, percent(profile.committee_free_percent)
    )
    return layer.get(MEMBER_STAKES, SINGLE) or own


def order_stake(work: Work) -> int:
    """Units of a committee member's stake that an order uses."""
    return member_stakes(work.profile, work.layer).stake_per_order


def reporter_stakes(profile: RulesProfile, layer: Readable) -> ReporterStakeParams:
    """What a reporter must have at stake."""
    own = ReporterStakeParams(profile.reporter_stake, profile.report_stake, percent(profile.reporter_free_percent))
    return layer.get(REPORTER_STAKES, SINGLE) or own


def reward_info(layer: Readable, era: int) -> PhaseRewards | None:
    """What root set for `era`, which is the last one, this one or the next; None: the profile's holds."""
    known = [info for since, info in layer.get(REWARD_INFO, SINGLE) or () if since <= era]
    return known[-1] if known else None


def begin_galaxy(work: Work) -> bool:
    """Note that the galaxy began in this era, where root's parameters rule; else False (chain-rules 2.2)."""
    versions = work.layer.get(REWARD_INFO, SINGLE)
    if not versions:
        return False
    newest = versions[-1][1]
    if not newest.galaxy_on_era:
        begun = PhaseRewards(
            newest.online_reward_start_era,
            newest.first_phase_duration,
            work.era,
            newest.phase_0_reward_per_era,
            newest.phase_1_reward_per_era,
            newest.phase_2_reward_per_era,
        )
        _from_next_era(work, begun)
    return True


def set_reward_info(work: Work, reward_info: PhaseRewards) -> None:
    """Root: what machines earn, from the next era on."""
    _from_next_era(work, reward_info)


def set_online_stake_params(work: Work, online_stake_params_info: OnlineStakeParams) -> None:
    """Root: what a GPU must have at stake, and what a second look and an appeal cost."""
    work.layer.put(STAKE_PARAMS, SINGLE, online_stake_params_info)


def set_standard_gpu_point_price(work: Work, point_price: PointPrice) -> None:
    """Root: what a standard machine costs a day.

    Raises:
        ChainRejected: `InvalidPrice`: by a standard of no points nothing has a price. The network takes it, and every
            rent fails from then on.
    """
    if not point_price.gpu_point:
        refuse("DBCPriceOCW", "InvalidPrice")
    work.layer.put(price.STANDARD_PRICE, SINGLE, price.StandardPrice(point_price.gpu_point, point_price.gpu_price))


def set_rentfee_destroy_percent(work: Work, percent: int) -> None:
    """Root: so many parts of 10^9 of a rent go to the pot that is burned."""
    work.layer.put(RENT_DESTROYED, SINGLE, min(percent, PERBILL))


def set_rent_fee_pot(work: Work, pot_addr: object) -> None:
    """Root: where the part of a rent goes that will be burned."""
    work.layer.put(RENT_FEE_POT, SINGLE, account(pot_addr))


def set_committee_stake_params(work: Work, stake_params: MemberStakeParams) -> None:
    """Root: what a committee member must have at stake."""
    work.layer.put(MEMBER_STAKES, SINGLE, stake_params)


def set_reporter_stake_params(work: Work, stake_params: ReporterStakeParams) -> None:
    """Root: what a reporter must have at stake."""
    work.layer.put(REPORTER_STAKES, SINGLE, stake_params)


def _from_next_era(work: Work, info: PhaseRewards) -> None:
    """Let it hold from the next era on; what held in the last one is kept until it is paid."""
    since, versions = work.era + 1, work.layer.get(REWARD_INFO, SINGLE) or ()
    past = [version for version in versions if version[0] < work.era][-1:]
    recent = [version for version in versions if version[0] == work.era]
    work.layer.put(REWARD_INFO, SINGLE, (*past, *recent, (since, info)))


ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("OnlineProfile", "set_reward_info"): set_reward_info,
    ("OnlineProfile", "set_online_stake_params"): set_online_stake_params,
    ("OnlineProfile", "set_standard_gpu_point_price"): set_standard_gpu_point_price,
    ("OnlineProfile", "set_rentfee_destroy_percent"): set_rentfee_destroy_percent,
    ("Committee", "set_committee_stake_params"): set_committee_stake_params,
    ("RentMachine", "set_rent_fee_pot"): set_rent_fee_pot,
    ("MaintainCommittee", "set_reporter_stake_params"): set_reporter_stake_params,
}
