"""What the person chose, in one small JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dbc_desktop.domain.balance import Balance
from dbc_desktop.storage.files import files_translated, read_limited, write_whole

_LIMIT_BYTES = 64 * 1024
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with their first values.

    Attributes:
        theme: `system`, `light` or `dark`.
        language: `system`, `en` or `zh_CN`.
        auto_lock_minutes: Minutes until an unlocked key locks again, 1 to 1,440.
        ask_above: Spending more than this asks for the passphrase again, in the smallest unit.
        read_only: Nothing is signed.
        power_limits: The person lets this program set power limits of GPUs.
        lock_with_session: Keys lock when the session of this computer locks or sleeps.
    """

    theme: str = "system"
    language: str = "system"
    auto_lock_minutes: int = 15
    ask_above: int = Balance.of_dbc(1_000).units
    read_only: bool = False
    lock_with_session: bool = True
    power_limits: bool = False


_CHOICES = {"theme": {"system", "light", "dark"}, "language": {"system", "en", "zh_CN"}}
_SWITCHES = {"read_only", "lock_with_session", "power_limits"}
_RANGES = {"auto_lock_minutes": (1, _MOST_MINUTES), "ask_above": (0, Balance.of_dbc(10**12).units)}


class SettingsStore:
    """`settings.json` in the data folder. Values it does not know are kept, for the version that wrote them."""

    def __init__(self, home: Path) -> None:
        self._path = home / "settings.json"

    def load(self) -> Settings:
        """The settings; a value out of its range counts as not set, a garbled file is put aside as `.bad`.

        Raises:
            DataCorrupt: The file cannot be read at all.
            DataUnwritable: A garbled file cannot be put aside.
        """
        written = self._written()
        return Settings(**{key: value for key, value in written.items() if _is_valid(key, value)})  # type: ignore[arg-type]

    def save(self, settings: Settings) -> None:
        """Write them, all or nothing.

        Raises:
            DataUnwritable: Read-only or full.
        """
        document = self._written() | asdict(settings)
        write_whole(self._path, json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")

    def _written(self) -> dict[str, object]:
        data = read_limited(self._path, _LIMIT_BYTES)
        if data is None:
            return {}
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            return document
        with files_translated(self._path):
            self._path.replace(self._path.with_suffix(".json.bad"))
        return {}


def _is_valid(key: str, value: object) -> bool:
    if key in _CHOICES:
        return isinstance(value, str) and value in _CHOICES[key]
    if key in _SWITCHES:
        return isinstance(value, bool)
    if key in _RANGES:
        lowest, highest = _RANGES[key]
        return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest
    return False
