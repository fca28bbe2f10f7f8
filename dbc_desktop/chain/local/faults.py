"""Faults on purpose: what a real network does now and then, for learning and for tests (design 4.1)."""

from __future__ import annotations

from dataclasses import replace

from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.domain.branches import Fault
from dbc_desktop.domain.call import Receipt, SigningContext, TxStatus
from dbc_desktop.domain.errors import ChainUnreachable, OutcomeUnknown

_REASON = "the fault panel"


class Faults:
    """At most one fault at a time; the chain itself goes on below it."""

    def __init__(self) -> None:
        self.now: Fault | None = None
        self.stalled_at: int | None = None

    def set(self, fault: Fault | None, height: int) -> None:
        """Begin a fault at this height, or mend what is there."""
        self.now = fault
        self.stalled_at = height if fault is Fault.STALLED_FINALITY else None

    def moved(self) -> None:
        """The chain stands on another branch or moment: what was final there says nothing here."""
        if self.stalled_at is not None:
            self.set(None, 0)

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through."""
        return self.now is Fault.LOST_CONNECTION

    def check_connection(self) -> None:
        """Let a question pass.

        Raises:
            ChainUnreachable: The connection is lost.
        """
        if self.is_cut:
            raise ChainUnreachable(_REASON)

    def check_sending(self, extrinsic: bytes) -> None:
        """Let an extrinsic pass.

        Raises:
            OutcomeUnknown: The connection is lost, and nobody can say whether it arrived.
        """
        if self.is_cut:
            raise OutcomeUnknown(hash_of(extrinsic))

    def seen(self, receipt: Receipt | None) -> Receipt | None:
        """The receipt as it looks from here: nothing becomes final while finality stalls."""
        if receipt is None or self.stalled_at is None or receipt.status is not TxStatus.FINALISED:
            return receipt
        is_final = receipt.height is not None and receipt.height <= self.stalled_at
        return receipt if is_final else replace(receipt, status=TxStatus.INCLUDED)

    def known(self, context: SigningContext) -> SigningContext:
        """The signing context as it is known here: with stale metadata, that of the runtime before."""
        if self.now is not Fault.STALE_METADATA:
            return context
        return replace(context, spec_version=context.spec_version - 1)
