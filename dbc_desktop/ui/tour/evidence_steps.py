"""The tour's evidence: made, certified and checked in the window, and checked again by another process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from dbc_desktop.ui.tour.hand import TourStopped

if TYPE_CHECKING:
    from dbc_desktop.ui.tour.story import Story

_FIRST_MINUTE_SECONDS = 65.0
"""A minute is a line once the next one has begun."""
_IN_A_FILE = 1
"""Row of the place of the rig's key: the tour must not write into anybody's keyring."""
_FIRST_MACHINE = 1


class EvidenceSteps:
    """Two steps on the Rigs page, for the account and the machine of `story`."""

    def __init__(self, story: Story, folder: Path, passphrase: str) -> None:
        self._story, self._passphrase = story, passphrase
        self._file = folder / "evidence.json"
        self._began = time.monotonic()

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Name and act of each."""
        return (
            ("the last hour of the rig is certified, signed and checked as evidence", self.make),
            ("another process checks the evidence, and finds what was changed in it", self.check),
        )

    def make(self) -> str:
        """Say which machine the rig is, sign a file with a key that rests in an encrypted file, and check it."""
        story, hand = self._story, self._story.hand
        hand.wait(
            lambda: time.monotonic() - self._began > _FIRST_MINUTE_SECONDS, "a minute to pass", _FIRST_MINUTE_SECONDS
        )
        hand.click("rail.rigs")
        hand.click("rigs.machine")
        hand.choose("rigmachine.machine", _FIRST_MACHINE)
        hand.click("rigmachine.go")
        hand.wait(lambda: hand.seen("rigmachine.go") is None, "the machine to be kept")
        hand.click("rigs.evidence")
        hand.choose("evidence.place", _IN_A_FILE)
        hand.type("evidence.key_passphrase", self._passphrase)
        if hand.seen("evidence.passphrase") is not None:
            hand.type("evidence.passphrase", self._passphrase)
        hand.click("evidence.go")
        self._name_file()
        hand.wait(lambda: self._text("evidence.said") != "", "the file to be signed", 60)
        said = self._text("evidence.said")
        story.gallery.take("evidence-saved")
        hand.click("evidence.check")
        self._name_file()
        hand.find("verdict.close", 60)
        hand.rest(200)
        verdict = self._text("verdict.verdict")
        story.gallery.take("evidence-checked")
        hand.click("verdict.close")
        if not verdict.startswith("The file is whole"):
            raise TourStopped(f"the window says {verdict}")
        return said

    def check(self) -> str:
        """The findings by the chain's file; then one figure of a copy is changed."""
        found = self._story.witness.evidence(self._file)
        holds = found["is_signed"] and found["is_certified"] and found["owner"] == "controller"
        if not holds or found["is_refuted"] or not found["blocks"]["known"]:
            raise TourStopped(f"another process found {found}")
        forged = self._file.with_name("forged.json")
        written = self._file.read_text(encoding="utf-8")
        forged.write_text(written.replace('\\"samples\\":', '\\"samples\\":1', 1), encoding="utf-8")
        broken = self._story.witness.evidence(forged, is_refuted=True)
        if not broken["is_refuted"] or broken["broken_at"] is None or broken["is_signed"]:
            raise TourStopped(f"of a changed file it found {broken}")
        demo = "demo readings, said so; " if found["is_demo"] else ""
        return (
            f"{demo}{found['minutes']} minutes, {found['blocks']['known']} blocks, the controller's; a forgery is found"
        )

    def _name_file(self) -> None:
        """Type the file's place into the dialog for files."""
        hand = self._story.hand
        hand.type("fileNameEdit", str(self._file))
        hand.key(Qt.Key.Key_Return)
        hand.wait(lambda: hand.seen("fileNameEdit") is None, "the dialog for files to go")

    def _text(self, name: str) -> str:
        widget = self._story.hand.seen(name)
        return widget.text() if isinstance(widget, QLabel) else ""
