"""The driver's numbers of faults (Xid) in plain words: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbc_desktop.screens.texts import tr


@dataclass(frozen=True, slots=True)
class XidText:
    """What a number means; `is_hardware` where the card or its slot is the likely cause."""

    what: str
    to_do: str
    is_hardware: bool


_Words = tuple[Callable[[], str], Callable[[], str], bool]


def _program() -> str:
    return tr(
        "Likely the program's fault, not the card's: look at who used the GPU. If others fail too, test the card."
    )


def _reset() -> str:
    return tr("Restart the computer. If it comes again, the card or its slot is failing.")


def _memory() -> str:
    return tr("Look at ECC and row remapping. If it comes again, the card's memory is failing.")


_XIDS: dict[int, _Words] = {
    13: (lambda: tr("a program did something the GPU cannot execute"), _program, False),
    31: (lambda: tr("a program touched memory that is not its own"), _program, False),
    32: (lambda: tr("broken commands reached the GPU"), _reset, True),
    38: (lambda: tr("the driver's firmware failed"), _reset, False),
    43: (lambda: tr("a program stopped working on the GPU"), _program, False),
    45: (lambda: tr("work was stopped because of an error before"), _program, False),
    48: (lambda: tr("memory has an error that cannot be corrected"), _memory, True),
    61: (lambda: tr("the GPU's own controller failed"), _reset, True),
    62: (lambda: tr("the GPU's own controller stopped"), _reset, True),
    63: (lambda: tr("a faulty row of memory was marked for replacement"), lambda: _restart_to_remap(), False),
    64: (lambda: tr("a faulty row of memory could not be replaced"), lambda: _return_it(), True),
    68: (lambda: tr("the video decoder failed"), _program, False),
    69: (lambda: tr("a program gave the GPU a wrong command"), _program, False),
    74: (lambda: tr("a link to another GPU failed"), lambda: _check_links(), True),
    79: (lambda: tr("the GPU has fallen off the bus"), lambda: _check_power(), True),
    92: (lambda: tr("many memory errors were corrected in a short time"), _memory, True),
    94: (lambda: tr("a memory error was contained: only the program that hit it stopped"), _memory, True),
    95: (lambda: tr("a memory error could not be contained: other programs may be affected"), _reset, True),
    119: (lambda: tr("the GPU's system processor does not answer"), _reset, False),
    120: (lambda: tr("the GPU's system processor failed"), _reset, False),
    140: (lambda: tr("memory has an error that recovery could not mend"), _memory, True),
    143: (lambda: tr("the GPU could not be started"), _reset, True),
}


def _restart_to_remap() -> str:
    return tr("Restart the computer at the next pause: a spare row takes its place then.")


def _return_it() -> str:
    return tr("No spare row is left. Have the card replaced by its maker.")


def _check_links() -> str:
    return tr("Check bridge and seating, then restart the computer.")


def _check_power() -> str:
    return tr("Check its power and seating, then restart the computer.")


def xid_text(number: int) -> XidText:
    """The words for an Xid; a number that is not known here says so."""
    words = _XIDS.get(number)
    if words is None:
        return XidText(
            tr("the driver reported a fault"), tr("Look the number up in NVIDIA's list of Xid errors."), False
        )
    return XidText(words[0](), words[1](), words[2])
