"""The tour's steps through time: a branch, eras that pass differently on it, and the two compared."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel

from dbc_desktop.ui.tour.gallery import Gallery
from dbc_desktop.ui.tour.hand import Hand, TourStopped
from dbc_desktop.ui.tour.witness import Witness, dbc

NAME = "without renters"
ERAS = 3


class TimeSteps:
    """Two steps on the Chain page; the window stands on the first branch again when they end."""

    def __init__(self, hand: Hand, witness: Witness, gallery: Gallery, jump_eras: Callable[[int], None]) -> None:
        self._hand, self._witness, self._gallery, self._jump_eras = hand, witness, gallery, jump_eras
        self._fork = 0

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Name and act of each."""
        return (
            ("a branch is made, and eras pass on it while its residents rest", self.branch),
            ("as many eras pass on the first branch, and the two are compared", self.compare),
        )

    def branch(self) -> str:
        """Branch here, change to it, pause its residents, jump."""
        hand = self._hand
        hand.click("rail.chain")
        hand.find("chain.table")
        self._fork = self._witness.chain()["head"]["height"]
        hand.click("chain.branch_here")
        hand.type("chain.name", NAME)
        hand.click("chain.name.go")
        hand.click(f"branches.use.{NAME}", 60)
        hand.wait(lambda: hand.seen(f"branches.use.{NAME}") is None, "the other branch to be in use", 60)
        self._gallery.take("chain-branches")
        hand.click("branches.close")
        hand.click("chain.residents")
        hand.click("residents.paused")
        hand.click("residents.apply")
        hand.wait(lambda: hand.seen("residents.apply") is None, "the residents to rest")
        self._jump_eras(ERAS)
        self._gallery.take("chain-on-branch")
        here = next(one for one in self._witness.branches() if one["is_active"])
        if (here["name"], here["forked_at"]) != (NAME, self._fork) or here["height"] <= self._fork:
            raise TourStopped(f"the branch in use is {here}")
        return f"“{here['name']}” left at block {here['forked_at']:,} and stands at {here['height']:,}"

    def compare(self) -> str:
        """Back to the first branch, jump, compare."""
        hand = self._hand
        hand.click("chain.branches")
        hand.click("branches.use.main")
        hand.wait(lambda: hand.seen("branches.use.main") is None, "the first branch to be in use", 60)
        hand.click("branches.close")
        self._jump_eras(ERAS)
        hand.click("chain.branches")
        hand.click(f"branches.compare.{NAME}")
        hand.find("compare.close", 60)
        hand.rest(300)
        self._gallery.take("chain-compare")
        shown = hand.find("compare.2")
        said = shown.text() if isinstance(shown, QLabel) else ""
        hand.click("compare.close")
        found = self._witness.compare(NAME)
        burned = dbc(found["here"]["burned"]) - dbc(found["there"]["burned"])
        if found["here"]["name"] != "main" or found["forked_at"] < self._fork or burned <= 0:
            raise TourStopped(f"the two differ from block {found['forked_at']}, burned {burned}")
        if not said.startswith("+"):
            raise TourStopped(f"the window says {said}")
        return f"the same up to block {found['forked_at']:,}; {burned} DBC more burned where people rent"
