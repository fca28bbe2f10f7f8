"""Coordinates of the chain and the names of cities."""

from __future__ import annotations

from dbc_desktop.domain.machine import Coordinate
from dbc_desktop.screens.places import coordinates, degrees, place_name, places


def test_a_machine_near_a_city_is_called_by_its_name() -> None:
    assert place_name(103.9, 1.3) == "Singapore"
    assert place_name(-118.0, 34.5) == "Los Angeles"


def test_far_from_every_city_the_degrees_are_shown() -> None:
    assert place_name(-30.0, -40.25) == "40.2° S 30.0° W"
    assert place_name(60.0, 70.0) == "70.0° N 60.0° E"


def test_places_stand_in_alphabetical_order_and_are_unique() -> None:
    names = [place.name for place in places()]
    assert names == sorted(names)
    assert len(set(names)) == len(names)


def test_west_and_south_are_written_as_directions_and_read_as_minus() -> None:
    sydney = next(place for place in places() if place.name == "Sydney")
    assert coordinates(sydney) == (Coordinate("East", 1_512_100), Coordinate("South", 338_700))
    new_york = next(place for place in places() if place.name == "New York")
    assert coordinates(new_york)[0] == Coordinate("West", 740_100)
    assert degrees(Coordinate("South", 338_700)) == -33.87
    assert degrees(Coordinate("East", 1_512_100)) == 151.21
