"""What a machine's own key signs of its hardware before a committee looks at it (design 3.1, verification).

The message is plain text, one field a line, so that whoever signs it can read it:

    DBC hardware report 1
    machine_id: 64 hex letters
    stash: SS58 address
    height: block at which it was made
    gpu_type: ... and so on for each field of `FIELDS`, in that order, a line feed after each line
"""

from __future__ import annotations

from typing import NamedTuple

from dbc_desktop.domain.machine import HardwareInfo

TITLE = "DBC hardware report 1"
FIELDS = (
    "gpu_type",
    "gpu_num",
    "cuda_core",
    "gpu_mem",
    "sys_disk",
    "data_disk",
    "cpu_type",
    "cpu_core_num",
    "cpu_rate",
    "mem_num",
)
"""What a machine says of itself; its points are worked out by the committee."""
_HEAD = ("machine_id", "stash", "height")
_MAX_BYTES = 4_096


class Report(NamedTuple):
    """A report as it was signed; `fields` as text, in the order of `FIELDS`."""

    machine_id: str
    stash: str
    height: int
    fields: tuple[str, ...]


def report_message(info: HardwareInfo, stash: str, height: int) -> bytes:
    """The bytes to sign.

    Raises:
        ValueError: A text of `info` has a line break in it.
    """
    values = (info.machine_id, stash, height, *fields_of(info))
    lines = [TITLE, *(f"{name}: {value}" for name, value in zip((*_HEAD, *FIELDS), values, strict=True))]
    if any(len(line.splitlines()) != 1 for line in lines):
        raise ValueError("a report has one line for each field")
    return ("\n".join(lines) + "\n").encode()


def read_report(message: bytes) -> Report:
    """The report in untrusted bytes.

    Raises:
        ValueError: It is none.
    """
    if len(message) > _MAX_BYTES:
        raise ValueError("too long")
    title, *lines = message.decode().split("\n")
    names = (*_HEAD, *FIELDS)
    if title != TITLE or len(lines) != len(names) + 1 or lines.pop():
        raise ValueError("not a hardware report")
    values = []
    for name, line in zip(names, lines, strict=True):
        if not line.startswith(f"{name}: "):
            raise ValueError(f"no {name}")
        values.append(line[len(name) + 2 :])
    if not (values[2].isascii() and values[2].isdigit() and len(values[2]) <= 10):
        raise ValueError("no height")
    return Report(values[0], values[1], int(values[2]), tuple(values[3:]))


def fields_of(info: HardwareInfo) -> tuple[str, ...]:
    """What a report must say of this hardware."""
    return tuple(str(getattr(info, name)) for name in FIELDS)


def differing(report: Report, declared: HardwareInfo) -> str | None:
    """The first field in which report and declaration differ, None where they agree."""
    pairs = zip(FIELDS, report.fields, fields_of(declared), strict=True)
    return next((name for name, reported, said in pairs if reported != said), None)
