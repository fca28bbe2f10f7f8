"""Every error that crosses a port.

An error carries facts; `screens/notices.py` is the only place where it becomes words.

    DbcError                     anything this program expects to go wrong
    ├─ UserError                 the person can fix it
    │  ├─ InvalidInput           a field does not say what it should
    │  └─ InsufficientFunds      less is free than the act needs
    ├─ PartMissing               this computer lacks something that the program can use
    ├─ Cancelled                 the person called it off; shown to no one
    ├─ DeadlinePassed            a job did not end in the time it was given
    ├─ WalletError               keys and where they rest
    │  ├─ WalletLocked           the key must be unlocked first
    │  ├─ WrongPassword          the passphrase does not open the keystore
    │  ├─ ReadOnlyMode           the person chose that nothing is signed
    │  ├─ UnknownAccount         no key of that address is kept here
    │  └─ SecretStoreUnavailable no usable keyring, with the reason
    ├─ ChainError                the chain or the way to it
    │  ├─ ChainUnreachable       no answer from the backend
    │  │  ├─ ChainUntrusted      its certificate or encryption is not in order
    │  │  ├─ ChainAnswerInvalid  it answered, but not in a form that can be understood
    │  │  └─ ChainRequestFailed  it answered that it could not, with code and message
    │  ├─ ChainRejected          the rules refused the call, with pallet and name
    │  ├─ InvalidTransaction     the extrinsic was not accepted into the pool
    │  ├─ OutcomeUnknown         sent, and not yet known what became of it
    │  ├─ BackendMismatch        other genesis, version or capability than asked
    │  ├─ ChainDamaged           its file is damaged; what could be saved is only read
    │  ├─ ExtensionFailed        a third-party backend could not be loaded, or broke
    │  └─ ChainBusy              another process writes in this data folder
    ├─ SessionError              the compute node and the login on it
    │  ├─ NodeRefused            it answered with an errcode
    │  ├─ NodeUnreachable        it did not answer
    │  ├─ NoClientNode           none is named through which the machines of this network are reached
    │  ├─ LoginFailed            the login it gave does not work
    │  └─ SandboxUnavailable     no safe shell can be offered here
    ├─ GpuError                  the driver and its devices
    │  ├─ DriverMissing          no NVIDIA driver answers
    │  ├─ DeviceLost             a GPU fell off the bus
    │  └─ ReadingMissing         a GPU that answers does not tell or do what was asked
    ├─ NotDelivered              a message was not taken by its receiver
    └─ StorageError              files that this program owns
       ├─ DataCorrupt            a file does not hold what it should
       ├─ DataTooNew             a newer version wrote it
       ├─ DataTooLarge           it is longer, or unpacks to more, than is looked at
       └─ DataUnwritable         read-only or full
"""

from __future__ import annotations

from pathlib import Path


class DbcError(Exception):
    """Anything this program expects to go wrong."""


class UserError(DbcError):
    """The person can fix it."""


class InvalidInput(UserError):
    """A field does not say what it should.

    Attributes:
        field: Name of the field, e.g. `amount`, `words`, `address`, `duration`.
        reason: Short code of what is wrong, e.g. `too_many_decimals`; `screens/notices.py` has a sentence for each.
        facts: Values the sentence may quote.
    """

    def __init__(self, field: str, reason: str, **facts: object) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.facts = field, reason, facts


class InsufficientFunds(UserError):
    """Less is free than the act needs; both in the smallest unit."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(f"needed {needed}, available {available}")
        self.needed, self.available = needed, available


class PartMissing(DbcError):
    """This computer lacks something that the program can use: `ssh` or `chinese` (a font)."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Cancelled(DbcError):
    """The person called it off; shown to no one."""


class DeadlinePassed(DbcError):
    """A job did not end in the time it was given; what it does now is not waited for any more.

    Attributes:
        lane: The lane it waited or ran in, e.g. `gpu`.
        seconds: The time it was given.
    """

    def __init__(self, lane: str, seconds: float) -> None:
        super().__init__(f"{lane} after {seconds:g} s")
        self.lane, self.seconds = lane, seconds


class WalletError(DbcError):
    """Keys and where they rest."""


class WalletLocked(WalletError):
    """The key must be unlocked first."""


class WrongPassword(WalletError):
    """The passphrase does not open the keystore.

    Attributes:
        wait_seconds: How long the next try will be held back; it doubles with each wrong one.
    """

    def __init__(self, wait_seconds: float = 0.0) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


class ReadOnlyMode(WalletError):
    """The person chose that nothing is signed until the mode is switched off."""


class UnknownAccount(WalletError):
    """No key of that address is kept here."""


class SecretStoreUnavailable(WalletError):
    """No usable keyring.

    Attributes:
        reason: One of `no_bus`, `no_service`, `locked`, `denied`, `unsupported`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChainError(DbcError):
    """The chain or the way to it."""


class ChainUnreachable(ChainError):
    """No answer from the backend."""


class ChainUntrusted(ChainUnreachable):
    """Its certificate or encryption is not in order; nothing was asked of it.

    Attributes:
        reason: `self_signed`, `unknown_issuer`, `expired`, `not_yet_valid`, `wrong_name`, `certificate`, `handshake`,
            `not_encrypted` (https was asked for, plain HTTP came), `hung_up` (it closed an unencrypted connection) or
            `redirect` (it sends the caller elsewhere).
        host: Whose.
    """

    def __init__(self, reason: str, host: str) -> None:
        super().__init__(f"{host}: {reason}")
        self.reason, self.host = reason, host


class ChainAnswerInvalid(ChainUnreachable):
    """It answered, but not in a form that can be understood.

    Attributes:
        what: What was read: `rpc`, `metadata`, `storage`, `block`, `events`.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ChainRequestFailed(ChainUnreachable):
    """It answered that it could not, with a code and a message, both untrusted."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class ChainRejected(ChainError):
    """The rules refused the call: the pallet and error name as on the chain, e.g. `RentMachine`, `GPUNotEnough`."""

    def __init__(self, pallet: str, name: str, **facts: object) -> None:
        super().__init__(f"{pallet}.{name}")
        self.pallet, self.name, self.facts = pallet, name, facts


class InvalidTransaction(ChainError):
    """The extrinsic was not accepted into the pool.

    Attributes:
        reason: `bad_proof`, `stale`, `future`, `payment`, `ancient_birth_block`, `malformed`, `wrong_genesis`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutcomeUnknown(ChainError):
    """Sent, and not yet known what became of it; looked up by hash, never sent twice."""

    def __init__(self, tx_hash: bytes) -> None:
        super().__init__(tx_hash.hex())
        self.tx_hash = tx_hash


class BackendMismatch(ChainError):
    """Other genesis, version or capability than asked."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ChainDamaged(ChainError):
    """The chain's file is damaged; what could be saved of it is only read.

    Attributes:
        path: The damaged file, as it was.
        height: The last good block.
        branch: The branch that holds what could be saved.
    """

    def __init__(self, path: Path, height: int, branch: str) -> None:
        super().__init__(f"{path} good to {height}, saved as {branch}")
        self.path, self.height, self.branch = path, height, branch


class ExtensionFailed(ChainError):
    """A third-party backend could not be loaded, or broke.

    Attributes:
        package: Whose it is.
        reason: `gone` (not installed any more, or in another version) or `broken`.
        detail: What its code said; untrusted.
    """

    def __init__(self, package: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{package}: {reason} {detail}".strip())
        self.package, self.reason, self.detail = package, reason, detail


class ChainBusy(ChainError):
    """Another process writes in this data folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        super().__init__(f"{folder} (pid {pid})")
        self.folder, self.pid = folder, pid


class SessionError(DbcError):
    """The compute node and the login on it."""


class NodeRefused(SessionError):
    """It answered with an errcode and a message, both untrusted."""

    def __init__(self, errcode: int, message: str) -> None:
        super().__init__(f"{errcode}: {message}")
        self.errcode, self.message = errcode, message


class NodeUnreachable(SessionError):
    """It did not answer."""


class NoClientNode(SessionError):
    """None is named through which the machines of this network are reached (compute-node-api 1.1)."""


class LoginFailed(SessionError):
    """The login it gave does not work."""


class SandboxUnavailable(SessionError):
    """No safe shell can be offered here.

    Attributes:
        reason: One of `no_bwrap`, `no_user_namespaces`, `unsupported_system`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GpuError(DbcError):
    """The driver and its devices."""


class DriverMissing(GpuError):
    """No NVIDIA driver answers.

    Attributes:
        reason: `no_driver` (none is installed or loaded), `driver_mismatch` (updated, not yet restarted),
            `no_permission`, `driver_gone` (it answered before), `driver_hangs` or `driver_failed`.
    """

    def __init__(self, reason: str = "no_driver") -> None:
        super().__init__(reason)
        self.reason = reason


class DeviceLost(GpuError):
    """A GPU fell off the bus."""

    def __init__(self, uuid: str) -> None:
        super().__init__(uuid)
        self.uuid = uuid


class ReadingMissing(GpuError):
    """A GPU that answers does not tell or do what was asked.

    Attributes:
        reading: Which, e.g. `power_limit` or `pcie_throughput`.
        reason: A value of `Missing`.
    """

    def __init__(self, reading: str, reason: str) -> None:
        super().__init__(f"{reading}: {reason}")
        self.reading, self.reason = reading, reason


class NotDelivered(DbcError):
    """A message was not taken by its receiver; nothing here quotes where it was sent.

    Attributes:
        reason: `unreachable`, `too_slow`, `slow_down` or `refused`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StorageError(DbcError):
    """Files that this program owns."""


class DataCorrupt(StorageError):
    """A file does not hold what it should."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(f"{path} {detail}".strip())
        self.path, self.detail = path, detail


class DataTooNew(StorageError):
    """A newer version wrote it."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(f"{path} version {version}")
        self.path, self.version = path, version


class DataTooLarge(StorageError):
    """It is longer, or unpacks to more, than is looked at.

    Attributes:
        limit: What was passed, in bytes or in pieces.
    """

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(f"{path} limit {limit}")
        self.path, self.limit = path, limit


class DataUnwritable(StorageError):
    """Read-only or full.

    Attributes:
        reason: `read_only` or `full`.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path, self.reason = path, reason
