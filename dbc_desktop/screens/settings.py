"""What Settings says: look, language, data folder, locking, keyring, and what this program is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dbc_desktop import __version__
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import InvalidInput, SecretStoreUnavailable
from dbc_desktop.domain.network import Identity
from dbc_desktop.screens.notices import store_text
from dbc_desktop.screens.texts import LANGUAGES, tr
from dbc_desktop.screens.topbar import chain_name
from dbc_desktop.storage.settings import Settings

MIN_LOCK, MAX_LOCK = 1, 1_440


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a drop-down."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class SettingsScreen:
    """The whole page."""

    themes: tuple[Choice, ...]
    theme: str
    languages: tuple[Choice, ...]
    language: str
    auto_lock: str
    ask_above: str
    read_only: bool
    lock_with_session: bool
    session_detail: str
    folder: str
    keyring_text: str
    keyring_kind: str
    keyring_detail: str
    about: tuple[tuple[str, str], ...]


def settings_screen(
    settings: Settings,
    home: Path,
    problem: SecretStoreUnavailable | None,
    identity: Identity | None,
    qt_version: str,
    *,
    hears_session: bool = True,
) -> SettingsScreen:
    """The page; `problem` is why the keyring cannot be used, None when it can.

    `hears_session` is whether this computer tells when its session locks.
    """
    return SettingsScreen(
        themes=(Choice("system", tr("as the computer")), Choice("light", tr("light")), Choice("dark", tr("dark"))),
        theme=settings.theme,
        languages=(
            Choice("system", tr("as the computer")),
            *(Choice(code, name) for code, name in LANGUAGES.items()),
        ),
        language=settings.language,
        auto_lock=str(settings.auto_lock_minutes),
        ask_above=Balance(settings.ask_above).text(),
        read_only=settings.read_only,
        lock_with_session=settings.lock_with_session,
        session_detail=""
        if hears_session
        else tr("This computer does not tell when its session locks: the minutes above are what locks."),
        folder=str(home),
        keyring_text=tr("ready") if problem is None else tr("cannot be used"),
        keyring_kind="good" if problem is None else "warn",
        keyring_detail=tr("New keys can be kept in the keyring of this computer, encrypted with your passphrase.")
        if problem is None
        else store_text(problem.reason),
        about=_about(identity, qt_version),
    )


def _about(identity: Identity | None, qt_version: str) -> tuple[tuple[str, str], ...]:
    rows = [(tr("Version"), __version__), (tr("Qt"), qt_version), (tr("Licence"), "Apache-2.0")]
    if identity is not None:
        rows.insert(1, (tr("Chain"), f"{chain_name(identity)} · {identity.rules_profile}"))
    rows.append((tr("Fonts"), "Inter, JetBrains Mono (SIL OFL 1.1)"))
    return tuple(rows)


def parse_minutes(text: str) -> int:
    """Minutes as typed, 1 to 1,440.

    Raises:
        InvalidInput: `minutes` with `not_a_number`, `too_small` or `too_large`.
    """
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()):
        raise InvalidInput("minutes", "not_a_number")
    if len(stripped) > 6 or int(stripped) > MAX_LOCK:
        raise InvalidInput("minutes", "too_large", most=MAX_LOCK)
    if int(stripped) < MIN_LOCK:
        raise InvalidInput("minutes", "too_small", least=MIN_LOCK)
    return int(stripped)
