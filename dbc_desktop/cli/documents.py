"""What `--json` prints: plain values with names that stay, amounts as exact decimal text in DBC."""

from __future__ import annotations

from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import DECIMALS, UNITS_PER_DBC, Balance
from dbc_desktop.domain.dispute import Reporter, Slash
from dbc_desktop.domain.machine import Machine
from dbc_desktop.domain.network import Deadline, Head, Identity, NetworkTotals
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.domain.simulation import Simulation
from dbc_desktop.domain.super_node import Election, Support
from dbc_desktop.services.overview import AccountReport, StatusReport

Document = dict[str, object]


def dbc(balance: Balance) -> str:
    """`71428.571428571428571`: every digit, no separators, so that nothing is lost in a float."""
    sign = "-" if balance.units < 0 else ""
    whole, rest = divmod(abs(balance.units), UNITS_PER_DBC)
    return f"{sign}{whole}.{rest:0{DECIMALS}d}"


def address(account: Address) -> str:
    """The address as text."""
    return ss58.encode(account.raw)


def head_document(head: Head) -> Document:
    """The newest block."""
    return {
        "height": head.height,
        "hash": "0x" + head.hash.hex(),
        "era": head.era,
        "timestamp_ms": head.timestamp_ms,
        "finalised": head.finalised,
    }


def chain_document(identity: Identity, head: Head, totals: NetworkTotals, election: Election | None) -> Document:
    """`chain info`."""
    return {
        "kind": identity.kind,
        "name": identity.name,
        "genesis_hash": "0x" + identity.genesis_hash.hex(),
        "spec_version": identity.spec_version,
        "transaction_version": identity.transaction_version,
        "rules_profile": identity.rules_profile,
        "head": head_document(head),
        "issuance": dbc(totals.issuance),
        "burned": dbc(totals.burned),
        "era_reward": dbc(totals.era_reward),
        "dbc_price_micro_usd": totals.dbc_price_usd,
        "machine_num": totals.machine_num,
        "gpu_num": totals.gpu_num,
        "rented_gpu_num": totals.rented_gpu_num,
        "total_staked": dbc(totals.total_staked),
        "election": None if election is None else _election(election),
    }


def _election(election: Election) -> Document:
    """Who stands, the highest totals first; `wins` is what the next election would say now."""
    return {
        "staking_era": election.era,
        "next_height": election.next_height,
        "seats": election.seats,
        "rule": election.rule,
        "threshold": None if election.threshold is None else dbc(election.threshold),
        "super_nodes": [
            {
                "address": address(node.address),
                "own": dbc(node.own),
                "support": dbc(node.support),
                "total": dbc(node.total),
                "supporters": node.supporters,
                "elected": node.is_elected,
                "wins": node.is_winning,
            }
            for node in election.nodes
        ],
    }


def _support(support: Support) -> Document:
    """What an account stakes for super nodes."""
    return {
        "bonded": dbc(support.bonded),
        "leaving": dbc(support.leaving),
        "withdrawable": dbc(support.withdrawable),
        "targets": [address(one) for one in support.targets],
    }


def status_document(report: StatusReport) -> Document:
    """`status`."""
    return {
        "chain": {
            "kind": report.identity.kind,
            "genesis_hash": "0x" + report.identity.genesis_hash.hex(),
            "rules_profile": report.identity.rules_profile,
            "head": head_document(report.head),
        },
        "accounts": [_account(account) for account in report.accounts],
    }


def _account(report: AccountReport) -> Document:
    overview = report.overview
    return {
        "address": address(report.account.address),
        "stash": address(overview.stash),
        "controller": None if overview.controller is None else address(overview.controller),
        "free": dbc(report.account.free),
        "reserved": dbc(report.account.reserved),
        "frozen": dbc(report.account.frozen),
        "nonce": report.account.nonce,
        "support": None if report.support is None else _support(report.support),
        "staked": dbc(overview.total_staked),
        "earned": dbc(overview.total_earned),
        "claimed": dbc(overview.total_claimed),
        "claimable": dbc(overview.claimable),
        "locked": dbc(overview.locked),
        "released_last_era": dbc(overview.released_last_era),
        "released_last_7_eras": dbc(overview.released_last_7_eras),
        "last_claim_height": overview.last_claim_height,
        "release_schedule": {
            "first_era": report.schedule.first_era,
            "amounts": [dbc(each) for each in report.schedule.amounts],
        },
        "machines": [_machine(machine) for machine in report.machines],
        "rentals": [_order(order) for order in report.orders],
        "deadlines": [_deadline(deadline) for deadline in report.deadlines],
        "slashes": [_slash(slash) for slash in report.slashes],
        "reporter": None if report.reporter is None else _reporter(report.reporter),
    }


def _slash(slash: Slash) -> Document:
    return {
        "source": slash.source.value,
        "number": slash.number,
        "machine_id": slash.machine_id,
        "reason": slash.reason,
        "amount": dbc(slash.amount),
        "exec_height": slash.exec_time,
        "outcome": slash.outcome.value,
        "is_appealed": slash.appeal is not None,
    }


def _reporter(reporter: Reporter) -> Document:
    return {
        "staked": dbc(reporter.staked),
        "used": dbc(reporter.used),
        "reports": [
            {
                "report_id": report.report_id,
                "machine_id": report.machine_id,
                "fault": report.fault.kind.value,
                "status": report.status.value,
                "result": None if report.result is None else report.result.value,
            }
            for report in reporter.reports
        ],
    }


def _machine(machine: Machine) -> Document:
    return {
        "machine_id": machine.machine_id,
        "status": machine.status.value,
        "gpu_type": None if machine.hardware is None else machine.hardware.gpu_type,
        "gpu_num": machine.gpu_num,
        "rented_gpu_num": machine.rented_gpu_num,
        "stake_held": dbc(machine.stake_held),
        "stake_needed": None if machine.stake_needed is None else dbc(machine.stake_needed),
        "reward_today": dbc(machine.reward_today),
        "total_earned": dbc(machine.total_earned),
        "bonding_height": machine.bonding_height,
        "online_height": machine.online_height,
    }


def _order(order: RentOrder) -> Document:
    return {
        "rent_id": order.rent_id,
        "machine_id": order.machine_id,
        "status": order.status.value,
        "gpu_num": order.gpu_num,
        "fee": None if order.fee is None else dbc(order.fee),
        "rent_start": order.rent_start,
        "confirm_until": order.confirm_until,
        "rent_end": order.rent_end,
    }


def _deadline(deadline: Deadline) -> Document:
    return {"kind": deadline.kind, "height": deadline.height, "subject": deadline.subject}


def simulation_document(found: Simulation) -> Document:
    """`simulate`; money in micro-USD."""
    plan = found.plan
    return {
        "rules_profile": found.rules_profile,
        "height": found.height,
        "dbc_price_micro_usd": found.dbc_price_usd,
        "plan": {
            "gpus": plan.gpus,
            "gpus_per_machine": plan.gpus_per_machine,
            "points_per_gpu": plan.points_per_gpu,
            "rented_percent": plan.rented_percent,
            "offline_days": plan.offline_days,
            "offline_from": plan.offline_from,
            "dbc_price_micro_usd": plan.dbc_price_usd,
            "rent_price_micro_usd": plan.rent_price_usd,
            "power_watts": plan.power_watts,
            "tariff_micro_usd": plan.tariff_usd,
            "claim_every": plan.claim_every,
            "replaces": None if plan.replaces is None else address(plan.replaces),
        },
        "eras": [
            {
                "era": row.era,
                "earned": dbc(row.earned),
                "released": dbc(row.released),
                "locked": dbc(row.locked),
                "stake": dbc(row.stake),
                "slashed": dbc(row.slashed),
                "rent_income": dbc(row.rent_income),
                "electricity_micro_usd": row.electricity_usd,
                "net_micro_usd": row.net_usd,
            }
            for row in found.rows
        ],
        "refused": [{"era": one.era, "call": one.call, "error": one.error} for one in found.refused],
    }
