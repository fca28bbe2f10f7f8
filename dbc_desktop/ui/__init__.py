"""The window: draws and forwards; with bootstrap the only room that knows Qt."""

import sys
from types import ModuleType

import PySide6.QtCore  # noqa: F401  # brings the hook that is told below


def _spare_the_sources() -> None:
    """Keep PySide6 from reading the source text of every module that is imported after it.

    It looks (6.10 and 6.11 do) whether a module names PySide6, since such a module may switch on other spellings of
    Qt's names; nobody here does. The texts of some thousand modules, numpy's among them, cost time in every thread that
    imports, and stay in memory for good.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None and "_mod_uses_pyside" in vars(feature):
        vars(feature)["_mod_uses_pyside"] = _is_ours


def _is_ours(module: ModuleType) -> bool:
    return module.__name__.startswith(__name__)


_spare_the_sources()
