"""The rigs of a fleet: every source is read each 15 seconds, a rig that is silent is told as such."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import ChainBusy, StorageError
from dbc_desktop.domain.fleet import RigSource
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.not_read import NotRead
from dbc_desktop.telemetry.ports import SampleKeeper

if TYPE_CHECKING:  # its libraries take a tenth of a second; only who reads a source needs them
    from dbc_desktop.telemetry.history_store import HistoryStore
    from dbc_desktop.telemetry.scrape import Scraper

INTERVAL_SECONDS = 15.0
_WORKERS = 4
_LONGEST_BACK_OFF = 300.0
_STALE_SECONDS = 90.0
"""An exporter whose own readings are older than this is alive, its rig is not."""
_STEP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class SourceState:
    """How reading one source goes.

    Attributes:
        trouble: Reason of `NotRead`, None where the last reading went well.
        failures: How many readings failed one after the other.
        rigs: Rigs that it told of last.
    """

    source: RigSource
    trouble: str | None = None
    failures: int = 0
    rigs: int = 0


class _Reading:
    """One source and what is known of it."""

    def __init__(self, source: RigSource, scraper: Scraper, due: float) -> None:
        self.source, self.scraper, self.due = source, scraper, due
        self.trouble: str | None = None
        self.failures = 0
        self.keys: tuple[str, ...] = ()
        self.is_busy = False


class Fleet:
    """A `RigFeed` over any number of sources; callable from any thread, callbacks run on its workers."""

    def __init__(
        self,
        clock: Clock,
        open_scraper: Callable[[RigSource], Scraper],
        keeper: SampleKeeper | None = None,
        interval_seconds: float = INTERVAL_SECONDS,
        open_store: Callable[[], HistoryStore | None] = lambda: None,
    ) -> None:
        self._clock, self._open, self._keeper, self._interval = clock, open_scraper, keeper, interval_seconds
        self._open_store = open_store
        self._mutex, self._computing = threading.Lock(), threading.Lock()
        self._readings: dict[str, _Reading] = {}
        self._latest: dict[str, RigSample] = {}
        self._callbacks: tuple[Callable[[RigSample], None], ...] = ()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def set_sources(self, sources: Sequence[RigSource]) -> None:
        """Read these from now on; what is known of those that stay is kept."""
        now = self._clock.monotonic()
        with self._mutex:
            wanted = {source.url: source for source in sources}
            gone = [url for url, reading in self._readings.items() if wanted.get(url) != reading.source]
            closed = [self._readings.pop(url) for url in gone]
            for number, (url, source) in enumerate(wanted.items()):
                if url not in self._readings:
                    # spread over the interval, so that a hundred rigs do not answer all at once
                    due = now + self._interval * (number / len(wanted)) if number else now
                    self._readings[url] = _Reading(source, self._open(source), due)
            kept = {key for reading in self._readings.values() for key in reading.keys}
            self._latest = {key: sample for key, sample in self._latest.items() if key in kept}
        for reading in closed:
            if not reading.is_busy:
                reading.scraper.close()

    def start(self) -> None:
        """Begin to read."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="rig-fleet", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Read no more; what is being read ends within ten seconds and is not waited for longer."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(12.0)

    def fetch_past(self, source: RigSource) -> threading.Thread:
        """Bring what a Prometheus server remembers into the history, on a thread of its own; a failure is no alert."""
        thread = threading.Thread(target=self._fetch_past, args=(source,), name="rig-past", daemon=True)
        thread.start()
        return thread

    def _fetch_past(self, source: RigSource) -> None:
        from dbc_desktop.telemetry.fleet_past import fill_past

        scraper = self._open(source)
        host = urlsplit(source.url).hostname or source.url
        # a server without a memory, or a history that is full: live readings go on, and say so where it matters
        with suppress(NotRead, StorageError, ChainBusy):
            store = self._open_store()
            if store is not None:
                fill_past(scraper, source.url, host, store, self._clock.now(), self._stopping.is_set)
        scraper.close()

    def rig_keys(self) -> tuple[str, ...]:
        """Every rig that was heard of, and a name for each source that never answered."""
        with self._mutex:
            return tuple(sorted(self._latest))

    def latest(self, rig_key: str = "") -> RigSample | None:
        """The newest sample of a rig."""
        with self._mutex:
            return self._latest.get(rig_key)

    def states(self) -> tuple[SourceState, ...]:
        """How reading goes, by address."""
        with self._mutex:
            return tuple(
                SourceState(one.source, one.trouble, one.failures, len(one.keys))
                for _, one in sorted(self._readings.items())
            )

    def subscribe(self, callback: Callable[[RigSample], None]) -> Callable[[], None]:
        """Call back with each new sample; the answer takes the subscription back."""
        with self._mutex:
            self._callbacks = (*self._callbacks, callback)

        def unsubscribe() -> None:
            with self._mutex:
                self._callbacks = tuple(one for one in self._callbacks if one is not callback)

        return unsubscribe

    def _run(self) -> None:
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="rig-fleet") as workers:
            while not self._stopping.is_set():
                for reading in self._due():
                    workers.submit(self.read_one, reading)
                if self._clock.wait(_STEP_SECONDS):
                    return

    def _due(self) -> list[_Reading]:
        now = self._clock.monotonic()
        with self._mutex:
            due = [one for one in self._readings.values() if one.due <= now and not one.is_busy]
            for one in due:
                one.is_busy = True
        return due

    def read_one(self, reading: _Reading) -> None:
        """Read one source and tell what it said; its next turn is later the longer it fails."""
        if self._stopping.is_set():
            return
        answer, trouble = b"", ""
        try:
            answer = reading.scraper.fetch()
        except NotRead as error:
            trouble = error.reason
        # The workers wait for the network together, but compute one by one: more would keep the window waiting.
        with self._computing:
            self._take(reading, answer, trouble or None)

    def _take(self, reading: _Reading, answer: bytes, trouble: str | None) -> None:
        samples: tuple[RigSample, ...] = ()
        try:
            if trouble is None:
                samples = tuple(self._judged(sample) for sample in reading.scraper.understand(answer))
        except NotRead as error:
            trouble = error.reason
        now = self._clock.monotonic()
        with self._mutex:
            is_current = self._readings.get(reading.source.url) is reading
            reading.trouble = trouble
            reading.failures = reading.failures + 1 if trouble else 0
            wait = min(_LONGEST_BACK_OFF, self._interval * 2 ** max(0, min(reading.failures, 6) - 2))
            reading.due = now + (wait if trouble else self._interval)
            if not is_current:
                samples = ()
            elif trouble:
                samples = self._silent(reading, trouble)
            else:
                # A rig that a server does not tell of any more has become silent.
                gone = [key for key in reading.keys if key not in {sample.rig_key for sample in samples}]
                samples += tuple(self._without(self._latest[key], "silent") for key in gone if key in self._latest)
            reading.keys = tuple(sample.rig_key for sample in samples) or reading.keys
            self._latest.update((sample.rig_key, sample) for sample in samples)
            reading.is_busy = False
            callbacks = self._callbacks
        if not is_current:
            reading.scraper.close()
        for sample in samples:
            if self._keeper is not None:
                self._keeper.append(sample)
            for callback in callbacks:
                callback(sample)

    def _judged(self, sample: RigSample) -> RigSample:
        is_old = self._clock.now() - sample.taken_at > _STALE_SECONDS
        return replace(sample, trouble="stale") if is_old and sample.trouble is None else sample

    def _silent(self, reading: _Reading, trouble: str) -> tuple[RigSample, ...]:
        """The rigs of a source that gave nothing, with the reason; one of its host's name where none is known yet."""
        known = [self._latest[key] for key in reading.keys if key in self._latest]
        if not known:
            host = urlsplit(reading.source.url).hostname or reading.source.url
            known = [RigSample(host, reading.source.kind.value, 0.0, (), place=reading.source.url)]
        return tuple(self._without(sample, trouble) for sample in known)

    def _without(self, sample: RigSample, trouble: str) -> RigSample:
        return replace(sample, taken_at=self._clock.now(), gpus=(), trouble=trouble, host=None, happened=())
