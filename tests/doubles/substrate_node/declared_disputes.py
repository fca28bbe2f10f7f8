"""What the node of the tests declares of disputes (chain-rules 4.12, 6.7, 7)."""

from __future__ import annotations

from tests.doubles.substrate_node.metadata_writer import Entry, Enumeration, Struct

_B = "Blake2_128Concat"
_A, _M, _ID = "AccountId32", "MachineId", "u64"


def _struct(**fields: str) -> Struct:
    return Struct(tuple(fields.items()))


def _plain(*names: str) -> Enumeration:
    return Enumeration(tuple((name, at, ()) for at, name in enumerate(names)))


_REVIEW = _struct(applicant=_A, staked_amount="u128", apply_time="u32", expire_time="u32", reason="Vec<u8>")
_OUTCOMES = _plain("Pending", "Canceled", "Executed")

DISPUTE_TYPES: dict[str, Struct | Enumeration | str] = {
    "OPPendingSlashReviewInfo": _REVIEW,
    "OCPendingSlashReviewInfo": _REVIEW,
    "MTPendingSlashReviewInfo": _REVIEW,
    "OPPendingSlashInfo": _struct(
        slash_who=_A,
        machine_id="Vec<u8>",
        slash_time="u32",
        slash_amount="u128",
        slash_exec_time="u32",
        reporter=f"Option<{_A}>",
        renters=f"Vec<{_A}>",
        reward_to_committee=f"Option<Vec<{_A}>>",
        slash_reason="OPSlashReason",
    ),
    "OCBookResultType": _plain("OnlineSucceed", "OnlineRefused", "NoConsensus"),
    "OCSlashResult": _OUTCOMES,
    "OCPendingSlashInfo": _struct(
        machine_id="Vec<u8>",
        machine_stash=f"Option<{_A}>",
        stash_slash_amount="u128",
        inconsistent_committee=f"Vec<{_A}>",
        unruly_committee=f"Vec<{_A}>",
        reward_committee=f"Vec<{_A}>",
        committee_stake="u128",
        slash_time="u32",
        slash_exec_time="u32",
        book_result="OCBookResultType",
        slash_result="OCSlashResult",
    ),
    "OCCommitteeMachineList": _struct(
        **{f"{name}_machine": "Vec<Vec<u8>>" for name in ("booked", "hashed", "confirmed", "online")}
    ),
    "OCMachineStatus": _plain("Booked", "Hashed", "Confirmed"),
    "OCCommitteeOps": _struct(
        staked_dbc="u128",
        verify_time="Vec<u32>",
        confirm_hash="[u8; 16]",
        hash_time="u32",
        confirm_time="u32",
        machine_status="OCMachineStatus",
        machine_info="CommitteeUploadInfo",
    ),
    "CommitteeStakeInfo": _struct(
        box_pubkey="[u8; 32]",
        staked_amount="u128",
        used_stake="u128",
        can_claim_reward="u128",
        claimed_reward="u128",
    ),
    "ReporterStakeInfo": _struct(
        staked_amount="u128", used_stake="u128", can_claim_reward="u128", claimed_reward="u128"
    ),
    "ReporterReportList": _struct(
        **{f"{name}_report": "Vec<u64>" for name in ("processing", "canceled", "succeed", "failed")}
    ),
    "MTCommitteeOrderList": _struct(
        **{f"{name}_report": "Vec<u64>" for name in ("booked", "hashed", "confirmed", "finished")}
    ),
    "MTLiveReportList": _struct(
        **{f"{name}_report": "Vec<u64>" for name in ("bookable", "verifying", "waiting_raw", "finished")}
    ),
    "MTOrderStatus": _plain("WaitingEncrypt", "Verifying", "WaitingRaw", "Finished"),
    "MTCommitteeOpsDetail": _struct(
        booked_time="u32",
        encrypted_err_info="Option<Vec<u8>>",
        encrypted_time="u32",
        confirm_hash="[u8; 16]",
        hash_time="u32",
        extra_err_info="Vec<u8>",
        confirm_time="u32",
        confirm_result="bool",
        staked_balance="u128",
        order_status="MTOrderStatus",
    ),
    "ReportStatus": _plain("Reported", "WaitingBook", "Verifying", "SubmittingRaw", "CommitteeConfirmed"),
    "MTReportInfoDetail": _struct(
        reporter=_A,
        report_time="u32",
        reporter_stake="u128",
        first_book_time="u32",
        machine_id="Vec<u8>",
        rent_order_id="u64",
        err_info="Vec<u8>",
        verifying_committee=f"Option<{_A}>",
        booked_committee=f"Vec<{_A}>",
        get_encrypted_info_committee=f"Vec<{_A}>",
        hashed_committee=f"Vec<{_A}>",
        confirm_start="u32",
        confirmed_committee=f"Vec<{_A}>",
        support_committee=f"Vec<{_A}>",
        against_committee=f"Vec<{_A}>",
        report_status="ReportStatus",
        machine_fault_type="MachineFaultType",
    ),
    "ReportResultType": _plain("ReportSucceed", "ReportRefused", "ReporterNotSubmitEncryptedInfo", "NoConsensus"),
    "MCSlashResult": _OUTCOMES,
    "MTReportResultInfo": _struct(
        report_id="u64",
        reporter=_A,
        reporter_stake="u128",
        inconsistent_committee=f"Vec<{_A}>",
        unruly_committee=f"Vec<{_A}>",
        reward_committee=f"Vec<{_A}>",
        committee_stake="u128",
        machine_stash=f"Option<{_A}>",
        machine_id="Vec<u8>",
        slash_time="u32",
        slash_exec_time="u32",
        report_result="ReportResultType",
        slash_result="MCSlashResult",
    ),
}

DISPUTE_STORAGE: dict[str, tuple[Entry, ...]] = {
    "OnlineProfile": (
        Entry("PendingSlash", "Optional", ((_B, _ID),), "OPPendingSlashInfo"),
        Entry("PendingSlashReview", "Optional", ((_B, _ID),), "OPPendingSlashReviewInfo"),
        Entry("Machine2PendingSlashIds", "Default", ((_B, _M),), "Vec<u64>"),
        Entry("MaxSlashExeced", "Default", ((_B, _M),), "u32"),
    ),
    "Committee": (Entry("CommitteeStake", "Default", ((_B, _A),), "CommitteeStakeInfo"),),
    "OnlineCommittee": (
        Entry("NextSlashId", "Default", (), "u64"),
        Entry("PendingSlash", "Optional", ((_B, _ID),), "OCPendingSlashInfo"),
        Entry("PendingSlashReview", "Optional", ((_B, _ID),), "OCPendingSlashReviewInfo"),
        Entry("CommitteeMachine", "Default", ((_B, _A),), "OCCommitteeMachineList"),
        Entry("CommitteeOps", "Default", ((_B, _A), (_B, _M)), "OCCommitteeOps"),
    ),
    "MaintainCommittee": (
        Entry("NextReportId", "Default", (), "u64"),
        Entry("ReporterStakeParams", "Optional", (), "ReporterStakeParamsInfo"),
        Entry("ReporterStake", "Default", ((_B, _A),), "ReporterStakeInfo"),
        Entry("ReporterReport", "Default", ((_B, _A),), "ReporterReportList"),
        Entry("ReportInfo", "Optional", ((_B, _ID),), "MTReportInfoDetail"),
        Entry("ReportResult", "Optional", ((_B, _ID),), "MTReportResultInfo"),
        Entry("LiveReport", "Default", (), "MTLiveReportList"),
        Entry("CommitteeOrder", "Default", ((_B, _A),), "MTCommitteeOrderList"),
        Entry("CommitteeOps", "Default", ((_B, _A), (_B, _ID)), "MTCommitteeOpsDetail"),
        Entry("PendingSlashReview", "Optional", ((_B, _ID),), "MTPendingSlashReviewInfo"),
    ),
}
