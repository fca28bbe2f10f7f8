"""A rig whose minutes, key, controller and machine are known, for tests of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.evidence import Evidence, EvidenceSpan, RigCertificate, SpanKind
from dbc_desktop.domain.machine import MachineId, MachineOwner
from dbc_desktop.domain.network import BlockStamp, BlockSummary
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.services.evidence import make_evidence, newest_stored_block
from dbc_desktop.services.evidence_file import certificate_text, save_evidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from tests.doubles.readings import reading, sample
from tests.doubles.scripted_chain import GENESIS, ScriptedChain

START = 1_700_000_040
RIG_KEY = KeyPair.from_seed(bytes(range(32)))
ALICE = KeyPair.from_phrase("//Alice")
BOB = KeyPair.from_phrase("//Bob")
MACHINE = MachineId("ab" * 32)
OTHER_MACHINE = MachineId("cd" * 32)
FIRST_HEIGHT = 1_200
SPAN = EvidenceSpan(SpanKind.HOUR, START + 60, START + 360)


def block_hash(height: int) -> bytes:
    return height.to_bytes(32)


class EvidenceChain(ScriptedChain):
    """Ten blocks a minute since `FIRST_HEIGHT` at `START`; Alice is the controller of the machine, Bob its stash."""

    def __init__(self) -> None:
        super().__init__(height=FIRST_HEIGHT)
        self.owners[MACHINE, 0] = MachineOwner(Address(BOB.public), Address(ALICE.public))
        self.stand(FIRST_HEIGHT)

    def stand(self, height: int) -> None:
        """The newest block."""
        self.height = height
        moment = (START + (height - FIRST_HEIGHT) * 6) * 1_000
        self.stamps[height] = BlockStamp(height, block_hash(height), moment)

    def blocks(self, before: int, limit: int) -> tuple[BlockSummary, ...]:
        return (BlockSummary(self.height, block_hash(self.height), bytes(32), 1, 3),)[:limit]


def certificate(
    by: KeyPair = ALICE,
    machine_id: str = MACHINE,
    genesis: bytes = GENESIS,
    rig: str = "rig-02",
    key: KeyPair = RIG_KEY,
) -> RigCertificate:
    text = certificate_text(key.public, rig, machine_id, genesis)
    return RigCertificate(key.public, rig, machine_id, genesis, Address(by.public), by.sign(wrapped(text)))


def fill(
    log: EvidenceLog, chain: EvidenceChain, minutes: Sequence[int] = (0, 1, 2, 4, 5, 6), source: str = "nvml"
) -> None:
    """Minutes of two GPUs, each ended at a block ten heights on; minute 3 is missing."""
    for minute in minutes:
        log.append(sample(reading(0), reading(1), taken_at=float(START + 60 * minute), source=source))
        chain.stand(FIRST_HEIGHT + 10 * (minute + 1))
        found = newest_stored_block(chain)
        assert found is not None
        log.anchor(*found)


def made(folder: Path, chain: EvidenceChain, *, signed_by: KeyPair = RIG_KEY, **changed: object) -> Evidence:
    """A file of minutes 1 to 5 in `folder/rig-02.json`; `changed` replaces arguments of `make_evidence`."""
    log = EvidenceLog(folder / "evidence.sqlite3")
    if not log.counts(0, 2**40):
        fill(log, chain)
    arguments: dict[str, object] = {"certificate": certificate(), "span": SPAN} | changed
    evidence = make_evidence(log, signed_by.sign, **arguments)  # type: ignore[arg-type]
    log.close()
    save_evidence(evidence, folder / "rig-02.json")
    return evidence


def order(status: RentStatus = RentStatus.RENTING, **changed: object) -> RentOrder:
    """An order of the machine from the block at which minute 2 began, to that at which minute 5 did."""
    first = FIRST_HEIGHT + 20
    whole = RentOrder(7, MACHINE, Address(BOB.public), 2, (0, 1), first, first + 149, FIRST_HEIGHT + 55, status, None)
    return replace(whole, **changed)  # type: ignore[arg-type]
