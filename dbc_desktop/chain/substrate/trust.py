"""Whose certificates are trusted, and why a connection to a node is not: nothing of it is ever overridden."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from dbc_desktop.domain.errors import ChainUnreachable, ChainUntrusted

_REASONS = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "unknown_issuer",  # the chain ends in a root that nobody here trusts
    20: "unknown_issuer",
    21: "unknown_issuer",
    62: "wrong_name",
    64: "wrong_name",
}
"""OpenSSL's verify codes."""

_PLAIN = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL calls it when the other side answers in plain HTTP."""


def client_context(urls: tuple[str, ...]) -> ssl.SSLContext:
    """The context of a client that asks these addresses.

    Trusted are the authorities of the operating system and the usual public ones; where `SSL_CERT_FILE` or
    `SSL_CERT_DIR` is set, only those there. Where nothing is asked over TLS nobody is trusted, and nothing read.
    """
    if not any(url.startswith("https://") for url in urls):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_default_certs()
    return context


def failure_of(error: Exception, url: str, *, has_answered: bool) -> ChainUnreachable:
    """The error of the tree for a request that failed.

    Args:
        error: What the client raised.
        url: Where it asked.
        has_answered: Whether that address gave an answer before.
    """
    host = urlsplit(url).hostname or ""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ChainUntrusted(_REASONS.get(cause.verify_code, "certificate"), host)
        if isinstance(cause, ssl.SSLError):
            return ChainUntrusted("not_encrypted" if cause.reason in _PLAIN else "handshake", host)
    if isinstance(error, httpx.RemoteProtocolError) and url.startswith("http://") and not has_answered:
        # A server that waits for TLS hangs up on what it cannot read; so may others.
        return ChainUntrusted("hung_up", host)
    return ChainUnreachable(url)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
