"""Messages that a person signs to prove who they are: wrapped, so that none can pass for a transaction."""

from __future__ import annotations

from dbc_desktop.crypto.sr25519 import verify

_BEFORE, _AFTER = b"<Bytes>", b"</Bytes>"


def wrapped(text: str) -> bytes:
    """What is signed for `text`: its UTF-8 bytes between the marks that other wallets put there too."""
    return b"".join((_BEFORE, text.encode("utf-8", "replace"), _AFTER))


def verify_text(public: bytes, text: str, signature: bytes) -> bool:
    """Whether `signature` (64 bytes, or 65 with its kind before it) over `text` is of `public`.

    A text that was signed without the marks counts too: node nonces and older wallets have none.
    """
    if len(signature) == 65 and signature[0] == 1:
        signature = signature[1:]
    return verify(public, wrapped(text), signature) or verify(public, text.encode("utf-8", "replace"), signature)
