"""Every text a person reads goes through `tr` or `ntr`: English is the key, a gettext catalogue has the rest."""

from __future__ import annotations

import gettext
import locale

from dbc_desktop.storage.resources import resource_path

DOMAIN = "dbc_desktop"
LANGUAGES: dict[str, str] = {"en": "English", "zh_CN": "简体中文"}

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def set_language(language: str) -> None:
    """Speak `language` from now on: a key of `LANGUAGES`, or `system` for what the computer speaks.

    Texts already on the screen stay as they are; the window builds its pages anew.
    """
    global _catalogue, _language
    _language = resolve(language)
    _catalogue = (
        gettext.NullTranslations()
        if _language == "en"
        else gettext.translation(DOMAIN, str(resource_path("locale")), languages=[_language], fallback=True)
    )


def resolve(language: str) -> str:
    """The key of `LANGUAGES` that `language` stands for: itself, or for `system` what the computer speaks."""
    wanted = system_language() if language == "system" else language
    return wanted if wanted in LANGUAGES else "en"


def current_language() -> str:
    """The language spoken now, a key of `LANGUAGES`."""
    return _language


def system_language() -> str:
    """The key of `LANGUAGES` that fits this computer best."""
    code = locale.getlocale()[0] or ""
    return "zh_CN" if code.lower().startswith(("zh", "chinese")) else "en"


def tr(text: str, /, **facts: object) -> str:
    """The text in the current language, its `{names}` filled from `facts`."""
    spoken = _catalogue.gettext(text)
    return spoken.format(**facts) if facts else spoken


def ntr(singular: str, plural: str, n: int, /, **facts: object) -> str:
    """Like `tr`, in the form that fits `n`; `{n}` stands for the number with separators unless `facts` has it."""
    return _catalogue.ngettext(singular, plural, n).format(**{"n": f"{n:,}", **facts})
