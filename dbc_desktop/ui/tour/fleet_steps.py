"""The tour's fleet: a hundred rigs that are not real are read, and what is wrong with them is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtWidgets import QLabel, QLineEdit, QTableView

from dbc_desktop.ui.pages.rigs_cards import TileCard
from dbc_desktop.ui.tour.gallery import Gallery
from dbc_desktop.ui.tour.hand import Hand, TourStopped
from dbc_desktop.ui.tour.witness import Witness

RIGS = 100
_PROMETHEUS = 1
"""Its row among the kinds of sources."""
_GPUS_COLUMN = 3


class FleetSteps:
    """One step on the Rigs page; the window reads no other rig when it ends."""

    def __init__(self, hand: Hand, witness: Witness, gallery: Gallery) -> None:
        self._hand, self._witness, self._gallery = hand, witness, gallery

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Name and act."""
        return (("a fleet of a hundred rigs is read, and what is wrong is told", self.read_fleet),)

    def read_fleet(self) -> str:
        """Add a server of many rigs by hand, look at small and large ones, read what is wrong, remove it again."""
        with self._witness.rigs(RIGS) as address:
            return self._read(address)

    def _read(self, address: str) -> str:
        hand = self._hand
        hand.click("rail.rigs")
        hand.click("rigs.sources")
        hand.choose("sources.kind", _PROMETHEUS)
        hand.type("sources.address", urlsplit(address).netloc)
        hand.click("sources.go")
        hand.wait(lambda: self._text("sources.address") == "", "the address to be taken")
        hand.click("sources.cancel")
        hand.wait(lambda: self._rows() == RIGS + 1, f"{RIGS} rigs in the table", 60)
        hand.rest(400)
        self._gallery.take("fleet-100-rigs")
        for gpus in ("1/1", "8/8"):
            self._choose(gpus)
            count = int(gpus[0])
            hand.wait(partial(self._shows, count), f"{count} GPUs to be shown")
            hand.rest(400)
            self._gallery.take(f"fleet-{count}-gpu")
        hand.click("rigs.alerts")
        # an alert needs a second reading, and a server is read each 15 seconds
        hand.wait(lambda: self._text("alerts.row.0") != "", "the lost GPU to be told", 40)
        hand.rest(300)
        self._gallery.take("alerts-sheet")
        hand.click("alerts.close")
        found = self._witness.fleet()
        kinds = [one["kind"] for one in found["alerts"]]
        if [one["url"] for one in found["sources"]] != [address] or "gpu_lost" not in kinds:
            raise TourStopped(f"{found['sources']} are read, {kinds} last")
        hand.click("rigs.sources")
        hand.click("sources.remove.0")
        hand.wait(lambda: hand.seen("sources.remove.0") is None, "the server to go")
        hand.click("sources.cancel")
        if self._witness.fleet()["sources"]:
            raise TourStopped("the server is still read")
        lost = next(one["facts"]["rig"] for one in found["alerts"] if one["kind"] == "gpu_lost")
        return f"{RIGS} rigs of one server, a GPU of {lost} is lost"

    def _rows(self) -> int:
        table = self._hand.seen("rigs.fleet")
        return table.model().rowCount() if isinstance(table, QTableView) else 0

    def _shows(self, count: int) -> bool:
        tiles = self._hand.find("rigs.fleet").window().findChildren(TileCard)
        return sum(tile.isVisible() for tile in tiles) == count

    def _choose(self, gpus: str) -> None:
        """Click the first rig of the fleet with so many GPUs."""
        table = self._hand.find("rigs.fleet")
        if not isinstance(table, QTableView):
            raise TourStopped("there is no table of rigs")
        model = table.model()
        for row in range(model.rowCount()):
            name = str(model.index(row, 0).data())
            if model.index(row, _GPUS_COLUMN).data() == gpus and name.startswith("rig-"):
                self._hand.click_row("rigs.fleet", row)
                return
        raise TourStopped(f"no rig with {gpus} GPUs")

    def _text(self, name: str) -> str:
        widget = self._hand.seen(name)
        return widget.text() if isinstance(widget, QLabel | QLineEdit) else ""
