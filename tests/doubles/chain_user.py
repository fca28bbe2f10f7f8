"""Someone with a key who uses a chain through its port, signing as the wallet does."""

from __future__ import annotations

from dataclasses import replace

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.backend import ChainBackend
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import ZERO
from dbc_desktop.domain.call import Call, SigningContext


class ChainUser:
    """`phrase` as `KeyPair.from_phrase` takes it, e.g. `//Alice`."""

    def __init__(self, phrase: str) -> None:
        self.pair = KeyPair.from_phrase(phrase)
        self.address = Address(self.pair.public)

    def signed(self, context: SigningContext, call: Call, **changed: object) -> bytes:
        """The extrinsic of `call`; `changed` replaces fields of what the signature binds to."""
        draft = codec.draft(call, self.pair.public, replace(context, **changed), ZERO)
        return codec.assemble(draft, self.pair.sign(codec.signed_bytes(draft.payload)))

    def send(self, chain: ChainBackend, call: Call) -> bytes:
        """Sign and submit; the hash."""
        return chain.submit(self.signed(chain.signing_context(self.address), call))

    def many(self, chain: ChainBackend, calls: list[Call]) -> list[bytes]:
        """The extrinsics of `calls` with ascending nonces, not submitted."""
        context = chain.signing_context(self.address)
        return [self.signed(context, call, nonce=context.nonce + at) for at, call in enumerate(calls)]


def transfer(to: bytes, units: int) -> Call:
    """Send coins."""
    return Call("Balances", "transfer_allow_death", (to, units))
