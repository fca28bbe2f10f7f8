"""A server's answer is read as `json` reads it, however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbc_desktop.telemetry.server_answer import AnswerReader
from dbc_desktop.telemetry.text_format import PageRefused

ANSWER = (
    b'{"status":"success","data":{"resultType":"vector","result":['
    b'{"metric":{"Hostname":"rig \\"7\\"","__name__":"gpu_heat","instance":"10.0.0.7:9400"},'
    b'"value":[1700000000.123,"61.5"]},'
    b'{"metric":{"Hostname":"rig \\"7\\"","__name__":"gpu_load","instance":"10.0.0.7:9400"},'
    b'"value":[1700000000.123,"NaN"]}]}}'
)


def plain(answer: bytes) -> list[tuple[str, dict[str, str], object]]:
    return [(row.name, dict(row.labels), row.points) for row in AnswerReader().rows(answer)]


def test_rows_are_read_and_their_labels_shared() -> None:
    labels = {"Hostname": 'rig "7"', "instance": "10.0.0.7:9400"}
    assert plain(ANSWER) == [
        ("gpu_heat", labels, ("1700000000.123", "61.5")),
        ("gpu_load", labels, ("1700000000.123", "NaN")),
    ]
    reader = AnswerReader()
    (heat, load), (later, _) = reader.rows(ANSWER), reader.rows(ANSWER)
    assert heat.labels is load.labels is later.labels


def test_a_stretch_of_time_is_read() -> None:
    answer = ANSWER.replace(b'"value":[1700000000.123,"61.5"]', b'"values":[[1700000000,"61.5"],[1700000060,"62"]]')
    heat, _ = plain(answer)
    assert heat[2] == [[1_700_000_000, "61.5"], [1_700_000_060, "62"]]


@pytest.mark.parametrize("spaces", [None, 1])
def test_an_answer_in_another_form_is_read_as_a_whole(spaces: int | None) -> None:
    document = json.loads(ANSWER)
    row = document["data"]["result"][0]
    document["data"]["result"][0] = {"value": row["value"], "metric": row["metric"]}
    heat, load = plain(json.dumps(document, indent=spaces).encode())
    assert heat == ("gpu_heat", {"Hostname": 'rig "7"', "instance": "10.0.0.7:9400"}, [1_700_000_000.123, "61.5"])
    assert load[0] == "gpu_load"


def test_no_rows_are_none() -> None:
    assert plain(b'{"status":"success","data":{"resultType":"vector","result":[]}}') == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"status":"error","errorType":"bad_data","error":"no"}',
        b'{"status":"success"}',
        b'{"status":"success","data":{"result":7}}',
        b'{"status":"success","data":{"result":[7]}}',
        b'{"status":"success","data":{"result":[{"metric":{"a":1},"value":[1,"2"]}]}}',
        b'{"status":"success","data":{"result":[{"metric":{"a":"b},"value":[1,"2"]}]}}',
        ANSWER[:-1],
        ANSWER[:-40],
        ANSWER.replace(b"success", b"failure"),
        ANSWER + b"x",
        ANSWER.replace(b'"rig \\"7\\""', b"7"),
        ANSWER[:-3] + b',{"metric":{}}]}}'[:-1],
    ],
)
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(PageRefused, match="garbage"):
        plain(answer)


labels = st.dictionaries(st.text(max_size=6), st.text(max_size=8), max_size=3)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.text(max_size=6), labels, st.text(max_size=6)), max_size=4))
def test_whatever_stands_in_labels_and_values_is_told_as_it_is(rows: list[tuple[str, dict[str, str], str]]) -> None:
    result = [{"metric": {**given, "__name__": name}, "value": [1.5, value]} for name, given, value in rows]
    document = {"status": "success", "data": {"resultType": "vector", "result": result}}
    answer = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    found = [(name, said, point[1]) for name, said, point in plain(answer)]
    assert found == [
        (name, {key: value for key, value in given.items() if key != "__name__"}, value) for name, given, value in rows
    ]
