"""Commands that only read run where the wallet and the keyring library cannot even be imported."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from dbc_desktop.telemetry.evidence_log import EvidenceLog

BLOCKED = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "keyring" or name.split(".")[:2] == ["dbc_desktop", "wallet"]:
            raise ImportError(f"the agent reached for {name}")
        return None

sys.meta_path.insert(0, Refuse())
from dbc_desktop.bootstrap import run

sys.exit(run(sys.argv[1:]))
"""


def run_blocked(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_readings_need_no_keys(tmp_path: Path) -> None:
    done = run_blocked("telemetry", "--once", "--json", "--home", str(tmp_path))
    assert "reached for" not in done.stderr
    assert done.returncode == 0
    assert json.loads(done.stdout)["gpus"]


@pytest.mark.parametrize("words", [["chain", "new"], ["chain", "info", "--json"]])
def test_the_chain_needs_no_keys(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    home = str(tmp_path_factory.getbasetemp() / "shared-chain")
    made = run_blocked("chain", "new", "--home", home)
    done = run_blocked(*words, "--home", home) if words != ["chain", "new"] else made
    assert "reached for" not in made.stderr + done.stderr
    assert done.returncode == 0 or "already" in done.stderr


def test_the_agent_serves_without_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BLOCKED, "agent", "--json", "--listen", "127.0.0.1:0", "--home", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        line = agent.stdout.readline()
        agent.send_signal(signal.SIGINT)
        _, said = agent.communicate(timeout=30)
    assert "reached for" not in said
    assert json.loads(line)["address"].startswith("http://127.0.0.1:")


def test_the_block_itself_works() -> None:
    code = BLOCKED.replace("from dbc_desktop.bootstrap import run", "import dbc_desktop.wallet.wallet")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "the agent reached for dbc_desktop.wallet" in done.stderr


def has_readings(address: str) -> bool:
    """The page says 503 before the first sample."""
    try:
        with urlopen(address, timeout=5) as page:
            return b"DCGM_FI_DEV_GPU_UTIL" in page.read()
    except HTTPError as error:
        error.close()
        return False


def test_the_agent_keeps_minutes_for_evidence_without_keys(tmp_path: Path) -> None:
    words = ["agent", "--json", "--listen", "127.0.0.1:0", "--evidence", "--home", str(tmp_path)]
    command = [sys.executable, "-c", BLOCKED, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        address = json.loads(agent.stdout.readline())["address"]
        try:
            until = time.monotonic() + 30
            while not has_readings(address) and time.monotonic() < until:
                threading.Event().wait(0.05)
        finally:
            agent.send_signal(signal.SIGINT)
        _, said = agent.communicate(timeout=30)
    assert "reached for" not in said
    log = EvidenceLog(tmp_path / "evidence.sqlite3", read_only=True)
    (kept,) = log.counts(0, 2**40).items()
    log.close()
    assert kept[0] in ("demo", "nvml")
    assert kept[1] >= 1
