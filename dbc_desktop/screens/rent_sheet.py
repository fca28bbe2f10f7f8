"""What the rent sheet says: the cost now, and what happens in the next 15 minutes."""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.rental import RentQuote
from dbc_desktop.screens.formats import DASH, amount, gpu_name, usd
from dbc_desktop.screens.texts import ntr, tr


@dataclass(frozen=True, slots=True)
class RentSheet:
    """The rent sheet: what it costs now and what happens next.

    Attributes:
        problem: A sentence about what to change; the button is off while there is one.
        next_steps: What happens in the next 15 minutes, in order.
    """

    title: str
    total: str
    total_usd: str
    rows: tuple[tuple[str, str], ...]
    next_steps: tuple[str, ...]
    problem: str
    button: str


def rent_sheet(quote: RentQuote | None, free: Balance | None, gpu_type: str, problem: str = "") -> RentSheet:
    """The sheet for an order; `free` is what the renter can spend, None while it is not known."""
    title = tr("Rent {gpu}", gpu=gpu_name(gpu_type))
    if quote is None or problem:
        return RentSheet(title, DASH, "", (), (), problem, tr("Rent"))
    needed = quote.fee + quote.fixed_fee
    if free is not None and needed > free:
        short = tr(
            "The account has {free} free and this needs {needed}. Choose fewer GPUs or a shorter time, or add DBC.",
            free=amount(free),
            needed=amount(needed),
        )
    else:
        short = ""
    gpus = ntr("{n} GPU", "{n} GPUs", quote.gpu_num)
    rows = (
        (tr("Rent, set aside now"), amount(quote.fee)),
        (tr("of it burned at confirm"), amount(quote.burned)),
        (tr("Fixed fee, not returned"), amount(quote.fixed_fee)),
    )
    steps = (
        tr("Now: the rent is set aside in your account and the fixed fee is paid. You can log in at once."),
        tr("Within 15 minutes: log in and test. Confirm, and the rent is paid."),
        tr("If you do nothing, the order lapses after 15 minutes and the rent comes back; the fixed fee does not."),
    )
    whole_usd = quote.fee_usd * needed.units // quote.fee.units if quote.fee else 0
    return RentSheet(title, amount(needed), f"≈ {usd(whole_usd)}", rows, steps, short, tr("Rent {gpus}", gpus=gpus))
