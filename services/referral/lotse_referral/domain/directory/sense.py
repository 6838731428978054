"""What makes no sense together, though each value of it is possible."""

from collections.abc import Iterator, Mapping
from typing import Any

EVENING, MORNING = "17:00", "10:00"
"""A night shelter opens in the evening and closes in the morning after; nothing else closes before it opens."""
RANGES = (
    ("minimum_age", "maximum_age", "out_of_range"),
    ("available", "maximum", "out_of_range"),
    ("valid_from", "valid_to", "ends_before_start"),
    ("dtstart", "until", "ends_before_start"),
)
Nonsense = tuple[str, str, str]


def nonsense(fields: Mapping[str, Any]) -> Iterator[Nonsense]:
    """Which field is to be left out, why, and what would be allowed."""
    for first, second, code in RANGES:
        if first in fields and second in fields and fields[second] < fields[first]:
            yield second, code, f"not less than {first}"
    if ("latitude" in fields) != ("longitude" in fields):
        alone = "latitude" if "latitude" in fields else "longitude"
        yield alone, "half_a_place", "latitude and longitude together"
    if "opens_at" in fields and "closes_at" in fields and not _in_order(fields["opens_at"], fields["closes_at"]):
        yield "opens_at", "ends_before_start", "before closes_at"
        yield "closes_at", "ends_before_start", "after opens_at"


def _in_order(opens_at: str, closes_at: str) -> bool:
    opens, closes = opens_at[:5], closes_at[:5]
    return opens < closes or (opens >= EVENING and closes <= MORNING)
