"""What `self-test` looks at: each part that this computer must have, or may lack."""

from __future__ import annotations

from pathlib import Path

from dbc_desktop.services.checkup import Check


def checks(scratch: Path, home: Path) -> list[Check]:
    """The checks in order; `scratch` is thrown away afterwards, `home` is the data folder."""
    from dbc_desktop.services.checkup import all_modules, program_on_path
    from dbc_desktop.sessions.standin.sandbox import check_sandbox
    from dbc_desktop.ui.theme import chinese_family

    return [
        Check("modules", all_modules, needed=True),
        Check("store", lambda: _try_store(home), needed=True),
        Check("engine", lambda: _try_engine(scratch), needed=True),
        Check("window", lambda: _try_window(scratch), needed=True),
        Check("chinese", chinese_family, needed=False),
        Check("keyring", _try_keyring, needed=False),
        Check("gpu", _try_gpu, needed=False),
        Check("sandbox", check_sandbox, needed=False),
        Check("ssh", lambda: program_on_path("ssh"), needed=False),
    ]


def _try_store(home: Path) -> str:
    from dbc_desktop.storage.files import write_whole

    probe = home / "self-test.tmp"
    write_whole(probe, b"self-test")
    probe.unlink()
    return str(home)


def _try_engine(scratch: Path) -> str:
    from dbc_desktop.chain.host import HostedChain

    chain = HostedChain(scratch / "engine" / "chain")
    try:
        return f"{chain.identity().rules_profile}, block {chain.head().height:,}"
    finally:
        chain.close()


def _try_window(scratch: Path) -> str:
    from dbc_desktop.bootstrap import open_window
    from dbc_desktop.ui.tour.hand import Hand

    running = open_window(scratch / "window")
    hand = Hand(running.window)
    running.window.show()
    hand.find("topbar.block")
    hand.rest(500)
    size = running.window.size()
    running.close()
    return f"{size.width()} × {size.height()}, {running.app.platformName()}"


def _try_keyring() -> str:
    from dbc_desktop.wallet.keyring_store import OsKeyringStore

    store = OsKeyringStore()
    store.get("self-test")
    return store.place


def _try_gpu() -> str:
    from dbc_desktop.telemetry.nvml import NvmlSensors

    sensors = NvmlSensors("self-test")
    try:
        sample = sensors.sample()
        return f"{sample.driver_version}, {len(sample.gpus)} GPUs"
    finally:
        sensors.close()
