"""What happened, in plain words: one sentence for each kind, and the driver's numbers of faults."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.rig_event import RigEvent, RigEventKind
from dbc_desktop.screens.rig_events import event_line, slowed_text
from dbc_desktop.screens.xid import xid_text
from tests.doubles.readings import reading

AT = 1_700_000_000.0
KINDS = RigEventKind
EXAMPLES = [
    (RigEvent(AT, KINDS.GPU_LOST, "GPU-3", 3), "warn", "GPU 3 stopped answering"),
    (RigEvent(AT, KINDS.GPU_BACK, "GPU-3", 3, seconds=134), "good", "GPU 3 answers again after 2 min 14 s."),
    (RigEvent(AT, KINDS.GPU_MOVED, "GPU-3", 0, reading(3)), "idle", "GPU 3 is GPU 0 now."),
    (RigEvent(AT, KINDS.GPU_FOUND, "GPU-8", 8), "good", "GPU 8 is new here."),
    (RigEvent(AT, KINDS.GPU_TWICE, "GPU-1#2", 2), "warn", "GPU 2 has the same UUID as another one"),
    (RigEvent(AT, KINDS.DRIVER_GONE, reason="driver_gone"), "loss", "The driver stopped answering."),
    (RigEvent(AT, KINDS.DRIVER_BACK, seconds=9), "good", "The driver answers again after 9 s."),
    (
        RigEvent(AT, KINDS.DRIVER_CHANGED, facts={"before": "580.95.05", "now": "590.10"}),
        "idle",
        "The driver was changed from 580.95.05 to 590.10.",
    ),
    (
        RigEvent(AT, KINDS.XID, "GPU-3", 3, facts={"xid": 79}),
        "loss",
        "GPU 3: the GPU has fallen off the bus (Xid 79). Check its power and seating, then restart the computer.",
    ),
    (
        RigEvent(AT, KINDS.XID, "GPU-3", 3, facts={"xid": 31}),
        "warn",
        "GPU 3: a program touched memory that is not its own (Xid 31). Likely the program's fault",
    ),
    (
        RigEvent(AT, KINDS.XID, "GPU-3", 3, facts={"xid": 7777}),
        "warn",
        "GPU 3: the driver reported a fault (Xid 7777). Look the number up",
    ),
    (
        RigEvent(AT, KINDS.SLOWED, "GPU-6", 6, seconds=41, facts={"reason": "power_limit"}),
        "idle",
        "GPU 6 was slowed by power limit for 41 s.",
    ),
    (
        RigEvent(AT, KINDS.SLOWED, "GPU-6", 6, seconds=41, facts={"reason": "heat"}),
        "warn",
        "GPU 6 was slowed by heat for 41 s.",
    ),
    (
        RigEvent(AT, KINDS.ECC_ERRORS, "GPU-1", 1, facts={"count": 2}),
        "loss",
        "GPU 1: 2 memory errors that could not be corrected.",
    ),
    (RigEvent(AT, KINDS.ROWS_FAILED, "GPU-1", 1), "loss", "Have the card replaced."),
    (
        RigEvent(
            AT,
            KINDS.PCIE_BELOW,
            "GPU-1",
            1,
            facts={"generation": 1, "lanes": 4, "top_generation": 4, "top_lanes": 16},
        ),
        "warn",
        "GPU 1 works over PCIe gen 1 × 4, though it is capable of gen 4 × 16.",
    ),
    (RigEvent(AT, KINDS.PCIE_REPLAYS, "GPU-1", 1, facts={"count": 12}), "warn", "12 packets had to be sent again"),
    (
        RigEvent(AT, KINDS.LANE_HUNG, "GPU-2", 2, facts={"lane": "fast"}),
        "loss",
        "The driver does not return from a call to GPU 2 (readings).",
    ),
    (
        RigEvent(AT, KINDS.LANE_HUNG, facts={"lane": "slow"}),
        "loss",
        "The driver does not return from a call (slow readings). That thread was left behind and replaced.",
    ),
    (
        RigEvent(AT, KINDS.LANE_BACK, seconds=61, facts={"lane": "events"}),
        "good",
        "The driver answers again (events) after 1 min 1 s.",
    ),
    (RigEvent(AT, KINDS.CLOCK_JUMPED, facts={"jump_seconds": 7_200.0}), "idle", "put forward: 2 h are missing."),
    (RigEvent(AT, KINDS.CLOCK_JUMPED, facts={"jump_seconds": -90.0}), "idle", "was put back by 1 min 30 s."),
    (RigEvent(AT, KINDS.HISTORY_FAILED, reason="full"), "warn", "The disk is full: readings go on"),
    (RigEvent(AT, KINDS.HISTORY_FAILED, reason="damaged"), "warn", "put aside and a new one begun"),
    (RigEvent(AT, KINDS.HISTORY_FAILED, reason="too_new"), "warn", "A newer version wrote the history"),
    (RigEvent(AT, KINDS.HISTORY_FAILED, reason="odd"), "warn", "(odd)"),
    (RigEvent(AT, KINDS.HISTORY_BACK), "good", "The history is written again."),
    (
        RigEvent(AT, KINDS.POWER_LIMIT, "GPU-1", 1, facts={"how": "set", "watts": 280.0, "before": 350.0}),
        "idle",
        "GPU 1: power limit set to 280 W, was 350 W. It goes back unless it is kept.",
    ),
    (
        RigEvent(AT, KINDS.POWER_LIMIT, "GPU-1", 1, facts={"how": "kept", "watts": 280.0, "before": 350.0}),
        "idle",
        "GPU 1: power limit 280 W is kept.",
    ),
    (
        RigEvent(AT, KINDS.POWER_LIMIT, "GPU-1", 1, facts={"how": "reverted", "watts": 350.0, "before": 280.0}),
        "idle",
        "GPU 1: power limit went back to 350 W.",
    ),
]


@pytest.mark.parametrize(("event", "kind", "text"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_what_happened_in_plain_words(event: RigEvent, kind: str, text: str) -> None:
    line = event_line(event)

    assert line.kind == kind
    assert text in line.text


def test_each_kind_of_event_has_an_example() -> None:
    assert {event.kind for event, _, _ in EXAMPLES} == set(RigEventKind)


def test_a_reason_that_is_not_known_is_left_out() -> None:
    assert slowed_text(("heat", "of the future")) == "heat"
    assert slowed_text(()) == "nothing"


def test_every_known_xid_says_what_to_do() -> None:
    for number in (13, 31, 32, 38, 43, 45, 48, 61, 62, 63, 64, 68, 69, 74, 79, 92, 94, 95, 119, 120, 140, 143):
        words = xid_text(number)
        assert words.what
        assert words.what != xid_text(7777).what
        assert words.to_do.endswith(".")
