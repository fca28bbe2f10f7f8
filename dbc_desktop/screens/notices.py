"""The only place where an error becomes words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbc_desktop.domain import errors as e
from dbc_desktop.domain.balance import Balance
from dbc_desktop.screens import formats
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.refusals import refusal_text
from dbc_desktop.screens.texts import tr
from dbc_desktop.screens.trust_errors import trust_text


@dataclass(frozen=True, slots=True)
class Notice:
    """What went wrong, why, and the one thing to do; `action` is a button's text, empty where there is none."""

    title: str
    body: str
    action: str = ""


def _funds(error: e.InsufficientFunds) -> Notice:
    return Notice(
        tr("Not enough DBC"),
        tr(
            "This needs {needed}, and {available} is free; {missing} is missing. Use a smaller amount or add funds.",
            needed=formats.amount(Balance(error.needed)),
            available=formats.amount(Balance(error.available)),
            missing=formats.amount(Balance(max(0, error.needed - error.available)), None),
        ),
    )


_STORE: dict[str, Callable[[], str]] = {
    "no_bus": lambda: tr(
        "This session has no D-Bus, which the keyring needs. Log in to a desktop session, or start the program with "
        "dbus-run-session. You can also keep the key in an encrypted file."
    ),
    "no_service": lambda: tr(
        "No keyring answers. Install one, for example with: sudo apt install gnome-keyring; then log in again. You can "
        "also keep the key in an encrypted file."
    ),
    "locked": lambda: tr("The keyring is locked. Unlock it, for example by logging in again, and try again."),
    "denied": lambda: tr("The keyring refused. Allow this program in the keyring's own window and try again."),
    "unsupported": lambda: tr(
        "This system's keyring is not one that is known to be safe. Use Secret Service, KWallet, macOS Keychain or "
        "Windows Credential Manager, or keep the key in an encrypted file."
    ),
}


def store_text(reason: str) -> str:
    """Why the keyring cannot be used, and how to mend it."""
    sentence = _STORE.get(reason)
    return sentence() if sentence else tr("The keyring cannot be used ({reason}).", reason=reason)


_POOL: dict[str, Callable[[], str]] = {
    "bad_proof": lambda: tr("The signature does not fit. Sign again."),
    "stale": lambda: tr("Another transaction of this account came first. Look at it, then sign again."),
    "future": lambda: tr("An earlier transaction of this account is missing. Wait for it, then sign again."),
    "payment": lambda: tr("The account cannot pay the fee. Add funds."),
    "ancient_birth_block": lambda: tr("The draft has expired. Sign again."),
    "malformed": lambda: tr("The bytes are not a transaction of this chain. Sign again."),
    "priority": lambda: tr("Another transaction with the same number waits already. Wait for it, then sign again."),
    "banned": lambda: tr("The node refused these bytes a moment ago. Wait a minute, then sign again."),
    "wrong_genesis": lambda: tr("The draft was made for another chain. Sign again on this one."),
}


def pool_text(reason: str) -> str:
    """Why the chain did not take a transaction, and what to do."""
    sentence = _POOL.get(reason)
    return sentence() if sentence else tr("The chain did not take it ({reason}).", reason=reason)


_SANDBOX: dict[str, Callable[[], str]] = {
    "no_bwrap": lambda: tr("bubblewrap is missing. Install it, for example with: sudo apt install bubblewrap."),
    "no_user_namespaces": lambda: tr(
        "This system does not let ordinary users start a sandbox. Ask its owner to allow user namespaces."
    ),
    "unsupported_system": lambda: tr("A safe shell is offered on Linux only. Rent from a real node instead."),
}


def sandbox_text(reason: str) -> str:
    """Why no safe shell is offered, and what to do."""
    sentence = _SANDBOX.get(reason)
    return sentence() if sentence else tr("No safe shell can be offered ({reason}).", reason=reason)


_DRIVER: dict[str, Callable[[], str]] = {
    "no_driver": lambda: tr("Install the NVIDIA driver, or go on with the demo GPUs, which are not real."),
    "driver_mismatch": lambda: tr("The driver was updated. Restart the computer."),
    "no_permission": lambda: tr("This user may not read the GPUs. Ask the owner of the computer for access to them."),
    "driver_gone": lambda: tr("The driver stopped answering. Reload it or restart the computer."),
    "driver_hangs": lambda: tr(
        "The driver does not return from a call. It is tried again by itself; "
        "if that does not help, restart the computer."
    ),
    "driver_failed": lambda: tr("The driver answers with an error. Reload it or restart the computer."),
    "unreachable": lambda: tr("The rig does not answer. Check that it runs and can be reached."),
    "too_slow": lambda: tr("The rig takes too long to answer. Check its network."),
    "refused": lambda: tr("The rig refuses to answer. Check the token."),
    "no_page": lambda: tr("Something answers there, but not with readings. Check the address."),
    "too_large": lambda: tr("The answer is too large to be readings of a rig. Check the address."),
    "garbage": lambda: tr("The answer cannot be read as readings. Check the address."),
    "bad_certificate": lambda: tr("The certificate of the rig is not to be trusted. Check it."),
    "stale": lambda: tr("The exporter answers, but its readings are old. Restart it."),
    "silent": lambda: tr("The server does not tell of this rig any more. Check the rig."),
}


def driver_text(reason: str) -> str:
    """Why the GPUs cannot be read, and what to do."""
    sentence = _DRIVER.get(reason)
    return sentence() if sentence else tr("The driver does not answer ({reason}).", reason=reason)


_NO_PERMISSION: dict[str, Callable[[], str]] = {
    "power_limit": lambda: tr(
        "Only the administrator may set a power limit. Start this program with those rights, "
        "or use: sudo nvidia-smi --power-limit=WATTS."
    ),
}


def missing_sentence(reading: str, reason: str) -> str:
    """Why a GPU does not tell or do something, as a sentence."""
    if reason == "no_permission":
        sentence = _NO_PERMISSION.get(reading)
        return sentence() if sentence else tr("The driver does not let this user read it.")
    if reason == "driver_too_old":
        return tr("The driver is too old for it. Install a newer one.")
    if reason == "not_supported":
        return tr("This GPU does not support it.")
    return tr("The driver gave no value ({reason}). Try again.", reason=reason)


_PARTS: dict[str, Callable[[], str]] = {
    "ssh": lambda: tr("There is no ssh command. Install it, for example with: sudo apt install openssh-client."),
    "chinese": lambda: tr(
        "There is no font for Chinese text. Install one, for example with: sudo apt install fonts-wqy-microhei."
    ),
    "screen": lambda: tr(
        "There is no screen here. Use the commands without a window (status, telemetry, chain), "
        "or see the window with: tour --out DIR."
    ),
}


def part_text(part: str) -> str:
    """What is missing on this computer, and how to get it."""
    sentence = _PARTS.get(part)
    return sentence() if sentence else tr("{part} is missing. Install it.", part=part)


_MISMATCH: dict[str, Callable[[], str]] = {
    "genesis": lambda: tr("It is another chain than the one chosen. Choose the right one."),
    "version": lambda: tr("The chain changed its version meanwhile. Sign again."),
    "payload": lambda: tr("What would be signed is not what was shown (payload). Nothing was signed."),
    "extension": lambda: tr(
        "This node wants something signed that this program does not know. Nothing was signed; a newer version may."
    ),
    "fee": lambda: tr("The node asks for a fee out of proportion. Nothing was signed; try another node."),
    "call": lambda: tr("This chain has no such call, or writes it in another way. Nothing was signed."),
    "metadata_version": lambda: tr("The node describes itself in a form this program does not know yet."),
    "explorer": lambda: tr("A node finds nothing by its hash. The embedded chain does."),
    "explain": lambda: tr("A node does not keep what a reward was reckoned from. The embedded chain does."),
    "super_nodes": lambda: tr("Super nodes of a real node are not read yet."),
    "practice": lambda: tr("Practice goes on from a real network. Open one first."),
    "decimals": lambda: tr("Its coin is divided in another way. It is not a DBC chain."),
    "storage": lambda: tr("This chain does not keep what this page reads. It runs another version."),
}


def _mismatch(error: e.BackendMismatch) -> Notice:
    sentence = _MISMATCH.get(error.what)
    body = sentence() if sentence else tr("It differs in: {what}. Check which chain is chosen.", what=error.what)
    return Notice(tr("Another chain than expected"), body)


def _busy(error: e.ChainBusy) -> Notice:
    who = tr("process {pid}", pid=error.pid) if error.pid is not None else tr("another process")
    return Notice(
        tr("This data folder is in use"),
        tr(
            "{who} writes in {folder}. Close it, or start with another folder: dbc-desktop --home FOLDER.",
            who=who,
            folder=error.folder,
        ),
    )


def _unwritable(error: e.DataUnwritable) -> Notice:
    if error.reason == "full":
        return Notice(
            tr("The disk is full"),
            tr("Nothing can be written to {path}. Make room and try again.", path=error.path),
            tr("Try again"),
        )
    return Notice(
        tr("The data folder is read-only"),
        tr(
            "{path} cannot be written. Allow writing there, or start with another folder: dbc-desktop --home FOLDER.",
            path=error.path,
        ),
    )


def _extension(error: e.ExtensionFailed) -> Notice:
    if error.reason == "gone":
        body = tr("It is not installed any more, or in another version. Choose another network.")
    else:
        body = tr("Its code failed: “{detail}”. Tell whoever made it, and choose another network.", detail=error.detail)
    return Notice(tr("The backend of {package} does not work", package=error.package), body)


def _untrusted(error: e.ChainUntrusted) -> Notice:
    reason = trust_text(error.reason)
    if error.reason in ("not_encrypted", "hung_up", "redirect"):
        return Notice(tr("{host} cannot be asked that way", host=error.host), reason)
    return Notice(tr("The certificate of {host} is not trusted", host=error.host), reason)


def _unknown(error: e.OutcomeUnknown) -> Notice:
    return Notice(
        tr("Sent, outcome not known yet"),
        tr(
            "Transaction {hash} was sent and no block with it was seen in time. It is looked up by itself, never sent "
            "twice; see Wallet.",
            hash=formats.short_id(error.tx_hash.hex()),
        ),
    )


def _wrong_passphrase(error: e.WrongPassword) -> Notice:
    body = tr("It does not open this key. Mind capitals and the keyboard's language.")
    if error.wait_seconds >= 1:
        body += " " + tr("The next try waits {time}.", time=formats.seconds_as_time(int(error.wait_seconds)))
    return Notice(tr("Wrong passphrase"), body)


def _refused(error: e.NodeRefused) -> Notice:
    return Notice(
        tr("The node refused"),
        tr("It answered with code {code} and says: “{message}”", code=error.errcode, message=error.message[:200]),
        tr("Try again"),
    )


# One entry for each class of the tree; a test walks it.
def _undelivered(reason: str) -> str:
    if reason == "refused":
        return tr("The receiver refused it. Check the address and its form.")
    if reason == "slow_down":
        return tr("The receiver takes no more messages for now. Fewer alerts should leave the window.")
    if reason == "too_slow":
        return tr("The receiver did not answer in time. Check the network.")
    return tr("The receiver cannot be reached. Check the address and the network.")


_NOTICES: dict[type[e.DbcError], Callable[[Any], Notice]] = {
    e.DbcError: lambda _: Notice(tr("This did not work"), tr("No reason is known. Try again."), tr("Try again")),
    e.UserError: lambda _: Notice(tr("Something needs a correction"), tr("Check what you typed.")),
    e.InvalidInput: lambda x: Notice(tr("Check this field"), input_text(x)),
    e.InsufficientFunds: _funds,
    e.Cancelled: lambda _: Notice(tr("Cancelled"), tr("Nothing was changed by the part that was cancelled.")),
    e.DeadlinePassed: lambda _: Notice(
        tr("This takes too long"),
        tr("No answer came in time. It may still come; look again in a minute."),
        tr("Try again"),
    ),
    e.PartMissing: lambda x: Notice(tr("Something is missing on this computer"), part_text(x.part)),
    e.WalletError: lambda _: Notice(tr("The wallet did not answer"), tr("Try again."), tr("Try again")),
    e.ReadOnlyMode: lambda _: Notice(
        tr("Read-only mode is on"),
        tr("Nothing is signed until you switch it off under Settings, Keys."),
        tr("Open Settings"),
    ),
    e.WalletLocked: lambda _: Notice(
        tr("The account is locked"), tr("Unlock it with its passphrase and try again."), tr("Unlock")
    ),
    e.WrongPassword: _wrong_passphrase,
    e.UnknownAccount: lambda _: Notice(
        tr("This account is not kept here"), tr("Its key is not in this wallet. Restore it from its words.")
    ),
    e.SecretStoreUnavailable: lambda x: Notice(tr("The keyring cannot be used"), store_text(x.reason), tr("Try again")),
    e.ChainError: lambda _: Notice(tr("The chain did not answer as expected"), tr("Try again."), tr("Try again")),
    e.ChainUnreachable: lambda _: Notice(
        tr("No answer from the chain"),
        tr("Nothing is lost. Try again in a moment; if it stays silent, start the program again."),
        tr("Try again"),
    ),
    e.ChainUntrusted: _untrusted,
    e.ExtensionFailed: _extension,
    e.ChainAnswerInvalid: lambda x: Notice(
        tr("The node's answer makes no sense"),
        tr("It was not used ({what}). Try again; if it stays so, choose another node.", what=x.what),
        tr("Try again"),
    ),
    e.ChainRequestFailed: lambda x: Notice(
        tr("The node could not answer"),
        tr("It says (code {code}): “{text}”. Try another node.", code=x.code, text=x.message[:200]),
        tr("Try again"),
    ),
    e.ChainRejected: lambda x: Notice(tr("The chain refused"), refusal_text(x.pallet, x.name)),
    e.InvalidTransaction: lambda x: Notice(tr("The transaction was not taken"), pool_text(x.reason)),
    e.OutcomeUnknown: _unknown,
    e.BackendMismatch: _mismatch,
    e.ChainBusy: _busy,
    e.SessionError: lambda _: Notice(tr("The session did not work"), tr("Try again."), tr("Try again")),
    e.NodeRefused: _refused,
    e.NodeUnreachable: lambda _: Notice(
        tr("The node does not answer"),
        tr("Nothing listens there, or the port is used by another program. Try again in a minute."),
        tr("Try again"),
    ),
    e.NoClientNode: lambda _: Notice(
        tr("No client node is named"),
        tr("Machines of a real network are reached through a DBC client node: one that you run, or one you trust."),
        tr("Name a client node…"),
    ),
    e.LoginFailed: lambda _: Notice(
        tr("The login does not work"),
        tr("The machine did not let us in. Let the order lapse: the rent comes back within 15 minutes."),
        tr("Try again"),
    ),
    e.SandboxUnavailable: lambda x: Notice(tr("No safe shell here"), sandbox_text(x.reason)),
    e.GpuError: lambda _: Notice(tr("The GPUs could not be read"), tr("Try again."), tr("Try again")),
    e.DriverMissing: lambda x: Notice(tr("No NVIDIA driver answers"), driver_text(x.reason)),
    e.DeviceLost: lambda x: Notice(
        tr("A GPU was lost"),
        tr("GPU {uuid} fell off the bus. Check power and seating, then restart the computer.", uuid=x.uuid[:12]),
    ),
    e.ReadingMissing: lambda x: Notice(tr("The GPU does not do that"), missing_sentence(x.reading, x.reason)),
    e.NotDelivered: lambda x: Notice(tr("The message was not delivered"), _undelivered(x.reason)),
    e.StorageError: lambda _: Notice(tr("A file could not be used"), tr("Try again."), tr("Try again")),
    e.DataCorrupt: lambda x: Notice(
        tr("A file is damaged"),
        tr("{path} does not hold what it should. Move it away or restore a copy of it, then start again.", path=x.path),
    ),
    e.DataTooNew: lambda x: Notice(
        tr("Written by a newer version"),
        tr("{path} was written by a newer DBC Desktop. Install that version.", path=x.path),
    ),
    e.ChainDamaged: lambda x: Notice(
        tr("The chain's file is damaged"),
        tr(
            "Read only, up to block {height}, the last good one. {path} was kept as it is; what could be saved is the"
            " branch “{branch}”. Change to that branch to go on from there.",
            height=f"{x.height:,}",
            path=x.path,
            branch=x.branch,
        ),
        tr("Go on from there"),
    ),
    e.DataTooLarge: lambda x: Notice(
        tr("A file is too large"),
        tr("{path} holds more than this program will unpack. It was not opened and nothing was changed.", path=x.path),
    ),
    e.DataUnwritable: _unwritable,
}


def has_notice(kind: type[e.DbcError]) -> bool:
    """Whether a class of errors has words of its own."""
    return kind in _NOTICES


def notice_for(error: e.DbcError) -> Notice:
    """The words for `error`; a class without its own takes those of its nearest ancestor."""
    for kind in type(error).__mro__:
        if kind in _NOTICES:
            return _NOTICES[kind](error)
    raise AssertionError("DbcError has a notice")


def rejection_notice(pallet: str, name: str) -> Notice:
    """The words for an error that a receipt or a preview names."""
    return notice_for(e.ChainRejected(pallet, name))
