"""The rig's key where it really rests: the Secret Service, an encrypted file, a bare file; and evidence made of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dbc_desktop.crypto.messages import wrapped
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.errors import DataCorrupt, DataUnwritable, InvalidInput, SecretStoreUnavailable
from dbc_desktop.domain.evidence import Evidence, EvidenceRequest, OwnerFinding, SpanKind
from dbc_desktop.screens.notices import store_text
from dbc_desktop.services.evidence_check import check_evidence
from dbc_desktop.services.rig_evidence import RigEvidence
from dbc_desktop.telemetry.evidence_log import EvidenceLog
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.wallet.file_store import FileStore
from dbc_desktop.wallet.keyring_store import OsKeyringStore
from dbc_desktop.wallet.rig_key import BareRigKey, KeyringRigKey, RigKey, SealedRigKey
from tests.contract.test_secret_store import DENY, environment, gnome_keyring, private_bus, short_folder
from tests.doubles.evidence import ALICE, MACHINE, START, EvidenceChain, fill

REQUEST = EvidenceRequest(Address(ALICE.public), MACHINE, SpanKind.HOUR, START + 420.0)


class Rig:
    """A rig with minutes, whose key rests in the real keyring unless told otherwise."""

    def __init__(self, folder: Path, store: Callable[[], OsKeyringStore] = OsKeyringStore) -> None:
        folder.mkdir(exist_ok=True)
        self.file, self.chain = folder / "evidence.json", EvidenceChain()
        self.settings = FleetStore(folder / "fleet.json")
        self.log = EvidenceLog(folder / "evidence.sqlite3")
        if not self.log.counts(0, 2**40):
            fill(self.log, self.chain)
        self.asked: list[str] = []

        def key(place: KeyPlace, passphrase: str) -> RigKey:
            return KeyringRigKey(store())

        self.evidence = RigEvidence(self.chain, lambda: "rig-02", self.settings, key)
        self.evidence.use(self.log)

    def sign(self, text: str) -> bytes:
        self.asked.append(text)
        return ALICE.sign(wrapped(text))

    def write(self) -> Evidence:
        return self.evidence.write(self.file, REQUEST, self.sign)

    def refusal(self) -> str:
        """Why the keyring was no use; nothing was signed, written or lost."""
        before = self.settings.load(), self.log.counts(0, 2**40)
        with pytest.raises(SecretStoreUnavailable) as caught:
            self.write()
        assert not self.file.exists()
        assert self.asked == []
        assert (self.settings.load(), self.log.counts(0, 2**40)) == before
        assert store_text(caught.value.reason).endswith(".")
        return caught.value.reason

    def close(self) -> None:
        self.log.close()


def test_a_key_is_made_certified_used_and_checked_in_a_real_keyring(tmp_path: Path) -> None:
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            rig = Rig(tmp_path)
            first = rig.write()
            verdict = check_evidence(rig.file, rig.chain)
            assert (verdict.is_refuted, verdict.owner) == (False, OwnerFinding.CONTROLLER)
            kept = OsKeyringStore().get("rig-key")
            assert kept is not None
            assert kept not in rig.file.read_text() + (tmp_path / "fleet.json").read_text()
            rig.close()
        with gnome_keyring(folder, address, unlock=True):  # the computer was started anew
            rig = Rig(tmp_path)
            again = rig.write()
            assert (again.certificate, rig.asked) == (first.certificate, [])
            rig.close()
        gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_locked_keyring_signs_nothing_and_loses_nothing(tmp_path: Path) -> None:
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            rig = Rig(tmp_path)
            first = rig.write()
            rig.file.unlink()
        rig.asked.clear()
        with gnome_keyring(folder, address, unlock=False):
            assert rig.refusal() == "locked"
            gc.collect()
        with gnome_keyring(folder, address, unlock=True):
            assert rig.write().certificate == first.certificate
            assert rig.asked == []
        rig.close()
        gc.collect()


def test_without_a_bus_and_without_a_service_it_says_which(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    with environment(DBUS_SESSION_BUS_ADDRESS=f"unix:path={tmp_path}/nowhere"):
        assert rig.refusal() == "no_bus"
    with short_folder() as folder, private_bus(folder) as address, environment(DBUS_SESSION_BUS_ADDRESS=address):
        assert rig.refusal() == "no_service"
    rig.close()


def test_a_keyring_that_denies_makes_no_key_that_would_be_gone_tomorrow(tmp_path: Path) -> None:
    with short_folder() as folder, private_bus(folder, DENY.format(member="OpenSession")) as address:
        with gnome_keyring(folder, address, unlock=True):
            rig = Rig(tmp_path)
            assert rig.refusal() == "denied"
            rig.close()
        gc.collect()


def test_a_keyring_that_vanishes_midway_certifies_no_key_that_it_did_not_keep(tmp_path: Path) -> None:
    """It is gone when the new key was put, before it could be read back; when it returns, its key is used."""
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):

            class Vanishing(OsKeyringStore):
                def put(self, name: str, text: str) -> None:
                    super().put(name, text)
                    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/gone"

            rig = Rig(tmp_path, Vanishing)
            assert rig.refusal() == "no_bus"
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
            kept = OsKeyringStore().get("rig-key")
            assert kept is not None
            rig.write()
            assert not check_evidence(rig.file, rig.chain).is_refuted
            assert OsKeyringStore().get("rig-key") == kept
            rig.close()
        gc.collect()


def test_a_controller_that_cannot_sign_loses_no_key(tmp_path: Path) -> None:
    """The passphrase is wrong, or a disk full, after the key was made: the next time it is the same key."""
    with short_folder() as folder, private_bus(folder) as address:
        with gnome_keyring(folder, address, unlock=True):
            rig = Rig(tmp_path)

            def refuse(text: str) -> bytes:
                raise InvalidInput("passphrase", "empty")

            with pytest.raises(InvalidInput):
                rig.evidence.write(rig.file, REQUEST, refuse)
            made = OsKeyringStore().get("rig-key")
            with pytest.raises(DataUnwritable):
                rig.evidence.write(tmp_path / "fleet.json" / "evidence.json", REQUEST, rig.sign)
            assert OsKeyringStore().get("rig-key") == made
            assert len(rig.settings.load().certificates) == 1
            rig.close()
        gc.collect()


# --- the other places -------------------------------------------------------------------------------------------------


def test_a_sealed_key_is_opened_by_its_passphrase_only(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "keys")
    made = SealedRigKey(store, "the key of this rig").pair()
    assert SealedRigKey(store, "the key of this rig").pair().public == made.public
    for passphrase, reason in (("another passphrase", "wrong"), ("", "wrong")):
        with pytest.raises(InvalidInput) as caught:
            SealedRigKey(store, passphrase).pair()
        assert (caught.value.field, caught.value.reason) == ("rig_passphrase", reason)
    with pytest.raises(InvalidInput) as weak:
        SealedRigKey(FileStore(tmp_path / "other"), "short").pair()
    assert (weak.value.field, weak.value.reason) == ("rig_passphrase", "too_short")
    assert not (tmp_path / "other").exists()


def test_a_bare_key_is_private_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "rig" / "rig.key"
    made = BareRigKey(path).pair()
    assert path.stat().st_mode & 0o777 == 0o600
    assert BareRigKey(path).pair().public == made.public
    for mode in (0o640, 0o400, 0o440):
        path.chmod(mode)
        assert BareRigKey(path).pair().public == made.public
    for mode in (0o604, 0o660, 0o644, 0o620):
        path.chmod(mode)
        with pytest.raises(InvalidInput, match="open_to_others"):
            BareRigKey(path).pair()


@pytest.mark.parametrize("junk", [b"", b"11", b"\xff\xfe", b"zz" * 32])
def test_what_is_no_key_is_not_replaced(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "rig.key"
    path.write_bytes(junk)
    path.chmod(0o600)
    with pytest.raises(DataCorrupt):
        BareRigKey(path).pair()
    assert path.read_bytes() == junk
