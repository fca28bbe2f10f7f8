"""The kit of widgets that pages are made of; colours and sizes come from `ui/theme.py`.

Each file is read when a widget of it is first asked for, so that the first paint waits for those of the frame only.
What draws curves is imported from its own file: it brings numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbc_desktop.ui.widgets.amount import AmountLabel
    from dbc_desktop.ui.widgets.badge import Badge
    from dbc_desktop.ui.widgets.bar_button import BarButton
    from dbc_desktop.ui.widgets.button import Button
    from dbc_desktop.ui.widgets.card import Card
    from dbc_desktop.ui.widgets.copyable import AddressLabel, CopyLabel, IdLabel
    from dbc_desktop.ui.widgets.dot import StateDot
    from dbc_desktop.ui.widgets.empty_state import EmptyState
    from dbc_desktop.ui.widgets.field import Field
    from dbc_desktop.ui.widgets.hairline import Hairline
    from dbc_desktop.ui.widgets.key_value import KeyValue
    from dbc_desktop.ui.widgets.label import ElidedLabel, Label, MixedLabel
    from dbc_desktop.ui.widgets.progress import Progress
    from dbc_desktop.ui.widgets.sheet import Sheet, SheetHost
    from dbc_desktop.ui.widgets.skeleton import Skeleton
    from dbc_desktop.ui.widgets.step_line import StepKind, StepLine
    from dbc_desktop.ui.widgets.style import restyle

__all__ = [
    "AddressLabel",
    "AmountLabel",
    "Badge",
    "BarButton",
    "Button",
    "Card",
    "CopyLabel",
    "ElidedLabel",
    "EmptyState",
    "Field",
    "Hairline",
    "IdLabel",
    "KeyValue",
    "Label",
    "MixedLabel",
    "Progress",
    "Sheet",
    "SheetHost",
    "Skeleton",
    "StateDot",
    "StepKind",
    "StepLine",
    "restyle",
]

_FILES = {
    "AddressLabel": "copyable",
    "AmountLabel": "amount",
    "Badge": "badge",
    "BarButton": "bar_button",
    "Button": "button",
    "Card": "card",
    "CopyLabel": "copyable",
    "ElidedLabel": "label",
    "EmptyState": "empty_state",
    "Field": "field",
    "Hairline": "hairline",
    "IdLabel": "copyable",
    "KeyValue": "key_value",
    "Label": "label",
    "MixedLabel": "label",
    "Progress": "progress",
    "Sheet": "sheet",
    "SheetHost": "sheet",
    "Skeleton": "skeleton",
    "StateDot": "dot",
    "StepKind": "step_line",
    "StepLine": "step_line",
    "restyle": "style",
}


def __getattr__(name: str) -> object:
    """A widget by its name, from its file."""
    if name not in _FILES:
        raise AttributeError(f"no widget {name}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_FILES[name]}"), name)
    return found
