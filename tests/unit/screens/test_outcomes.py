"""What is said of transactions that nobody waits for any more."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.call import Call, Receipt, TxStatus
from dbc_desktop.screens.notices import Notice
from dbc_desktop.screens.outcomes import news_notices
from dbc_desktop.services.transactions import News

SEND = Call("Balances", "transfer_keep_alive", (b"\x02" * 32, 3 * 10**15))


def receipt(status: TxStatus, **more: object) -> Receipt:
    return Receipt(b"\xab" * 32, status, call=SEND, **more)  # type: ignore[arg-type]


def test_many_that_are_open_are_counted_and_three_are_named() -> None:
    ((notice, kind),) = news_notices(News(open=(receipt(TxStatus.UNKNOWN),) * 5))
    assert notice.title == "5 transactions with an unknown outcome"
    assert notice.body.startswith("Send 3.00 DBC, Send 3.00 DBC, Send 3.00 DBC …: looked up")
    assert kind == "warn"


@pytest.mark.parametrize(
    ("found", "title", "body", "kind"),
    [
        (receipt(TxStatus.FINALISED, height=28_902), "Send 3.00 DBC: final", "It stands in block 28,902.", "good"),
        (
            receipt(TxStatus.EXPIRED),
            "Send 3.00 DBC: expired, nothing was done",
            "No block can take it any more. You may do it again.",
            "warn",
        ),
        (
            receipt(TxStatus.RETRACTED),
            "Send 3.00 DBC: taken back with its block",
            "It may come again by itself; do not repeat it yet.",
            "warn",
        ),
        (
            receipt(TxStatus.INCLUDED, height=7, error=("Balances", "InsufficientBalance")),
            "Send 3.00 DBC: InsufficientBalance",
            "The account has less than this amount and the fee. Send less.",
            "loss",
        ),
    ],
)
def test_each_that_is_known_now_is_said(found: Receipt, title: str, body: str, kind: str) -> None:
    assert news_notices(News(known=(found,))) == ((Notice(title, body, "Wallet"), kind),)


def test_a_call_that_cannot_be_read_is_named_by_its_hash() -> None:
    ((notice, _),) = news_notices(News(known=(Receipt(b"\xab" * 32, TxStatus.FINALISED, 5),)))
    assert notice.title == "abab…abab: final"
