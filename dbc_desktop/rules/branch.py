"""A branch of the state in memory: the engine itself on a copy, to try out what will never be on the chain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from hashlib import blake2b

from dbc_desktop.rules.engine import BlockOutcome, Engine, SignedCall
from dbc_desktop.rules.online_profile.payout import OWNERS, QUEUES
from dbc_desktop.rules.state import Overlay

_FOLDED = (QUEUES.name, OWNERS.name)


class Branch(Engine):
    """An engine on a copy of another's state, where nobody keeps changed rows or a digest.

    Args:
        engine: Where it branches off; only read.
        paid: Machines that are still paid here. All others are folded into one figure: the network's points. They
            stay where they are, so that their rents end and their slashes fall when they would; but nobody reckons
            what each of them gets. None: everybody is paid, as on the chain.
    """

    def __init__(self, engine: Engine, paid: Collection[str] | None = None) -> None:
        state = engine.state.copy({} if paid is None else dict.fromkeys(_FOLDED, paid))
        # Who is paid together is paid in one block: the sums of an era are the same.
        profile = engine.profile if paid is None else replace(engine.profile, payout_slots=1)
        super().__init__(profile, state, engine.height, engine.digest)

    def play(self, height: int, calls: Sequence[SignedCall]) -> BlockOutcome:
        """Make the block at `height`; there is no parent but a made-up one."""
        return self.apply(height, blake2b(height.to_bytes(8), digest_size=32).digest(), calls)

    def _settle(self, height: int, block: Overlay) -> dict[tuple[str, bytes], bytes | None]:
        block.absorb()
        self.height = height
        return {}
