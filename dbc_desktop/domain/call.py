"""A call of the chain, and a transaction on its way: draft, receipt, event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dbc_desktop.domain.balance import Balance


@dataclass(frozen=True, slots=True)
class Call:
    """One call with the chain's own names: `Call("OnlineProfile", "claim_rewards", ())`.

    `args` stand in the order of `rules/catalogue.py`, which also says the type of each.
    """

    pallet: str
    name: str
    args: tuple[object, ...] = ()

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"


@dataclass(frozen=True, slots=True)
class SigningContext:
    """What a signature binds to (chain-rules 1.2): chain, versions, the next nonce and a birth block for mortality."""

    genesis_hash: bytes
    spec_version: int
    transaction_version: int
    nonce: int
    block_height: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction as it is shown before it is signed.

    Attributes:
        signer: Public key of the signing account, 32 bytes.
        payload: The exact bytes to sign: call ++ extra ++ additional (chain-rules 1.2), not hashed yet.
        fee: Inclusion fee, without the fixed business fee.
        valid_blocks: Length of the mortal era in blocks; 0 is for ever.
        call_length: How many of the first bytes of `payload` are the call.
        extra_length: How many bytes after those stand in the extrinsic too; the rest only the signature covers.
    """

    call: Call
    signer: bytes
    context: SigningContext
    payload: bytes
    fee: Balance
    valid_blocks: int
    call_length: int = 0
    extra_length: int = 0


class TxStatus(StrEnum):
    """Where a transaction is on its way; the journal moves it forward, and back only when its block is taken back.

    `RETRACTED` was in a block that is no longer of the best chain, `DROPPED` was sent and is in no pool or block that
    the node knows; both may still come. `EXPIRED` is over: no block can take it any more (chain-rules 1.2).
    """

    STORED = "stored"
    SENT = "sent"
    INCLUDED = "included"
    FINALISED = "finalised"
    RETRACTED = "retracted"
    DROPPED = "dropped"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event of a block; `extrinsic` is its position in the block, None for a hook."""

    height: int
    extrinsic: int | None
    pallet: str
    name: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a transaction.

    Attributes:
        error: Pallet and error name when the call failed inside its block, or the reason it was not taken.
        call: What it asks for; None where only its hash is known.
    """

    tx_hash: bytes
    status: TxStatus
    height: int | None = None
    fee: Balance | None = None
    error: tuple[str, str] | None = None
    events: tuple[EventRecord, ...] = ()
    call: Call | None = None

    @property
    def succeeded(self) -> bool:
        """The call is in a block and did what it says."""
        return self.status in (TxStatus.INCLUDED, TxStatus.FINALISED) and self.error is None


class Severity(StrEnum):
    """How much a consequence matters to the person."""

    LOSS = "loss"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Consequence:
    """One named consequence of a call; `screens/` has the sentence for each `kind`.

    Kinds of the thin program: `reserve_stake`, `fixed_fee`, `stake_topped_up`, `reward_minted`, `rent_reserved`,
    `rent_burned`, `rent_returned`, `confirm_window`, `committee_window`, `goes_online`, `goes_offline`,
    `reward_of_era_lost`, `slash_on_return`, `transfer_out`, `rent_paid`, `lease_starts`, `lease_extended`,
    `controller_named`, `would_fail` (facts: pallet, name). Sums are `amount` as `Balance`, times `blocks` as int.
    """

    kind: str
    severity: Severity
    facts: Mapping[str, object]


class Trial(StrEnum):
    """Whether a node tries a signed transaction out before it is sent (`system_dryRun`).

    `SERVED`: yes, so that one which fails there is not sent. `DENIED`: not for strangers, as public nodes are set up.
    `LACKING`: the node has no such method, or does not say.
    """

    SERVED = "served"
    DENIED = "denied"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do now, from an overlay that was dropped (design 3.2).

    Attributes:
        trial: Whether the chain's own node will try it out once it is signed; None where the rules are the chain's own.
    """

    call: Call
    fee: Balance
    free_after: Balance
    reserved_after: Balance
    consequences: tuple[Consequence, ...]
    error: tuple[str, str] | None = None
    trial: Trial | None = None
