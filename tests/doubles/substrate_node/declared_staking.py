"""What the node of the tests declares of super nodes (chain-rules 9, 10.2)."""

from __future__ import annotations

from tests.doubles.substrate_node.metadata_writer import Entry, Enumeration, Struct

_T, _B = "Twox64Concat", "Blake2_128Concat"
_A, _E = "AccountId32", "u32"


def _struct(**fields: str) -> Struct:
    return Struct(tuple(fields.items()))


STAKING_TYPES: dict[str, Struct | Enumeration | str] = {
    "ActiveEraInfo": _struct(index="u32", start="Option<u64>"),
    "UnlockChunk": _struct(value="Compact<u128>", era="Compact<u32>"),
    "StakingLedger": _struct(
        stash=_A,
        total="Compact<u128>",
        active="Compact<u128>",
        unlocking="Vec<UnlockChunk>",
        claimed_rewards="Vec<u32>",
    ),
    "Nominations": _struct(targets=f"Vec<{_A}>", submitted_in="u32", suppressed="bool"),
    "IndividualExposure": _struct(who=_A, value="Compact<u128>"),
    "Exposure": _struct(total="Compact<u128>", own="Compact<u128>", others="Vec<IndividualExposure>"),
    "SlashingSpans": _struct(span_index="u32", last_start="u32", last_nonzero_slash="u32", prior="Vec<u32>"),
}

STAKING_STORAGE: dict[str, tuple[Entry, ...]] = {
    "Session": (Entry("Validators", "Default", (), f"Vec<{_A}>"),),
    "Staking": (
        Entry("ValidatorCount", "Default", (), "u32"),
        Entry("MinCommission", "Default", (), "Perbill"),
        Entry("CurrentEra", "Optional", (), "u32"),
        Entry("ActiveEra", "Optional", (), "ActiveEraInfo"),
        Entry("Bonded", "Optional", ((_T, _A),), _A),
        Entry("Ledger", "Optional", ((_B, _A),), "StakingLedger"),
        Entry("Payee", "Default", ((_T, _A),), "RewardDestination"),
        Entry("Validators", "Default", ((_T, _A),), "ValidatorPrefs"),
        Entry("Nominators", "Optional", ((_T, _A),), "Nominations"),
        Entry("ErasStakers", "Default", ((_T, _E), (_T, _A)), "Exposure"),
        Entry("SlashingSpans", "Optional", ((_T, _A),), "SlashingSpans"),
        Entry("Phase0RewardPerYear", "Default", (), "u128"),
        Entry("Phase1RewardPerYear", "Default", (), "u128"),
        Entry("Phase2RewardPerYear", "Default", (), "u128"),
        Entry("RewardStartHeight", "Default", (), "u32"),
    ),
}
