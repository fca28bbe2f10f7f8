"""Places of the world by name: a machine gives the chain coordinates (chain-rules 4.3), a person thinks in cities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dbc_desktop.domain.machine import Coordinate
from dbc_desktop.screens.texts import current_language, tr

_NEAR_DEGREES = 1.0
"""A city this close gives its name to a machine; further away the coordinates are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city with its coordinates in degrees, east and north positive."""

    name: str
    longitude: float
    latitude: float


@lru_cache(maxsize=4)
def _places(language: str) -> tuple[Place, ...]:
    # `language` is only the key: tr() speaks the current one.
    found = (
        Place(tr("Amsterdam"), 4.90, 52.37),
        Place(tr("Bangkok"), 100.50, 13.76),
        Place(tr("Beijing"), 116.41, 39.90),
        Place(tr("Berlin"), 13.40, 52.52),
        Place(tr("Chengdu"), 104.07, 30.57),
        Place(tr("Chicago"), -87.63, 41.88),
        Place(tr("Dallas"), -96.80, 32.78),
        Place(tr("Dubai"), 55.27, 25.20),
        Place(tr("Frankfurt"), 8.68, 50.11),
        Place(tr("Guangzhou"), 113.26, 23.13),
        Place(tr("Hanoi"), 105.83, 21.03),
        Place(tr("Helsinki"), 24.94, 60.17),
        Place(tr("Hong Kong"), 114.17, 22.32),
        Place(tr("Jakarta"), 106.85, -6.21),
        Place(tr("Kuala Lumpur"), 101.69, 3.14),
        Place(tr("London"), -0.13, 51.51),
        Place(tr("Los Angeles"), -118.24, 34.05),
        Place(tr("Madrid"), -3.70, 40.42),
        Place(tr("Montreal"), -73.57, 45.50),
        Place(tr("Moscow"), 37.62, 55.76),
        Place(tr("Mumbai"), 72.88, 19.08),
        Place(tr("New York"), -74.01, 40.71),
        Place(tr("Osaka"), 135.50, 34.69),
        Place(tr("Oslo"), 10.75, 59.91),
        Place(tr("Paris"), 2.35, 48.86),
        Place(tr("Prague"), 14.42, 50.09),
        Place(tr("Reykjavik"), -21.94, 64.15),
        Place(tr("Sao Paulo"), -46.63, -23.55),
        Place(tr("Seoul"), 126.98, 37.57),
        Place(tr("Shanghai"), 121.47, 31.23),
        Place(tr("Shenzhen"), 114.06, 22.54),
        Place(tr("Singapore"), 103.82, 1.35),
        Place(tr("Stockholm"), 18.07, 59.33),
        Place(tr("Sydney"), 151.21, -33.87),
        Place(tr("Taipei"), 121.57, 25.03),
        Place(tr("Tokyo"), 139.69, 35.69),
        Place(tr("Toronto"), -79.38, 43.65),
        Place(tr("Vancouver"), -123.12, 49.28),
        Place(tr("Warsaw"), 21.01, 52.23),
        Place(tr("Zurich"), 8.54, 47.38),
    )
    return tuple(sorted(found, key=lambda place: place.name))


def places() -> tuple[Place, ...]:
    """The cities a person can choose from, by name."""
    return _places(current_language())


def place_name(longitude: float, latitude: float) -> str:
    """The city near these degrees, or the degrees themselves, e.g. `37.5° N 126.9° E`."""
    return _place_name(current_language(), round(longitude, 3), round(latitude, 3))


@lru_cache(maxsize=8192)
def _place_name(language: str, longitude: float, latitude: float) -> str:
    near = min(_places(language), key=lambda place: _distance(place, longitude, latitude))
    if _distance(near, longitude, latitude) <= _NEAR_DEGREES:
        return near.name
    north = "N" if latitude >= 0 else "S"
    east = "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.1f}° {north} {abs(longitude):.1f}° {east}"


def _distance(place: Place, longitude: float, latitude: float) -> float:
    return max(abs(place.longitude - longitude), abs(place.latitude - latitude))


def degrees(coordinate: Coordinate) -> float:
    """Degrees of a coordinate of the chain, west and south negative."""
    sign = -1 if coordinate.direction in ("West", "South") else 1
    return sign * coordinate.value / 10_000


def coordinates(place: Place) -> tuple[Coordinate, Coordinate]:
    """Longitude and latitude of a place as the chain writes them (chain-rules 4.3)."""
    east = Coordinate("East" if place.longitude >= 0 else "West", round(abs(place.longitude) * 10_000))
    north = Coordinate("North" if place.latitude >= 0 else "South", round(abs(place.latitude) * 10_000))
    return east, north
