"""Rule profiles: every constant of the protocol, and the policies in which profiles differ (design 3, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dbc_desktop.domain.balance import UNITS_PER_DBC as DBC
from dbc_desktop.rules.election_policies import ElectionPolicy, HighestTotals, SequentialPhragmen
from dbc_desktop.rules.interruptible_policies import (
    Interruptible,
    InterruptibleAsWritten,
    InterruptibleMissesTimeout,
    InterruptiblePolicy,
)
from dbc_desktop.rules.order_policies import (
    OrderPolicy,
    OrdersHoldGpus,
    RunningOrdersCount,
    RunningOrdersCountAsWritten,
)
from dbc_desktop.rules.payout_policies import PayoutPolicy, WholePayout, WindowPayout
from dbc_desktop.rules.policies import (
    BurnToFloor,
    CnyStake,
    CommitteeSharePolicy,
    EmissionPolicy,
    FeePolicy,
    FixedStake,
    LinearFee,
    NothingStranded,
    PartsOfBillion,
    PerbillToCommittee,
    PercentToCommittee,
    PercentToPot,
    PhasedEmission,
    QuarterThenDaily,
    ReleasePolicy,
    RentPolicy,
    SecondLookPolicy,
    SlashPolicy,
    StakePolicy,
    StrandedAsWritten,
    WholeUnits,
)
from dbc_desktop.rules.report_policies import (
    AppealPolicy,
    AppealsLostAtOnce,
    AppealsUntilSlash,
    BookedReports,
    BookedReportsAsWritten,
    DrawnArbiters,
    ReportPolicy,
    ReportWindows,
)
from dbc_desktop.rules.seating_policies import HighestBacking, NamedByRoot, SeatingPolicy
from dbc_desktop.rules.snapshot_policies import AsWritten, CountedOnce, SnapshotPolicy
from dbc_desktop.rules.stream_policies import NoReleases, Release, ReleasesPolicy, ScheduledReleases, YearlyStream
from dbc_desktop.rules.verification_policies import (
    DrawnMembers,
    DrawnMembersFreedTwice,
    GrabbedOrders,
    VerificationPolicy,
)

TREASURY = b"modlpy/trsry".ljust(32, b"\0")
"""The treasury's account (chain-rules 2.1)."""

AUTHOR = b"modldbc/author".ljust(32, b"\0")
"""Who writes the blocks of the embedded chain; gets the author's part of each fee."""

RENT_POT = b"modldbc/rentpot".ljust(32, b"\0")
"""The account whose coins are burned once a day; on the network root names one (chain-rules 2.5)."""

TEAM = tuple(f"modldbc/team{number}".encode().ljust(32, b"\0") for number in range(4))
FOUNDATION = b"modldbc/foundatn".ljust(32, b"\0")
"""Who gets the yearly releases of the embedded chain; on the network they are people's accounts."""

RELEASES = ScheduledReleases(
    (
        Release(TEAM[0], 48_000_000 * DBC, 240, 365, 3),
        Release(TEAM[1], 24_000_000 * DBC, 240, 365, 3),
        Release(TEAM[2], 16_000_000 * DBC, 240, 365, 3),
        Release(TEAM[3], 12_000_000 * DBC, 240, 365, 3),
        Release(FOUNDATION, 49_000_000 * DBC, 240, 365, 12),
        Release(TREASURY, 4_250_000 * DBC, 235, 30, 144),
    )
)
"""What the network was started with (chain-rules 2.1)."""

OFFLINE_WHILE_ONLINE = ((70, 2), (28_800, 4), (144_000, 30), (None, 80))
OFFLINE_WHILE_RENTED = ((70, 2), (28_800, 4), (72_000, 30), (None, 50))
"""Percent of the stake by blocks offline, ranges half open (chain-rules 4.12)."""

REPORTED_INACCESSIBLE = ((70, 4), (28_800, 8), (72_000, 60), (None, 100))
REPORTED_MALFUNCTION = ((2_400, 6), (14_400, 12), (28_800, 16), (72_000, 60), (None, 100))
REPORTED_COUNTERFEIT = ((2_400, 12), (14_400, 24), (28_800, 32), (72_000, 60), (None, 100))
"""The same where somebody else reported the machine, by blocks since the report."""

REPORT_WINDOWS = ReportWindows()


@dataclass(frozen=True, slots=True)
class RulesProfile:
    """All that the rules need to know; amounts in units, times in blocks or eras.

    Attributes:
        treasury_burn_permill: Millionths of its pot that the treasury burns at the end of each spend period.
        strict: Copy the quirks that hurt people (chain-rules 14, marked there).
        began_ms: Milliseconds since 1970 at height 0: the rules' own calendar goes by the block number alone.
    """

    name: str
    spec_version: int
    transaction_version: int
    strict: bool
    fee: FeePolicy
    emission: EmissionPolicy
    stake: StakePolicy
    release: ReleasePolicy
    committee_share: CommitteeSharePolicy
    payout: PayoutPolicy
    snapshots: SnapshotPolicy
    rent: RentPolicy
    orders: OrderPolicy
    second_looks: SecondLookPolicy
    slashes: SlashPolicy
    verification: VerificationPolicy
    interruptible: InterruptiblePolicy
    seating: SeatingPolicy
    began_ms: int
    reports: ReportPolicy
    appeals: AppealPolicy
    election: ElectionPolicy
    releases: ReleasesPolicy
    node_stream: YearlyStream
    validator_count: int = 21
    bonding_eras: int = 14
    slash_defer_eras: int = 13
    staking_history_eras: int = 84
    most_unlocking_chunks: int = 32
    most_nominations: int = 16
    most_rewarded: int = 256
    points_per_block: int = 20
    treasury: bytes = TREASURY
    call_weight: int = 10_000
    fixed_tx_fee: int = 10 * DBC
    treasury_spend_period: int = 172_800
    treasury_burn_permill: int = 5_000
    price_window: int = 64
    payout_slots: int = 60
    gpu_point: int = 1_000
    gpu_price: int = 5_000_000
    rented_bonus_percent: int = 30
    stash_bonus_gpus: int = 1_000
    reward_committee_eras: int = 730
    rent_unit: int = 300
    confirm_window: int = 150
    max_rental: int = 60 * 14_400
    min_relet: int = 100
    max_extra_price: int = 10_000_000_000
    exit_eras_left: int = 365
    exit_idle: int = 144_000
    restake_every: int = 5_256_000
    committee_stake: int = 20_000 * DBC
    committee_order_stake: int = 1_000 * DBC
    committee_free_percent: int = 40
    reveal_start: int = 21_600
    reveal_end: int = 28_800
    refusal_slash_percent: int = 5
    slash_delay: int = 28_800
    slash_review_stake: int = 1_000 * DBC
    reonline_stake: int = 46_000_000
    hardware_slash_percent: int = 4
    slash_renters_percent: int = 10
    slash_free_age: int = 5_256_000
    slash_free_online: int = 144_000
    offline_online: tuple[tuple[int | None, int], ...] = OFFLINE_WHILE_ONLINE
    offline_rented: tuple[tuple[int | None, int], ...] = OFFLINE_WHILE_RENTED
    reported_inaccessible: tuple[tuple[int | None, int], ...] = REPORTED_INACCESSIBLE
    reported_malfunction: tuple[tuple[int | None, int], ...] = REPORTED_MALFUNCTION
    reported_counterfeit: tuple[tuple[int | None, int], ...] = REPORTED_COUNTERFEIT
    worst_after: int = 72_000
    slash_committee_percent: int = 20
    reporter_stake: int = 20_000 * DBC
    report_stake: int = 1_000 * DBC
    reporter_free_percent: int = 40
    report_windows: ReportWindows = REPORT_WINDOWS


_QUARTER_THEN_DAILY, _PERCENT_TO_COMMITTEE = QuarterThenDaily(), PercentToCommittee()

LAUNCH_2021 = RulesProfile(
    name="launch-2021",
    spec_version=411,
    transaction_version=2,
    strict=False,
    fee=LinearFee(treasury=TREASURY, author=AUTHOR),
    emission=PhasedEmission(per_era=(1_095_890 * DBC, 547_945 * DBC, 273_972 * DBC)),
    stake=CnyStake(),
    release=_QUARTER_THEN_DAILY,
    committee_share=_PERCENT_TO_COMMITTEE,
    payout=WholePayout(_QUARTER_THEN_DAILY, _PERCENT_TO_COMMITTEE),
    snapshots=CountedOnce(),
    rent=BurnToFloor(),
    orders=OrdersHoldGpus(),
    second_looks=NothingStranded(),
    slashes=WholeUnits(),
    verification=GrabbedOrders(),
    interruptible=Interruptible(),
    seating=HighestBacking(),
    began_ms=1_622_505_600_000,
    election=HighestTotals(),
    releases=NoReleases(),
    node_stream=YearlyStream(),
    reports=DrawnArbiters(),
    appeals=AppealsUntilSlash(),
)
"""The rules announced at launch (design 3.1); the default of the embedded chain."""

MAINNET_411 = RulesProfile(
    name="mainnet-411",
    spec_version=411,
    transaction_version=2,
    strict=False,
    fee=LinearFee(treasury=TREASURY, author=AUTHOR),
    emission=PhasedEmission(per_era=(1_095_890 * DBC, 547_945 * DBC, 273_972 * DBC), galaxy_gpus=5_000),
    stake=FixedStake(),
    release=QuarterThenDaily(parts=149),
    committee_share=PerbillToCommittee(),
    payout=WindowPayout(),
    snapshots=CountedOnce(),
    rent=PercentToPot(RENT_POT),
    orders=RunningOrdersCount(),
    second_looks=StrandedAsWritten(),
    slashes=PartsOfBillion(),
    verification=DrawnMembers(),
    interruptible=InterruptibleAsWritten(),
    seating=NamedByRoot(),
    began_ms=1_778_025_600_000,
    election=SequentialPhragmen(),
    releases=RELEASES,
    node_stream=YearlyStream(),
    reports=BookedReports(),
    appeals=AppealsUntilSlash(needs_controller=True),
)
"""The rules of the network at runtime 411 as chain-rules writes them down, less the quirks that hurt people."""

MAINNET_411_STRICT = replace(
    MAINNET_411,
    name="mainnet-411-strict",
    strict=True,
    snapshots=AsWritten(),
    orders=RunningOrdersCountAsWritten(),
    verification=DrawnMembersFreedTwice(),
    interruptible=InterruptibleMissesTimeout(),
    reports=BookedReportsAsWritten(),
    appeals=AppealsLostAtOnce(),
)
"""The same with those quirks (chain-rules 14, marked there): to see what a call would really do, not to play by."""

PROFILES: dict[str, RulesProfile] = {
    profile.name: profile for profile in (LAUNCH_2021, MAINNET_411, MAINNET_411_STRICT)
}
"""What a local chain can be created with."""
