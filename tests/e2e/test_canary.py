"""After a full story with planted secrets the whole home, every process and every word said are searched for them."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dbc_desktop.bootstrap import Core
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.network import ClockMode
from dbc_desktop.screens.notices import notice_for
from tests.e2e.opened import NO_BUS

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
PASSPHRASE, FRESH, WRONG = "canary passphrase 7391", "canary fresh 11 letters", "canary wrong passphrase"
MACHINE_SEED = "398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89"
MACHINE_ID = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
RAW_SEED = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
PATH = "//canarypath"


def forms_of(secret: bytes) -> set[bytes]:
    return {secret, secret.hex().encode(), secret.hex().upper().encode()}


CANARIES = (
    {WORDS.encode(), b"sausage", b"canary "}
    | forms_of(bytes.fromhex(MACHINE_SEED))
    | forms_of(bytes.fromhex(RAW_SEED))
    | forms_of(KeyPair.from_phrase(WORDS).ed25519_form())
    | forms_of(KeyPair.from_phrase(WORDS + PATH).ed25519_form()[:32])
    | forms_of(KeyPair.from_phrase("0x" + RAW_SEED).ed25519_form())
)


def command_lines() -> list[bytes]:
    """What the process list and the environments of this process and its children say."""
    found = []
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                found.append(Path(f"/proc/{process.pid}/{name}").read_bytes())
    return found


class Story:
    """Acts, remembering every word that was said about it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.said: list[str] = []

    def fails(self, act: Callable[[], object]) -> None:
        with pytest.raises(DbcError) as caught:
            act()
        error = caught.value
        notice = notice_for(error)
        self.said += [repr(error), repr(vars(error)), f"{notice.title} {notice.body}", report_of(error)]

    def shows(self, thing: object) -> None:
        self.said += [repr(thing), str(thing)]


def report_of(error: BaseException) -> str:
    """A crash report as `ui/running.py` writes it, without the source lines, which are this test's own."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(line for line in lines if not line.startswith("    "))


def story(core: Core) -> list[str]:
    told, wallet, program = Story(core), core.program.wallet, core.program
    mine = wallet.create("Mine", WORDS, PASSPHRASE, KeyPlace.FILE).address
    wallet.unlock(mine, PASSPHRASE)
    signer = wallet.signer(mine)
    pay(core, mine)
    told.said.append(wallet.sign_text(mine, "this is me").hex())
    exported = wallet.export_keystore(mine, PASSPHRASE, FRESH)
    told.said.append(exported)
    child = wallet.derive(mine, PATH, "Child", PASSPHRASE)
    wallet.restore("Seed", "0x" + RAW_SEED, PASSPHRASE, KeyPlace.FILE)
    wallet.change_passphrase(mine, PASSPHRASE, FRESH)
    wallet.remove(mine)
    wallet.import_keystore("Mine again", exported, FRESH, PASSPHRASE, KeyPlace.FILE)
    wallet.prove_words(mine, WORDS)
    machine = wallet.import_node_dat(
        f"node_id={MACHINE_ID}\nnode_private_key={MACHINE_SEED}\n", PASSPHRASE, KeyPlace.FILE
    )
    told.shows(wallet.bind_proof(machine, mine, PASSPHRASE))
    for act in (
        lambda: wallet.unlock(mine, WRONG),
        lambda: wallet.move(mine, KeyPlace.KEYRING, PASSPHRASE),
        lambda: wallet.move_machine_key(machine, KeyPlace.KEYRING, PASSPHRASE),
        lambda: wallet.import_keystore("X", exported, WRONG, PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.import_keystore("X", WORDS, PASSPHRASE, PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.restore("X", WORDS + " sausage", PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.restore("X", f"0x{RAW_SEED}///{PASSPHRASE}", PASSPHRASE, KeyPlace.FILE),
        lambda: wallet.restore("X", f"{WORDS}///{PASSPHRASE}//", "short", KeyPlace.FILE),
        lambda: wallet.prove_words(child.address, WORDS),
        lambda: wallet.derive(mine, PATH + "//", "X", PASSPHRASE),
        lambda: wallet.export_keystore(mine, PASSPHRASE, PASSPHRASE),
        lambda: wallet.import_node_dat(
            f"node_id={MACHINE_ID}\nnode_private_key=00{MACHINE_SEED[2:]}", PASSPHRASE, KeyPlace.FILE
        ),
    ):
        told.fails(act)
    pair = KeyPair.from_phrase(WORDS)
    for thing in (core, vars(core), wallet, signer, child, program, wallet.accounts(), pair, vars(wallet)):
        told.shows(thing)
    try:  # a bug in the middle of it: what the one handler would show and print
        wallet.unlock(mine, PASSPHRASE.encode())  # type: ignore[arg-type]
    except AttributeError as error:
        told.said.append(report_of(error))
    else:
        raise AssertionError("that was meant to be a bug")
    return told.said


def pay(core: Core, mine: Address) -> None:
    """Play money comes, some of it goes: journal, engine process and receipts are all in it."""
    program = core.program
    program.backend.set_clock(ClockMode.INSTANT)
    program.backend.play_money(mine)
    prepared = program.transactions.prepare(Call("Balances", "transfer_keep_alive", (bytes(32), 10**15)), mine)
    receipt = program.transactions.send(prepared, program.wallet.signer(mine))
    assert receipt.succeeded


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_planted_secrets_turn_up_nowhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    failed: list[BaseException] = []
    core = Core(home, lambda _, act: act(), failed.append, failed.append)
    try:
        said = [text.encode() for text in story(core)] + command_lines()
    finally:
        core.close()
    assert failed == []
    said += [record.getMessage().encode() for record in caplog.records]
    said += [text.encode() for text in capfd.readouterr()]
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in written} >= {"wallet.sqlite3", "journal.sqlite3", "chain.sqlite3"}
    assert sum(path.parent.name == "keys" for path in written) == 4
    assert len(said) > 40
    for canary in CANARIES:
        assert not any(canary in text for text in said), canary
        assert [path for path, data in written.items() if canary in data] == [], canary


def test_the_search_would_find_them(tmp_path: Path) -> None:
    """The needles are the real ones: each turns up where it is planted on purpose."""
    pair = KeyPair.from_phrase(WORDS)
    haystack = b" ".join((WORDS.encode(), PASSPHRASE.encode(), pair.ed25519_form(), MACHINE_SEED.encode()))
    assert sum(canary in haystack for canary in CANARIES) == 5
