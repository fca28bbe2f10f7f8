"""Minutes are tied to each other while they happen."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from dbc_desktop.domain.errors import DataCorrupt
from dbc_desktop.telemetry.evidence_log import FIRST_LINK, EvidenceLog, link_of, minute_text, parse_minute
from tests.doubles.readings import lost, reading, sample

START = 1_700_000_040.0
BLOCK = bytes.fromhex("aa" * 32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "evidence.sqlite3"


def fill(log: EvidenceLog, minutes: int = 3) -> None:
    for minute in range(minutes):
        for second in (0.0, 30.0):
            at = START + 60 * minute + second
            card = replace(reading(0), temperature=70 + minute, power_watts=300.0 + second)
            log.append(sample(card, lost(1) if minute == 1 else reading(1), taken_at=at))


def test_minutes_hold_means_and_follow_each_other(path):
    log = EvidenceLog(path)
    log.anchor(128_402, BLOCK)
    fill(log)
    log.close()
    log = EvidenceLog(path)
    before, minutes = log.minutes("nvml", START, START + 600)
    log.close()
    assert before == FIRST_LINK
    assert [one.number for one in minutes] == [1, 2, 3]
    assert [one.began_at for one in minutes] == [1_700_000_040, 1_700_000_100, 1_700_000_160]
    assert {(one.height, one.block_hash) for one in minutes} == {(128_402, BLOCK)}
    card, other = minutes[1].gpus
    assert (card.samples, card.lost, card.temperature, card.power_watts) == (2, 0, 71.0, 315.0)
    assert (other.samples, other.lost, other.gpu_percent) == (2, 2, None)
    link = FIRST_LINK
    for one in minutes:
        link = link_of(link, minute_text(one))
        assert one.link == link


def test_a_part_of_the_chain_names_the_link_before_it(path):
    log = EvidenceLog(path)
    fill(log)
    log.close()
    log = EvidenceLog(path)
    _, whole = log.minutes("nvml", START, START + 600)
    before, part = log.minutes("nvml", START + 60, START + 120)
    log.close()
    assert before == whole[0].link
    assert part == whole[1:2]


def test_the_chain_goes_on_after_a_restart(path):
    for _ in range(2):
        log = EvidenceLog(path)
        fill(log, 1)
        log.close()
    log = EvidenceLog(path)
    _, minutes = log.minutes("nvml", START, START + 600)
    log.close()
    assert [one.number for one in minutes] == [1, 2]


def test_a_changed_line_is_found(path):
    log = EvidenceLog(path)
    fill(log)
    log.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE lines SET text = replace(text, '72.0', '61.0')")
    connection.commit()
    connection.close()
    log = EvidenceLog(path)
    with pytest.raises(DataCorrupt, match="minute 3"):
        log.minutes("nvml", START, START + 600)
    log.close()


def test_nothing_kept_is_nothing(path):
    log = EvidenceLog(path)
    assert log.minutes("nvml", 0.0, START) == (FIRST_LINK, ())
    log.close()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"number": 1}', "[" * 100_000, '{"gpus": 5}'])
def test_what_is_no_minute_is_refused(text):
    with pytest.raises(ValueError, match=r"not a minute|Expecting|Extra"):
        parse_minute(text, FIRST_LINK)


def test_a_block_is_named_for_ten_minutes_only(path):
    log = EvidenceLog(path)
    log.anchor(128_402, BLOCK)
    fill(log, 12)
    log.close()
    log = EvidenceLog(path)
    assert log.counts_of_blocks(128_402, 128_403) == {"nvml": 10}
    _, minutes = log.minutes("nvml", START, START + 720)
    assert [one.height for one in minutes] == [128_402] * 10 + [None] * 2
    log.close()


def test_what_is_kept_of_a_chain_whose_beginning_was_forgotten_still_holds(path):
    log = EvidenceLog(path)
    fill(log, 4)
    log.close()
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM lines WHERE number < 3")
    connection.commit()
    connection.close()
    log = EvidenceLog(path)
    before, minutes = log.minutes("nvml", START, START + 600)
    assert [one.number for one in minutes] == [4]
    assert minutes[0].link == link_of(before, minute_text(minutes[0]))
    log.close()


def test_lines_of_a_version_that_did_not_say_their_source_are_let_go(path):
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE minutes (number INTEGER PRIMARY KEY, began_at INTEGER NOT NULL, text TEXT NOT NULL,"
        " link BLOB NOT NULL) STRICT"
    )
    connection.execute("CREATE INDEX minutes_by_time ON minutes (began_at)")
    connection.execute("INSERT INTO minutes VALUES (1, 1700000040, '{}', x'00')")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    log = EvidenceLog(path)
    assert log.counts(0, 2**40) == {}
    fill(log, 1)
    log.close()


def test_it_is_read_beside_the_one_who_writes(path):
    log = EvidenceLog(path)
    fill(log)
    beside = EvidenceLog(path, read_only=True)
    assert len(beside.minutes("nvml", START, START + 600)[1]) == 2  # the third has not ended
    beside.close()
    log.close()
