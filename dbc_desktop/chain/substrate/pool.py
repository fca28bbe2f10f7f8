"""The node's pool: next nonce, fee, a try-out where it is served, and the one hand-over (chain-rules 1.3, 10.4)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.chain.extrinsic import hash_of
from dbc_desktop.chain.substrate.blocks import failure
from dbc_desktop.chain.substrate.mirror import NODE_RULES
from dbc_desktop.chain.substrate.rpc import NodeRpc, from_hex, to_hex, whole
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import UNITS_PER_DBC
from dbc_desktop.domain.call import Trial
from dbc_desktop.domain.errors import (
    ChainAnswerInvalid,
    ChainRejected,
    ChainRequestFailed,
    ChainUnreachable,
    InvalidTransaction,
    OutcomeUnknown,
)

_INVALID, _UNKNOWN, _BANNED, _KNOWN_ALREADY, _PRIORITY, _CYCLE, _NO_ROOM = range(1_010, 1_017)
_METHOD_UNKNOWN = -32_601
_REASONS = (
    ("bad signature", "bad_proof"),
    ("outdated", "stale"),
    ("inability to pay", "payment"),
    ("in the future", "future"),
    ("ancient birth", "ancient_birth_block"),
)
_MOST_FEE = UNITS_PER_DBC
_MOST_TIMES = 100


def proportionate(fee: int, length: int) -> bool:
    """Whether a fee is near what the length costs by the network's formula: a hundred times that, or 1 DBC, is not."""
    usual = NODE_RULES.fee.inclusion_fee(length, NODE_RULES.call_weight)
    return fee <= max(_MOST_FEE, min(usual * _MOST_TIMES, 10 * _MOST_FEE))


class Pool:
    """What is asked of the node about extrinsics that wait; callable from any thread."""

    def __init__(self, rpc: NodeRpc) -> None:
        self._rpc = rpc
        self._trial: Trial | None = None

    def next_nonce(self, address: Address, stored: int) -> int:
        """The next nonce, pending extrinsics counted, never below the stored one.

        Raises:
            ChainAnswerInvalid: `rpc`: it is no number of 32 bits.
        """
        try:
            said = whole(self._rpc.call("system_accountNextIndex", ss58.encode(address.raw)))
        except ChainRequestFailed:  # not served: the stored one is all there is to know
            return stored
        if said >= 2**32:
            raise ChainAnswerInvalid("rpc")
        return max(said, stored)

    def fee(self, extrinsic: bytes, at: bytes) -> int:
        """What the node asks for an extrinsic with any signature."""
        said = self._rpc.call("payment_queryInfo", to_hex(extrinsic), to_hex(at))
        if not isinstance(said, dict):
            raise ChainAnswerInvalid("rpc")
        return whole(said.get("partialFee"))

    def trial(self, at: bytes) -> Trial:
        """Whether the node tries extrinsics out for us: asked once, with no bytes at all, which it must not like."""
        if self._trial is None:
            try:
                self._rpc.call("system_dryRun", "0x", to_hex(at))
            except ChainRequestFailed as error:
                self._trial = Trial.SERVED if "dry run" in error.message.lower() else _unserved(error) or Trial.DENIED
            except ChainUnreachable:
                return Trial.LACKING
            else:
                self._trial = Trial.SERVED
        return self._trial

    def try_out(self, extrinsic: bytes, at: bytes, runtime: Runtime) -> None:
        """Have the node try it out where it serves that; nothing is sent, and no trouble with it keeps from sending.

        Raises:
            ChainRejected: It would fail, with pallet and error name.
        """
        if self._trial in (Trial.DENIED, Trial.LACKING):
            return
        try:
            refusal = _refusal(runtime, from_hex(self._rpc.call("system_dryRun", to_hex(extrinsic), to_hex(at))))
        except ChainRequestFailed as error:
            self._trial = _unserved(error) or self._trial
            return
        except ChainUnreachable:  # no answer, or none that can be read: the pool will say
            return
        self._trial = Trial.SERVED
        if refusal is not None:
            raise ChainRejected(*refusal)

    def hand_over(self, extrinsic: bytes, is_known: Callable[[], bool]) -> None:
        """Send it once.

        Args:
            extrinsic: Its bytes.
            is_known: Whether the chain has it already; asked where the pool says that it is too late.

        Raises:
            InvalidTransaction: It was not accepted.
            OutcomeUnknown: Nobody said whether.
        """
        try:
            said = from_hex(self._rpc.once("author_submitExtrinsic", to_hex(extrinsic)), 32)
        except ChainRequestFailed as error:
            if error.code == _KNOWN_ALREADY:
                return
            reason = _reason(error)
            if reason is None:
                raise OutcomeUnknown(hash_of(extrinsic)) from error
            if reason == "stale" and is_known():
                return
            raise InvalidTransaction(reason) from error
        except ChainUnreachable as error:
            raise OutcomeUnknown(hash_of(extrinsic)) from error
        if said != hash_of(extrinsic):
            raise OutcomeUnknown(hash_of(extrinsic))


def _reason(error: ChainRequestFailed) -> str | None:
    """Why the pool did not take it; None where it may have."""
    if error.code == _INVALID:
        text = error.message.lower()
        return next((reason for words, reason in _REASONS if words in text), "malformed")
    if error.code in (_PRIORITY, _CYCLE, _NO_ROOM):
        return "priority"
    if error.code == _BANNED:
        return "banned"
    if error.code in (-32_602, 1_002, 1_001):  # the bytes are no extrinsic
        return "malformed"
    return None


def _unserved(error: ChainRequestFailed) -> Trial | None:
    """Why the node does not try out; None where it only could not this time."""
    if "unsafe" in error.message.lower():
        return Trial.DENIED
    return Trial.LACKING if error.code == _METHOD_UNKNOWN else None


def _refusal(runtime: Runtime, data: bytes) -> tuple[str, str] | None:
    """What a trial says: `Result<Result<(), DispatchError>, TransactionValidityError>`.

    Of one that is invalid nothing is said here: the pool judges it anew, with those that wait before it.

    Raises:
        ChainAnswerInvalid: `rpc`: the error is none of this runtime.
    """
    kind = _dispatch_error(runtime) if data[:2] == b"\x00\x01" else None
    return None if kind is None else failure(runtime, runtime.codec.decode(kind, data[2:], "rpc"))


def _dispatch_error(runtime: Runtime) -> int | None:
    """The type of `DispatchError`, by the event that carries one."""
    found = runtime.codec.metadata.pallets.get("System")
    if found is None or found.events is None:
        return None
    for variant in runtime.codec.metadata.types[found.events].body:
        if variant.name == "ExtrinsicFailed":
            return int(variant.fields[0].kind)
    return None
