"""The self-test says what works and goes on where something does not."""

from __future__ import annotations

from dbc_desktop.domain.errors import DriverMissing
from dbc_desktop.screens.checkup import check_line, check_names, verdict
from dbc_desktop.services.checkup import Check, run_checks


def _no_driver() -> str:
    raise DriverMissing


def test_a_failed_check_does_not_stop_the_others() -> None:
    results = list(run_checks([Check("gpu", _no_driver, needed=False), Check("store", lambda: "fine", needed=True)]))
    assert [(result.name, result.is_fine, result.fact) for result in results] == [
        ("gpu", True, ""),
        ("store", True, "fine"),
    ]
    assert check_line(results[0]).startswith("missing  NVIDIA driver: ")
    assert check_line(results[1]) == "ok       Data folder: fine"
    assert verdict(results) == "Everything that is needed works"


def test_what_is_needed_and_broken_is_said_last() -> None:
    results = list(run_checks([Check("engine", _no_driver, needed=True)]))
    assert not results[0].is_fine
    assert check_line(results[0]).startswith("FAILED   ")
    assert verdict(results) == "1 of 1 needed parts do not work"


def test_every_check_has_a_name_of_its_own() -> None:
    assert len(set(check_names().values())) == 9
