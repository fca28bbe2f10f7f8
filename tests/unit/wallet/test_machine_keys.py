"""The machine's own key: made, bound, and had back as `node.dat`."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.errors import (
    DataCorrupt,
    InvalidInput,
    SecretStoreUnavailable,
    UnknownAccount,
    WrongPassword,
)
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.rules.hardware_report import differing, read_report
from dbc_desktop.wallet.wallet import Wallet

PASSPHRASE = "ten letters at least"
FERDIE = Address(bytes.fromhex("1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c"))
BOB_ID = MachineId("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")
# The mini secret of `//Bob` as subkey shows it.
BOB_SEED = "398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89"
BOB_NODE_DAT = f"node_id={BOB_ID}\nnode_private_key={BOB_SEED}\n"


def test_node_dat_comes_back_as_it_was(wallet: Wallet) -> None:
    assert wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.FILE) == BOB_ID
    assert wallet.export_node_dat(BOB_ID, PASSPHRASE) == BOB_NODE_DAT
    assert wallet.machine_keys() == (BOB_ID,)


@pytest.mark.parametrize(
    "text",
    [
        f"\nnode_private_key = {BOB_SEED.upper()}\r\n# a note\r\n  node_id=0x{BOB_ID}  ",
        f"node_id={BOB_ID}\nnode_private_key={BOB_SEED}",
    ],
)
def test_node_dat_is_read_tolerantly(wallet: Wallet, text: str) -> None:
    assert wallet.import_node_dat(text, PASSPHRASE, KeyPlace.FILE) == BOB_ID


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_node_dat"),
        (f"node_id={BOB_ID}", "not_node_dat"),
        (f"node_private_key={BOB_SEED}", "not_node_dat"),
        (BOB_NODE_DAT.replace("8eaf", "8ea"), "not_node_dat"),
        (BOB_NODE_DAT + " " * 5_000, "not_node_dat"),
        (BOB_NODE_DAT.replace("398f", "398e"), "keys_differ"),
    ],
)
def test_what_is_no_node_dat_is_named(wallet: Wallet, text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        wallet.import_node_dat(text, PASSPHRASE, KeyPlace.FILE)
    assert (caught.value.field, caught.value.reason) == ("node_dat", reason)
    assert BOB_SEED not in repr(caught.value)
    assert wallet.machine_keys() == ()


def test_the_bond_proof_is_what_the_chain_checks(wallet: Wallet) -> None:
    """chain-rules 4.1: 112 bytes, machine id and then the stash as text, signed by the machine."""
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.KEYRING)
    proof = wallet.bind_proof(BOB_ID, FERDIE, PASSPHRASE)
    assert proof.machine_id == BOB_ID
    assert proof.message == f"{BOB_ID}5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL".encode()
    assert len(proof.message) == 112
    assert verify(bytes.fromhex(BOB_ID), proof.message, proof.signature)


def test_the_hardware_proof_is_what_the_chain_checks(wallet: Wallet) -> None:
    """Signed by the machine, of the machine whatever the hardware said, for this stash and at this block."""
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.KEYRING)
    seen = HardwareInfo(MachineId(""), "RTX 3080", 4, 8_704, 10, 0, 480, 3_905, "Xeon", 46, 2_400, 440, "", True)
    proof = wallet.hardware_proof(BOB_ID, seen, FERDIE, 77, PASSPHRASE)
    assert proof.declared == dataclasses.replace(seen, machine_id=BOB_ID)
    said = read_report(proof.message)
    assert (said.machine_id, said.stash, said.height) == (
        BOB_ID,
        "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL",
        77,
    )
    assert differing(said, proof.declared) is None
    assert verify(bytes.fromhex(BOB_ID), proof.message, proof.signature)
    with pytest.raises(InvalidInput) as caught:
        wallet.hardware_proof(BOB_ID, dataclasses.replace(seen, cpu_type="a\nb"), FERDIE, 77, PASSPHRASE)
    assert (caught.value.field, caught.value.reason) == ("hardware", "unreadable")
    with pytest.raises(WrongPassword):
        wallet.hardware_proof(BOB_ID, seen, FERDIE, 77, "not the passphrase")


def test_a_new_key_is_kept_encrypted(wallet: Wallet, keyring: Any) -> None:
    machine_id = wallet.new_machine_key(PASSPHRASE, KeyPlace.KEYRING)
    assert bytes.fromhex(machine_id).hex() == machine_id
    assert list(keyring.kept) == [f"machine:{machine_id}"]
    (text,) = keyring.kept.values()
    seed = wallet.export_node_dat(machine_id, PASSPHRASE).splitlines()[1].removeprefix("node_private_key=")
    assert seed not in text
    assert len(text) < 1_280
    assert wallet.new_machine_key(PASSPHRASE, KeyPlace.KEYRING) != machine_id
    assert len(wallet.machine_keys()) == 2


def test_a_short_passphrase_keeps_nothing(wallet: Wallet, keyring: Any) -> None:
    with pytest.raises(InvalidInput):
        wallet.new_machine_key("9 letters", KeyPlace.KEYRING)
    assert (wallet.machine_keys(), keyring.kept) == ((), {})


def test_a_wrong_passphrase_is_held_back_here_too(wallet: Wallet, clock: Any) -> None:
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.FILE)
    for wait_seconds in (1, 2, 4):
        with pytest.raises(WrongPassword) as caught:
            wallet.export_node_dat(BOB_ID, "not the passphrase")
        assert caught.value.wait_seconds == wait_seconds
    assert clock.waits == [1, 2]
    wallet.bind_proof(BOB_ID, FERDIE, PASSPHRASE)


def test_a_key_that_is_not_here(wallet: Wallet, files: Any) -> None:
    with pytest.raises(UnknownAccount):
        wallet.bind_proof(BOB_ID, FERDIE, PASSPHRASE)
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.FILE)
    files.kept.clear()
    with pytest.raises(UnknownAccount):
        wallet.export_node_dat(BOB_ID, PASSPHRASE)
    files.problem = "denied"
    with pytest.raises(SecretStoreUnavailable):
        wallet.export_node_dat(BOB_ID, PASSPHRASE)


def test_a_record_of_a_stranger_is_corrupt(wallet: Wallet, files: Any) -> None:
    wallet.import_node_dat(BOB_NODE_DAT, PASSPHRASE, KeyPlace.FILE)
    other = wallet.new_machine_key(PASSPHRASE, KeyPlace.FILE)
    records = [
        "",
        "[]",
        "{",
        "{}",
        '{"sealed_seed": 7}',
        '{"sealed_seed": "*"}',
        '{"sealed_seed": "AAAA"}',
        "[" * 4_000,
        " " * 5_000,
        files.kept[f"machine:{other}"],
    ]
    for text in records:
        files.kept[f"machine:{BOB_ID}"] = text
        with pytest.raises(DataCorrupt):
            wallet.export_node_dat(BOB_ID, PASSPHRASE)
