"""When somebody should look at a service again: periods by kind of field, as data.

Hours, phones, languages and free places change within a season, addresses and tasks hardly within a year; what ends on
a known day is looked at before.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from lotse_referral.domain.directory.form import EXTENSION
from lotse_referral.domain.directory.resources import EVERY_FIELD, Resource

DAYS_OF_OTHERS = 180
DAYS_BY_FIELD: Mapping[str, int] = {
    "phones": 90,
    "schedules": 90,
    "languages": 90,
    "capacities": 90,
    f"{EXTENSION}.language_slots": 90,
    f"{EXTENSION}.appointment_only": 90,
    f"{EXTENSION}.walk_in": 90,
    f"{EXTENSION}.capacity": 90,
}
DOUBTFUL = f"{EXTENSION}.doubtful_languages"
UNSTATED = frozenset({"languages", DOUBTFUL})
DAYS_BEFORE_END = 30
END = f"{EXTENSION}.valid_to"
NOT_CHECKED = frozenset({"metadata", "assured_date", f"{EXTENSION}.directory", f"{EXTENSION}.sources"})
CLOSED = frozenset({"inactive", "defunct"})


def next_check(service: Resource) -> date | None:
    """The first day on which something of it should be checked; None if it is closed, or nothing was ever checked."""
    if service.fields.get("status") in CLOSED:
        return None
    days = [due for name in service.fields if (due := _due(service, name)) is not None]
    end = service.fields.get(END)
    if end is not None:
        days.append(date.fromisoformat(end) - timedelta(days=DAYS_BEFORE_END))
    return min(days, default=None)


def _due(service: Resource, name: str) -> date | None:
    source = service.source_of(name)
    if name in UNSTATED and service.fields.get(DOUBTFUL):
        return None  # what no source states is not to be checked again but to be asked at all
    if name in NOT_CHECKED or name == EVERY_FIELD or source is None or source.assured_on is None:
        return None
    return source.assured_on + timedelta(days=DAYS_BY_FIELD.get(name, DAYS_OF_OTHERS))
