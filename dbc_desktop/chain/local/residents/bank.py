"""The resident bank: it sends play money to whoever asks and does nothing by itself."""

from __future__ import annotations

from dbc_desktop.chain.local.launch import BANK, GIFT
from dbc_desktop.chain.local.residents.stage import Stage
from dbc_desktop.domain.call import Call


def gift(stage: Stage, account: bytes) -> bytes:
    """Have the bank send play money; the hash of its extrinsic.

    Raises:
        InvalidTransaction: The bank has nothing left.
    """
    return stage.send(BANK, Call("Balances", "transfer_allow_death", (account, GIFT)))
