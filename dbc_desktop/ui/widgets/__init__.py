"""The kit of widgets that pages are made of; colours and sizes come from `ui/theme.py`.

What draws curves is imported from its own file: it brings numpy, which the first paint does not wait for.
"""

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
