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
from dbc_desktop.telemetry.fleet_store import FleetSettings
from dbc_desktop.telemetry.ports import RigFeed
from dbc_desktop.wallet.ports import SecretStore

if TYPE_CHECKING:  # what takes long to import is imported by the lane that needs it
    from dbc_desktop.telemetry.evidence_log import EvidenceLog


class RigEvidence:
    """Makes and checks files of evidence. What blocks says on which lane it belongs."""

    def __init__(
        self,
        backend: ChainReader,
        sampler: RigFeed,
        secrets: SecretStore,
        log: Callable[[], EvidenceLog | None],
        settings: Callable[[], FleetSettings],
        save: Callable[[FleetSettings], None],
    ) -> None:
        self._backend, self._sampler, self._secrets = backend, sampler, secrets
        self._log, self._settings, self._save = log, settings, save

    def certificate(self, controller: Address) -> RigCertificate | None:
        """What this account once signed for this computer; None where it has to sign first."""
        kept, sample = self._settings().certificate, self._sampler.latest()
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

        log, sample = self._log(), self._sampler.latest()
        if log is None or sample is None or not log.minutes(start, end)[1]:
            raise InvalidInput("evidence", "nothing_kept")
        key = RigKey(self._secrets)
        public = key.public()
        certificate = self.certificate(controller)
        if certificate is None or certificate.rig_key != public:
            signature = sign_text(certificate_text(public, sample.rig))
            certificate = RigCertificate(public, sample.rig, controller, signature)
            self._save(replace(self._settings(), certificate=certificate))
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
