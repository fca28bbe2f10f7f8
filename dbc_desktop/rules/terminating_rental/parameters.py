"""What root sets for this product, and what holds where root has set nothing (chain-rules 8)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.domain.parameters import PointPrice, ReporterStakeParams
from dbc_desktop.rules import parameters, price
from dbc_desktop.rules.arithmetic import PERBILL, value_to_dbc
from dbc_desktop.rules.policies import RentSplit
from dbc_desktop.rules.price import StandardPrice
from dbc_desktop.rules.profile import RulesProfile
from dbc_desktop.rules.state import SINGLE, Readable
from dbc_desktop.rules.terminating_rental.rows import (
    ONLINE_DEPOSIT,
    PALLET,
    RENT_DESTROYED,
    RENT_FEE_POT,
    REPORTER_PARAMS,
    STAKE_PER_GPU,
    STANDARD_PRICE,
)
from dbc_desktop.rules.work import Work, refuse


def online_deposit(profile: RulesProfile, layer: Readable) -> int:
    """Units reserved to bond a machine."""
    found = layer.get(ONLINE_DEPOSIT, SINGLE)
    return profile.interruptible.online_deposit if found is None else found


def stake_cap(profile: RulesProfile, layer: Readable) -> int | None:
    """Units for one GPU at which top-ups from rent stop; None while there is no price."""
    now, found = price.price(layer), layer.get(STAKE_PER_GPU, SINGLE)
    if now is None:
        return None
    per_gpu = profile.interruptible.stake_per_gpu if found is None else found
    return min(per_gpu, value_to_dbc(profile.interruptible.usd_limit, now))


def standard_price(profile: RulesProfile, layer: Readable) -> StandardPrice:
    """What a standard machine costs a day; the network's price where this product has none of its own."""
    return layer.get(STANDARD_PRICE, SINGLE) or price.standard_price(profile, layer)


def reporter_stakes(profile: RulesProfile, layer: Readable) -> ReporterStakeParams:
    """What a reporter must have at stake."""
    return layer.get(REPORTER_PARAMS, SINGLE) or parameters.reporter_stakes(profile, layer)


def split(profile: RulesProfile, layer: Readable, fee: int, issuance: int) -> tuple[RentSplit, bytes | None]:
    """What becomes of a rent, and the pot; without a pot its part is the owner's."""
    pot = layer.get(RENT_FEE_POT, SINGLE)
    found = profile.rent.under(layer.get(RENT_DESTROYED, SINGLE), pot).split(fee, issuance)
    return (found if pot is not None else RentSplit(found.burned, found.to_owner + found.to_pot)), pot


def set_stake_per_gpu(work: Work, stake_per_gpu: int) -> None:
    """Root: where top-ups from rent stop."""
    work.layer.put(STAKE_PER_GPU, SINGLE, stake_per_gpu)


def set_online_deposit(work: Work, deposit: int) -> None:
    """Root: what bonding reserves."""
    work.layer.put(ONLINE_DEPOSIT, SINGLE, deposit)


def set_standard_gpu_point_price(work: Work, point_price: PointPrice) -> None:
    """Root: what a standard machine costs a day.

    Raises:
        ChainRejected: `InvalidPrice`: by a standard of no points nothing has a price.
    """
    if not point_price.gpu_point:
        refuse("DBCPriceOCW", "InvalidPrice")
    work.layer.put(STANDARD_PRICE, SINGLE, StandardPrice(point_price.gpu_point, point_price.gpu_price))


def set_reporter_stake_params(work: Work, params: ReporterStakeParams) -> None:
    """Root: what a reporter must have at stake."""
    work.layer.put(REPORTER_PARAMS, SINGLE, params)


def set_rentfee_destroy_percent(work: Work, percent: int) -> None:
    """Root: so many parts of 10^9 of a rent go to the pot."""
    work.layer.put(RENT_DESTROYED, SINGLE, min(percent, PERBILL))


ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {
    (PALLET, call.__name__): call
    for call in (
        set_stake_per_gpu,
        set_online_deposit,
        set_standard_gpu_point_price,
        set_reporter_stake_params,
        set_rentfee_destroy_percent,
    )
}
