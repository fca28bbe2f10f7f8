from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dbc_desktop.domain import errors
from dbc_desktop.screens import consequences, input_errors, refusals
from dbc_desktop.screens.input_errors import input_text
from dbc_desktop.screens.notices import Notice, has_notice, notice_for, rejection_notice

PACKAGE = Path(__file__).resolve().parents[3] / "dbc_desktop"
FOLDER = Path("data") / "dbc"


def tree(kind: type[errors.DbcError]) -> list[type[errors.DbcError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


@pytest.mark.parametrize("kind", tree(errors.DbcError), ids=lambda kind: kind.__name__)
def test_every_error_has_words_of_its_own(kind: type[errors.DbcError]) -> None:
    assert has_notice(kind)


EXAMPLES: list[tuple[errors.DbcError, str, str]] = [
    (errors.DbcError(), "This did not work", "Try again"),
    (errors.UserError(), "Something needs a correction", "Check what you typed"),
    (errors.InvalidInput("amount", "too_many_decimals", decimals=15), "Check this field", "15 decimals at most"),
    (
        errors.InsufficientFunds(3 * 10**15, 10**15),
        "Not enough DBC",
        "needs 3.00 DBC, and 1.00 DBC is free; 2.00 DBC is missing",
    ),
    (errors.PartMissing("ssh"), "Something is missing", "apt install openssh-client"),
    (errors.PartMissing("other"), "Something is missing", "other is missing"),
    (errors.Cancelled(), "Cancelled", "Nothing was changed"),
    (errors.DeadlinePassed("io", 30), "This takes too long", "No answer came in time"),
    (errors.WalletError(), "The wallet did not answer", "Try again"),
    (errors.ReadOnlyMode(), "Read-only mode is on", "Settings"),
    (errors.WalletLocked(), "The account is locked", "passphrase"),
    (errors.WrongPassword(), "Wrong passphrase", "Mind capitals"),
    (errors.WrongPassword(8.0), "Wrong passphrase", "The next try waits 8 s."),
    (errors.UnknownAccount(), "not kept here", "Restore it"),
    (errors.SecretStoreUnavailable("no_bus"), "The keyring cannot be used", "dbus-run-session"),
    (errors.SecretStoreUnavailable("no_service"), "The keyring cannot be used", "apt install gnome-keyring"),
    (errors.SecretStoreUnavailable("locked"), "The keyring cannot be used", "Unlock it"),
    (errors.SecretStoreUnavailable("denied"), "The keyring cannot be used", "Allow this program"),
    (errors.SecretStoreUnavailable("unsupported"), "The keyring cannot be used", "encrypted file"),
    (errors.SecretStoreUnavailable("odd"), "The keyring cannot be used", "(odd)"),
    (errors.ChainError(), "The chain did not answer as expected", "Try again"),
    (errors.ChainUnreachable(), "No answer from the chain", "Nothing is lost"),
    (errors.ChainUntrusted("expired", "node.example"), "The certificate of node.example is not trusted", "has expired"),
    (errors.ChainUntrusted("hung_up", "node.example"), "cannot be asked that way", "must begin with https://"),
    (errors.ExtensionFailed("dbc-example", "gone"), "The backend of dbc-example does not work", "not installed"),
    (errors.ExtensionFailed("dbc-example", "broken", "KeyError: 1"), "dbc-example does not work", "“KeyError: 1”"),
    (errors.ChainAnswerInvalid("metadata"), "makes no sense", "not used (metadata)"),
    (errors.ChainRequestFailed(-32_603, "Something wrong"), "could not answer", "code -32603): “Something wrong”"),
    (errors.ChainRejected("RentMachine", "GPUNotEnough"), "The chain refused", "Fewer GPUs"),
    (errors.ChainRejected("RentMachine", "MachineNotRentable"), "The chain refused", "cannot be rented now"),
    (errors.ChainRejected("RentMachine", "OnlyHalfHourAllowed"), "The chain refused", "multiple of 30 minutes"),
    (errors.ChainRejected("RentMachine", "InsufficientValue"), "The chain refused", "Add funds"),
    (errors.ChainRejected("OnlineProfile", "BalanceNotEnough"), "The chain refused", "Send DBC to the stash"),
    (errors.ChainRejected("OnlineProfile", "MachineIdExist"), "The chain refused", "bonded already"),
    (errors.ChainRejected("Odd", "Reason"), "The chain refused", "Odd.Reason"),
    (errors.InvalidTransaction("payment"), "not taken", "cannot pay the fee"),
    (errors.InvalidTransaction("odd"), "not taken", "(odd)"),
    (errors.OutcomeUnknown(b"\xab" * 32), "Sent, outcome not known yet", "abab…abab"),
    (errors.BackendMismatch("genesis"), "Another chain than expected", "another chain"),
    (errors.BackendMismatch("payload"), "Another chain than expected", "payload"),
    (errors.BackendMismatch("extension"), "Another chain than expected", "does not know"),
    (errors.BackendMismatch("fee"), "Another chain than expected", "out of proportion"),
    (errors.ChainBusy(FOLDER, 7), "This data folder is in use", "process 7 writes in"),
    (errors.ChainBusy(FOLDER, None), "This data folder is in use", "another process"),
    (errors.SessionError(), "The session did not work", "Try again"),
    (errors.NodeRefused(10001, "no such task"), "The node refused", "code 10001 and says: “no such task”"),
    (errors.NodeUnreachable(), "The node does not answer", "port is used by another program"),
    (errors.NoClientNode(), "No client node is named", "one that you run"),
    (errors.LoginFailed(), "The login does not work", "lapse"),
    (errors.SandboxUnavailable("no_bwrap"), "No safe shell here", "apt install bubblewrap"),
    (errors.SandboxUnavailable("odd"), "No safe shell here", "(odd)"),
    (errors.GpuError(), "The GPUs could not be read", "Try again"),
    (errors.DriverMissing(), "No NVIDIA driver answers", "Install the NVIDIA driver"),
    (errors.DriverMissing("driver_hangs"), "No NVIDIA driver answers", "does not return from a call"),
    (errors.DriverMissing("odd"), "No NVIDIA driver answers", "(odd)"),
    (errors.DeviceLost("GPU-7c1e-b20f-77"), "A GPU was lost", "GPU-7c1e-b20"),
    (errors.ReadingMissing("power_limit", "no_permission"), "does not do that", "Only the administrator"),
    (errors.ReadingMissing("pcie_throughput", "no_permission"), "does not do that", "does not let this user"),
    (errors.ReadingMissing("pcie_throughput", "not_supported"), "does not do that", "does not support"),
    (errors.ReadingMissing("pcie_throughput", "driver_too_old"), "does not do that", "too old"),
    (errors.ReadingMissing("pcie_throughput", "failed"), "does not do that", "(failed)"),
    (errors.NotDelivered("refused"), "not delivered", "Check the address and its form"),
    (errors.NotDelivered("slow_down"), "not delivered", "Fewer alerts"),
    (errors.NotDelivered("too_slow"), "not delivered", "did not answer in time"),
    (errors.NotDelivered("unreachable"), "not delivered", "cannot be reached"),
    (errors.StorageError(), "A file could not be used", "Try again"),
    (errors.DataCorrupt(FOLDER), "A file is damaged", "does not hold"),
    (errors.ChainDamaged(FOLDER, 28_902, "rescued 28902"), "The chain's file is damaged", "up to block 28,902"),
    (errors.DataTooLarge(FOLDER, 9), "A file is too large", "more than this program will unpack"),
    (errors.DataTooNew(FOLDER, 9), "Written by a newer version", "Install that version"),
    (errors.DataUnwritable(FOLDER, "read_only"), "The data folder is read-only", "cannot be written"),
    (errors.DataUnwritable(FOLDER, "full"), "The disk is full", "Make room"),
]


@pytest.mark.parametrize(("error", "title", "body"), EXAMPLES, ids=lambda value: getattr(value, "args", value))
def test_the_words_say_what_to_do(error: errors.DbcError, title: str, body: str) -> None:
    notice = notice_for(error)
    assert title in notice.title
    assert body in notice.body


def test_every_class_has_an_example() -> None:
    assert {type(error) for error, _, _ in EXAMPLES} == set(tree(errors.DbcError))


def test_a_class_without_words_takes_those_of_its_ancestor() -> None:
    odd = type("Odd", (errors.ChainUnreachable,), {"__module__": "tests"})
    try:
        assert notice_for(odd()).title == "No answer from the chain"
    finally:
        del odd
        import gc

        gc.collect()


def test_a_long_answer_of_a_node_is_cut() -> None:
    assert len(notice_for(errors.NodeRefused(1, "x" * 5_000)).body) < 300


def test_an_error_of_a_receipt_reads_like_the_refusal() -> None:
    assert rejection_notice("RentMachine", "ExpiredConfirm") == Notice(
        "The chain refused",
        "The 15 minutes to confirm are over, so the order lapsed and the rent came back. Rent again.",
    )


def test_an_unknown_input_is_named() -> None:
    assert input_text(errors.InvalidInput("speed", "odd")) == "speed does not look right (odd). Check it."


def literal_calls(name: str) -> list[tuple[str, ...]]:
    """The literal first arguments of every call of `name` in the sources."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                literals = [
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                ]
                found.append(tuple(literals))
    return found


def test_every_invalid_input_of_the_sources_has_a_sentence() -> None:
    raised = {pair[:2] for pair in literal_calls("InvalidInput") if len(pair) >= 2}
    assert len(raised) > 30
    assert sorted(pair for pair in raised if not input_errors.is_known(*pair)) == []


def test_every_input_sentence_can_be_said() -> None:
    for field, sentences in input_errors._FIELDS.items():
        for reason in sentences:
            facts = {"decimals": 15, "word": "x", "days": 60, "key": "gpu", "known": "gpu", "home": "x"}
            facts |= {"text": "x", "least": 16, "most": 2_000}
            assert input_text(errors.InvalidInput(field, reason, **facts)).endswith(".")


def test_every_refusal_of_the_rules_has_a_sentence() -> None:
    unknown = []
    for path in (PACKAGE / "rules").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        pallet = re.search(r'_PALLET = "(\w+)"', text)
        for named, literal, name in re.findall(r'refuse\((?:(_PALLET)|"(\w+)"), "(\w+)"', text):
            of = (pallet.group(1) if pallet else "") if named else literal
            if not refusals.is_known(of, name):
                unknown.append((path.name, of, name))
    assert unknown == []


def test_every_refusal_can_be_said() -> None:
    for pallet, sentences in refusals._PALLETS.items():
        for name in sentences:
            assert refusals.refusal_text(pallet, name).endswith(".")


def test_every_consequence_of_the_rules_has_a_sentence() -> None:
    files = ("consequences.py", "dispute_consequences.py", "told.py")
    text = "".join((PACKAGE / "rules" / name).read_text(encoding="utf-8") for name in files)
    kinds = set(re.findall(r'one\("(\w+)"', text)) | set(re.findall(r'_stake\([^)]*, "(\w+)"\)', text))
    assert len(kinds) > 12
    assert sorted(kind for kind in kinds - {"would_fail"} if not consequences.is_known(kind)) == []
