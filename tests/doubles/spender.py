"""The program without its window, sending until it is killed: `python -m tests.doubles.spender HOME UNITS [CLOCK STOP]`

Everything behind the window is the real one, put together by `bootstrap`: wallet, journal, engine process, follower. On
standard output one line each: `unlocked`, then the engine's process id; `STOP` when it stands at the point where it
stops for good; `sent` and the receipt's status. STOP is `journaled` (stored, the engine was not told), `told` (the
engine was stopped, and the request lies in the pipe to it) or `answered` (it has taken it, nothing is noted yet).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from dbc_desktop.bootstrap import Core
from dbc_desktop.chain.host import HostedChain
from dbc_desktop.crypto import ss58
from dbc_desktop.domain.account import Address, KeyPlace
from dbc_desktop.domain.call import Call
from dbc_desktop.domain.errors import DbcError
from dbc_desktop.domain.network import ClockMode

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
PASSPHRASE = "correct horse battery"
BOB = Address(ss58.decode("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"))


def say(*words: object) -> None:
    """A line for whoever started this."""
    print(*words, flush=True)


def transfer(units: int) -> Call:
    """What is sent."""
    return Call("Balances", "transfer_keep_alive", (BOB.raw, units))


def unlocked_account(core: Core) -> Address:
    """The one account of the home, made when it is not there."""
    wallet = core.program.wallet
    found = wallet.accounts()
    made = found[0] if found else wallet.restore("Mine", WORDS, PASSPHRASE, KeyPlace.FILE)
    wallet.unlock(made.address, PASSPHRASE)
    return made.address


def stop_at(chain: HostedChain, point: str) -> None:
    """Have this process stop for good at a point of the next `submit`."""
    submit = chain.submit

    def stand() -> None:
        say(point)
        threading.Event().wait()

    def stopping(extrinsic: bytes) -> bytes:
        if point == "journaled":
            stand()
        if point == "told":
            link = chain._alive()
            assert link.pid is not None
            os.kill(link.pid, signal.SIGSTOP)
            send = link._send

            def sending(message: tuple[object, ...]) -> None:
                send(message)
                stand()

            link._send = sending  # type: ignore[method-assign]
        found = submit(extrinsic)
        stand()
        return found

    chain.submit = stopping  # type: ignore[method-assign]


def in_lane(core: Core, lane: str, work: Callable[[], object]) -> None:
    """As the spending sheet does it."""
    over = threading.Event()

    def failed(error: DbcError) -> None:
        say("failed", type(error).__name__)
        over.set()

    core.program.runner.command(lane, work, done=lambda _: over.set(), failed=failed, deadline_seconds=120)
    over.wait()


def main(home: Path, units: int, clock: str, point: str) -> None:
    """Open, unlock, send."""
    core = Core(home, lambda _, act: act(), lambda error: say("told", type(error).__name__), say)
    program = core.program
    mine = unlocked_account(core)
    chain = program.backend
    assert isinstance(chain, HostedChain)
    if clock:
        chain.set_clock(ClockMode(clock))
    say("unlocked", chain.engine_pid)

    def send() -> None:
        prepared = program.transactions.prepare(transfer(units), mine)
        if point:
            stop_at(chain, point)
        say("sent", program.transactions.send(prepared, program.wallet.signer(mine)).status.value)

    in_lane(core, "chain-write", send)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *(sys.argv[3:] or ("", "")))
