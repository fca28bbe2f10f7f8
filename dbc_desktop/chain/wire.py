"""What travels between the window's process and the engine process, and how errors cross with their attributes."""

from __future__ import annotations

from typing import Any

from dbc_desktop.domain.errors import ChainUnreachable, DbcError

CALL, CANCEL, BYE = "call", "cancel", "bye"
"""To the engine: (CALL, number, method, arguments), (CANCEL, number), (BYE,)."""

ANSWER, ERROR, BUG, PROGRESS, HEAD, FAILED, LOST = "answer", "error", "bug", "progress", "head", "failed", "lost"
"""From it: (ANSWER, number, value), (ERROR, number, error), (BUG, number, report), (PROGRESS, number, (done, total)),
(HEAD, 0, change), (FAILED, 0, error) when the chain cannot be opened. LOST is made on this side when the pipe ends."""

WITH_PROGRESS = frozenset({"jump", "replay", "make_branch", "export", "import_branch", "reorganise"})

METHODS = WITH_PROGRESS | frozenset(
    {
        "identity",
        "capabilities",
        "head",
        "account",
        "controller_of",
        "stash_of",
        "stash",
        "server_rooms",
        "machine",
        "machines_of",
        "market",
        "rewards",
        "release_schedule",
        "explain",
        "simulate",
        "rent_order",
        "rent_orders",
        "orders_on",
        "rent_quote",
        "network",
        "census",
        "election",
        "support_of",
        "supply",
        "slashes",
        "reporter",
        "committee_work",
        "slash_clock",
        "deadlines",
        "blocks",
        "block_stamps",
        "machine_owner",
        "events",
        "extrinsics",
        "extrinsic",
        "extrinsic_at",
        "event_log",
        "history",
        "signing_context",
        "fee_of",
        "draft",
        "check_draft",
        "health",
        "drift",
        "stash_copy",
        "preview",
        "submit",
        "receipt",
        "clock_mode",
        "set_clock",
        "play_money",
        "show_machine",
        "snapshots",
        "take_snapshot",
        "revert",
        "branches",
        "use_branch",
        "drop_branch",
        "compare",
        "resident_names",
        "resident_settings",
        "set_residents",
        "fault",
        "set_fault",
    }
)

PackedError = tuple[str, tuple[Any, ...], dict[str, Any]]


def pack_error(error: DbcError) -> PackedError:
    """An error of the tree in parts that can be pickled, whatever its `__init__` takes."""
    return type(error).__name__, error.args, dict(vars(error))


def unpack_error(packed: PackedError) -> DbcError:
    """The error again; an unknown one is a backend that does not speak our language."""
    name, args, attributes = packed
    kind = _classes().get(name, ChainUnreachable)
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(attributes)
    return error


def _classes() -> dict[str, type[DbcError]]:
    found: dict[str, type[DbcError]] = {}
    waiting: list[type[DbcError]] = [DbcError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return found
