"""The rules refuse and tell in the words of a real runtime: each name is of its metadata, or of a later version."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import dbc_desktop.rules

METADATA = Path(__file__).parents[4] / "shared" / "data" / "dbc-runtime" / "state_getMetadata.hex"
ROOM = Path(dbc_desktop.rules.__file__).parent
FILES = {
    "OnlineProfile": "online_profile/*.py",
    "Committee": "committee.py",
    "OnlineCommittee": "online_committee.py",
    "RentMachine": "rent_machine.py",
    "MaintainCommittee": "maintain_committee/*.py",
    "TerminatingRental": "terminating_rental/*.py",
}
SINCE_411 = {
    "ExtraPriceTooHigh",
    "InvalidRentReceiver",
    "InvalidScheduleArgs",
    "NotAuthorized",
    "OutOfRentalSchedule",
    "MachineExtraPriceSet",
    "MachineRentalModeSet",
    "RentFeePayoutFailed",
    "RentReceiverChanged",
    "SpecificDateCleared",
    "SpecificDateScheduleSet",
    "WeeklyScheduleSet",
}
"""Errors and events that the reference lists for version 411; the recorded metadata is of version 400."""
SAID = re.compile(r'(?:refuse|emit)\(\s*(?:_PALLET|PALLET|pallet|"(\w+)"),\s*"(\w+)"')


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Errors and events of each pallet."""
    if not METADATA.exists():
        pytest.skip("../shared/data is not beside this checkout")
    from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
    from scalecodec.type_registry import load_type_registry_preset

    configuration = RuntimeConfigurationObject(implements_scale_info=True)
    configuration.update_type_registry(load_type_registry_preset("core"))
    metadata = configuration.create_scale_object("MetadataVersioned", ScaleBytes(METADATA.read_text().strip()))
    metadata.decode()
    portable: Any = metadata.value[1]["V14"]
    types = {one["id"]: one["type"]["def"] for one in portable["types"]["types"]}
    found = {}
    for pallet in portable["pallets"]:
        names: set[str] = set()
        for part in ("error", "event"):
            if pallet.get(part):
                names |= {variant["name"] for variant in types[pallet[part]["ty"]]["variant"]["variants"]}
        found[pallet["name"]] = names
    return found


@pytest.mark.parametrize("pallet", sorted(FILES))
def test_every_error_and_event_has_a_name_of_the_runtime(known: dict[str, set[str]], pallet: str) -> None:
    said: set[tuple[str, str]] = set()
    for path in sorted(ROOM.glob(FILES[pallet])):
        said |= {(other or pallet, name) for other, name in SAID.findall(path.read_text(encoding="utf-8"))}
    assert len(said) > 5
    ours = {(of, name) for of, name in said if of in FILES}
    assert sorted(pair for pair in ours if pair[1] not in known[pair[0]] | SINCE_411) == []
