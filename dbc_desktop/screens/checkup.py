"""What the self-test says."""

from __future__ import annotations

from dbc_desktop.screens.notices import notice_for
from dbc_desktop.screens.texts import tr
from dbc_desktop.services.checkup import CheckResult


def check_names() -> dict[str, str]:
    """What each check is called."""
    return {
        "modules": tr("All parts of the program"),
        "store": tr("Data folder"),
        "engine": tr("Embedded chain in its own process"),
        "window": tr("Window"),
        "chinese": tr("Font for Chinese"),
        "keyring": tr("Keyring of this computer"),
        "gpu": tr("NVIDIA driver"),
        "sandbox": tr("Sandbox for the local stand-in node"),
        "ssh": tr("SSH client"),
    }


def check_line(result: CheckResult) -> str:
    """One line: `ok`, `missing` (the program works without it) or `FAILED`, and how to get it."""
    name = check_names()[result.name]
    if result.error is None:
        return f"ok       {name}" + (f": {result.fact}" if result.fact else "")
    notice = notice_for(result.error)
    return f"{'FAILED ' if result.needed else 'missing'}  {name}: {notice.title}. {notice.body}"


def verdict(results: list[CheckResult]) -> str:
    """The last line."""
    broken = [result for result in results if not result.is_fine]
    if broken:
        return tr("{broken} of {all} needed parts do not work", broken=len(broken), all=len(results))
    return tr("Everything that is needed works")
