"""The calls of the chain: names, argument names and indices of a real runtime (chain-rules 1.4, 4.6, 5.2, 6).

One catalogue serves the extrinsic codec, the engine, the preview and the explorer. The type of an argument is the name
of a SCALE type; `chain/scale.py` knows how each is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.call import Call


@dataclass(frozen=True, slots=True)
class CallSpec:
    """One call: where it stands in the runtime and what it takes.

    Attributes:
        args: Name and SCALE type of each argument, in order.
        root: Only `Sudo.sudo` may dispatch it.
    """

    pallet: str
    pallet_index: int
    name: str
    index: int
    args: tuple[tuple[str, str], ...]
    root: bool = False


def _pallet(name: str, index: int, *calls: tuple[int, str, tuple[tuple[str, str], ...], bool]) -> tuple[CallSpec, ...]:
    return tuple(CallSpec(name, index, call, number, args, root) for number, call, args, root in calls)


_MACHINE = (("machine_id", "MachineId"),)
_REPORT = (("report_id", "u64"),)
_REVEAL = (
    *_REPORT,
    *_MACHINE,
    ("rent_order_id", "u64"),
    ("reporter_rand_str", "Bytes"),
    ("committee_rand_str", "Bytes"),
    ("err_reason", "Bytes"),
    ("extra_err_info", "Bytes"),
    ("support_report", "bool"),
)

SPECS: tuple[CallSpec, ...] = (
    *_pallet("Utility", 1, (2, "batch_all", (("calls", "Vec<Call>"),), False)),
    *_pallet(
        "Balances",
        7,
        (0, "transfer_allow_death", (("dest", "MultiAddress"), ("value", "Compact<u128>")), False),
        (3, "transfer_keep_alive", (("dest", "MultiAddress"), ("value", "Compact<u128>")), False),
        (4, "transfer_all", (("dest", "MultiAddress"), ("keep_alive", "bool")), False),
    ),
    *_pallet(
        "TechnicalCommittee",
        14,
        (
            0,
            "set_members",
            (("new_members", "Vec<AccountId>"), ("prime", "Option<AccountId>"), ("old_count", "u32")),
            True,
        ),
        (
            2,
            "propose",
            (("threshold", "Compact<u32>"), ("proposal", "Call"), ("length_bound", "Compact<u32>")),
            False,
        ),
        (3, "vote", (("proposal", "H256"), ("index", "Compact<u32>"), ("approve", "bool")), False),
        (
            6,
            "close",
            (
                ("proposal_hash", "H256"),
                ("index", "Compact<u32>"),
                ("proposal_weight_bound", "Weight"),
                ("length_bound", "Compact<u32>"),
            ),
            False,
        ),
    ),
    *_pallet("Sudo", 33, (0, "sudo", (("call", "Call"),), False)),
    *_pallet(
        "Staking",
        100,
        (0, "bond", (("value", "Compact<u128>"), ("payee", "RewardDestination")), False),
        (1, "bond_extra", (("max_additional", "Compact<u128>"),), False),
        (2, "unbond", (("value", "Compact<u128>"),), False),
        (3, "withdraw_unbonded", (("num_slashing_spans", "u32"),), False),
        (4, "validate", (("prefs", "ValidatorPrefs"),), False),
        (5, "nominate", (("targets", "Vec<MultiAddress>"),), False),
        (6, "chill", (), False),
        (7, "set_payee", (("payee", "RewardDestination"),), False),
        (9, "set_validator_count", (("new", "Compact<u32>"),), True),
        (10, "increase_validator_count", (("additional", "Compact<u32>"),), True),
        (17, "cancel_deferred_slash", (("era", "u32"), ("slash_indices", "Vec<u32>")), True),
        (18, "payout_stakers", (("validator_stash", "AccountId"), ("era", "u32")), False),
        (19, "rebond", (("value", "Compact<u128>"),), False),
        (25, "set_min_commission", (("new", "u32"),), True),
        (26, "set_reward_start_height", (("reward_start_height", "u32"),), True),
        (27, "set_phase0_reward", (("reward_per_year", "u128"),), True),
        (28, "set_phase1_reward", (("reward_per_year", "u128"),), True),
        (29, "set_phase2_reward", (("reward_per_year", "u128"),), True),
    ),
    *_pallet(
        "GenericFunc",
        104,
        (0, "set_fixed_tx_fee", (("tx_fee", "u128"),), True),
        (1, "deposit_into_treasury", (("amount", "u128"),), False),
        (2, "set_auto_destroy", (("who", "AccountId"), ("frequency", "u32")), True),
        (3, "destroy_free_dbc", (("amount", "u128"),), False),
        (4, "force_destroy_free_dbc", (("who", "AccountId"), ("amount", "u128")), True),
    ),
    *_pallet("DBCPriceOCW", 106, (1, "submit_price_by_root", (("price", "u64"),), True)),
    *_pallet(
        "OnlineProfile",
        107,
        (0, "set_reward_info", (("reward_info", "PhaseRewardInfoDetail"),), True),
        (1, "set_online_stake_params", (("online_stake_params_info", "OnlineStakeParamsInfo"),), True),
        (2, "set_standard_gpu_point_price", (("point_price", "StandardGpuPointPrice"),), True),
        (3, "set_rentfee_destroy_percent", (("percent", "u32"),), True),
        (4, "set_controller", (("controller", "AccountId"),), False),
        (5, "stash_reset_controller", (("new_controller", "AccountId"),), False),
        (6, "offline_machine_change_hardware_info", _MACHINE, False),
        (7, "bond_machine", (*_MACHINE, ("msg", "Bytes"), ("sig", "Bytes")), False),
        (8, "gen_server_room", (), False),
        (9, "add_machine_info", (*_MACHINE, ("server_room_info", "StakerCustomizeInfo")), False),
        (10, "fulfill_machine", _MACHINE, False),
        (11, "claim_rewards", (), False),
        (12, "controller_report_offline", _MACHINE, False),
        (13, "controller_report_online", _MACHINE, False),
        (14, "machine_exit", _MACHINE, False),
        (15, "restake_online_machine", _MACHINE, False),
        (16, "apply_slash_review", (("slash_id", "u64"), ("reason", "Bytes")), False),
        (17, "cancel_slash", (("slash_id", "u64"),), False),
        (18, "exec_slash", _MACHINE, False),
        (19, "update_machine_info", (*_MACHINE, ("server_room_info", "StakerCustomizeInfo")), False),
        (20, "force_machine_exit", (("machine_ids", "Vec<MachineId>"),), False),
        (21, "update_authorized_force_exit_accounts", (("accounts", "Vec<AccountId>"),), True),
        (22, "set_machine_extra_price", (*_MACHINE, ("extra_price", "u64")), False),
        (23, "set_machine_rental_mode", (*_MACHINE, ("mode", "MachineRentalMode")), False),
        (24, "set_weekly_schedule", (*_MACHINE, ("weekday", "u8"), ("time_ranges", "Vec<TimeRange>")), False),
        (
            25,
            "set_specific_date_schedule",
            (*_MACHINE, ("date_days", "u32"), ("time_ranges", "Vec<TimeRange>")),
            False,
        ),
        (26, "clear_specific_date", (*_MACHINE, ("date_days", "u32")), False),
        (27, "set_rent_receiver", (("receiver", "Option<AccountId>"),), False),
    ),
    *_pallet(
        "Committee",
        108,
        (0, "set_committee_stake_params", (("stake_params", "CommitteeStakeParamsInfo"),), True),
        (1, "add_committee", (("member", "AccountId"),), True),
        (2, "committee_set_box_pubkey", (("box_pubkey", "[u8; 32]"),), False),
        (3, "committee_add_stake", (("amount", "u128"),), False),
        (4, "committee_reduce_stake", (("amount", "u128"),), False),
        (5, "claim_reward", (), False),
        (6, "chill", (), False),
        (7, "undo_chill", (), False),
        (8, "exit_committee", (), False),
    ),
    *_pallet(
        "OnlineCommittee",
        110,
        (0, "submit_confirm_hash", (*_MACHINE, ("hash", "[u8; 16]")), False),
        (1, "submit_confirm_raw", (("machine_info_detail", "CommitteeUploadInfo"),), False),
        (2, "apply_slash_review", (("slash_id", "u64"), ("reason", "Bytes")), False),
        (3, "cancel_slash", (("slash_id", "u64"),), False),
    ),
    *_pallet(
        "RentMachine",
        111,
        (0, "set_rent_fee_pot", (("pot_addr", "AccountId"),), True),
        (1, "rent_machine", (*_MACHINE, ("rent_gpu_num", "u32"), ("duration", "u32")), False),
        (2, "confirm_rent", (("rent_id", "u64"),), False),
        (3, "relet_machine", (("rent_id", "u64"), ("relet_duration", "u32")), False),
        (4, "bond_evm_address", (*_MACHINE, ("evm_address", "H160")), False),
    ),
    *_pallet(
        "MaintainCommittee",
        112,
        (0, "set_reporter_stake_params", (("stake_params", "ReporterStakeParamsInfo"),), True),
        (1, "report_machine_fault", (("report_reason", "MachineFaultType"),), False),
        (2, "reporter_add_stake", (("amount", "u128"),), False),
        (3, "reporter_reduce_stake", (("amount", "u128"),), False),
        (4, "reporter_cancel_report", _REPORT, False),
        (5, "committee_book_report", _REPORT, False),
        (
            6,
            "reporter_add_encrypted_error_info",
            (*_REPORT, ("to_committee", "AccountId"), ("encrypted_err_info", "Bytes")),
            False,
        ),
        (7, "committee_submit_verify_hash", (*_REPORT, ("hash", "[u8; 16]")), False),
        (8, "committee_submit_verify_raw", _REVEAL, False),
        (
            9,
            "committee_submit_inaccessible_raw",
            (*_REPORT, ("committee_rand_str", "Bytes"), ("is_support", "bool")),
            False,
        ),
        (10, "apply_slash_review", (("report_result_id", "u64"), ("reason", "Bytes")), False),
        (11, "cancel_reporter_slash", (("slashed_report_id", "u64"),), False),
    ),
    *_pallet(
        "TerminatingRental",
        113,
        (0, "set_stake_per_gpu", (("stake_per_gpu", "u128"),), True),
        (1, "set_online_deposit", (("deposit", "u128"),), True),
        (2, "set_standard_gpu_point_price", (("point_price", "StandardGpuPointPrice"),), True),
        (3, "set_reporter_stake_params", (("params", "ReporterStakeParamsInfo"),), True),
        (4, "set_controller", (("controller", "AccountId"),), False),
        (5, "gen_server_room", (), False),
        (6, "bond_machine", (*_MACHINE, ("msg", "Bytes"), ("sig", "Bytes")), False),
        (7, "add_machine_info", (*_MACHINE, ("add_machine_info", "StakerCustomizeInfo")), False),
        (8, "submit_confirm_hash", (*_MACHINE, ("hash", "[u8; 16]")), False),
        (9, "submit_confirm_raw", (("machine_info_detail", "CommitteeUploadInfo"),), False),
        (10, "rent_machine", (*_MACHINE, ("rent_gpu_num", "u32"), ("duration", "u32")), False),
        (11, "confirm_rent", (("rent_id", "u64"),), False),
        (12, "relet_machine", (("rent_id", "u64"), ("duration", "u32")), False),
        (13, "terminate_rent", (("rent_id", "u64"),), False),
        (14, "machine_offline", _MACHINE, False),
        (15, "machine_online", _MACHINE, False),
        (16, "machine_exit", _MACHINE, False),
        (17, "report_machine_fault", (("report_hash", "[u8; 16]"), ("box_pubkey", "[u8; 32]")), False),
        (18, "reporter_add_stake", (("amount", "u128"),), False),
        (19, "reporter_reduce_stake", (("amount", "u128"),), False),
        (20, "reporter_cancel_report", _REPORT, False),
        (21, "committee_book_report", _REPORT, False),
        (
            22,
            "reporter_add_encrypted_error_info",
            (*_REPORT, ("to_committee", "AccountId"), ("encrypted_err_info", "Bytes")),
            False,
        ),
        (23, "committee_submit_verify_hash", (*_REPORT, ("hash", "[u8; 16]")), False),
        (24, "committee_submit_verify_raw", _REVEAL, False),
        (25, "set_rentfee_destroy_percent", (("percent", "u32"),), True),
        (26, "set_machine_extra_price", (*_MACHINE, ("extra_price", "u64")), False),
        (27, "set_rent_receiver", (("receiver", "Option<AccountId>"),), False),
    ),
    *_pallet(
        "MachineCheck",  # of `launch-2021` alone; no runtime has this index
        200,
        (
            0,
            "submit_hardware_report",
            (("declared", "CommitteeUploadInfo"), ("report", "Bytes"), ("signature", "Bytes")),
            False,
        ),
        (1, "grab_order", _MACHINE, False),
    ),
    *_pallet(
        "Equivocation",  # of the embedded chain; no runtime has this index
        202,
        (
            0,
            "report",
            (
                ("offender", "AccountId"),
                ("slot", "u32"),
                ("first_hash", "H256"),
                ("first_signature", "Bytes"),
                ("second_hash", "H256"),
                ("second_signature", "Bytes"),
            ),
            False,
        ),
    ),
    *_pallet(
        "CommitteeElection",  # of `launch-2021` alone, too
        201,
        (0, "stand", (("box_pubkey", "[u8; 32]"),), False),
        (1, "step_down", (), False),
        (2, "back", (("candidate", "AccountId"), ("amount", "u128")), False),
    ),
)

BY_NAME: dict[tuple[str, str], CallSpec] = {(spec.pallet, spec.name): spec for spec in SPECS}
BY_INDEX: dict[tuple[int, int], CallSpec] = {(spec.pallet_index, spec.index): spec for spec in SPECS}


def spec_of(call: Call) -> CallSpec:
    """The catalogue entry of `call`.

    Raises:
        KeyError: The catalogue has no such call.
    """
    return BY_NAME[call.pallet, call.name]


def arguments(call: Call) -> dict[str, object]:
    """The arguments of `call` by name."""
    return {name: value for (name, _), value in zip(spec_of(call).args, call.args, strict=True)}
