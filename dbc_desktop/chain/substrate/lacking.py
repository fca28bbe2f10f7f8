"""What the port asks of a chain and a node does not do; the window hides it by the capabilities."""

from __future__ import annotations

from dbc_desktop.domain.errors import BackendMismatch
from dbc_desktop.domain.explanation import Explanation
from dbc_desktop.domain.explorer import EventPage, EventQuery, ExtrinsicDetail, ExtrinsicPage, ExtrinsicQuery, Mark
from dbc_desktop.domain.machine import MachineId


class Lacking:
    """Each method raises `BackendMismatch` with the name of the capability that is lacking."""

    def extrinsics(self, query: ExtrinsicQuery, limit: int, after: Mark | None = None) -> ExtrinsicPage:
        """A node keeps no index of its past."""
        raise lacking("explorer", query, limit, after)

    def extrinsic(self, tx_hash: bytes) -> ExtrinsicDetail | None:
        """A node keeps no index of its past."""
        raise lacking("explorer", tx_hash)

    def extrinsic_at(self, height: int, position: int) -> ExtrinsicDetail | None:
        """A node keeps no index of its past."""
        raise lacking("explorer", height, position)

    def event_log(self, query: EventQuery, limit: int, after: Mark | None = None) -> EventPage:
        """A node keeps no index of its past."""
        raise lacking("explorer", query, limit, after)

    def explain(self, machine_id: MachineId, era: int) -> Explanation:
        """A node does not keep what a reward was reckoned from."""
        raise lacking("explain", machine_id, era)


def lacking(what: str, *asked: object) -> BackendMismatch:
    """The refusal of what was asked."""
    del asked
    return BackendMismatch(what)
