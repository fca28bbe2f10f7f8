"""`dbc-desktop chain export | import | snapshot | revert | branch | compare`: the chain's file as a time machine."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.documents import address as address_text
from dbc_desktop.cli.documents import dbc, head_document
from dbc_desktop.cli.layout import printable, table
from dbc_desktop.cli.ports import Factories
from dbc_desktop.cli.progress import shown_progress
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.branches import Branch, BranchComparison, Side, Snapshot
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens.chain import exported_text, reverted_text
from dbc_desktop.screens.chain_branches import branch_rows, comparison_rows, comparison_title, snapshot_rows
from dbc_desktop.screens.input_errors import input_text

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(acts: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the acts to `chain`."""
    export = acts.add_parser("export", parents=[shared], help="write the log into one file")
    export.add_argument("file", type=Path, metavar="FILE")
    export.set_defaults(run=run_export)
    import_ = acts.add_parser("import", parents=[shared], help="run an exported file again, as a new chain or branch")
    import_.add_argument("file", type=Path, metavar="FILE")
    import_.add_argument("--branch", metavar="NAME", help="beside the chain that is there, as a branch of this name")
    import_.set_defaults(run=run_import)
    snapshot = acts.add_parser("snapshot", parents=[shared], help="keep this moment under a name, or list what is kept")
    snapshot.add_argument("name", nargs="?", metavar="NAME")
    snapshot.set_defaults(run=run_snapshot)
    revert = acts.add_parser("revert", parents=[shared], help="go back to a snapshot")
    revert.add_argument("name", metavar="NAME")
    revert.set_defaults(run=run_revert)
    branch = acts.add_parser("branch", parents=[shared], help="make a branch, or list all")
    branch.add_argument("name", nargs="?", metavar="NAME")
    how = branch.add_mutually_exclusive_group()
    how.add_argument("--at", type=int, metavar="BLOCK", help="leave from this block (default: the newest)")
    how.add_argument("--use", action="store_true", help="live on the branch NAME, which is there")
    how.add_argument("--drop", action="store_true", help="remove the branch NAME")
    branch.set_defaults(run=run_branch)
    compare = acts.add_parser("compare", parents=[shared], help="how the branch in use and another one differ")
    compare.add_argument("name", metavar="NAME")
    compare.add_argument("--account", type=_address, metavar="ADDRESS", help="by era, only what its machines earned")
    compare.set_defaults(run=run_compare)


def _address(text: str) -> Address:
    try:
        return Address(ss58.decode(text))
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(input_text(error)) from error


def run_export(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Write the log of the branch in use into one file."""
    chain = make.open_writer(home)
    try:
        with shown_progress() as progress:
            head = chain.export(options.file, progress)
    finally:
        chain.close()
    document: dict[str, object] = {"exported": str(options.file), "head": head_document(head)}
    _say(options, document, [exported_text(head, options.file.name)])


def run_import(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Run a file into a chain of its own, or into a branch of the one that is there."""
    with shown_progress() as progress:
        if options.branch is None:
            make.import_chain(home, options.file, progress)
            chain = make.open_writer(home)
            try:
                branches = chain.branches()
            finally:
                chain.close()
        else:
            chain = make.open_writer(home)
            try:
                branches = (chain.import_branch(options.file, options.branch, progress),)
            finally:
                chain.close()
    _say(options, {"branches": [_branch(one) for one in branches]}, table(branch_rows(branches)))


def run_snapshot(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Keep this moment, or list; listing works beside a running window."""
    if options.name is None:
        found = make.snapshots(home)
    else:
        chain = make.open_writer(home)
        try:
            found = (chain.take_snapshot(options.name),)
        finally:
            chain.close()
    _say(options, {"snapshots": [_snapshot(one) for one in found]}, table(snapshot_rows(found)))


def run_revert(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Go back to a snapshot; what it replaces is kept as one too."""
    chain = make.open_writer(home)
    try:
        head = chain.revert(options.name)
    finally:
        chain.close()
    _say(options, {"head": head_document(head)}, [reverted_text(head, options.name)])


def run_branch(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Make, use or remove a branch, or list all; listing works beside a running window."""
    if options.name is not None:
        chain = make.open_writer(home)
        try:
            if options.use:
                chain.use_branch(options.name)
            elif options.drop:
                chain.drop_branch(options.name)
            else:
                with shown_progress() as progress:
                    chain.make_branch(options.name, options.at, progress)
        finally:
            chain.close()
    found = make.branches(home)
    _say(options, {"branches": [_branch(one) for one in found]}, table(branch_rows(found)))


def run_compare(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """How the branch in use and another one differ; works beside a running window."""
    found = make.compare(home, options.name, options.account)
    _say(options, comparison_document(found), [comparison_title(found), "", *table(comparison_rows(found))])


def _say(options: argparse.Namespace, document: dict[str, object], lines: list[str]) -> None:
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        for line in lines:
            print(printable(line))


def _branch(one: Branch) -> dict[str, object]:
    return {
        "name": one.name,
        "height": one.height,
        "forked_at": one.forked_at,
        "size_bytes": one.size_bytes,
        "is_active": one.is_active,
    }


def _snapshot(one: Snapshot) -> dict[str, object]:
    return {"name": one.name, "height": one.height, "size_bytes": one.size_bytes}


def comparison_document(found: BranchComparison) -> dict[str, object]:
    """`chain compare`: the two sides and what differs."""

    def side(one: Side) -> dict[str, object]:
        totals = one.totals
        return {
            "name": one.name,
            "height": one.height,
            "era": one.era,
            "issuance": dbc(totals.issuance),
            "burned": dbc(totals.burned),
            "total_staked": dbc(totals.total_staked),
            "machine_num": totals.machine_num,
            "gpu_num": totals.gpu_num,
            "rented_gpu_num": totals.rented_gpu_num,
        }

    return {
        "here": side(found.here),
        "there": side(found.there),
        "forked_at": found.forked_at,
        "accounts": [
            {"address": address_text(one.address), "here": dbc(one.here), "there": dbc(one.there)}
            for one in found.accounts
        ],
        "machines": [
            {
                "machine_id": one.machine_id,
                "status_here": one.status_here,
                "status_there": one.status_there,
                "stake_here": dbc(one.stake_here),
                "stake_there": dbc(one.stake_there),
                "earned_here": dbc(one.earned_here),
                "earned_there": dbc(one.earned_there),
            }
            for one in found.machines
        ],
        "eras": [
            {
                "era": one.era,
                "here": None if one.here is None else dbc(one.here),
                "there": None if one.there is None else dbc(one.there),
            }
            for one in found.eras
        ],
    }
