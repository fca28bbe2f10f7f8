"""Heads for followers: the latest wins, events are kept, closing is final."""

from __future__ import annotations

import threading

from dbc_desktop.chain.backend import HeadChange
from dbc_desktop.chain.head_feed import HeadFeed
from dbc_desktop.domain.call import EventRecord
from dbc_desktop.domain.network import Head


def head(height: int) -> Head:
    return Head(height, bytes(32), 1, 0, height)


def event(height: int) -> EventRecord:
    return EventRecord(height, None, "Test", "Happened", {})


def test_a_slow_listener_gets_the_latest_head_and_all_events() -> None:
    feed = HeadFeed("test-heads")
    changes: list[HeadChange] = []
    busy, go, last = threading.Event(), threading.Event(), threading.Event()

    def slow(change: HeadChange) -> None:
        changes.append(change)
        busy.set()
        go.wait(10)
        if change.head.height == 9:
            last.set()

    feed.follow(slow)
    feed.push(head(1), (event(1),))
    assert busy.wait(10)
    for height in range(2, 10):
        feed.push(head(height), (event(height),))
    go.set()
    assert last.wait(10)
    feed.close()
    assert [change.head.height for change in changes] == [1, 9]
    assert [one.height for one in changes[1].events] == [2, 3, 4, 5, 6, 7, 8, 9]


def test_only_the_newest_thousand_events_are_kept() -> None:
    feed = HeadFeed("test-heads")
    changes: list[HeadChange] = []
    told = threading.Event()
    feed.follow(lambda change: (changes.append(change), told.set())[1])
    feed.push(head(1), tuple(event(number) for number in range(2_500)))
    assert told.wait(10)
    feed.close()
    assert len(changes[0].events) == 1_000
    assert changes[0].events[-1].height == 2_499


def test_close_waits_for_the_call_under_way() -> None:
    feed = HeadFeed("test-heads")
    running, finish = threading.Event(), threading.Event()
    order: list[str] = []

    def slow(change: HeadChange) -> None:
        running.set()
        finish.wait(10)
        order.append("told")

    subscription = feed.follow(slow)
    feed.push(head(1), ())
    assert running.wait(10)
    closing = threading.Thread(target=lambda: (subscription.close(), order.append("closed")))
    closing.start()
    finish.set()
    closing.join(10)
    feed.push(head(2), ())
    feed.close()
    assert order == ["told", "closed"]


def test_a_listener_may_close_itself() -> None:
    feed = HeadFeed("test-heads")
    told = threading.Event()
    heights: list[int] = []

    def once(change: HeadChange) -> None:
        heights.append(change.head.height)
        subscription.close()
        told.set()

    subscription = feed.follow(once)
    feed.push(head(1), ())
    assert told.wait(10)
    feed.push(head(2), ())
    feed.close()
    assert heights == [1]
