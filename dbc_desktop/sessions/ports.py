"""What the stand-in node asks of the chain: no more than a real compute node asks (compute-node-api 1.4)."""

from __future__ import annotations

from typing import Protocol

from dbc_desktop.domain.rental import RentOrder


class OrderSource(Protocol):
    """Reads the chain. One thread calls it at a time, not always the same one; it may block."""

    def order(self, rent_id: int) -> RentOrder | None:
        """The rent order, also after it ended; None where there never was one.

        Raises:
            ChainError, StorageError: The chain cannot be read now.
        """

    def head_height(self) -> int:
        """Height of the newest block.

        Raises:
            ChainError, StorageError: The chain cannot be read now.
        """
