"""What a new passphrase must be; old ones, also those of other wallets, may be anything."""

from __future__ import annotations

from dbc_desktop.domain.errors import InvalidInput

_SHORTEST, _LONGEST = 10, 1_000


def check_passphrase(passphrase: str) -> None:
    """Refuse what is too short to protect a key, or too long to be meant.

    Raises:
        InvalidInput: `passphrase` with `too_short` or `too_long`.
    """
    if len(passphrase) < _SHORTEST:
        raise InvalidInput("passphrase", "too_short", shortest=_SHORTEST)
    if len(passphrase) > _LONGEST:
        raise InvalidInput("passphrase", "too_long", longest=_LONGEST)
