"""Why a node's certificate or encryption is not in order, and what to do: part of `notices.py`."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.screens.texts import tr

_REASONS: dict[str, Callable[[], str]] = {
    "self_signed": lambda: tr(
        "It signed its certificate itself, so anybody could stand in for it. If it is your own node, set SSL_CERT_FILE"
        " to that certificate before you start the program."
    ),
    "unknown_issuer": lambda: tr(
        "Its certificate was issued by an authority that this computer does not trust. If it is your own, add it to"
        " the system's authorities, or set SSL_CERT_FILE to its file before you start the program."
    ),
    "expired": lambda: tr("Its certificate has expired. Its operator must renew it; or this computer's date is wrong."),
    "not_yet_valid": lambda: tr("Its certificate is not valid yet. Look at this computer's date first."),
    "wrong_name": lambda: tr("Its certificate is for another name than the address says. Check the address."),
    "certificate": lambda: tr("Its certificate is not in order. Ask its operator."),
    "handshake": lambda: tr("It could not agree on an encryption with this program. Ask its operator."),
    "not_encrypted": lambda: tr(
        "It does not speak TLS, although the address begins with https:// or wss://. Begin it with http:// only where"
        " you trust everything between here and there."
    ),
    "hung_up": lambda: tr(
        "It closed the connection without an answer. Where it expects encryption the address must begin with https://."
    ),
    "redirect": lambda: tr("It sends us to another address. That is not followed: add the address where it answers."),
}


def trust_text(reason: str) -> str:
    """The sentence for a reason of `ChainUntrusted`."""
    return _REASONS.get(reason, _REASONS["certificate"])()
