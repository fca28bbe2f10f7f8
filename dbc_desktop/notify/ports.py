"""The ports: who carries a message out of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, in the language of the person.

    Attributes:
        key: Stays the same for the same alert, so that a receiver can recognise it, e.g. `gpu_lost GPU-7c1e`.
        severity: `notice`, `warn` or `loss`; `test` for the button that tries it out.
        began_at: Seconds since 1970 (UTC).
        is_over: It tells that something has ended.
    """

    key: str
    severity: str
    title: str
    body: str
    began_at: float
    is_over: bool = False


class Carrier(Protocol):
    """Carries messages. May block for some seconds; called from the `io` lane."""

    def send(self, message: Message) -> None:
        """Hand it over.

        Raises:
            NotDelivered: It was not taken, with the reason.
        """

    def close(self) -> None:
        """Let go of connections."""
