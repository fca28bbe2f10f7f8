"""What rent orders do to the status and the counters of a machine, in which profiles differ (chain-rules 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dbc_desktop.domain.machine import MachineStatus

_ONLINE, _RENTED = MachineStatus.ONLINE, MachineStatus.RENTED


class OrderPolicy(Protocol):
    """Status of a machine after its orders, and GPUs counted as rented. Called by `rent_machine` and `offline`."""

    @property
    def least_gpus(self) -> int:
        """The fewest GPUs an order may have."""

    @property
    def passes_over_nothing(self) -> bool:
        """Whether an order of no time, or on a machine without GPUs, succeeds and does nothing; else it is refused."""

    def after_lapse(self, status: MachineStatus, held: int) -> MachineStatus:
        """The status when an order lapsed and the others hold `held` GPUs."""

    def after_end(self, status: MachineStatus, held: int, *, running: bool) -> MachineStatus:
        """The status when an order ended; `running`: another confirmed one goes on."""

    def ends_while_away(self, status: MachineStatus) -> bool:
        """Whether an order that ends now makes the machine come back as not rented."""

    def on_return(self, *, ordered: bool, was_rented: bool, ended_while_away: bool) -> MachineStatus:
        """The status of a machine that comes back; `ordered`: orders hold GPUs of it, confirmed or not."""

    def bonus_on_return(self, status: MachineStatus, *, running: bool) -> bool:
        """Whether it has the bonus of a rented machine again."""

    def counted(self, *, ordered: int = 0, running: int = 0) -> int:
        """GPUs to count as rented: of an order that is placed or over, or of a machine whose orders begin or stop."""


@dataclass(frozen=True, slots=True)
class OrdersHoldGpus:
    """A machine is rented as long as any order holds GPUs of it, and these GPUs are counted."""

    least_gpus: int = 1
    passes_over_nothing: bool = False

    def after_lapse(self, status: MachineStatus, held: int) -> MachineStatus:
        """Online when nothing is held any more, if it works (quirk Q10 of chain-rules 14 not copied)."""
        return _ONLINE if status is _RENTED and not held else status

    def after_end(self, status: MachineStatus, held: int, *, running: bool) -> MachineStatus:
        """Online when nothing is held any more, if it works."""
        return _ONLINE if status is _RENTED and not held else status

    def ends_while_away(self, status: MachineStatus) -> bool:
        """Never: what counts is whether orders hold GPUs."""
        return False

    def on_return(self, *, ordered: bool, was_rented: bool, ended_while_away: bool) -> MachineStatus:
        """Rented if any order holds GPUs."""
        return _RENTED if ordered else _ONLINE

    def bonus_on_return(self, status: MachineStatus, *, running: bool) -> bool:
        """If a confirmed order runs."""
        return running

    def counted(self, *, ordered: int = 0, running: int = 0) -> int:
        """Those of the orders."""
        return ordered


@dataclass(frozen=True, slots=True)
class RunningOrdersCount:
    """The chain's own: the last running order makes a machine free, and all its GPUs count as rented (quirk Q9)."""

    least_gpus: int = 1
    passes_over_nothing: bool = True

    def after_lapse(self, status: MachineStatus, held: int) -> MachineStatus:
        """Online when nothing is held any more, if it works."""
        return _ONLINE if status is _RENTED and not held else status

    def after_end(self, status: MachineStatus, held: int, *, running: bool) -> MachineStatus:
        """Online when no confirmed order is left, whoever still waits to confirm."""
        return _ONLINE if status is _RENTED and not running else status

    def ends_while_away(self, status: MachineStatus) -> bool:
        """Any order that ends while the machine is offline, even if others go on."""
        return status is not _RENTED and status is not _ONLINE

    def on_return(self, *, ordered: bool, was_rented: bool, ended_while_away: bool) -> MachineStatus:
        """As it was, unless an order ended meanwhile or none is left."""
        return _RENTED if was_rented and ordered and not ended_while_away else _ONLINE

    def bonus_on_return(self, status: MachineStatus, *, running: bool) -> bool:
        """If it is rented and a confirmed order runs."""
        return status is _RENTED and running

    def counted(self, *, ordered: int = 0, running: int = 0) -> int:
        """Those of the machine."""
        return running


@dataclass(frozen=True, slots=True)
class RunningOrdersCountAsWritten(RunningOrdersCount):
    """The same with quirks Q10, Q23 and Q24 of chain-rules 14; for `strict` profiles only."""

    least_gpus: int = 0

    def after_lapse(self, status: MachineStatus, held: int) -> MachineStatus:
        """Online when nothing is held any more, wherever the machine is (Q10)."""
        return status if held else _ONLINE

    def on_return(self, *, ordered: bool, was_rented: bool, ended_while_away: bool) -> MachineStatus:
        """As it was, unless an order ended meanwhile."""
        return _RENTED if was_rented and not ended_while_away else _ONLINE

    def bonus_on_return(self, status: MachineStatus, *, running: bool) -> bool:
        """If its status is rented, confirmed or not (Q24)."""
        return status is _RENTED
