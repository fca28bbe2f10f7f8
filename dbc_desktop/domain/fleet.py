"""Rigs that are read over the network: where they are, and what is known of each."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from dbc_desktop.domain.errors import InvalidInput

_MAX_URL = 300


class SourceKind(StrEnum):
    """What answers at an address."""

    EXPORTER = "exporter"
    """A page of one rig: dcgm-exporter, nvidia_gpu_exporter or this program's own agent."""
    PROMETHEUS = "prometheus"
    """A server that scrapes many."""


@dataclass(frozen=True, slots=True)
class RigSource:
    """One address that is read.

    Attributes:
        url: `http://host:port`, with a path where it is not the usual one; never with a password in it.
        kind: What answers there.
        has_token: A token for it rests with the other secrets.
        certificate: PEM file with the certificate or authority to trust there; empty for those the system trusts.
    """

    url: str
    kind: SourceKind
    has_token: bool = False
    certificate: str = ""


def source_of(text: str, kind: SourceKind, *, has_token: bool = False, certificate: str = "") -> RigSource:
    """A source from what a person or a discovery file wrote: `rig-07:9400`, `10.0.0.7`, `https://gpu.example/metrics`.

    Raises:
        InvalidInput: `rig_address` with `empty`, `not_an_address`, `has_password` or `token_needs_tls`.
    """
    written = text.strip()
    if not written:
        raise InvalidInput("rig_address", "empty")
    try:
        parts = urlsplit(written if "://" in written else f"http://{written}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidInput("rig_address", "not_an_address", text=written[:64]) from error
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("rig_address", "has_password")
    is_sound = parts.scheme in ("http", "https") and _is_host(host) and not parts.query and not parts.fragment
    if (
        not is_sound
        or len(written) > _MAX_URL
        or not written.isprintable()
        or any(letter.isspace() for letter in written)
    ):
        raise InvalidInput("rig_address", "not_an_address", text=written[:64])
    if has_token and parts.scheme != "https" and not _is_loopback(host):
        raise InvalidInput("rig_address", "token_needs_tls")
    usual = 9090 if kind is SourceKind.PROMETHEUS else 9400
    if port is None and "://" not in written:
        port = usual
    shown = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    if kind is SourceKind.EXPORTER:
        path = path.removesuffix("/metrics")
    return RigSource(f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}", kind, has_token, certificate)


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ip(host)
    return bool(host) and len(host) < 254 and all(letter.isalnum() or letter in "-._" for letter in host)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)
