"""What the resident committee finds when it looks at a machine: what it was shown, else nothing that works."""

from __future__ import annotations

from dbc_desktop.chain import scale
from dbc_desktop.chain.local.launch import Operator, PlayKeys, hardware_of
from dbc_desktop.chain.local.store import Store
from dbc_desktop.domain.errors import DataCorrupt, InvalidTransaction
from dbc_desktop.domain.machine import HardwareInfo, MachineId

_TYPE = "CommitteeUploadInfo"
_SHOWN, _FOUND = "shown/", "found/"


class Findings:
    """Machines that were shown, and what was found for each order, in the chain's file."""

    def __init__(self, store: Store, keys: PlayKeys) -> None:
        self._store, self._keys = store, keys

    def show(self, hardware: HardwareInfo) -> None:
        """Let the committee find this; joins the open commit.

        Raises:
            InvalidTransaction: `malformed`: a field cannot be written in a report.
        """
        self._store.begin()
        self._store.put_meta(_SHOWN + hardware.machine_id, scale.encode(_TYPE, hardware))

    def shown(self, machine_id: MachineId) -> HardwareInfo | None:
        """What was last shown of a machine; None where nothing was."""
        kept = self._store.meta(_SHOWN + machine_id)
        return None if kept is None else self._unpack(kept)

    def of_order(self, machine_id: MachineId, book_time: int, owned: tuple[Operator, int] | None) -> HardwareInfo:
        """What is found for the order booked at `book_time`: the same whenever it is asked; joins the open commit."""
        key = f"{_FOUND}{machine_id}/{book_time}"
        kept = self._store.meta(key)
        if kept is not None:
            return self._unpack(kept)
        if owned is not None:
            operator, number = owned
            found = hardware_of(operator.machines[number], machine_id)
        else:
            shown = self._store.meta(_SHOWN + machine_id)
            found = self._as_found(machine_id, None if shown is None else self._unpack(shown))
        self._store.begin()
        self._store.put_meta(key, scale.encode(_TYPE, found))
        return found

    def forget(self, machine_id: MachineId) -> None:
        """Drop what was found for orders that are over; joins the open commit."""
        for key, _ in self._store.meta_items(f"{_FOUND}{machine_id}/"):
            self._store.begin()
            self._store.drop_meta(key)

    def _as_found(self, machine_id: MachineId, shown: HardwareInfo | None) -> HardwareInfo:
        if shown is None:
            return HardwareInfo(machine_id, "", 0, 0, 0, 0, 0, 0, "", 0, 0, 0, "", is_support=False)
        fields = {name: getattr(shown, name) for name in HardwareInfo.__slots__}
        return HardwareInfo(**{**fields, "rand_str": "", "is_support": shown.gpu_num > 0})

    def _unpack(self, data: bytes) -> HardwareInfo:
        try:
            found = scale.decode(_TYPE, data)
        except InvalidTransaction as error:
            raise DataCorrupt(self._store.path, "a shown machine") from error
        if not isinstance(found, HardwareInfo):
            raise DataCorrupt(self._store.path, "a shown machine")
        return found
