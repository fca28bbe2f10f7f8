"""What a Prometheus server answers, read a row at a time.

An answer about a large fleet has tens of thousands of rows. Read at once it would hold Python's lock for a tenth of a
second, and the window with it; and most of its text is labels that the answer before had too. What is not written as
Prometheus writes it is read by `json` as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbc_desktop.telemetry.text_format import PageRefused

MOST_KNOWN = 16_384
"""Label texts that are remembered: a thousand rigs of eight GPUs have half as many."""
_RESULT, _METRIC, _NAME = '"result":[', '{"metric":{', '"__name__":"'
_BEHIND = re.compile(r'\},"values?":')
_POINT = re.compile(r'\[([0-9.eE+-]+),"([^"\\]*)"\]')


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its labels without the name (shared between rows: nobody changes them), and its point or points."""

    name: str
    labels: Mapping[str, str]
    points: object


class AnswerReader:
    """Reads the answers of one server. One thread at a time."""

    def __init__(self) -> None:
        self._labels: dict[str, Mapping[str, str]] = {}

    def rows(self, answer: bytes) -> Iterator[Row]:
        """The rows of an answer, in their order.

        Raises:
            PageRefused: It is not the answer to a query, or tells of a failure.
        """
        try:
            text = answer.decode("utf-8")
            # The quotes in a string are escaped: these signs cannot stand in one.
            first = text.find(_RESULT) + len(_RESULT)
            spans = _spans(text, first) if first >= len(_RESULT) else []
            last = spans[-1][-1] if spans else first
            if not text.startswith("]", last):
                yield from (_whole_row(row) for row in _result_of(json.loads(text)))
                return
            if _result_of(json.loads(text[:first] + text[last:])):  # the same without its rows
                raise PageRefused("garbage")
            if len(self._labels) > MOST_KNOWN:
                self._labels = {}
            for start, end, behind, after in spans:
                name, labels = self._metric(text[start:end])
                point = _POINT.fullmatch(text, behind, after - 1)
                yield Row(name, labels, point.groups() if point is not None else json.loads(text[behind : after - 1]))
        except (ValueError, RecursionError) as error:
            raise PageRefused("garbage") from error

    def _metric(self, text: str) -> tuple[str, Mapping[str, str]]:
        """Name and labels out of what stands between the braces."""
        start = text.find(_NAME)
        end = text.find('"', start + len(_NAME))
        if start < 0 or end < 0 or "\\" in text[start:end]:
            labels = _labels_of(json.loads(f"{{{text}}}"))
            return labels.pop("__name__", ""), labels
        rest = text[:start] + text[end + 1 :]
        known = self._labels.get(rest)
        if known is None:
            known = _labels_of(json.loads(f"{{{text}}}"))
            del known["__name__"]
            self._labels[rest] = known
        return text[start + len(_NAME) : end], known


def _spans(text: str, at: int) -> list[tuple[int, int, int, int]]:
    """Where each row's labels begin and end, where its points begin, and where it ends; as far as rows are plain."""
    spans = []
    while text.startswith(_METRIC, at):
        start = at + len(_METRIC)
        behind = _BEHIND.search(text, start)
        if behind is None:
            break
        end = text.find("]}", behind.end())
        if end < 0:
            break
        at = end + 2
        spans.append((start, behind.start(), behind.end(), at))
        if not text.startswith(",", at):
            break
        at += 1
    return spans


def _result_of(document: object) -> list[object]:
    if not isinstance(document, dict) or document.get("status") != "success":
        raise PageRefused("garbage")
    data = document.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list):
        raise PageRefused("garbage")
    return result


def _whole_row(row: object) -> Row:
    if not isinstance(row, dict):
        raise PageRefused("garbage")
    labels = _labels_of(row.get("metric"))
    return Row(labels.pop("__name__", ""), labels, row.get("value", row.get("values")))


def _labels_of(metric: object) -> dict[str, str]:
    if not isinstance(metric, dict) or not all(isinstance(value, str) for value in metric.values()):
        raise PageRefused("garbage")
    return dict(metric)
