"""The tour's quarrels: a false report that loses its stake, a slash, and an appeal that is granted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dbc_desktop.ui.tour.hand import TourStopped
from dbc_desktop.ui.tour.witness import dbc

if TYPE_CHECKING:
    from dbc_desktop.ui.tour.story import Story

LATER_HOURS = 50
"""A verdict is executed after two days."""


class DisputeSteps:
    """The steps of disputes, for the account and the lease of `story`."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """Name and act of each."""
        return (
            ("a false report is made: three drawn arbiters find the machine in order", self.report_falsely),
            ("two days later the false report has lost its stake", self.lose_stake),
            ("the machine goes offline and comes back: a slash of 2 % is set aside", self.be_slashed),
            ("an appeal is granted by the technical committee: the slash comes back", self.appeal),
        )

    def report_falsely(self) -> str:
        """From the card of the lease, through the sheet that says what it costs."""
        story, hand = self._story, self._story.hand
        hand.click("rail.rentals")
        hand.click(f"rentals.report.{story.rent_id}")
        hand.find("report.go")
        hand.rest(200)
        story.gallery.take("report-sheet")
        hand.click("report.go")
        story.sign()
        reporter = self._reporter()
        if (dbc(reporter["staked"]), dbc(reporter["used"])) != (dbc("20000"), dbc("1000")):
            raise TourStopped(f"staked {reporter['staked']}, used {reporter['used']}")
        story.jump_hours(1)
        (report,) = self._reporter()["reports"]
        if report["result"] != "ReportRefused":
            raise TourStopped(f"the report is {report['status']}, {report['result']}")
        story.gallery.take("disputes-verdict")
        return f"report {report['report_id']}: {report['result']}"

    def lose_stake(self) -> str:
        """The verdict is executed; a thousand are gone for good."""
        self._story.jump_hours(LATER_HOURS)
        reporter = self._reporter()
        if (dbc(reporter["staked"]), dbc(reporter["used"])) != (dbc("19000"), dbc("0")):
            raise TourStopped(f"staked {reporter['staked']}, used {reporter['used']}")
        (slash,) = self._slashes()
        if (slash["outcome"], dbc(slash["amount"])) != ("Executed", dbc("1000")):
            raise TourStopped(f"the slash is {slash}")
        return f"{slash['amount']} DBC lost, {reporter['staked']} left at stake"

    def be_slashed(self) -> str:
        """Down and up again by the stopwatch's button."""
        story, hand = self._story, self._story.hand
        hand.click("rail.disputes")
        hand.click("disputes.clock.offline")
        story.sign()
        hand.find("disputes.clock.online")
        hand.rest(200)
        story.gallery.take("disputes-stopwatch")
        (machine,) = story.account()["machines"]
        if machine["status"] != "StakerReportOffline":
            raise TourStopped(f"the machine is {machine['status']}")
        hand.click("disputes.clock.online")
        story.sign()
        (slash,) = self._pending()
        if abs(dbc(slash["amount"]) * 50 - dbc(machine["stake_held"])) >= dbc("0.00000000000005"):
            raise TourStopped(f"{slash['amount']} is not 2 % of {machine['stake_held']}")
        return f"{slash['amount']} DBC set aside, {slash['reason']}"

    def appeal(self) -> str:
        """Say why; ten minutes later a member of the technical committee grants it."""
        story, hand = self._story, self._story.hand
        (slash,) = self._pending()
        before = dbc(story.account()["reserved"])
        hand.click(f"disputes.appeal.slash.{slash['source']}.{slash['number']}")
        hand.type("appeal.reason", "the power failed for a minute")
        story.gallery.take("appeal-sheet")
        hand.click("appeal.go")
        story.sign()
        if not self._pending()[0]["is_appealed"]:
            raise TourStopped("nobody knows of the appeal")
        story.jump_hours(1)
        if self._pending():
            raise TourStopped("the slash still waits")
        back = before - dbc(story.account()["reserved"])
        if back != dbc(slash["amount"]):
            raise TourStopped(f"{back} came back of {slash['amount']}")
        return f"{back} DBC came back"

    def _reporter(self) -> dict[str, Any]:
        found: dict[str, Any] = self._story.account()["reporter"]
        return found

    def _slashes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._story.account()["slashes"]
        return found

    def _pending(self) -> list[dict[str, Any]]:
        return [slash for slash in self._slashes() if slash["outcome"] == "Pending"]
