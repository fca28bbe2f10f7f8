"""The text format of Prometheus (0.0.4), read strictly and quickly.

A page of one rig says the same names and labels each time and changes only the values, so labels are taken apart once
and known by their text afterwards: a hundred rigs cost a twentieth of what a general parser takes. The tests hold it to
prometheus_client's parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_SERIES = 200_000
MOST_KNOWN = 4_096
"""Label texts that are remembered; a rig of eight GPUs has some twenty."""
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|\Z)')
_VALUE = re.compile(r"[ \t]*([-+.0-9A-Za-z]+)(?:[ \t]+-?[0-9]+)?[ \t\r]*")
_ESCAPED = re.compile(r'\\[\\n"]')
_PLAIN = {r"\\": "\\", r"\n": "\n", r"\"": '"'}
_NO_LABELS: Mapping[str, str] = {}


class PageRefused(Exception):
    """What came in is not a page of readings; `reason` is `garbage` or `too_large`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Series:
    """One value of a series, with its labels (shared between series: nobody changes them)."""

    name: str
    labels: Mapping[str, str]
    value: float


class PageReader:
    """Reads the pages of one source. One thread at a time.

    Args:
        wanted: How the names of the lines begin that are read; an exporter may tell thousands of other things.
    """

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._labels: dict[str, Mapping[str, str]] = {}
        self._names: set[str] = set()

    def series(self, page: bytes) -> Iterator[Series]:
        """The wanted series of a page, in its order.

        Raises:
            PageRefused: It is not in the text format, or holds more than 200,000 series.
        """
        try:
            lines = page.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise PageRefused("garbage") from error
        if len(self._labels) > MOST_KNOWN or len(self._names) > MOST_KNOWN:  # labels that never come again
            self._labels, self._names = {}, set()
        count, wanted, known, names = 0, self._wanted, self._labels, self._names
        for line in lines:
            if not line.startswith(wanted):
                continue
            count += 1
            if count > MAX_SERIES:
                raise PageRefused("too_large")
            start = line.find("{")
            if start < 0:
                name, _, rest = line.replace("\t", " ").partition(" ")
                labels = _NO_LABELS
            else:
                # Behind the labels come numbers alone: the last brace of a line ends them.
                end = line.rfind("}")
                name, text, rest = line[:start], line[start + 1 : end], line[end + 1 :]
                if end < start:
                    raise PageRefused("garbage")
                found = known.get(text)
                labels = found if found is not None else self._taken_apart(text)
            if name not in names:
                name = self._checked(name)
            yield Series(name, labels, _value(rest))

    def _checked(self, name: str) -> str:
        bare = name.rstrip(" \t")
        if not _NAME.fullmatch(bare):
            raise PageRefused("garbage")
        self._names.add(bare)
        return bare

    def _taken_apart(self, text: str) -> Mapping[str, str]:
        labels: dict[str, str] = {}
        at = 0
        while text[at:].strip(" \t"):
            match = _LABEL.match(text, at)
            if match is None or match[1] in labels:
                raise PageRefused("garbage")
            labels[match[1]] = _ESCAPED.sub(lambda escape: _PLAIN[escape[0]], match[2])
            at = match.end()
        self._labels[text] = labels
        return labels


def _value(rest: str) -> float:
    """The value of a line, and behind it perhaps a time that nobody needs.

    Raises:
        PageRefused: There is something else.
    """
    said = _VALUE.fullmatch(rest)
    if said is None:
        raise PageRefused("garbage")
    try:
        return float(said[1])
    except ValueError as error:
        raise PageRefused("garbage") from error
