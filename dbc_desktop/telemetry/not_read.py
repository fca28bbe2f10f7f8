"""Why a source of readings gave none; apart from its reader, which needs slow libraries."""

from __future__ import annotations


class NotRead(Exception):
    """A source gave no readings.

    Attributes:
        reason: `unreachable`, `too_slow`, `refused` (401, 403), `no_page` (another status), `too_large`, `garbage`,
            `bad_certificate`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
