"""`dbc-desktop agent`: the readings of this computer for Prometheus or another DBC Desktop, without a window."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.cli.ports import Factories
from dbc_desktop.domain.errors import ChainError, InvalidInput
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.screens.telemetry import agent_line, demo_rigs_line
from dbc_desktop.services.evidence import newest_stored_block
from dbc_desktop.telemetry.agent import DEFAULT_PORT, Agent, Listen, read_token
from dbc_desktop.telemetry.sampler import Sampler

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_LOOK_SECONDS = 3_600.0
_ANCHOR_SECONDS = 30.0


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "agent", parents=[shared], help="serve the readings of this computer as a page for Prometheus"
    )
    parser.add_argument(
        "--listen",
        default=f"127.0.0.1:{DEFAULT_PORT}",
        metavar="ADDRESS:PORT",
        help="where to answer (default: 127.0.0.1:9400); beyond this computer only with a token and TLS",
    )
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="what a scraper must send as bearer token")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate (PEM)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key (PEM)")
    parser.add_argument(
        "--evidence", action="store_true", help="keep each minute in the data folder, for files of evidence"
    )
    parser.add_argument("--node", metavar="URL", help="with --evidence: the node whose blocks the minutes are tied to")
    parser.add_argument(
        "--demo-rigs", type=int, metavar="N", help="serve N rigs that are not real, as a Prometheus server would"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, home: Path, make: Factories) -> None:
    """Serve until Ctrl+C or the end of the service.

    Raises:
        InvalidInput: The address, the token or the certificate cannot be used.
    """
    host, port = _address(options.listen)
    if options.demo_rigs is not None:
        _run_demo(options, host, port, make)
        return
    token = read_token(options.token_file) if options.token_file is not None else None
    agent = Agent(Listen(host, port, token, options.certificate, options.key))
    clock = make.clock()
    sampler = Sampler(make.open_sensors, clock, has_slow_lanes=True)
    sampler.subscribe(agent.show)
    keeping = _Keeping(make, home, options.node) if options.evidence else None
    if keeping is not None:
        sampler.subscribe(keeping.hear)
    agent.start()
    sampler.start()
    try:
        if options.json:
            print(json.dumps({"address": agent.address}), flush=True)
        else:
            print(agent_line(agent.address), flush=True)
        if keeping is not None:
            keeping.look_at_chain()
        while not clock.wait(_LOOK_SECONDS if keeping is None else _ANCHOR_SECONDS):
            if keeping is not None:
                keeping.look_at_chain()
    finally:
        agent.stop()
        sampler.stop()
        if keeping is not None:
            keeping.close()


class _Keeping:
    """Keeps the minutes of this rig, each tied to the newest final block that a node told of."""

    def __init__(self, make: Factories, home: Path, node: str | None) -> None:
        self._chain = make.open_node(node) if node is not None else None
        self._log = make.open_evidence_log(home)

    def hear(self, sample: RigSample) -> None:
        """Keep a sample; called on the sampler's thread."""
        if sample.gpus:
            self._log.append(sample)

    def look_at_chain(self) -> None:
        """Tie the coming minutes to the newest final block; without an answer they name none after a while."""
        if self._chain is None:
            return
        try:
            block = newest_stored_block(self._chain)
        except ChainError:
            return
        if block is not None:
            self._log.anchor(*block)

    def close(self) -> None:
        """Write the minute that has begun, and let go of file and node."""
        self._log.close()
        if self._chain is not None:
            self._chain.close()


def _run_demo(options: argparse.Namespace, host: str, port: int, make: Factories) -> None:
    from dbc_desktop.telemetry.demo_fleet import DemoRigs, DemoServer

    if host != "127.0.0.1":
        raise InvalidInput("listen", "demo_only_here", text=host[:64])
    clock = make.clock()
    server = DemoServer(DemoRigs(clock, options.demo_rigs), port)
    server.start()
    try:
        line = demo_rigs_line(options.demo_rigs, server.address)
        print(json.dumps({"address": server.address}) if options.json else line, flush=True)
        while not clock.wait(_LOOK_SECONDS):
            pass
    finally:
        server.stop()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and len(port) < 6):
        raise InvalidInput("listen", "not_an_address", text=text[:64])
    return host.strip("[]"), int(port)
