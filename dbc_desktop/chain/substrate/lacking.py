"""What the port asks of a chain and a node does not do; the window hides it by the capabilities."""

from __future__ import annotations

from dbc_desktop.domain.errors import BackendMismatch
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.machine import MachineId


class Lacking:
    """Each method raises `BackendMismatch` with the name of the capability that is lacking."""

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        """A node does not keep what a reward was reckoned from."""
        raise lacking("explain", machine_id, era)


def lacking(what: str, *asked: object) -> BackendMismatch:
    """The refusal of what was asked."""
    del asked
    return BackendMismatch(what)
