"""What the node of the tests declares: types, storage, events and errors (chain-rules 4.3, 5.5, 6.2, 10.2)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from dbc_desktop.chain.scale_types import ENUMS, STRUCTS
from dbc_desktop.rules.catalogue import SPECS
from tests.doubles.substrate_node.declared_disputes import DISPUTE_STORAGE, DISPUTE_TYPES
from tests.doubles.substrate_node.declared_staking import STAKING_STORAGE, STAKING_TYPES
from tests.doubles.substrate_node.metadata_writer import Entry, Enumeration, PalletDef, Registry, Struct, write

RULES = Path(__file__).resolve().parents[3] / "dbc_desktop" / "rules"

B = "Blake2_128Concat"
A, M, E, ID = "AccountId32", "MachineId", "u32", "u64"


def _struct(**fields: str) -> Struct:
    return Struct(tuple(fields.items()))


def _plain(*names: str) -> Enumeration:
    return Enumeration(tuple((name, at, ()) for at, name in enumerate(names)))


TYPES: dict[str, Struct | Enumeration | str] = {
    "AccountId32": Struct(((None, "[u8; 32]"),)),
    "AccountId": "AccountId32",
    "H256": Struct(((None, "[u8; 32]"),)),
    "H160": Struct(((None, "[u8; 20]"),)),
    "Bytes": "Vec<u8>",
    "Text": "Vec<u8>",
    "MachineId": "Vec<u8>",
    "Vec<Text>": "Vec<Vec<u8>>",
    "Vec<MachineId>": "Vec<Vec<u8>>",
    "Perbill": Struct(((None, "u32"),)),
    "MultiAddress": Enumeration(
        (
            ("Id", 0, ((None, A),)),
            ("Index", 1, ((None, "Compact<u32>"),)),
            ("Raw", 2, ((None, "Vec<u8>"),)),
            ("Address32", 3, ((None, "[u8; 32]"),)),
            ("Address20", 4, ((None, "[u8; 20]"),)),
        )
    ),
    "MultiSignature": Enumeration(
        (
            ("Ed25519", 0, ((None, "[u8; 64]"),)),
            ("Sr25519", 1, ((None, "[u8; 64]"),)),
            ("Ecdsa", 2, ((None, "[u8; 65]"),)),
        )
    ),
    "AccountInfo": _struct(nonce="u32", consumers="u32", providers="u32", sufficients="u32", data="AccountData"),
    "AccountData": _struct(free="u128", reserved="u128", frozen="u128", flags="ExtraFlags"),
    "ExtraFlags": Struct(((None, "u128"),)),
    "BalanceLock": Struct((("id", "[u8; 8]"), ("amount", "u128"), ("reasons", "Reasons"))),
    "Reasons": _plain("Fee", "Misc", "All"),
    "Longitude": Enumeration((("East", 0, ((None, "u64"),)), ("West", 1, ((None, "u64"),)))),
    "Latitude": Enumeration((("South", 0, ((None, "u64"),)), ("North", 1, ((None, "u64"),)))),
    "OPSlashReason": Enumeration(
        tuple(
            (name, at, ((None, "u32"),) if at < 6 else ())
            for at, name in enumerate(
                (
                    "RentedReportOffline",
                    "OnlineReportOffline",
                    "RentedInaccessible",
                    "RentedHardwareMalfunction",
                    "RentedHardwareCounterfeit",
                    "OnlineRentFailed",
                    "CommitteeRefusedOnline",
                    "CommitteeRefusedMutHardware",
                    "ReonlineShouldReward",
                )
            )
        )
    ),
    "MachineStatus": Enumeration(
        (
            ("AddingCustomizeInfo", 0, ()),
            ("DistributingOrder", 1, ()),
            ("CommitteeVerifying", 2, ()),
            ("CommitteeRefused", 3, ((None, "u32"),)),
            ("WaitingFulfill", 4, ()),
            ("Online", 5, ()),
            ("StakerReportOffline", 6, ((None, "u32"), (None, "MachineStatus"))),
            (
                "ReporterReportOffline",
                7,
                ((None, "OPSlashReason"), (None, "MachineStatus"), (None, A), (None, f"Vec<{A}>")),
            ),
            ("Creating", 8, ()),
            ("Rented", 9, ()),
            ("Exit", 10, ()),
        )
    ),
    "MachineInfoDetail": _struct(
        committee_upload_info="CommitteeUploadInfo", staker_customize_info="StakerCustomizeInfo"
    ),
    "MachineInfo": _struct(
        controller=A,
        machine_stash=A,
        renters=f"Vec<{A}>",
        last_machine_restake="u32",
        bonding_height="u32",
        online_height="u32",
        last_online_height="u32",
        init_stake_per_gpu="u128",
        stake_amount="u128",
        machine_status="MachineStatus",
        total_rented_duration="u32",
        total_rented_times="u64",
        total_rent_fee="u128",
        total_burn_fee="u128",
        machine_info_detail="MachineInfoDetail",
        reward_committee=f"Vec<{A}>",
        reward_deadline="u32",
    ),
    "StashMachine": _struct(
        total_machine="Vec<Vec<u8>>",
        online_machine="Vec<Vec<u8>>",
        total_calc_points="u64",
        total_gpu_num="u64",
        total_rented_gpu="u64",
        total_earned_reward="u128",
        total_claimed_reward="u128",
        can_claim_reward="u128",
        total_rent_fee="u128",
        total_burn_fee="u128",
    ),
    "SysInfoDetail": _struct(
        total_gpu_num="u64",
        total_rented_gpu="u64",
        total_staker="u64",
        total_calc_points="u64",
        total_stake="u128",
        total_rent_fee="u128",
        total_burn_fee="u128",
    ),
    "LiveMachine": _struct(
        **{
            f"{name}_machine": "Vec<Vec<u8>>"
            for name in (
                "bonding",
                "confirmed",
                "booked",
                "online",
                "fulfilling",
                "refused",
                "rented",
                "offline",
                "refused_mut_hardware",
            )
        }
    ),
    "MachineRecentRewardInfo": _struct(
        machine_stash=A,
        recent_machine_reward="Vec<u128>",
        recent_reward_sum="u128",
        reward_committee_deadline="u32",
        reward_committee=f"Vec<{A}>",
    ),
    "PosInfo": _struct(online_gpu="u64", offline_gpu="u64", rented_gpu="u64", online_gpu_calc_points="u64"),
    "AllMachineIdSnapDetail": _struct(all_machine_id="Vec<Vec<u8>>", snap_len="u64"),
    "StashMachineStatistics": _struct(
        online_gpu_num="u64", inflation="Perbill", machine_total_calc_point="u64", rent_extra_grade="u64"
    ),
    "StatisticMap": Struct(((None, f"Vec<({A}, StashMachineStatistics)>"),)),
    "MachineGradeStatus": _struct(basic_grade="u64", is_rented="bool"),
    "MachinePoints": Struct(((None, "Vec<(MachineId, MachineGradeStatus)>"),)),
    "EraStashPoints": _struct(total="u64", staker_statistic="StatisticMap"),
    "CommitteeList": _struct(
        normal=f"Vec<{A}>", chill_list=f"Vec<{A}>", waiting_box_pubkey=f"Vec<{A}>", fulfilling_list=f"Vec<{A}>"
    ),
    "OCVerifyStatus": _plain("SubmittingHash", "SubmittingRaw", "Summarizing", "Finished"),
    "OCMachineCommitteeList": _struct(
        book_time="u32",
        booked_committee=f"Vec<{A}>",
        hashed_committee=f"Vec<{A}>",
        confirm_start_time="u32",
        confirmed_committee=f"Vec<{A}>",
        onlined_committee=f"Vec<{A}>",
        status="OCVerifyStatus",
    ),
    "RentStatus": _plain("WaitingVerifying", "Renting", "RentExpired"),
    "RentOrderDetail": _struct(
        machine_id="Vec<u8>",
        renter=A,
        rent_start="u32",
        confirm_rent="u32",
        rent_end="u32",
        stake_amount="u128",
        rent_status="RentStatus",
        gpu_num="u32",
        gpu_index="Vec<u32>",
    ),
    "MachineGPUOrder": _struct(rent_order="Vec<u64>", used_gpu="Vec<u32>"),
    "RewardDestination": Enumeration(
        (("Staked", 0, ()), ("Stash", 1, ()), ("Controller", 2, ()), ("Account", 3, ((None, A),)), ("None", 4, ()))
    ),
    "MachineFaultType": Enumeration(
        (
            ("RentedInaccessible", 0, ((None, M), (None, "u64"))),
            *(
                (name, at, ((None, "[u8; 16]"), (None, "[u8; 32]")))
                for at, name in enumerate(
                    ("RentedHardwareMalfunction", "RentedHardwareCounterfeit", "OnlineRentFailed"), start=1
                )
            ),
        )
    ),
    "Phase": Enumeration((("ApplyExtrinsic", 0, ((None, "u32"),)), ("Finalization", 1, ()), ("Initialization", 2, ()))),
    "EventRecord": _struct(phase="Phase", event="RuntimeEvent", topics="Vec<H256>"),
    "ModuleError": _struct(index="u8", error="[u8; 4]"),
    "DispatchError": Enumeration(
        (
            ("Other", 0, ()),
            ("CannotLookup", 1, ()),
            ("BadOrigin", 2, ()),
            ("Module", 3, ((None, "ModuleError"),)),
        )
    ),
    "DispatchInfo": Struct((("weight", "Weight"), ("class", "DispatchClass"), ("pays_fee", "Pays"))),
    "Weight": _struct(ref_time="Compact<u64>", proof_size="Compact<u64>"),
    "DispatchClass": _plain("Normal", "Operational", "Mandatory"),
    "Pays": _plain("Yes", "No"),
    "CheckNonZeroSender": Struct(()),
    "CheckSpecVersion": Struct(()),
    "CheckTxVersion": Struct(()),
    "CheckGenesis": Struct(()),
    "CheckWeight": Struct(()),
    "CheckMortality": Struct(((None, "Era"),)),
    "CheckNonce": Struct(((None, "Compact<u32>"),)),
    "ChargeAssetTxPayment": _struct(tip="Compact<u128>", asset_id="Option<u32>"),
    "Era": Enumeration((("Immortal", 0, ()), *((f"Mortal{at}", at, ((None, "u8"),)) for at in range(1, 256)))),
    **DISPUTE_TYPES,
    **STAKING_TYPES,
    **{name: Struct(fields) for name, (_, fields) in STRUCTS.items()},
    **{name: _plain(*(str(member.value) for member in kind)) for name, kind in ENUMS.items()},
}


STORAGE: dict[str, tuple[Entry, ...]] = {
    "System": (
        Entry("Account", "Default", ((B, A),), "AccountInfo"),
        Entry("Number", "Default", (), "u32"),
        Entry("Events", "Default", (), "Vec<EventRecord>"),
        Entry("EventCount", "Default", (), "u32"),
    ),
    "Timestamp": (Entry("Now", "Default", (), "u64"),),
    "Balances": (
        Entry("TotalIssuance", "Default", (), "u128"),
        Entry("Locks", "Default", ((B, A),), "Vec<BalanceLock>"),
    ),
    "GenericFunc": (
        Entry("FixedTxFee", "Optional", (), "u128"),
        Entry("TotalDestroy", "Default", ((B, A),), "u128"),
    ),
    "DBCPriceOCW": (Entry("AvgPrice", "Optional", (), "u64"),),
    "OnlineProfile": (
        Entry("OnlineStakeParams", "Optional", (), "OnlineStakeParamsInfo"),
        Entry("StandardGPUPointPrice", "Optional", (), "StandardGpuPointPrice"),
        Entry("RentFeeDestroyPercent", "Default", (), "Perbill"),
        Entry("PhaseRewardInfo", "Optional", (), "PhaseRewardInfoDetail"),
        Entry("SysInfo", "Default", (), "SysInfoDetail"),
        Entry("LiveMachines", "Default", (), "LiveMachine"),
        Entry("CurrentEra", "Default", (), "u32"),
        Entry("StashController", "Optional", ((B, A),), A),
        Entry("ControllerStash", "Optional", ((B, A),), A),
        Entry("MachinesInfo", "Optional", ((B, M),), "MachineInfo"),
        Entry("MachineRentedGPU", "Default", ((B, M),), "u32"),
        Entry("MachineExtraPrice", "Default", ((B, M),), "u64"),
        Entry("StashMachines", "Default", ((B, A),), "StashMachine"),
        Entry("StashServerRooms", "Default", ((B, A),), "Vec<H256>"),
        Entry("StashStake", "Default", ((B, A),), "u128"),
        Entry("MachineRecentReward", "Optional", ((B, M),), "MachineRecentRewardInfo"),
        Entry("PosGPUInfo", "Default", ((B, "Longitude"), (B, "Latitude")), "PosInfo"),
        Entry("AllMachineIdSnap", "Default", (), "AllMachineIdSnapDetail"),
        Entry("ErasStashPoints", "Default", ((B, E),), "EraStashPoints"),
        Entry("ErasMachinePoints", "Default", ((B, E),), "MachinePoints"),
        Entry("ErasMachineReward", "Default", ((B, E), (B, M)), "u128"),
        Entry("ErasMachineReleasedReward", "Default", ((B, E), (B, M)), "u128"),
        Entry("ErasStashReleasedReward", "Default", ((B, E), (B, A)), "u128"),
    ),
    "Committee": (
        Entry("Committee", "Default", (), "CommitteeList"),
        Entry("CommitteeStakeParams", "Optional", (), "CommitteeStakeParamsInfo"),
    ),
    "OnlineCommittee": (Entry("MachineCommittee", "Default", ((B, M),), "OCMachineCommitteeList"),),
    "RentMachine": (
        Entry("UserOrder", "Default", ((B, A),), "Vec<u64>"),
        Entry("MachineRentOrder", "Default", ((B, M),), "MachineGPUOrder"),
        Entry("RentInfo", "Optional", ((B, ID),), "RentOrderDetail"),
        Entry("NextRentId", "Default", (), "u64"),
        Entry("RentFeePot", "Optional", (), A),
        Entry("MaximumRentalDuration", "Default", (), "u32"),
    ),
}

_LEASE = (ID, A, M, "u32", "u32", "u128")
EVENTS: dict[str, dict[str, tuple[tuple[str | None, str], ...]]] = {
    "System": {
        "ExtrinsicSuccess": (("dispatch_info", "DispatchInfo"),),
        "ExtrinsicFailed": (("dispatch_error", "DispatchError"), ("dispatch_info", "DispatchInfo")),
    },
    "Balances": {"Transfer": (("from", A), ("to", A), ("amount", "u128"))},
    "TransactionPayment": {"TransactionFeePaid": (("who", A), ("actual_fee", "u128"), ("tip", "u128"))},
    "Staking": dict.fromkeys(("Bonded", "Unbonded", "Withdrawn"), (("stash", A), ("amount", "u128"))),
    "GenericFunc": {
        "TxFeeToTreasury": ((None, A), (None, "u128")),
        "DestroyDBC": ((None, A), (None, "u128")),
    },
    "DBCPriceOCW": {"AddNewPrice": ((None, "u64"),), "AddAvgPrice": ((None, "u64"),)},
    "OnlineProfile": {
        "BondMachine": ((None, A), (None, M), (None, "u128")),
        "ControllerStashBonded": ((None, A), (None, A)),
        "StakeAdded": ((None, A), (None, "u128")),
        "StakeReduced": ((None, A), (None, "u128")),
        "ServerRoomGenerated": ((None, A), (None, "H256")),
        "MachineInfoAdded": ((None, M),),
        "ClaimReward": ((None, A), (None, "u128")),
        "ControllerReportOffline": ((None, M),),
        "ControllerReportOnline": ((None, M),),
        "MachineAddStake": ((None, M), (None, "u128"), (None, "u128")),
    },
    "OnlineCommittee": {
        "MachineDistributed": ((None, M), (None, A)),
    },
    "RentMachine": {name: tuple((None, kind) for kind in _LEASE) for name in ("ConfirmRent", "Rent", "Relet")},
}
"""Events that the node tells; the engine's others are left out of its blocks."""

EXTENSIONS = [
    ("CheckNonZeroSender", "CheckNonZeroSender", "()"),
    ("CheckSpecVersion", "CheckSpecVersion", "u32"),
    ("CheckTxVersion", "CheckTxVersion", "u32"),
    ("CheckGenesis", "CheckGenesis", "H256"),
    ("CheckMortality", "CheckMortality", "H256"),
    ("CheckNonce", "CheckNonce", "()"),
    ("CheckWeight", "CheckWeight", "()"),
    ("ChargeAssetTxPayment", "ChargeAssetTxPayment", "()"),
]

NUMBERS = {
    "System": 0, "Utility": 1, "Timestamp": 2, "Balances": 7, "TransactionPayment": 8, "Session": 10, "Sudo": 33,
    "GenericFunc": 104, "DBCPriceOCW": 106, "OnlineProfile": 107, "Committee": 108, "OnlineCommittee": 110,
    "RentMachine": 111,
}  # fmt: skip


@cache
def errors() -> dict[str, tuple[str, ...]]:
    """The refusals of the engine, by pallet, as they stand in its sources."""
    found: dict[str, set[str]] = {}
    for path in sorted(RULES.rglob("*.py")):
        source = path.read_text()
        own = re.search(r'^_PALLET = "(\w+)"', source, re.M)
        for pallet, name in re.findall(r'(?:refuse|ChainRejected)\(\s*(?:_PALLET|pallet|"(\w+)"),\s*"(\w+)"', source):
            found.setdefault(pallet or (own[1] if own else "OnlineProfile"), set()).add(name)
    found.setdefault("RentMachine", set()).add("Unknown")
    found.setdefault("Balances", set()).add("InsufficientBalance")
    return {pallet: tuple(sorted(names)) for pallet, names in found.items()}


def node_metadata(*, version: int = 14, extensions: list[tuple[str, str, str]] | None = None) -> bytes:
    """The metadata of the node: calls from the catalogue, all else from this file."""
    return _metadata(version, tuple(EXTENSIONS if extensions is None else extensions))


@cache
def _metadata(version: int, extensions: tuple[tuple[str, str, str], ...]) -> bytes:
    declared = dict(TYPES)
    numbers = dict(NUMBERS)
    calls: dict[str, list[tuple[str, int, tuple[tuple[str | None, str], ...]]]] = {}
    for spec in SPECS:
        numbers[spec.pallet] = spec.pallet_index
        args: tuple[tuple[str | None, str], ...] = tuple((name, _call_kind(kind)) for name, kind in spec.args)
        calls.setdefault(spec.pallet, []).append((spec.name, spec.index, args))
    for pallet, listed in calls.items():
        declared[f"{pallet}Call"] = Enumeration(tuple(listed))
    declared["RuntimeCall"] = Enumeration(
        tuple((pallet, numbers[pallet], ((None, f"{pallet}Call"),)) for pallet in calls)
    )
    for pallet, events in EVENTS.items():
        declared[f"{pallet}Event"] = Enumeration(
            tuple((name, at, fields) for at, (name, fields) in enumerate(events.items()))
        )
    declared["RuntimeEvent"] = Enumeration(
        tuple((pallet, numbers[pallet], ((None, f"{pallet}Event"),)) for pallet in EVENTS)
    )
    refusals = errors()
    for pallet, names in refusals.items():
        declared[f"{pallet}Error"] = _plain(*names)
    pallets = [
        PalletDef(
            name,
            number,
            STORAGE.get(name, ()) + DISPUTE_STORAGE.get(name, ()) + STAKING_STORAGE.get(name, ()),
            f"{name}Call" if name in calls else None,
            f"{name}Event" if name in EVENTS else None,
            f"{name}Error" if name in refusals else None,
            (("SS58Prefix", "u16", (42).to_bytes(2, "little")),) if name == "System" else (),
        )
        for name, number in sorted(numbers.items(), key=lambda one: one[1])
    ]
    return write(
        Registry(declared),
        pallets,
        list(extensions),
        address="MultiAddress",
        call="RuntimeCall",
        signature="MultiSignature",
        version=version,
    )


def _call_kind(kind: str) -> str:
    return {"Call": "RuntimeCall", "Vec<Call>": "Vec<RuntimeCall>"}.get(kind, kind)
