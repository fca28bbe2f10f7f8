"""Whether an extrinsic is really signed for this chain and this height (chain-rules 1.2)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.domain.errors import InvalidTransaction
from dbc_desktop.rules.engine import SignedCall

_LOOK_BACK = 8
"""How many validity periods back a failed signature is tried, to tell an old transaction from a forged one."""


class Verifier:
    """Verifies signatures of one chain; `hash_at` gives the hash of any height up to the head."""

    def __init__(
        self, genesis_hash: bytes, spec_version: int, transaction_version: int, hash_at: Callable[[int], bytes]
    ) -> None:
        self._genesis_hash = genesis_hash
        self._versions = (spec_version, transaction_version)
        self._hash_at = hash_at

    def signed_call(self, extrinsic: bytes, height: int) -> SignedCall:
        """The call of an extrinsic that is valid in the block at `height`; nonce and funds are not looked at.

        Raises:
            InvalidTransaction: `malformed`, `bad_proof` (also for another chain or version), `ancient_birth_block`.
        """
        decoded = codec.decode(extrinsic)
        birth = decoded.era.birth(height)
        if not self._is_proof(decoded, birth):
            raise InvalidTransaction("ancient_birth_block" if self._was_proof(decoded, birth) else "bad_proof")
        return SignedCall(decoded.signer, decoded.call, decoded.nonce, len(extrinsic), decoded.tip)

    def _is_proof(self, decoded: codec.DecodedExtrinsic, birth: int) -> bool:
        if birth < 0:
            return False
        rest = codec.additional(*self._versions, self._genesis_hash, self._hash_at(birth))
        return verify(decoded.signer, codec.signed_bytes(decoded.signed_part + rest), decoded.signature)

    def _was_proof(self, decoded: codec.DecodedExtrinsic, birth: int) -> bool:
        period = decoded.era.period
        return bool(period) and any(self._is_proof(decoded, birth - back * period) for back in range(1, _LOOK_BACK + 1))
