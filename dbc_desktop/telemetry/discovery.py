"""Rigs from a file: Prometheus' own form of file-based service discovery, in JSON."""

from __future__ import annotations

import json
from pathlib import Path

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.fleet import RigSource, SourceKind, source_of
from dbc_desktop.storage.files import read_limited

_MAX_FILE = 4 * 2**20
MAX_SOURCES = 2_000


def sources_in(path: Path) -> tuple[RigSource, ...]:
    """The targets of a discovery file, each once: `[{"targets": ["host:9400", …], "labels": {"__scheme__": "https"}}]`.

    Raises:
        InvalidInput: `discovery`: `unreadable`, `not_json`, `not_discovery`, `too_many`; or as `source_of`.
        DataUnwritable, DataCorrupt: The file cannot be read.
    """
    data = read_limited(path, _MAX_FILE)
    if data is None:
        raise InvalidInput("discovery", "unreadable", text=path.name)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("discovery", "not_json", text=path.name) from error
    found: dict[str, RigSource] = {}
    for group in document if isinstance(document, list) else [None]:
        targets = group.get("targets") if isinstance(group, dict) else None
        labels = group.get("labels", {}) if isinstance(group, dict) else None
        if not isinstance(targets, list) or not isinstance(labels, dict):
            raise InvalidInput("discovery", "not_discovery", text=path.name)
        scheme, page = labels.get("__scheme__", "http"), labels.get("__metrics_path__", "")
        for target in targets:
            if not isinstance(target, str):
                raise InvalidInput("discovery", "not_discovery", text=path.name)
            source = source_of(f"{scheme}://{target}{page}", SourceKind.EXPORTER)
            found[source.url] = source
            if len(found) > MAX_SOURCES:
                raise InvalidInput("discovery", "too_many", most=MAX_SOURCES)
    return tuple(found.values())
