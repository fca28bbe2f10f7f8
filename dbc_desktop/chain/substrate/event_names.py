"""Names for the fields of events that have only a place on the chain: the words that the engine uses for them."""

from __future__ import annotations

from typing import Any

_AMOUNT = ("who", "amount")
_MACHINE = ("machine_id",)
_LEASE = ("rent_id", "renter", "machine_id", "gpu_num", "duration", "fee")

_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("GenericFunc", "DonateToTreasury"): _AMOUNT,
    ("GenericFunc", "TxFeeToTreasury"): _AMOUNT,
    ("GenericFunc", "DestroyDBC"): _AMOUNT,
    ("DBCPriceOCW", "AddNewPrice"): ("price",),
    ("DBCPriceOCW", "AddAvgPrice"): ("price",),
    ("OnlineProfile", "BondMachine"): ("controller", "machine_id", "stake"),
    ("OnlineProfile", "Slash"): ("who", "amount", "reason"),
    ("OnlineProfile", "ControllerStashBonded"): ("controller", "stash"),
    ("OnlineProfile", "MachineControllerChanged"): ("machine_id", "old", "new"),
    ("OnlineProfile", "MachineOfflineToMutHardware"): ("machine_id", "offline_slash", "verify_fee"),
    ("OnlineProfile", "StakeAdded"): _AMOUNT,
    ("OnlineProfile", "StakeReduced"): _AMOUNT,
    ("OnlineProfile", "ServerRoomGenerated"): ("controller", "server_room"),
    ("OnlineProfile", "MachineInfoAdded"): _MACHINE,
    ("OnlineProfile", "MachineInfoUpdated"): _MACHINE,
    ("OnlineProfile", "ClaimReward"): ("stash", "amount"),
    ("OnlineProfile", "ControllerReportOffline"): _MACHINE,
    ("OnlineProfile", "ControllerReportOnline"): _MACHINE,
    ("OnlineProfile", "SlashCanceled"): ("slash_id", "who", "amount"),
    ("OnlineProfile", "MachineRestaked"): ("machine_id", "old_stake", "new_stake"),
    ("OnlineProfile", "MachineExit"): _MACHINE,
    ("OnlineProfile", "SlashAndReward"): ("slashed", "rewarded", "amount", "reason"),
    ("OnlineProfile", "ApplySlashReview"): ("slash_id",),
    ("OnlineProfile", "SlashExecuted"): ("stash", "machine_id", "amount"),
    ("OnlineProfile", "NewSlash"): ("slash_id",),
    ("OnlineProfile", "StashResetController"): ("stash", "old", "new"),
    ("OnlineProfile", "MachineAddStake"): ("machine_id", "pre_stake", "delta"),
    ("OnlineProfile", "AddSlash"): ("machine_id", "slash_id"),
    ("OnlineProfile", "MachineExtraPriceSet"): ("machine_id", "extra_price"),
    ("OnlineProfile", "RentReceiverChanged"): ("stash", "receiver"),
    ("Committee", "CommitteeAdded"): ("who",),
    ("Committee", "CommitteeSetBoxPubkey"): ("who", "box_pubkey"),
    ("Committee", "Chill"): ("who",),
    ("Committee", "UndoChill"): ("who",),
    ("Committee", "ExitFromCandidacy"): ("who",),
    ("Committee", "StakeAdded"): _AMOUNT,
    ("Committee", "StakeReduced"): _AMOUNT,
    ("Committee", "ClaimReward"): _AMOUNT,
    ("OnlineCommittee", "AddConfirmHash"): ("who", "hash"),
    ("OnlineCommittee", "AddConfirmRaw"): ("who", "machine_id"),
    ("OnlineCommittee", "MachineDistributed"): ("machine_id", "committee"),
    ("RentMachine", "Rent"): _LEASE,
    ("RentMachine", "ConfirmRent"): _LEASE,
    ("RentMachine", "Relet"): _LEASE,
}

_TEXTS = frozenset({"machine_id"})
"""Fields whose bytes are letters."""


def named_fields(pallet: str, event: str, value: Any) -> dict[str, object]:
    """The fields of an event by name; those without any are called by their place."""
    if isinstance(value, dict):
        found: dict[str, object] = {str(name): one for name, one in value.items()}
    elif value is None:
        found = {}
    else:
        names = _NAMES.get((pallet, event), ())
        values = value if isinstance(value, tuple) and len(names) != 1 else (value,)
        found = {names[at] if at < len(names) else str(at): one for at, one in enumerate(values)}
    return {name: _text(one) if name in _TEXTS else one for name, one in found.items()}


def _text(value: object) -> object:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
