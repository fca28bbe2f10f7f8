"""Evidence of this computer: the rig's key, what a controller once signs for it, and files made of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbc_desktop.chain.backend import ChainReader
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.domain.evidence import Evidence, EvidenceVerdict, RigCertificate
from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.telemetry.fleet_store import FleetStore
from dbc_desktop.telemetry.ports import RigFeed
from dbc_desktop.wallet.ports import SecretStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it
    from dbc_desktop.telemetry.evidence_log import EvidenceLog


class RigEvidence:
    """Keeps minutes for evidence, makes and checks its files. What blocks says on which lane it belongs."""

    def __init__(self, backend: ChainReader, sampler: RigFeed, store: FleetStore, secrets: SecretStore) -> None:
        self._backend, self._sampler, self._store, self._secrets = backend, sampler, store, secrets
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

    def certificate(self, controller: Address) -> RigCertificate | None:
        """What this account once signed for this computer; None where it has to sign first."""
        kept, sample = self._store.settings().certificate, self._sampler.latest()
        is_it = kept is not None and sample is not None and (kept.rig, kept.controller) == (sample.rig, controller)
        return kept if is_it else None

    def write(
        self,
        path: Path,
        controller: Address,
        sign_text: Callable[[str], bytes],
        machine_id: str,
        start: float,
        end: float,
    ) -> Evidence:
        """Make the file of a time (in seconds since 1970); `sign_text` of the controller is asked once for each key.

        Blocks, for the `secrets` lane.

        Raises:
            InvalidInput: `evidence` with `nothing_kept` or `too_long`.
            SecretStoreUnavailable: There is no usable keyring, and the rig's key rests nowhere else.
            DataCorrupt: The rig's key or the log of minutes is damaged.
            DataUnwritable: The file or the certificate cannot be written.
            ChainUnreachable: The backend does not answer.
        """
        from dbc_desktop.services.evidence import certificate_text, make_evidence, save_evidence
        from dbc_desktop.wallet.rig_key import RigKey

        log, sample = self._log, self._sampler.latest()
        if log is None or sample is None or not log.minutes(start, end)[1]:
            raise InvalidInput("evidence", "nothing_kept")
        key = RigKey(self._secrets)
        public = key.public()
        certificate = self.certificate(controller)
        if certificate is None or certificate.rig_key != public:
            signature = sign_text(certificate_text(public, sample.rig))
            signed = certificate = RigCertificate(public, sample.rig, controller, signature)
            self._store.change(lambda now: replace(now, certificate=signed))
        genesis = self._backend.identity().genesis_hash
        made = make_evidence(log, key.sign, certificate, genesis, sample.source, machine_id, start, end)
        save_evidence(made, path)
        return made

    def check(self, path: Path) -> EvidenceVerdict:
        """What a file shows, held against the chain at hand; blocks, for the `chain-read` lane.

        Raises:
            InvalidInput: As for `services.evidence.check_evidence`.
            ChainUnreachable: The backend does not answer.
        """
        from dbc_desktop.services.evidence import check_evidence

        return check_evidence(path, self._backend)
