"""What the person set about rigs, in one small JSON file; secrets (tokens, webhooks) rest elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import RigCertificate
from dbc_desktop.domain.fleet import RigSource, SourceKind, source_of
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.storage.files import read_limited, write_whole

_MAX_FILE = 4 * 2**20
_MAX_TEXT = 300
_MOST_CERTIFICATES = 32


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """Which rigs are read and how alerts leave the window.

    Attributes:
        sources: Addresses that are read.
        machines: The key of the rig (`RigSample.rig_key`) that each machine on the chain is.
        node_process: Name of the compute node's program on this computer; empty where it is not watched.
        webhook_form: Of `notify.webhook.WebhookForm`; empty where there is no webhook.
        has_sign_of_life: A sign of life goes to an address of the person's own.
        keeps_evidence: Minutes are chained for evidence.
        certificates: What controllers signed for this rig's keys, the newest last; empty before the first evidence.
        rig_key_place: Where the rig's key rests: the `KeyPlace` that was used last.
    """

    sources: tuple[RigSource, ...] = ()
    machines: dict[MachineId, str] = field(default_factory=dict)
    node_process: str = ""
    webhook_form: str = ""
    has_sign_of_life: bool = False
    keeps_evidence: bool = True
    certificates: tuple[RigCertificate, ...] = ()
    rig_key_place: KeyPlace = KeyPlace.KEYRING


class FleetStore:
    """`fleet.json` in the data folder; callable from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._settings: FleetSettings | None = None

    def settings(self) -> FleetSettings:
        """What is set now: the file is read once, and nobody waits for a change that is being written.

        Raises:
            DataCorrupt: The file cannot be read at all.
        """
        if self._settings is None:
            self._settings = self.load()
        return self._settings

    def change(self, altered: Callable[[FleetSettings], FleetSettings]) -> FleetSettings:
        """Set what `altered` makes of what is set now, and write it; two lanes that change at once lose nothing.

        Raises:
            DataUnwritable: Read-only or full; everything is as before.
        """
        with self._mutex:
            settings = altered(self.settings())
            self.save(settings)
            self._settings = settings
            return settings

    def load(self) -> FleetSettings:
        """What was set; what cannot be understood counts as not set.

        Raises:
            DataCorrupt: The file cannot be read at all.
        """
        data = read_limited(self._path, _MAX_FILE)
        try:
            told = json.loads(data) if data is not None else {}
        except (ValueError, RecursionError):
            told = {}
        if not isinstance(told, dict):
            return FleetSettings()
        machines = told.get("machines")
        return FleetSettings(
            sources=tuple(source for one in _list(told.get("sources")) if (source := _source(one)) is not None),
            machines={MachineId(key): _text(value) for key, value in machines.items()}
            if isinstance(machines, dict)
            else {},
            node_process=_text(told.get("node_process")),
            webhook_form=_text(told.get("webhook_form")),
            has_sign_of_life=told.get("has_sign_of_life") is True,
            keeps_evidence=told.get("keeps_evidence") is not False,
            certificates=tuple(
                found for one in _list(told.get("certificates")) if (found := _certificate(one)) is not None
            ),
            rig_key_place=KeyPlace.FILE if told.get("rig_key_place") == KeyPlace.FILE else KeyPlace.KEYRING,
        )

    def save(self, settings: FleetSettings) -> None:
        """Write it, all or nothing.

        Raises:
            DataUnwritable: Read-only or full.
        """
        kept = settings.certificates[-_MOST_CERTIFICATES:]
        document = asdict(replace(settings, certificates=())) | {"certificates": [_written(one) for one in kept]}
        write_whole(self._path, json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) and value.isprintable() else ""


def _written(certificate: RigCertificate) -> dict[str, str]:
    return {
        "rig_key": certificate.rig_key.hex(),
        "rig": certificate.rig,
        "machine_id": certificate.machine_id,
        "genesis": certificate.genesis_hash.hex(),
        "controller": certificate.controller.raw.hex(),
        "signature": certificate.signature.hex(),
    }


def _certificate(told: object) -> RigCertificate | None:
    """None also for one that was damaged: the controller is then asked again."""
    if not isinstance(told, dict):
        return None
    try:
        key, genesis, controller, signature = (bytes.fromhex(_text(told.get(name))) for name in _CERTIFICATE)
    except ValueError:
        return None
    if (len(key), len(genesis), len(controller), len(signature)) != (32, 32, 32, 64):
        return None
    rig, machine_id = _text(told.get("rig")), _text(told.get("machine_id"))
    return RigCertificate(key, rig, machine_id, genesis, Address(controller), signature)


_CERTIFICATE = ("rig_key", "genesis", "controller", "signature")


def _source(one: object) -> RigSource | None:
    if not isinstance(one, dict):
        return None
    try:
        return source_of(
            _text(one.get("url")),
            SourceKind(str(one.get("kind"))),
            has_token=one.get("has_token") is True,
            certificate=_text(one.get("certificate")),
        )
    except (InvalidInput, ValueError):
        return None
