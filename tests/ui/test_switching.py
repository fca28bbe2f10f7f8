"""From one network to another: what hangs behind the window holds nobody up, and nothing of the old one is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dbc_desktop.domain.errors import ChainBusy, ChainUnreachable, DbcError
from dbc_desktop.domain.network import NodeHealth
from dbc_desktop.services.networks import Networks
from dbc_desktop.services.program import Program
from dbc_desktop.storage.settings import Settings
from dbc_desktop.ui.running import RunningWindow
from tests.ui.fake_program import fakes


def nowhere(endpoints: tuple[str, ...], genesis: bytes | None) -> tuple[bytes, NodeHealth]:
    raise ChainUnreachable


class SlowCore:
    """Opens and closes only when the test lets it; notes on which threads."""

    def __init__(self, program: Program, bench: Bench) -> None:
        self.program, self._bench = program, bench

    def close(self) -> None:
        self._bench.acts.append(("close", threading.current_thread()))
        assert self._bench.may_close.wait(20)


class Bench:
    """A running window over cores that can be held."""

    def __init__(self, home: Path) -> None:
        self.acts: list[tuple[str, threading.Thread]] = []
        self.may_close, self.may_open = threading.Event(), threading.Event()
        self.refusal: DbcError | None = None
        self.may_open.set()
        self.program = replace(fakes().program, networks=Networks(home, nowhere))
        self.running = RunningWindow(self.open_core, Settings())

    def open_core(self, *ways: Callable[..., Any]) -> SlowCore:
        self.acts.append(("open", threading.current_thread()))
        assert self.may_open.wait(20)
        if self.refusal is not None:
            raise self.refusal
        return SlowCore(self.program, self)

    def names(self) -> list[str]:
        return [name for name, _ in self.acts]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.running.window.show()
    assert made.running.program is made.program
    qtbot.waitUntil(lambda: made.running.window.page("home") is not None)
    yield made
    made.may_close.set()
    made.may_open.set()
    made.running.close()
    made.running.window.deleteLater()


def texts(bench: Bench) -> str:
    return "\n".join(label.text() for label in bench.running.window.findChildren(QLabel) if label.isVisible())


def test_the_window_lives_while_one_network_hangs_and_the_other_opens(bench: Bench, qtbot: QtBot) -> None:
    assert bench.program.networks is not None
    bench.program.networks.choose("mainnet")
    bench.may_open.clear()
    before = bench.running.window
    bench.running.reopen()  # returns although what it closes hangs
    window = bench.running.window
    assert window is not before
    qtbot.waitUntil(lambda: bench.names() == ["open", "close"])
    assert "Opening DBC Mainnet…" in texts(bench)
    assert not window.isEnabled()
    qtbot.wait(60)  # the event loop turns
    assert bench.names() == ["open", "close"]
    bench.may_close.set()
    qtbot.waitUntil(lambda: bench.names() == ["open", "close", "open"])
    assert (bench.running.is_switching, window.page("home")) == (True, None)
    bench.may_open.set()
    qtbot.waitUntil(lambda: window.page("home") is not None)
    assert window.isEnabled()
    assert "Opening" not in texts(bench)
    main = threading.main_thread()
    assert [thread is main for _, thread in bench.acts] == [True, False, False]


def test_choosing_twice_changes_once(bench: Bench, qtbot: QtBot) -> None:
    bench.running.reopen()
    first = bench.running.window
    bench.running.reopen()
    assert bench.running.window is first
    bench.may_close.set()
    qtbot.waitUntil(lambda: first.page("home") is not None)
    assert bench.names() == ["open", "close", "open"]


def test_closing_the_window_while_it_changes_closes_what_comes(bench: Bench, qtbot: QtBot) -> None:
    bench.running.reopen()
    qtbot.waitUntil(lambda: bench.names() == ["open", "close"])
    bench.may_close.set()
    bench.running.close()
    assert bench.names() == ["open", "close", "open", "close"]


def test_closing_the_window_at_once_leaves_nothing_open(bench: Bench) -> None:
    bench.may_close.set()
    bench.running.reopen()
    bench.running.close()
    assert bench.names().count("open") == bench.names().count("close")


def test_a_network_that_cannot_be_opened_is_said(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(bench.running.app, "exit", codes.append)
    bench.refusal = ChainBusy(Path("/home/me/chain"), 7)
    bench.may_close.set()
    bench.running.reopen()
    qtbot.waitUntil(lambda: codes == [1])
    assert bench.running._refusal is bench.refusal
