"""One way to spend: prepare, preview, sign, submit, follow (design 4; house style "Money, keys, chain")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.backend import ChainBackend
from dbc_desktop.chain.journal import Journal
from dbc_desktop.domain.account import Address, Signer
from dbc_desktop.domain.call import Call, Draft, Preview, Receipt, TxStatus
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import (
    BackendMismatch,
    ChainRejected,
    ChainUnreachable,
    InvalidTransaction,
    OutcomeUnknown,
)

POLL_SECONDS = 0.05

_SETTLED = (TxStatus.INCLUDED, TxStatus.FINALISED, TxStatus.REJECTED)


_KNOWN = (*_SETTLED, TxStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class News:
    """What a person should hear of transactions that nobody waits for any more.

    Attributes:
        open: Of an earlier run, their outcome is not known.
        known: Their outcome is known now, or was taken back with its block.
    """

    open: tuple[Receipt, ...] = ()
    known: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the spending sheet shows: the draft that will be signed, and what it would do now."""

    draft: Draft
    preview: Preview


class Transactions:
    """Prepares and sends transactions of one chain, and remembers each in the journal before it leaves.

    Call it from the `chain-write` lane, so that nonces stay in order.

    Args:
        backend: The chain.
        journal: Where each is written down.
        clock: Time.
        poll_seconds: How often the chain is asked for the outcome of one that was just sent.
        tell: Hears of what `recall` and `resume` find out, in their thread.
    """

    def __init__(
        self,
        backend: ChainBackend,
        journal: Journal,
        clock: Clock,
        poll_seconds: float = POLL_SECONDS,
        tell: Callable[[News], None] = lambda _: None,
    ) -> None:
        self._backend, self._journal, self._clock = backend, journal, clock
        self._poll_seconds, self._tell = poll_seconds, tell

    def prepare(self, call: Call, signer: Address) -> Prepared:
        """The draft of `call` with its fee and preview; a call that would fail says so in `preview.error`.

        Raises:
            BackendMismatch: The bytes to sign do not decode to the call that is shown.
            ChainUnreachable: The backend does not answer.
        """
        draft = self._backend.draft(call, signer)
        if (draft.call, draft.signer) != (call, signer.raw):
            raise BackendMismatch("call")
        self._backend.check_draft(draft)
        return Prepared(draft, self._backend.preview(call, signer))

    def send(self, prepared: Prepared, signer: Signer, timeout_seconds: float = 60) -> Receipt:
        """Sign what was shown, send it once, and wait until it is in a block; the receipt of a call that succeeded.

        Raises:
            BackendMismatch: The bytes do not decode to what was shown, or the chain changed since.
            ChainRejected: The call failed in its block, with pallet and error name; the fee is paid.
            InvalidTransaction: It was not taken at all; nothing is paid.
            OutcomeUnknown: Not seen in a block within `timeout_seconds`; `resume` looks it up, it is never sent twice.
            WalletLocked: The key is not unlocked.
        """
        draft = prepared.draft
        self._backend.check_draft(draft)
        if prepared.preview.call != draft.call:
            raise BackendMismatch("call")
        identity = self._backend.identity()
        if identity.genesis_hash != draft.context.genesis_hash:
            raise BackendMismatch("genesis")
        if (identity.spec_version, identity.transaction_version) != (
            draft.context.spec_version,
            draft.context.transaction_version,
        ):
            raise BackendMismatch("version")
        extrinsic = codec.assemble(draft, signer.sign(draft))
        tx_hash = self._journal.store(draft, extrinsic)
        try:
            self._backend.submit(extrinsic)
        except InvalidTransaction as error:
            self._journal.mark(tx_hash, TxStatus.REJECTED, error=("InvalidTransaction", error.reason))
            raise
        except ChainRejected as error:  # tried out before it was sent
            self._journal.mark(tx_hash, TxStatus.REJECTED, error=(error.pallet, error.name))
            raise
        except (OutcomeUnknown, ChainUnreachable) as error:
            self._journal.mark(tx_hash, TxStatus.UNKNOWN)
            raise OutcomeUnknown(tx_hash) from error
        self._journal.mark(tx_hash, TxStatus.SENT)
        return self._wait(tx_hash, draft, timeout_seconds)

    def recall(self) -> tuple[Receipt, ...]:
        """What an earlier run left behind without an outcome, shown as unknown from now on; asks the journal only."""
        found = tuple(entry.receipt for entry in self._journal.recall())
        if found:
            self._tell(News(open=found))
        return found

    @property
    def has_open(self) -> bool:
        """Whether there is anything to look up, on this chain or another."""
        return bool(self._journal.open_entries())

    def resume(self) -> tuple[Receipt, ...]:
        """Look up every transaction whose outcome is open, by hash; those that are settled now. Sends nothing.

        Raises:
            ChainUnreachable: The backend does not answer; the rest stays open.
        """
        settled, news = [], []
        entries = self._journal.open_entries()
        if not entries:
            return ()
        genesis = self._backend.identity().genesis_hash
        for entry in entries:
            if entry.genesis_hash != genesis:  # of another chain: it is looked up when that one is open
                continue
            # Read before the lookup: what is final by now and does not hold it never will.
            final = self._backend.head().finalised
            found = self._backend.receipt(entry.tx_hash, entry.born)
            if found is None:
                was_in_block = entry.status is TxStatus.INCLUDED
                found = Receipt(entry.tx_hash, TxStatus.RETRACTED if was_in_block else TxStatus.UNKNOWN)
            if found.status not in _SETTLED and found.height is None and entry.is_over(final):
                found = Receipt(entry.tx_hash, TxStatus.EXPIRED, call=entry.call)
                settled.append(found)
            elif found.status in _SETTLED:
                found = replace(found, error=found.error or _silent_failure(found, entry.call))
                settled.append(found)
            has_moved = self._remember(found)
            is_known = found.status in _KNOWN and entry.status is not TxStatus.INCLUDED  # then it was told before
            if has_moved and (is_known or found.status is TxStatus.RETRACTED):
                news.append(replace(found, call=found.call or entry.call))
        if news:
            self._tell(News(known=tuple(news)))
        return tuple(settled)

    def recent(self, limit: int = 50) -> tuple[Receipt, ...]:
        """The newest transactions of this computer, newest first."""
        return self._journal.receipts(limit)

    def _wait(self, tx_hash: bytes, draft: Draft, timeout_seconds: float) -> Receipt:
        """Follow the chain until it shows the extrinsic; a poll now and then covers a head that was missed."""
        until = self._clock.monotonic() + timeout_seconds
        while True:
            try:
                receipt = self._backend.receipt(tx_hash, draft.context.block_height)
            except ChainUnreachable as error:
                self._journal.mark(tx_hash, TxStatus.UNKNOWN)
                raise OutcomeUnknown(tx_hash) from error
            if receipt is not None and receipt.status in _SETTLED:
                return self._judge(receipt, draft.call)
            left = until - self._clock.monotonic()
            if left <= 0 or self._clock.wait(min(self._poll_seconds, left)):
                self._journal.mark(tx_hash, TxStatus.UNKNOWN)
                raise OutcomeUnknown(tx_hash)

    def _judge(self, receipt: Receipt, call: Call) -> Receipt:
        error = receipt.error or _silent_failure(receipt, call)
        judged = replace(receipt, error=error)
        self._remember(judged)
        if receipt.status is TxStatus.REJECTED and error is not None and error[0] == "InvalidTransaction":
            raise InvalidTransaction(error[1])
        if error is not None:
            raise ChainRejected(*error)
        return judged

    def _remember(self, receipt: Receipt) -> bool:
        return self._journal.mark(
            receipt.tx_hash, receipt.status, height=receipt.height, fee=receipt.fee, error=receipt.error
        )


_PROOF_OF_SUCCESS = {
    ("Balances", "transfer_allow_death"): ("Balances", "Transfer"),
    ("Balances", "transfer_keep_alive"): ("Balances", "Transfer"),
    ("OnlineProfile", "bond_machine"): ("OnlineProfile", "BondMachine"),
    ("OnlineProfile", "gen_server_room"): ("OnlineProfile", "ServerRoomGenerated"),
    ("MachineCheck", "submit_hardware_report"): ("MachineCheck", "HardwareReported"),
    ("MachineCheck", "grab_order"): ("MachineCheck", "OrderGrabbed"),
    ("OnlineProfile", "add_machine_info"): ("OnlineProfile", "MachineInfoAdded"),
    ("OnlineProfile", "claim_rewards"): ("OnlineProfile", "ClaimReward"),
    ("RentMachine", "rent_machine"): ("RentMachine", "Rent"),
    ("RentMachine", "confirm_rent"): ("RentMachine", "ConfirmRent"),
    ("RentMachine", "relet_machine"): ("RentMachine", "Relet"),
}
"""The event each call must leave behind; where a call can `succeed` and do nothing (chain-rules 5.2), it is missing."""


def _silent_failure(receipt: Receipt, call: Call | None) -> tuple[str, str] | None:
    wanted = None if call is None else _PROOF_OF_SUCCESS.get((call.pallet, call.name))
    if call is None or wanted is None or any((event.pallet, event.name) == wanted for event in receipt.events):
        return None
    return call.pallet, "NothingHappened"
