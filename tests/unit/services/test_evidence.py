"""A file of evidence is judged finding by finding, and every change to it is found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import (
    AnchorFinding,
    ChainAtHand,
    ClockFinding,
    EvidenceSpan,
    OwnerFinding,
    RentalFinding,
    RigCertificate,
    SpanKind,
)
from dbc_desktop.domain.machine import MachineOwner
from dbc_desktop.domain.network import BlockStamp
from dbc_desktop.domain.rental import RentStatus
from dbc_desktop.services.evidence import make_evidence, span_until
from dbc_desktop.services.evidence_check import check_evidence
from dbc_desktop.services.evidence_file import certificate_text, save_evidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from tests.doubles.evidence import (
    ALICE,
    BOB,
    MACHINE,
    OTHER_MACHINE,
    RIG_KEY,
    START,
    EvidenceChain,
    block_hash,
    certificate,
    fill,
    made,
    order,
)
from tests.doubles.readings import reading, sample
from tests.doubles.scripted_chain import GENESIS

CAROL = KeyPair.from_phrase("//Charlie")


@pytest.fixture
def chain() -> EvidenceChain:
    return EvidenceChain()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[bytes, EvidenceChain]:
    """A file as it was made, and the chain of then."""
    folder, stood = tmp_path_factory.mktemp("whole"), EvidenceChain()
    made(folder, stood)
    return (folder / "rig-02.json").read_bytes(), stood


@pytest.fixture
def file(tmp_path, chain, whole):
    """A copy of the whole file; the chain of the test is where that one was."""
    (tmp_path / "rig-02.json").write_bytes(whole[0])
    chain.height, chain.stamps = whole[1].height, dict(whole[1].stamps)
    return tmp_path / "rig-02.json"


def told(file):
    return json.loads(file.read_text())


def rewrite(file, document) -> None:
    file.write_text(json.dumps(document))


def findings(verdict):
    """What a stranger would read, short."""
    return (verdict.broken_at, verdict.is_signed, verdict.is_certified, verdict.tells_gaps)


WHOLE = (None, True, True, True)


def test_a_whole_file_is_confirmed_in_every_finding(file, chain):
    chain.kind = "node"
    verdict = check_evidence(file, chain)
    assert findings(verdict) == WHOLE
    assert (verdict.chain, verdict.owner, verdict.owner_height) == (ChainAtHand.SAME, OwnerFinding.CONTROLLER, 1_260)
    assert verdict.anchors == AnchorFinding(4, 4)
    assert verdict.clock == ClockFinding(0, 0, None, 4)
    assert verdict.rental is RentalFinding.NONE
    assert [one.number for one in verdict.evidence.minutes] == [2, 3, 4, 5]
    assert verdict.evidence.gaps == ((1_700_000_220, 1_700_000_280),)
    assert not verdict.is_refuted
    assert not verdict.is_demo


# --- every single field -----------------------------------------------------------------------------------------------

CHANGES = {
    "temperature": ('"temperature":70.0', '"temperature":60.0'),
    "power_watts": ('"power_watts":331.4', '"power_watts":231.4'),
    "gpu_percent": ('"gpu_percent":98.0', '"gpu_percent":99.0'),
    "memory_used": ('"memory_used":23622320128', '"memory_used":23622320129'),
    "lost": ('"lost":0', '"lost":1'),
    "samples": ('"samples":1', '"samples":2'),
    "uuid": ("GPU-7c1e0000-0000-4000-8000-000000000001", "GPU-7c1e0000-0000-4000-8000-000000000002"),
    "height": ('"height":1230', '"height":1231'),
    "block": ("04ce", "04cf"),
    "began_at": ('"began_at":1700000160', '"began_at":1700000220'),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_of_a_line_breaks_the_chain_there(file, chain, field):
    document = told(file)
    line = document["minutes"][1]
    changed = line["text"].replace(*CHANGES[field])
    assert changed != line["text"]
    line["text"] = changed
    rewrite(file, document)
    verdict = check_evidence(file, chain)
    assert (verdict.broken_at, verdict.is_signed, verdict.is_certified) == (3, False, True)
    assert verdict.is_refuted


def test_a_line_of_another_source_is_refused(file, chain):
    document = told(file)
    document["minutes"][1]["text"] = document["minutes"][1]["text"].replace('"source":"nvml"', '"source":"demo"')
    rewrite(file, document)
    with pytest.raises(InvalidInput, match="mixed"):
        check_evidence(file, chain)


def test_a_line_with_another_number_is_found(file, chain):
    document = told(file)
    document["minutes"][1]["text"] = document["minutes"][1]["text"].replace('"number":3', '"number":9')
    rewrite(file, document)
    assert check_evidence(file, chain).broken_at == 9


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("machine_id", OTHER_MACHINE, (None, False, False, True)),
        ("rig", "rig-03", (None, False, False, True)),
        ("genesis", "00" * 32, (None, False, False, True)),
        ("before", "00" * 32, (2, False, True, True)),
        ("signature", "00" * 64, (None, False, True, True)),
        ("gaps", [], (None, False, True, False)),
    ],
)
def test_every_other_field_is_signed_and_what_it_binds_is_certified(file, chain, field, value, expected):
    document = told(file)
    rewrite(file, document | {field: value})
    verdict = check_evidence(file, chain)
    assert findings(verdict) == expected
    assert verdict.is_refuted


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("rig_key", CAROL.public.hex(), (None, False, False, True)),
        ("controller", ss58.encode(BOB.public), (None, False, False, True)),
        ("signature", "11" * 64, (None, False, False, True)),
    ],
)
def test_every_field_of_the_certificate_is_bound(file, chain, field, value, expected):
    document = told(file)
    document["certificate"][field] = value
    rewrite(file, document)
    assert findings(check_evidence(file, chain)) == expected


@pytest.mark.parametrize(("field", "value"), [("start", START), ("end", START + 420), ("kind", "day")])
def test_the_span_is_signed(file, chain, field, value):
    document = told(file)
    document["span"][field] = value
    rewrite(file, document)
    assert not check_evidence(file, chain).is_signed


def test_readings_that_are_dropped_are_found(file, chain):
    document = told(file)
    del document["minutes"][1]
    rewrite(file, document)
    verdict = check_evidence(file, chain)
    assert findings(verdict) == (4, False, True, False)


@pytest.mark.parametrize("end", [0, -1])
def test_readings_that_are_dropped_at_an_end_are_found(file, chain, end):
    document = told(file)
    del document["minutes"][end]
    rewrite(file, document)
    verdict = check_evidence(file, chain)
    assert (verdict.is_signed, verdict.tells_gaps) == (False, False)


def test_readings_that_change_places_are_found(file, chain):
    document = told(file)
    lines = document["minutes"]
    lines[1], lines[2] = lines[2], lines[1]
    rewrite(file, document)
    assert findings(check_evidence(file, chain)) == (4, False, True, True)


def test_readings_that_stand_twice_are_found(file, chain):
    document = told(file)
    document["minutes"].insert(1, document["minutes"][1])
    rewrite(file, document)
    assert findings(check_evidence(file, chain)) == (3, False, True, True)


def test_readings_of_another_stretch_do_not_follow(file, chain, tmp_path):
    """Lines of the same rig and key, from another chain of minutes."""
    (tmp_path / "other").mkdir()
    made(tmp_path / "other", EvidenceChain(), span=EvidenceSpan(SpanKind.HOUR, START, START + 360))
    document, other = told(file), told(tmp_path / "other" / "rig-02.json")
    document["minutes"] = other["minutes"]
    rewrite(file, document)
    verdict = check_evidence(file, chain)
    assert (verdict.broken_at, verdict.is_signed) == (1, False)


# --- who certified ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "expected", "is_refuted"),
    [
        (ALICE, OwnerFinding.CONTROLLER, False),
        (BOB, OwnerFinding.STASH, False),
        (CAROL, OwnerFinding.NEITHER, True),
    ],
)
def test_who_certified_is_held_against_the_chain(tmp_path, chain, by, expected, is_refuted):
    made(tmp_path, chain, certificate=certificate(by))
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert findings(verdict) == WHOLE
    assert (verdict.owner, verdict.is_refuted) == (expected, is_refuted)


def test_a_controller_of_then_counts_and_one_of_now_does_not(file, tmp_path, chain):
    """The chain changed hands after the readings."""
    chain.owners[MACHINE, 1_270] = MachineOwner(Address(BOB.public), Address(CAROL.public))
    assert check_evidence(file, chain).owner is OwnerFinding.CONTROLLER
    made(tmp_path, chain, certificate=certificate(CAROL))
    assert check_evidence(file, chain).owner is OwnerFinding.NEITHER


def test_a_controller_who_lost_the_machine_midway_is_not_it(file, chain):
    chain.owners[MACHINE, 1_250] = MachineOwner(Address(BOB.public), Address(CAROL.public))
    verdict = check_evidence(file, chain)
    assert (verdict.owner, verdict.owner_height) == (OwnerFinding.NEITHER, 1_260)


def test_a_machine_that_was_not_there_and_a_past_that_is_forgotten_are_told_apart(file, chain):
    chain.owners[MACHINE, 0] = MachineOwner(None, None)
    assert check_evidence(file, chain).owner is OwnerFinding.NO_MACHINE
    assert check_evidence(file, chain).is_refuted
    chain.owners.clear()
    assert check_evidence(file, chain).owner is OwnerFinding.UNTOLD
    assert not check_evidence(file, chain).is_refuted


def test_a_replayed_certificate_of_another_machine_is_found(tmp_path, chain):
    """Alice certified the key for another machine of hers; the file says that it is this one."""
    stolen = certificate(machine_id=OTHER_MACHINE)
    forged = RigCertificate(
        stolen.rig_key, stolen.rig, MACHINE, stolen.genesis_hash, stolen.controller, stolen.signature
    )
    made(tmp_path, chain, certificate=forged)
    assert findings(check_evidence(tmp_path / "rig-02.json", chain)) == (None, True, False, True)


def test_a_replayed_certificate_of_another_chain_is_found(tmp_path, chain):
    stolen = certificate(genesis=bytes(32))
    made(tmp_path, chain, certificate=replace(stolen, genesis_hash=GENESIS))
    assert findings(check_evidence(tmp_path / "rig-02.json", chain)) == (None, True, False, True)


def test_a_key_that_nobody_certified_is_found(tmp_path, chain):
    """The certificate is of the real key, the readings are signed by another."""
    made(tmp_path, chain, signed_by=CAROL)
    assert findings(check_evidence(tmp_path / "rig-02.json", chain)) == (None, False, True, True)


def test_a_file_that_names_no_machine_says_so(tmp_path, chain):
    made(tmp_path, chain, certificate=certificate(machine_id=""))
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert (findings(verdict), verdict.owner, verdict.is_refuted) == (WHOLE, OwnerFinding.NOT_NAMED, False)


def test_the_text_that_is_certified_can_be_read():
    assert certificate_text(RIG_KEY.public, "rig-02", MACHINE, GENESIS) == (
        f"DBC Desktop: the key {RIG_KEY.public.hex()} signs the readings of my rig rig-02, "
        f"which is the machine {'ab' * 32} of the chain {'11' * 32}."
    )
    assert "which is no machine of the chain" in certificate_text(RIG_KEY.public, "rig-02", "", GENESIS)


# --- blocks and clocks ------------------------------------------------------------------------------------------------


def test_blocks_of_another_history_are_told(file, chain):
    chain.stamps[1_230] = BlockStamp(1_230, bytes(32), 0)
    verdict = check_evidence(file, chain)
    assert (verdict.anchors, verdict.is_refuted) == (AnchorFinding(4, 3, 1), True)


def test_a_height_without_a_block_is_not_on_the_chain_unless_it_lies_beyond(file, chain):
    del chain.stamps[1_230]
    assert check_evidence(file, chain).anchors == AnchorFinding(4, 3, 1)
    chain.stamps = {height: stamp for height, stamp in chain.stamps.items() if height < 1_240}
    chain.stamps[1_230] = BlockStamp(1_230, block_hash(1_230), 0)
    chain.height = 1_235
    assert check_evidence(file, chain).anchors == AnchorFinding(4, 2, 0, 2)


def test_a_chain_of_another_genesis_is_asked_nothing(file, chain):
    chain.genesis_hash = bytes(32)
    verdict = check_evidence(file, chain)
    assert (verdict.chain, verdict.owner) == (ChainAtHand.OTHER, OwnerFinding.UNKNOWN)
    assert (verdict.anchors, verdict.is_refuted) == (AnchorFinding(4), False)


def test_without_a_chain_only_the_file_is_judged(file):
    verdict = check_evidence(file, None)
    assert findings(verdict) == WHOLE
    assert (verdict.chain, verdict.owner, verdict.anchors) == (
        ChainAtHand.NONE,
        OwnerFinding.UNKNOWN,
        AnchorFinding(4),
    )


@pytest.mark.parametrize(("moved", "off"), [(3_600, -3_600), (-3_600, 3_600), (120, None), (-900, None), (121, -121)])
def test_a_clock_that_was_moved_does_not_go_with_the_blocks(tmp_path, chain, moved, off):
    """The rig's clock stands behind the chain's, or ahead of it: blocks are younger, or older, than its lines."""
    chain.kind = "node"
    made(tmp_path, chain)
    for height, stamp in chain.stamps.items():
        chain.stamps[height] = replace(stamp, timestamp_ms=stamp.timestamp_ms + moved * 1_000)
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert findings(verdict) == WHOLE
    assert (verdict.clock.off_seconds, verdict.clock.judged) == (off, 4)


def test_where_time_can_be_jumped_blocks_say_nothing_of_clocks(file, chain):
    for height, stamp in chain.stamps.items():
        chain.stamps[height] = replace(stamp, timestamp_ms=0)
    assert check_evidence(file, chain).clock == ClockFinding(0, 0)


def test_a_time_that_the_node_forgot_is_reckoned_from_the_newest_block(file, chain):
    chain.kind = "node"
    for height, stamp in chain.stamps.items():
        chain.stamps[height] = replace(stamp, timestamp_ms=None)
    # The newest block of the script is always of 1,700,000,000; ten blocks are a minute.
    chain.height = 1_270
    assert check_evidence(file, chain).clock.off_seconds is None
    chain.height = 1_370
    assert check_evidence(file, chain).clock.off_seconds == 1_060


def test_a_clock_that_was_set_back_is_told_and_breaks_nothing(tmp_path, chain):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    fill(log, chain, (0, 5, 2, 3, 9))
    log.close()
    evidence = made(tmp_path, chain, span=EvidenceSpan(SpanKind.HOUR, START, START + 240))
    assert [one.began_at - START for one in evidence.minutes] == [0, 300, 120, 180]
    assert evidence.gaps == ((START + 60, START + 120),)
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert findings(verdict) == WHOLE
    assert verdict.clock == ClockFinding(1, 1)


def test_a_program_started_anew_within_a_minute_is_no_forgery(tmp_path, chain):
    for _ in range(2):
        log = EvidenceLog(tmp_path / "evidence.sqlite3")
        fill(log, chain, (0,))
        log.close()
    made(tmp_path, chain, span=EvidenceSpan(SpanKind.HOUR, START, START + 60))
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert (findings(verdict), verdict.clock.set_back) == (WHOLE, 0)
    assert [one.began_at for one in verdict.evidence.minutes] == [START, START]


# --- an hour, a day, a rental -----------------------------------------------------------------------------------------


def test_an_hour_and_a_day_end_with_the_last_whole_minute():
    assert span_until(SpanKind.HOUR, START + 7_259.9) == EvidenceSpan(SpanKind.HOUR, START + 3_600, START + 7_200)
    assert span_until(SpanKind.DAY, START + 7_259.9) == EvidenceSpan(SpanKind.DAY, START - 79_200, START + 7_200)


def test_a_day_holds_its_gaps_from_its_beginning_to_its_end(tmp_path, chain):
    evidence = made(tmp_path, chain, span=span_until(SpanKind.DAY, START + 600))
    assert (len(evidence.minutes), evidence.gaps) == (
        5,  # the minute under way is no line yet
        (
            (START + 600 - 86_400, START),
            (START + 180, START + 240),
            (START + 360, START + 600),
        ),
    )
    assert findings(check_evidence(tmp_path / "rig-02.json", chain)) == WHOLE


def test_a_rental_is_bounded_by_its_blocks(tmp_path, chain):
    evidence = made(tmp_path, chain, span=order())
    # The minute in which it began is the first, that in which it ended is left out.
    assert [one.height for one in evidence.minutes] == [1_220, 1_230, 1_250]
    span = EvidenceSpan(SpanKind.RENTAL, START + 60, START + 300, 7, 1_220, 1_255)
    assert (evidence.span, evidence.gaps) == (span, ((START + 180, START + 240),))
    chain.orders = [order()]
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert (findings(verdict), verdict.rental, verdict.is_refuted) == (WHOLE, RentalFinding.FITS, False)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"rent_end": 2_000}, RentalFinding.FITS),  # it was extended since
        ({"rent_end": 1_250}, RentalFinding.DIFFERS),  # lines of after its end
        ({"rent_start": 1_225}, RentalFinding.DIFFERS),
        ({"machine_id": OTHER_MACHINE}, RentalFinding.DIFFERS),
        ({"rent_id": 8}, RentalFinding.UNTOLD),
        ({"status": RentStatus.LAPSED, "confirm_until": 1_240}, RentalFinding.DIFFERS),
        ({"status": RentStatus.ENDED}, RentalFinding.FITS),
    ],
)
def test_a_rental_is_held_against_the_order_on_the_chain(tmp_path, chain, changed, expected):
    made(tmp_path, chain, span=order())
    chain.orders = [order(**changed)]
    verdict = check_evidence(tmp_path / "rig-02.json", chain)
    assert verdict.rental is expected
    assert verdict.is_refuted is (expected is RentalFinding.DIFFERS)


def test_an_unconfirmed_order_ends_with_its_confirm_window(tmp_path, chain):
    evidence = made(tmp_path, chain, span=order(RentStatus.LAPSED, confirm_until=1_240))
    assert (evidence.span.from_height, evidence.span.to_height) == (1_220, 1_241)
    assert [one.height for one in evidence.minutes] == [1_220, 1_230]


def test_nothing_kept_makes_no_file(tmp_path, chain):
    for span in (EvidenceSpan(SpanKind.HOUR, START - 7_200, START - 3_600), order(rent_start=5_000, rent_end=6_000)):
        with pytest.raises(InvalidInput, match="nothing_kept"):
            made(tmp_path, chain, span=span)


# --- demo and real ----------------------------------------------------------------------------------------------------


def test_demo_readings_say_so_in_what_is_signed(tmp_path, chain):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    fill(log, chain, source="demo")
    log.close()
    assert made(tmp_path, chain).source == "demo"
    file = tmp_path / "rig-02.json"
    verdict = check_evidence(file, chain)
    assert (verdict.is_demo, findings(verdict)) == (True, WHOLE)
    document = told(file)
    assert document["about"] == "DEMO: these readings are of demo GPUs, which are not real. They prove nothing."
    for changed in ({"source": "nvml"}, {"about": "Readings of GPUs as the driver of this computer told them."}):
        rewrite(file, document | changed)
        with pytest.raises(InvalidInput, match="mixed"):
            check_evidence(file, chain)
    # All of it made to look real: then nothing follows and nothing is signed.
    document["source"], document["about"] = "nvml", "Readings of GPUs as the driver of this computer told them."
    for line in document["minutes"]:
        line["text"] = line["text"].replace('"source":"demo"', '"source":"nvml"')
    rewrite(file, document)
    verdict = check_evidence(file, chain)
    assert (verdict.is_demo, verdict.broken_at, verdict.is_signed) == (False, 2, False)


def test_demo_and_real_readings_are_two_chains_and_never_one_file(tmp_path, chain):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    fill(log, chain, (0, 1, 2))
    fill(log, chain, (3, 4), source="demo")
    fill(log, chain, (5, 6))
    log.close()
    evidence = made(tmp_path, chain, span=EvidenceSpan(SpanKind.HOUR, START, START + 420))
    assert {one.source for one in evidence.minutes} == {"nvml"}
    assert [one.number for one in evidence.minutes] == [1, 2, 3, 4, 5]
    assert evidence.gaps == ((START + 180, START + 300),)
    assert findings(check_evidence(tmp_path / "rig-02.json", chain)) == WHOLE
    # Where only the demo ran, the file is of the demo.
    assert made(tmp_path, chain, span=EvidenceSpan(SpanKind.HOUR, START + 180, START + 300)).source == "demo"


def test_a_minute_in_which_the_driver_came_is_split(tmp_path, chain):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    for second, source in ((0, "demo"), (20, "nvml"), (40, "nvml")):
        log.append(sample(reading(0), taken_at=float(START + second), source=source))
    log.close()
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    assert log.counts(START, START + 60) == {"demo": 1, "nvml": 1}
    (real,) = log.minutes("nvml", START, START + 60)[1]
    log.close()
    assert real.gpus[0].samples == 2


# --- what is no evidence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("junk", [b"", b"[]", b"\xff", b"{" * 10_000, b'{"format": "something"}'])
def test_what_is_no_evidence_is_told(tmp_path, junk):
    path = tmp_path / "file.json"
    path.write_bytes(junk)
    with pytest.raises(InvalidInput, match="not_evidence"):
        check_evidence(path, None)
    with pytest.raises(InvalidInput, match="unreadable"):
        check_evidence(tmp_path / "none.json", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"signature": "00"}, "not_evidence"),
        ({"minutes": []}, "not_evidence"),
        ({"certificate": 5}, "not_evidence"),
        ({"span": {"kind": "year"}}, "not_evidence"),
        ({"gaps": [[1, 2]]}, "not_evidence"),
        ({"gaps": None}, "not_evidence"),
        ({"machine_id": 5}, "not_evidence"),
        ({"rig": "a\nb"}, "not_evidence"),
        ({"format": "dbc-desktop-evidence-2"}, "newer"),
    ],
)
def test_what_has_another_form_is_told(file, more, reason):
    rewrite(file, told(file) | more)
    with pytest.raises(InvalidInput) as caught:
        check_evidence(file, None)
    assert (caught.value.field, caught.value.reason) == ("evidence", reason)


@pytest.mark.parametrize("end", [START + 60, START, 2**39, START + 90])
def test_a_span_without_sense_is_refused(file, end):
    document = told(file)
    document["span"]["end"] = end
    rewrite(file, document)
    with pytest.raises(InvalidInput, match="not_evidence"):
        check_evidence(file, None)


def test_very_many_blocks_are_looked_up_here_and_there(tmp_path, chain):
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    fill(log, chain, range(700))
    log.close()
    span = EvidenceSpan(SpanKind.DAY, START, START + 60 * 699)
    log = EvidenceLog(tmp_path / "evidence.sqlite3")
    evidence = make_evidence(log, RIG_KEY.sign, certificate(), span)
    log.close()
    save_evidence(evidence, tmp_path / "many.json")
    anchors = check_evidence(tmp_path / "many.json", chain).anchors
    assert (anchors.named, anchors.known, anchors.other) == (699, 512, 0)
