"""A second process that reads back from the chain file what the window's clicks have done."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from dbc_desktop.ui.tour.hand import TourStopped

Wait = Callable[[Callable[[], bool], str, float], None]

_ASKPASS = '#!/bin/sh\nprintf "%s\\n" "$DBC_TOUR_PASSWORD"\n'


class Witness:
    """Runs this program's own commands, and the OpenSSH client, in processes of their own.

    Args:
        command: How to start this program.
        home: The data folder of the window.
        wait: Lets the window live while the other process works.
    """

    def __init__(self, command: Sequence[str], home: Path, wait: Wait) -> None:
        self._command, self._home, self._wait = list(command), home, wait

    def account(self, address: str) -> dict[str, Any]:
        """What `status` says of one account."""
        document: dict[str, Any] = self._ask("status", address)
        account: dict[str, Any] = document["accounts"][0]
        return account

    def accounts(self) -> list[dict[str, Any]]:
        """What `status` says of the wallet's accounts."""
        found: list[dict[str, Any]] = self._ask("status")["accounts"]
        return found

    def chain(self) -> dict[str, Any]:
        """What `chain info` says."""
        document: dict[str, Any] = self._ask("chain", "info")
        return document

    def branches(self) -> list[dict[str, Any]]:
        """What `chain branch` lists."""
        found: list[dict[str, Any]] = self._ask("chain", "branch")["branches"]
        return found

    def compare(self, name: str) -> dict[str, Any]:
        """What `chain compare` says of the branch in use and another one."""
        document: dict[str, Any] = self._ask("chain", "compare", name)
        return document

    def replay(self) -> dict[str, Any]:
        """What `chain replay` says; the window must have let go of the chain."""
        document: dict[str, Any] = self._ask("chain", "replay")
        return document

    def fleet(self) -> dict[str, Any]:
        """What `telemetry fleet` says: rigs that are read, alerts that last."""
        document: dict[str, Any] = self._ask("telemetry", "fleet")
        return document

    def evidence(self, file: Path, *, is_refuted: bool = False) -> dict[str, Any]:
        """What `evidence check` says of a file; with `is_refuted` it has to exit with 1."""
        document: dict[str, Any] = self._ask("evidence", "check", str(file), status=int(is_refuted))
        return document

    @contextmanager
    def rigs(self, count: int) -> Iterator[str]:
        """So many rigs that are not real, served by another process meanwhile; the address of their server."""
        words = [*self._command, "agent", "--demo-rigs", str(count), "--listen", "127.0.0.1:0", "--json"]
        with tempfile.TemporaryDirectory() as folder, (told := Path(folder) / "address").open("wb") as out:
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
            try:
                self._wait(lambda: told.read_bytes().endswith(b"\n"), "rigs to be served", 60)
                yield json.loads(told.read_bytes())["address"]
            finally:
                child.kill()
                child.wait()

    def log_in(self, ssh_command: str, password: str) -> str:
        """What `id` answers on the rented machine, asked by the OpenSSH client with this password."""
        with tempfile.TemporaryDirectory() as folder:
            askpass = Path(folder) / "askpass"
            askpass.write_text(_ASKPASS, encoding="utf-8")
            askpass.chmod(0o700)
            options = [
                "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null",
                "-o", "PubkeyAuthentication=no",
                "-o", "LogLevel=ERROR",
            ]  # fmt: skip
            environment = {
                **os.environ,
                "SSH_ASKPASS": str(askpass),
                "SSH_ASKPASS_REQUIRE": "force",
                "DISPLAY": os.environ.get("DISPLAY", ":"),
                "DBC_TOUR_PASSWORD": password,
            }
            words = ssh_command.split()
            return self._run([words[0], *options, *words[1:], "id"], environment, 60)

    def _ask(self, *words: str, status: int = 0) -> Any:
        command = [*self._command, *words, "--json", "--home", str(self._home)]
        output = self._run(command, dict(os.environ), 120, status)
        return json.loads(output)

    def _run(self, command: list[str], environment: dict[str, str], seconds: float, status: int = 0) -> str:
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as err,
        ):
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
            try:
                self._wait(lambda: child.poll() is not None, f"{Path(command[0]).name} to answer", seconds)
            finally:
                child.kill()
                child.wait()
            out.seek(0)
            err.seek(0)
            if child.returncode != status:
                raise TourStopped(f"{' '.join(command[-5:])}: {err.read().strip()[:400]}")
            return out.read()


def dbc(text: str) -> Decimal:
    """An amount of a `--json` document."""
    return Decimal(text)
