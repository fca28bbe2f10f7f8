"""What the quiet corners of the window ask of the embedded chain: its residents, and faults on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dbc_desktop.chain.local.faults import Faults
from dbc_desktop.chain.local.launch import resident_names
from dbc_desktop.chain.local.ledger import Ledger
from dbc_desktop.chain.local.residents.scheduler import Residents
from dbc_desktop.chain.local.turns import Turns
from dbc_desktop.domain.branches import Fault, ResidentSettings
from dbc_desktop.domain.call import EventRecord


class _Owner(Protocol):
    _turns: Turns
    _ledger: Ledger
    _residents: Residents
    _faults: Faults

    def _check_whole(self) -> None: ...

    def _tell(self, events: list[EventRecord]) -> None: ...


class Panel:
    """Residents and faults; who inherits owns the ledger, its residents and its turns."""

    def resident_names(self: _Owner) -> Mapping[bytes, str]:
        """The residents by their public keys."""
        with self._turns:
            return resident_names(self._ledger.spec.seed)

    def resident_settings(self: _Owner) -> ResidentSettings:
        """How the residents live."""
        with self._turns:
            return self._residents.settings

    def set_residents(self: _Owner, settings: ResidentSettings) -> None:
        """Have the residents live otherwise; remembered in the branch's file.

        Raises:
            InvalidInput: `residents` with `out_of_range`.
        """
        with self._turns, self._ledger.whole():
            self._check_whole()
            self._ledger.store.begin()
            self._residents.change(settings)
            self._ledger.commit()

    def fault(self: _Owner) -> Fault | None:
        """What the fault panel does to the chain now."""
        return self._faults.now

    def set_fault(self: _Owner, fault: Fault | None) -> None:
        """Do something to the chain on purpose, or mend it; never remembered."""
        with self._turns:
            self._faults.set(fault, self._ledger.height)
            self._tell([])
