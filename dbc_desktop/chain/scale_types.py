"""The structs, enumerations and lists that calls of the catalogue carry, field by field in the chain's order."""

from __future__ import annotations

from enum import Enum

from dbc_desktop.domain.machine import CustomizeInfo, HardwareInfo
from dbc_desktop.domain.parameters import (
    MemberStakeParams,
    OnlineStakeParams,
    PhaseRewards,
    PointPrice,
    ReporterStakeParams,
)
from dbc_desktop.domain.schedule import RentalMode, TimeRange
from dbc_desktop.domain.super_node import SuperNodePrefs

Fields = tuple[tuple[str, str], ...]

STRUCTS: dict[str, tuple[type, Fields]] = {
    "StakerCustomizeInfo": (
        CustomizeInfo,
        (
            ("server_room", "H256"),
            ("upload_net", "u64"),
            ("download_net", "u64"),
            ("longitude", "Longitude"),
            ("latitude", "Latitude"),
            ("telecom_operators", "Vec<Text>"),
            ("is_bare_machine", "bool"),
        ),
    ),
    "CommitteeUploadInfo": (
        HardwareInfo,
        (
            ("machine_id", "MachineId"),
            ("gpu_type", "Text"),
            ("gpu_num", "u32"),
            ("cuda_core", "u32"),
            ("gpu_mem", "u64"),
            ("calc_point", "u64"),
            ("sys_disk", "u64"),
            ("data_disk", "u64"),
            ("cpu_type", "Text"),
            ("cpu_core_num", "u32"),
            ("cpu_rate", "u64"),
            ("mem_num", "u64"),
            ("rand_str", "Text"),
            ("is_support", "bool"),
        ),
    ),
    "PhaseRewardInfoDetail": (
        PhaseRewards,
        (
            ("online_reward_start_era", "u32"),
            ("first_phase_duration", "u32"),
            ("galaxy_on_era", "u32"),
            ("phase_0_reward_per_era", "u128"),
            ("phase_1_reward_per_era", "u128"),
            ("phase_2_reward_per_era", "u128"),
        ),
    ),
    "OnlineStakeParamsInfo": (
        OnlineStakeParams,
        (
            ("online_stake_per_gpu", "u128"),
            ("online_stake_usd_limit", "u64"),
            ("reonline_stake", "u64"),
            ("slash_review_stake", "u128"),
        ),
    ),
    "StandardGpuPointPrice": (PointPrice, (("gpu_point", "u64"), ("gpu_price", "u64"))),
    "CommitteeStakeParamsInfo": (
        MemberStakeParams,
        (("stake_baseline", "u128"), ("stake_per_order", "u128"), ("min_free_stake_percent", "u32")),
    ),
    "ValidatorPrefs": (SuperNodePrefs, (("commission", "Compact<u32>"), ("blocked", "bool"))),
    "ReporterStakeParamsInfo": (
        ReporterStakeParams,
        (("stake_baseline", "u128"), ("stake_per_report", "u128"), ("min_free_stake_percent", "u32")),
    ),
    "TimeRange": (TimeRange, (("start_hour", "u8"), ("end_hour", "u8"))),
}
"""What each is in the program, and its fields with their types."""

ENUMS: dict[str, type[Enum]] = {"MachineRentalMode": RentalMode}
"""Enumerations without fields; their members stand in the order of the chain's variants."""

LISTS = ("Text", "TimeRange", "MachineId", "AccountId", "MultiAddress", "Call", "u32")
"""What also occurs as `Vec<...>`."""
