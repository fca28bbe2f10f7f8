"""Whose process it is: from the operating system, and out of control groups."""

from __future__ import annotations

import os

import pytest

from dbc_desktop.telemetry.processes import ProcessFacts, ProcessTable, container_of


def test_this_process_is_known_and_asked_once() -> None:
    table = ProcessTable()
    first = table.facts(os.getpid())

    assert first.command
    assert first.started_at
    assert table.facts(os.getpid()) is first


def test_a_process_that_is_not_there_has_no_facts() -> None:
    assert ProcessTable().facts(4_194_999) == ProcessFacts(None, None, None, None)
    assert ProcessTable().facts(-5) == ProcessFacts(None, None, None, None)


@pytest.mark.parametrize(
    ("group", "container"),
    [
        (f"0::/system.slice/docker-{'ab12' * 16}.scope\n", "ab12ab12ab12"),
        (f"12:devices:/docker/{'0f' * 32}\n", "0f0f0f0f0f0f"),
        ("0::/system.slice/miner.service\n", "miner"),
        ("0::/machine.slice/machine-qemu-7-rental18.scope\n", "7-rental18"),
        ("0::/\n", None),
        ("", None),
    ],
)
def test_the_container_of_a_process(group: str, container: str | None) -> None:
    assert container_of(group) == container
