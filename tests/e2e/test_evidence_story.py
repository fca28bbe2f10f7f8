"""A rental on the embedded chain as one signed file, checked by another process beside the chain's writer."""

from __future__ import annotations

import json
from pathlib import Path

from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.launch import SEED, PlayKeys
from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.evidence import EvidenceRequest, SpanKind
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.wallet.rig_key import BareRigKey
from tests.doubles.chain_user import ChainUser, transfer
from tests.doubles.readings import reading, sample
from tests.e2e.newcomer import run_without_qt

START = 1_700_000_040


def test_a_rental_is_told_by_the_blocks_of_its_order_with_its_gap(tmp_path: Path) -> None:
    chain, renter = LocalChain(tmp_path / "chain", is_running=False), ChainUser("//Alice")
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    evidence = RigEvidence(
        chain, lambda: "rig-02", FleetStore(tmp_path / "fleet.json"), lambda *_: BareRigKey(tmp_path / "rig.key")
    )
    evidence.use(log)
    try:
        chain.set_clock(ClockMode.INSTANT)
        chain.play_money(renter.address)
        machine = chain.machine(chain.market().machine_id[0])
        assert machine is not None
        operator = PlayKeys(SEED).pair(chain.resident_names()[machine.controller.raw])

        def minute(number: int) -> None:
            """A minute of the rig, in which fifty blocks go by; the chain writes one for the transfer at its end."""
            evidence.hear(sample(reading(0), taken_at=float(START + 60 * number)))
            chain.jump(50)
            renter.send(chain, transfer(machine.stash.raw, 1))
            evidence.look_at_chain()

        minute(0)
        minute(1)
        renter.send(chain, Call("RentMachine", "rent_machine", (machine.machine_id, 1, 300)))
        (order,) = chain.rent_orders(renter.address)
        renter.send(chain, Call("RentMachine", "confirm_rent", (order.rent_id,)))
        for number in (2, 3, 5, 6):
            minute(number)
        chain.jump(200)
        minute(10)
        minute(11)
        (order,) = chain.rent_orders(renter.address)
        assert order.status is RentStatus.ENDED
        request = EvidenceRequest(machine.controller, "", SpanKind.RENTAL, START + 720.0, order.rent_id)
        made = evidence.write(tmp_path / "rental.json", request, lambda text: operator.sign(wrapped(text)))
        assert made.certificate.machine_id == machine.machine_id
        heights = [one.height for one in made.minutes]
        assert all(height is not None and order.rent_start <= height < order.rent_end for height in heights)
        assert [one.began_at - START for one in made.minutes] == [120, 180, 300, 360]
        assert made.gaps == ((START + 240, START + 300),)

        told = run_without_qt("evidence", "check", str(tmp_path / "rental.json"), "--json", "--home", str(tmp_path))
        assert (told.returncode, told.stderr) == (0, "")
        found = json.loads(told.stdout)
        assert (found["is_refuted"], found["owner"], found["rental"]) == (False, "controller", "fits")
        assert found["blocks"] == {"named": 4, "known": 4, "other": 0, "beyond": 0}

        # The same file with the number of an order of somebody else.
        document = json.loads((tmp_path / "rental.json").read_text())
        document["span"]["rent_id"] = 0
        (tmp_path / "forged.json").write_text(json.dumps(document))
        told = run_without_qt("evidence", "check", str(tmp_path / "forged.json"), "--json", "--home", str(tmp_path))
        found = json.loads(told.stdout)
        assert (told.returncode, found["is_signed"], found["rental"]) == (1, False, "differs")
    finally:
        log.close()
        chain.close()
