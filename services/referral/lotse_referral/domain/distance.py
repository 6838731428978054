"""An area around a point, and the box that surely holds it."""

import math
from typing import NamedTuple

METRES_PER_DEGREE = 111_195.08  # of latitude, on a sphere of the Earth's mean radius (IUGG: 6,371,008.8 m)
METRES_MAX = 500_000


class Area(NamedTuple):
    """A circle; degrees north and east, metres."""

    latitude: float
    longitude: float
    metres: float


def box(area: Area) -> tuple[float, float, float, float]:
    """South, north, west and east of a box around the circle; near a pole it goes all the way round."""
    north = area.metres / METRES_PER_DEGREE
    widest = min(90.0, abs(area.latitude) + north)
    east = 360.0 if widest >= 89.9 else math.degrees(math.asin(min(1.0, _sine(area.metres) / _cosine(area.latitude))))
    return area.latitude - north, area.latitude + north, area.longitude - east, area.longitude + east


def _sine(metres: float) -> float:
    return math.sin(math.radians(min(90.0, metres / METRES_PER_DEGREE)))


def _cosine(latitude: float) -> float:
    return math.cos(math.radians(latitude))
