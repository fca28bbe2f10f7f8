"""The reader of exporters' pages says what prometheus_client's parser says, and refuses what is not in the format."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from dbc_desktop.telemetry import text_format
from dbc_desktop.telemetry.text_format import PageReader, PageRefused

WANTED = ("rig_", "gpu_")


def read(page: bytes) -> list[tuple[str, dict[str, str], float]]:
    return [(one.name, dict(one.labels), one.value) for one in PageReader(WANTED).series(page)]


def oracle(page: str) -> list[tuple[str, dict[str, str], float]]:
    families = text_string_to_metric_families(page)
    return [(one.name, one.labels, float(one.value)) for family in families for one in family.samples]


def test_a_page_is_read_line_by_line() -> None:
    page = (
        b"# HELP gpu_heat Heat.\n# TYPE gpu_heat gauge\n"
        b'gpu_heat{gpu="0",name="RTX \\"A\\" \\\\ {1}\\n"} 61.5\r\n'
        b'gpu_heat {gpu = "1", name="}",} +Inf 1700000000123\n'
        b"rig_up\t1\n"
        b"rig_load 0.25 1700000000123\n"
        b'go_things{broken="} 1\n'
    )
    assert read(page) == [
        ("gpu_heat", {"gpu": "0", "name": 'RTX "A" \\ {1}\n'}, 61.5),
        ("gpu_heat", {"gpu": "1", "name": "}"}, float("inf")),
        ("rig_up", {}, 1.0),
        ("rig_load", {}, 0.25),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "gpu_heat",
        "gpu_heat{",
        'gpu_heat{gpu="0" 1',
        'gpu_heat{gpu="0"}',
        'gpu_heat{gpu="0"} one',
        'gpu_heat{gpu="0"} 1 soon',
        'gpu_heat{gpu="0"} 1 2 3',
        'gpu_heat{gpu="0"} 1_000',
        'gpu_heat{gpu="0"} ١',
        'gpu_heat{gpu="0"} 1 # {trace="a"} 1',
        'gpu_heat{gpu="0",gpu="1"} 1',
        'gpu_heat{gpu="0",,name="a"} 1',
        'gpu_heat{,gpu="0"} 1',
        'gpu_heat{gpu="0"name="a"} 1',
        "gpu_heat{gpu=0} 1",
        'gpu_heat{1gpu="0"} 1',
        'gpu_he-at{gpu="0"} 1',
        "gpu_heat}gpu{ 1",
    ],
)
def test_what_is_not_in_the_format_is_refused(line: str) -> None:
    with pytest.raises(PageRefused, match="garbage"):
        read(f"rig_up 1\n{line}\n".encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(PageRefused, match="garbage"):
        read(b'gpu_heat{name="\xff"} 1\n')


def test_a_page_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_format, "MAX_SERIES", 3)
    with pytest.raises(PageRefused, match="too_large"):
        read(b"rig_up 1\n" * 4)


def test_labels_are_shared_and_forgotten_when_they_never_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_format, "MOST_KNOWN", 2)
    reader = PageReader(WANTED)
    first, second = reader.series(b'gpu_heat{gpu="0"} 1\ngpu_load{gpu="0"} 2\n')
    assert first.labels is second.labels
    for number in range(4):
        (one,) = reader.series(f'gpu_heat{{gpu="0",pod="{number}"}} {number}\n'.encode())
        assert (one.labels["pod"], one.value) == (str(number), float(number))
        assert len(reader._labels) <= 3


texts = st.text('{}",=\\\n\r\t #1é\u2028\x0bx', max_size=8)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,6}", fullmatch=True)
spaces = st.sampled_from(["", " ", "\t", " \t "])


def escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


@st.composite
def lines(draw: st.DrawFn) -> str:
    labels = draw(st.dictionaries(names.filter(lambda name: name != "__name__"), texts, max_size=3))
    space = draw(spaces)
    inside = ",".join(f'{space}{key}{space}={space}"{escaped(value)}"' for key, value in labels.items())
    name = draw(st.sampled_from(["rig_up", "gpu_heat", "gpu_load"]))
    value = draw(st.floats(allow_nan=False).map(repr) | st.integers(-(2**70), 2**70).map(str))
    time = draw(st.sampled_from(["", " 1700000000123", "\t-5"]))
    return f"{name}{space}{{{inside}}}{space}{value}{time}" if labels else f"{name} {space}{value}{time}"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(lines(), max_size=4))
def test_it_reads_what_prometheus_client_reads(page: list[str]) -> None:
    text = "\n".join(page) + "\n"
    assert read(text.encode()) == oracle(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@example('gpu_heat{gpu="0"} 1 \x0b2', 0, "")
@given(lines(), st.integers(0, 60), st.text('{}",=\\ \t_.#x1', max_size=3))
def test_what_it_accepts_prometheus_client_reads_the_same(line: str, at: int, put: str) -> None:
    """A line with something put in its middle is refused or understood as the other understands it."""
    text = f"{line[:at]}{put}{line[at + len(put) // 2 :]}\n"
    try:
        found = read(text.encode())
    except PageRefused:
        return
    if found:
        assert found == oracle(text)
