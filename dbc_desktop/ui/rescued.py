"""A damaged chain file, in the message strip: what could be saved, and the way on from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from dbc_desktop.domain.errors import ChainDamaged, DbcError
from dbc_desktop.domain.network import Identity

if TYPE_CHECKING:
    from dbc_desktop.services.program import Program


class Say(Protocol):
    """Says an error in the strip, with what its button does."""

    def __call__(self, error: DbcError, act: Callable[[], None] | None = None) -> None:
        """Say it."""


def say_rescued(program: Program, identity: Identity, owner: object, say: Say) -> None:
    """Tell that the chain is only read, and offer to live on the branch that holds what could be saved."""
    if identity.rescued_at is None:
        return

    def go_on() -> None:
        program.runner.command(
            "chain-write",
            lambda: program.backend.use_branch(identity.rescued_as),
            owner=owner,
            done=lambda _: None,
            failed=say,
        )

    say(ChainDamaged(program.home / "chain", identity.rescued_at, identity.rescued_as), go_on)
