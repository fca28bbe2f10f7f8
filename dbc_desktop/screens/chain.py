"""What `dbc-desktop chain` says about the embedded chain's file."""

from __future__ import annotations

from dbc_desktop.domain.network import Head, Identity, NetworkTotals
from dbc_desktop.domain.super_node import Election
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import tr


def chain_rows(
    identity: Identity, head: Head, totals: NetworkTotals, election: Election | None
) -> tuple[tuple[str, str], ...]:
    """Labels and values: which chain, where it stands, its totals and its super nodes."""
    rows = (
        (tr("Chain"), tr("Local chain") if identity.kind == "local" else identity.name),
        (tr("Rules"), identity.rules_profile),
        (tr("Genesis"), "0x" + identity.genesis_hash.hex()),
        (tr("Runtime"), f"{identity.spec_version} / {identity.transaction_version}"),
        (tr("Block"), formats.height(head.height)),
        (tr("Hash"), "0x" + head.hash.hex()),
        (tr("Era"), formats.count(head.era)),
        (tr("Time of the block"), formats.moment(head.timestamp_ms / 1000)),
        (tr("In existence"), formats.amount(totals.issuance)),
        (tr("Burned"), formats.amount(totals.burned, None)),
        (tr("Reward of an era"), formats.amount(totals.era_reward)),
        (tr("Price of a DBC"), formats.price(totals.dbc_price_usd)),
        (tr("Machines"), formats.count(totals.machine_num)),
        (tr("GPUs"), formats.count(totals.gpu_num)),
        (tr("GPUs rented"), formats.count(totals.rented_gpu_num)),
        (tr("Stake of all machines"), formats.amount(totals.total_staked)),
    )
    if election is None:
        return rows
    elected = tr("{n} of {all} that stand", n=formats.count(election.elected), all=formats.count(len(election.nodes)))
    threshold = formats.DASH if election.threshold is None else formats.amount(election.threshold)
    return (
        *rows,
        (tr("Staking era"), formats.count(election.era)),
        (tr("Super nodes elected"), elected),
        (tr("Needed for a seat"), threshold),
    )


def replayed_text(head: Head) -> str:
    """The log ran again from genesis and met every digest."""
    return tr(
        "Replayed to block {height}: every block, extrinsic and digest is as it was. Head {hash}",
        height=formats.height(head.height),
        hash="0x" + head.hash.hex(),
    )


def jumped_text(before: Head, after: Head) -> str:
    """How far the chain jumped and where it stands now."""
    return tr(
        "{blocks} blocks ({time}) passed. Block {height}, era {era}",
        blocks=formats.count(after.height - before.height),
        time=formats.blocks_as_time(after.height - before.height),
        height=formats.height(after.height),
        era=formats.count(after.era),
    )


def progress_text(done: int, total: int) -> str:
    """One line while a jump or a replay runs."""
    return tr("{done} of {total} blocks", done=formats.count(done), total=formats.count(total))


def exported_text(head: Head, name: str) -> str:
    """What was written into a file."""
    return tr("Written to {file}: the chain up to block {height}.", file=name, height=formats.height(head.height))


def reverted_text(head: Head, name: str) -> str:
    """Where the chain stands after a revert."""
    return tr("Back at “{name}”, block {height}.", name=name, height=formats.height(head.height))
