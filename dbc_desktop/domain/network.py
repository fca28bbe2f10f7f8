"""The chain itself: which one it is, where it stands, and its totals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dbc_desktop.domain.balance import Balance

if TYPE_CHECKING:  # numpy takes longer to import than the window to paint; only who makes columns needs it
    import numpy as np
    from numpy.typing import NDArray

    from dbc_desktop.domain.machine import MachineId

BLOCK_MS = 6_000
BLOCKS_PER_ERA = 14_400
MOST_STAMPS = 512
"""Blocks whose hash and time are asked for at once."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which chain this is; pinned by its genesis hash.

    Attributes:
        rescued_at: The last good block, where the file of an embedded chain is damaged: it is only read then.
        rescued_as: The branch that holds what could be saved.
    """

    kind: str
    name: str
    genesis_hash: bytes
    spec_version: int
    transaction_version: int
    rules_profile: str
    token: str = "DBC"  # noqa: S105 - the coin's name, no secret
    decimals: int = 15
    ss58_prefix: int = 42
    rescued_at: int | None = None
    rescued_as: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block. `era` is the mining era (chain-rules 1), `finalised` the newest final height."""

    height: int
    hash: bytes
    era: int
    timestamp_ms: int
    finalised: int


class Capability(StrEnum):
    """What a backend can do beyond reading and sending; the window hides what is lacking and says why."""

    CLOCK = "clock"
    JUMP = "jump"
    PLAY_MONEY = "play_money"
    PREVIEW = "preview"
    HARDWARE_REPORT = "hardware_report"
    EXPLORER = "explorer"
    EXPLAIN = "explain"
    SUPER_NODES = "super_nodes"
    SIMULATE = "simulate"
    DISPUTES = "disputes"


class ClockMode(StrEnum):
    """How the embedded chain's time passes (design 4.1)."""

    INTERVAL = "interval"
    INSTANT = "instant"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A height at which something ends for an account; `kind` is one of `verification`, `confirm`, `lease_end`,
    `payout`, `era`, `slash`, `slash_step`, `appeal`, `report`, `committee_work`."""  # noqa: D205, D209

    kind: str
    height: int
    subject: str


@dataclass(frozen=True, slots=True)
class Drift:
    """One rule that a node's runtime has otherwise than this program's rules.

    Attributes:
        rule: `spec_version`, or pallet and name of a constant or of a parameter, e.g. `Babe.ExpectedBlockTime`.
        theirs: The node's value as text; untrusted.
        ours: This program's.
    """

    rule: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """How a node fares.

    Attributes:
        latency_seconds: How long its last answer took.
        finalised: The newest final height.
        peers: None where it does not tell.
    """

    url: str
    latency_seconds: float
    height: int
    finalised: int
    spec_version: int
    peers: int | None
    is_syncing: bool


@dataclass(frozen=True, slots=True)
class NetworkTotals:
    """Sums over the whole network, and what everybody pays now; `dbc_price_usd` in micro-USD for one DBC.

    Attributes:
        bond_stake: What bonding reserves for the first GPU at the present price; None where no price is known.
        fixed_fee: The fixed business fee (chain-rules 2.6); None where the chain has not set it.
    """

    issuance: Balance
    burned: Balance
    burn_floor: Balance | None
    era_reward: Balance
    dbc_price_usd: int
    machine_num: int
    gpu_num: int
    rented_gpu_num: int
    total_staked: Balance
    bond_stake: Balance | None = None
    fixed_fee: Balance | None = None


@dataclass(frozen=True, slots=True)
class Census:
    """Who is in the network: what is only known by counting.

    Attributes:
        operators: Stashes with a record of machines.
        places: Coordinates at which machines are online or rented.
    """

    operators: int
    places: int


@dataclass(frozen=True, slots=True)
class BlockSummary:
    """One stored block."""

    height: int
    hash: bytes
    parent_hash: bytes
    extrinsic_num: int
    event_num: int


@dataclass(frozen=True, slots=True)
class BlockStamp:
    """Which block stands at a height, and when it was made by the chain's own clock.

    Attributes:
        timestamp_ms: Since 1970 (UTC); None where the chain does not tell it any more.
    """

    height: int
    hash: bytes
    timestamp_ms: int | None


@dataclass(frozen=True, slots=True, eq=False)
class MachineTable:
    """The machines of the market as columns of equal length.

    `price_usd` is micro-USD for one GPU and day; `calc_point` as on chain; `longitude`, `latitude` in degrees.
    """

    machine_id: tuple[MachineId, ...]
    gpu_type: tuple[str, ...]
    gpu_num: NDArray[np.int64]
    free_gpu: NDArray[np.int64]
    gpu_mem_gb: NDArray[np.int64]
    mem_gb: NDArray[np.int64]
    data_disk_gb: NDArray[np.int64]
    download_mbit: NDArray[np.int64]
    price_usd: NDArray[np.int64]
    calc_point: NDArray[np.int64]
    rented_times: NDArray[np.int64]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.machine_id)
