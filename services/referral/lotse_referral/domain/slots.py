"""When somebody can next be received, and in which language: a language may be spoken at some hours only."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lotse_chassis.calendar import is_holiday
from lotse_referral.domain.needs import Free
from lotse_referral.domain.offers import DIRECTORY_ZONE, Opening

LOOK_AHEAD_DAYS = 28
ONE_DAY, THREE_DAYS, ONE_WEEK, TWO_WEEKS = (timedelta(days=days) for days in (1, 3, 7, 14))
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Next(NamedTuple):
    """The level of the wait, and when it is, such as `TH 14:00`; without a time where none is known."""

    level: str
    when: str | None = None


UNKNOWN = Next("hours_unknown")
NONE_FITS = Next("no_time_fits")


def next_open(openings: Sequence[Opening], now: datetime, free: Sequence[Free] = ()) -> Next:
    """How long until the office is open and she has time; public holidays of Saxony are closed."""
    if not openings:
        return UNKNOWN
    local = now.astimezone(DIRECTORY_ZONE)
    minute = local.hour * 60 + local.minute
    for ahead in range(LOOK_AHEAD_DAYS):
        day = local.date() + timedelta(days=ahead)
        if is_holiday(day):
            continue
        starts = _starts([one for one in openings if one.holds_on(day)], free, minute if ahead == 0 else 0)
        if starts is not None:
            wait = timedelta(days=ahead, minutes=starts - minute)
            return Next(_level(wait), f"{WEEKDAYS[day.weekday()]} {starts // 60:02}:{starts % 60:02}")
    return NONE_FITS


def _starts(openings: Iterable[Opening], free: Sequence[Free], earliest: int) -> int | None:
    """The first minute of the day at which both have time; None if there is none."""
    found = None
    for opening in openings:
        for opens, closes in _shared(opening, free):
            start = max(opens, earliest)
            if start < closes and (found is None or start < found):
                found = start
    return found


def _shared(opening: Opening, free: Sequence[Free]) -> Iterable[tuple[int, int]]:
    if not free:
        yield opening.opens, opening.closes
    for hers in free:
        if hers.weekday == opening.weekday:
            yield max(opening.opens, hers.opens), min(opening.closes, hers.closes)


def _level(wait: timedelta) -> str:
    if wait <= ONE_DAY:
        return "slot_within_a_day"
    if wait <= THREE_DAYS:
        return "slot_within_three_days"
    if wait <= ONE_WEEK:
        return "slot_within_a_week"
    return "slot_within_two_weeks" if wait <= TWO_WEEKS else "slot_later"
