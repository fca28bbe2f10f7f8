"""Whether a node's runtime has the rules that this program computes by: its version, constants and calls (design 4.2).

What root may set is read from storage and holds in every figure; this is about what no storage says.
"""

from __future__ import annotations

from dbc_desktop.chain.substrate.mirror import NODE_RULES
from dbc_desktop.chain.substrate.runtime import Runtime
from dbc_desktop.domain.network import BLOCK_MS, BLOCKS_PER_ERA, Drift
from dbc_desktop.rules.catalogue import SPECS

_CONSTANTS: tuple[tuple[str, str, int], ...] = (
    ("System", "SS58Prefix", 42),
    ("Babe", "ExpectedBlockTime", BLOCK_MS),
    ("Babe", "EpochDuration", BLOCKS_PER_ERA // 6),
    ("Balances", "ExistentialDeposit", 0),
    ("TransactionPayment", "OperationalFeeMultiplier", 5),
    ("Staking", "SessionsPerEra", 6),
    ("Staking", "BondingDuration", NODE_RULES.bonding_eras),
    ("Staking", "MaxNominations", NODE_RULES.most_nominations),
    ("Staking", "MaxUnlockingChunks", NODE_RULES.most_unlocking_chunks),
)
"""Chain-rules 11.1."""

_WATCHED = ("Balances", "OnlineProfile", "RentMachine", "Committee", "OnlineCommittee", "Staking")


def rule_drift(runtime: Runtime) -> tuple[Drift, ...]:
    """What differs, the version first; constants that the runtime does not name are passed over."""
    found = []
    if runtime.spec_version != NODE_RULES.spec_version:
        found.append(Drift("spec_version", str(runtime.spec_version), str(NODE_RULES.spec_version)))
    for pallet, name, ours in _CONSTANTS:
        theirs = runtime.constant(pallet, name)
        if theirs is not None and theirs != ours:
            found.append(Drift(f"{pallet}.{name}", str(theirs)[:40], str(ours)))
    metadata = runtime.codec.metadata
    for spec in SPECS:
        pallet_def = metadata.pallets.get(spec.pallet)
        if spec.pallet not in _WATCHED or pallet_def is None or pallet_def.calls is None:
            continue
        there = next((one for one in metadata.types[pallet_def.calls].body if one.name == spec.name), None)
        if there is None:
            found.append(Drift(f"{spec.pallet}.{spec.name}", "", "call"))
        elif [field.name for field in there.fields] != [name for name, _ in spec.args]:
            found.append(Drift(f"{spec.pallet}.{spec.name}", ", ".join(str(f.name) for f in there.fields)[:80], "call"))
    return tuple(found)
