"""Evidence of this computer: the rig's key, what a controller once signs for it, and files made of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import KeyPlace
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import Evidence, EvidenceRequest, EvidenceSpan, EvidenceVerdict, RigCertificate
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.machine import MachineId
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.telemetry.fleet_store import FleetStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it
    from dbc_desktop.telemetry.evidence_log import EvidenceLog
    from dbc_desktop.wallet.rig_key import RigKey


class RigEvidence:
    """Keeps minutes for evidence, makes and checks its files. What blocks says on which lane it belongs.

    Args:
        backend: The chain that minutes are tied to.
        rig: The rig's name; None before the first sample.
        store: Where certificates are written down.
        keys: The rig's key at a place, opened by a passphrase where that is a file.
    """

    def __init__(
        self,
        backend: ChainReader,
        rig: Callable[[], str | None],
        store: FleetStore,
        keys: Callable[[KeyPlace, str], RigKey],
    ) -> None:
        self._backend, self._rig, self._store, self._keys = backend, rig, store, keys
        self._log: EvidenceLog | None = None

    def use(self, log: EvidenceLog) -> None:
        """Keep minutes in this log from now on."""
        self._log = log

    def hear(self, sample: RigSample) -> None:
        """Keep a sample of this computer, where the person wants evidence kept; called on the sampler's thread."""
        if self._log is not None and sample.gpus and self._store.settings().keeps_evidence:
            self._log.append(sample)

    def look_at_chain(self) -> None:
        """Tie the minutes to the newest stored block; blocks, for the `chain-read` lane.

        Raises:
            ChainUnreachable: The backend does not answer.
        """
        from dbc_desktop.services.evidence import newest_stored_block

        block = newest_stored_block(self._backend)
        if block is not None and self._log is not None:
            self._log.anchor(*block)

    def place(self) -> KeyPlace:
        """Where the rig's key rests, as far as it was used already."""
        return self._store.settings().rig_key_place

    def is_certified(self, request: EvidenceRequest, genesis_hash: bytes) -> bool:
        """Whether the account has signed for the key of this rig there; told from what is written down, at once."""
        rig = self._rig()
        settings = self._store.settings()
        return request.place is settings.rig_key_place and any(
            rig is not None and one.is_for(rig, request.machine_id, genesis_hash, request.controller)
            for one in settings.certificates
        )

    def write(
        self, path: Path, request: EvidenceRequest, sign_text: Callable[[str], bytes], passphrase: str = ""
    ) -> Evidence:
        """Make the file; `sign_text` of the controller is asked once for each key, machine and chain.

        Blocks, for the `secrets` lane. Nothing is lost where it fails midway: a key and a certificate that were made
        rest where they should, and are used by the next call.

        Args:
            path: Where the file goes.
            request: What is asked for.
            sign_text: Signs a text as the controller, once it was found that it has to.
            passphrase: Of the rig's key, where that rests in a file.

        Raises:
            InvalidInput: `evidence` with `nothing_kept`, `too_long`, `no_rental` or `other_machine`; `rig_passphrase`.
            SecretStoreUnavailable: There is no usable keyring, and the rig's key rests nowhere else.
            DataCorrupt: The rig's key or the log of minutes is damaged.
            DataUnwritable: The file, the key or the certificate cannot be written.
            ChainUnreachable: The backend does not answer.
        """
        from dbc_desktop.services.evidence import make_evidence, source_kept, span_until
        from dbc_desktop.services.evidence_file import certificate_text, save_evidence

        log, rig, backend = self._log, self._rig(), self._backend
        span: EvidenceSpan | RentOrder
        if request.rent_id is None:
            span = span_until(request.kind, request.now)
        else:
            request, span = self._rental(request)
        if log is None or rig is None:
            raise InvalidInput("evidence", "nothing_kept")
        source_kept(log, span)  # before anybody is asked for a key
        genesis = backend.identity().genesis_hash
        pair = self._keys(request.place, passphrase).pair()
        wanted = (rig, request.machine_id, genesis, request.controller)
        kept = self._store.settings().certificates
        certificate = next((one for one in kept if one.rig_key == pair.public and one.is_for(*wanted)), None)
        if certificate is None:
            signature = sign_text(certificate_text(pair.public, *wanted[:3]))
            certificate = RigCertificate(pair.public, *wanted, signature)
        signed, place = certificate, request.place
        if certificate not in kept or place is not self._store.settings().rig_key_place:
            self._store.change(
                lambda now: replace(
                    now,
                    certificates=(*(one for one in now.certificates if one != signed), signed),
                    rig_key_place=place,
                )
            )
        made = make_evidence(log, pair.sign, certificate, span)
        save_evidence(made, path)
        return made

    def rentals(self, machine_id: MachineId) -> tuple[RentOrder, ...]:
        """The orders that now hold GPUs of a machine; for the `chain-read` lane.

        Raises:
            ChainUnreachable: The backend does not answer.
        """
        return self._backend.orders_on(machine_id)

    def _rental(self, request: EvidenceRequest) -> tuple[EvidenceRequest, RentOrder]:
        order = self._backend.rent_order(request.rent_id or 0)
        if order is None:
            raise InvalidInput("evidence", "no_rental", number=request.rent_id)
        if request.machine_id not in ("", order.machine_id):
            raise InvalidInput("evidence", "other_machine", number=order.rent_id)
        return replace(request, machine_id=order.machine_id), order

    def check(self, path: Path) -> EvidenceVerdict:
        """What a file shows, held against the chain at hand; blocks, for the `chain-read` lane.

        Raises:
            InvalidInput: As for `services.evidence_check.check_evidence`.
            ChainUnreachable: The backend does not answer.
        """
        from dbc_desktop.services.evidence_check import check_evidence

        return check_evidence(path, self._backend)
