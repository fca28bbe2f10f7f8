"""A power limit on trial: applied, then kept by the person or taken back by itself. NVML's own limit, nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import DbcError, GpuError, InvalidInput
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.storage.files import read_limited, remove, write_whole
from dbc_desktop.telemetry.ports import PowerLimits

TRIAL_SECONDS = 20.0
"""How long a limit may stand before it is kept or taken back."""
_FILE_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """A limit that is set and not kept yet; watts."""

    uuid: str
    index: int
    watts: float
    before: float
    until: float


class PowerLimitTrial:
    """At most one trial at a time. What was before is noted in a file first, so that a crash is made good at the start.

    Callable from any thread; every call into the driver may hang with it.

    Args:
        limits: Who sets limits; None while the sensors cannot.
        file: Where a trial is noted.
        clock: Time.
        tell: Gets what happened, for the event log.
    """

    def __init__(
        self,
        limits: Callable[[], PowerLimits | None],
        file: Path,
        clock: Clock,
        tell: Callable[[RigEvent], None],
    ) -> None:
        self._limits, self._file, self._clock, self._tell = limits, file, clock, tell
        self._mutex = threading.Lock()
        self._trial: Trial | None = None
        self._is_recovering = True

    def trial(self) -> Trial | None:
        """The limit that is on trial now."""
        return self._trial

    def seconds_left(self) -> float:
        """Until it is taken back."""
        trial = self._trial
        return 0.0 if trial is None else max(0.0, trial.until - self._clock.monotonic())

    def apply(self, gpu: GpuReading, watts: float) -> Trial:
        """Set a limit on trial; one that is on trial already is taken back first.

        Raises:
            InvalidInput: `power_limit`: out of what the card allows (`range`), or it tells no limits (`unknown`).
            GpuError: The driver does not do it.
            StorageError: The trial cannot be noted; nothing was set.
        """
        board, before = gpu.board, gpu.power_limit_watts
        if gpu.health is not None and gpu.health.power_set is not None:
            before = gpu.health.power_set
        limits = self._limits()
        if board is None or board.power_least is None or board.power_most is None or before is None or limits is None:
            raise InvalidInput("power_limit", "unknown")
        if not board.power_least <= watts <= board.power_most:
            raise InvalidInput("power_limit", "range", least=board.power_least, most=board.power_most)
        with self._mutex:
            if self._trial is not None:
                before = self._trial.before if self._trial.uuid == gpu.uuid else before
                self._take_back(self._trial)
            trial = Trial(gpu.uuid, gpu.index, watts, before, self._clock.monotonic() + TRIAL_SECONDS)
            note = {"uuid": trial.uuid, "index": trial.index, "before": before}
            write_whole(self._file, json.dumps(note).encode())
            try:
                limits.set_power_limit(gpu.uuid, watts)
            except GpuError:
                remove(self._file)
                raise
            self._trial = trial
        self._say(trial.uuid, trial.index, "set", watts, before)
        return trial

    def keep(self) -> None:
        """The person likes it: it stays until the driver is loaded anew."""
        with self._mutex:
            trial, self._trial = self._trial, None
            if trial is None:
                return
            remove(self._file)
        self._say(trial.uuid, trial.index, "kept", trial.watts, trial.before)

    def revert(self) -> None:
        """Take it back.

        Raises:
            GpuError: The driver does not do it; it is tried again at the next `check`, and at the next start.
        """
        with self._mutex:
            if self._trial is not None:
                self._take_back(self._trial)

    def check(self) -> bool:
        """Take it back if its time is over; True where that was done now. An error of the driver is tried again."""
        trial = self._trial
        if trial is None or self._clock.monotonic() < trial.until:
            return False
        try:
            self.revert()
        except DbcError:
            return False
        return True

    def look(self, sample: RigSample) -> None:
        """With each sample: make good what a crash left, and take back what is over its time."""
        if self._is_recovering and sample.gpus:
            with suppress(DbcError):  # it is tried again with the next sample
                self.recover()
                self._is_recovering = False
        self.check()

    def leave(self) -> None:
        """The program ends: what is not kept goes back. What the driver does not do now is done at the next start."""
        with suppress(DbcError):
            self.revert()

    def recover(self) -> bool:
        """Take back what a run that crashed left on trial; True where there was one.

        Raises:
            GpuError: The driver does not do it.
        """
        data = read_limited(self._file, _FILE_BYTES)
        limits = self._limits()
        if data is None or limits is None or self._trial is not None:
            return False
        try:
            note = json.loads(data)
            uuid, index, before = str(note["uuid"]), int(note["index"]), float(note["before"])
        except (ValueError, KeyError, TypeError):
            remove(self._file)
            return False
        limits.set_power_limit(uuid, before)
        remove(self._file)
        self._say(uuid, index, "reverted", before, before)
        return True

    def _take_back(self, trial: Trial) -> None:
        limits = self._limits()
        if limits is None:
            return
        limits.set_power_limit(trial.uuid, trial.before)
        remove(self._file)
        self._trial = None
        self._say(trial.uuid, trial.index, "reverted", trial.before, trial.watts)

    def _say(self, uuid: str, index: int, how: str, watts: float, before: float) -> None:
        facts: dict[str, str | float] = {"how": how, "watts": watts, "before": before}
        self._tell(RigEvent(self._clock.now(), RigEventKind.POWER_LIMIT, uuid, index, facts=facts))
