"""When a group meets: weeks and months as RFC 5545 counts them, in Dresden's local time, with what deviates.

Source: RFC 5545, sections 3.3.10 (recurrence rule) and 3.8.4.4 (recurrence id), as of 2026-11-25. A local time that a
change of the clock leaves out is read with the offset before it, one that comes twice is the first (3.3.5).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lotse_chassis.calendar import ZONE, is_holiday
from lotse_referral.domain.rules import Rule, days_of, read

AHEAD = timedelta(days=400)  # how far the next sessions are looked for
NEXT_MAX = 8


@dataclass(frozen=True)
class Series:
    """`at` is on the clocks of Dresden; `minutes` are real ones; an empty `rule` is one session."""

    starts_on: date
    at: time
    minutes: int
    rule: str = ""
    skips_holidays: bool = False


@dataclass(frozen=True)
class Deviation:
    """One session that is not as the rule says; `session` is the day on which the rule puts it.

    `version`: that of the offer when this was said, under which it was told; 0: nobody has noted it.
    """

    session: date
    cancelled: bool
    on: date | None = None
    at: time | None = None
    minutes: int | None = None
    place: str | None = None
    version: int = 0


@dataclass(frozen=True)
class Session:
    """One session as it takes place, or would have; aware UTC."""

    session: date
    starts_at: datetime
    ends_at: datetime
    place: str | None = None
    moved: bool = False
    cancelled: bool = False


Deviations = Mapping[date, Deviation]


def days(series: Series) -> Iterator[date]:
    """The days of the series in order, with no end where the rule has none but ten years.

    Raises RuleNotTaken if the rule is none of ours. A holiday that is skipped is still counted by COUNT (3.8.5.1).
    """
    for day in days_of(read(series.rule), series.starts_on):
        if not (series.skips_holidays and is_holiday(day)):
            yield day


def skipped(series: Series) -> tuple[date, ...]:
    """The days that the rule has and the series has not, since they are holidays."""
    if not series.skips_holidays:
        return ()
    return tuple(day for day in days_of(read(series.rule), series.starts_on) if is_holiday(day))


def has(series: Series, day: date) -> bool:
    """Whether the series has a session on this day, by its rule."""
    for one in days(series):
        if one >= day:
            return one == day
    return False


def session_on(series: Series, deviations: Deviations, day: date) -> Session | None:
    """The session that the rule puts on this day, as it takes place; None if there is none."""
    return _as_held(series, deviations.get(day), day) if has(series, day) else None


def between(series: Series, deviations: Deviations, first: date, last: date) -> tuple[Session, ...]:
    """The sessions that take place, or would have, from the first to the last day, both included, by time."""
    found = []
    for day in days(series):
        deviation = deviations.get(day)
        on = deviation.on if deviation is not None and deviation.on is not None else day
        if first <= on <= last:
            found.append(_as_held(series, deviation, day))
        if day > last and not any(later > day for later in deviations):
            break
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.session)))


def upcoming(series: Series, deviations: Deviations, now: datetime, limit: int = NEXT_MAX) -> tuple[Session, ...]:
    """The next sessions that are not over yet, cancelled ones among them, so that nobody comes in vain."""
    today = now.astimezone(ZONE).date()
    near = between(series, deviations, today - timedelta(days=1), today + AHEAD)
    return tuple(one for one in near if one.ends_at > now)[:limit]


def ends_at(series: Series, deviations: Deviations) -> datetime | None:
    """When the last session that takes place ends; None if the rule has no end, or nothing takes place."""
    rule = read(series.rule)
    if not ends(rule):
        return None
    held = [_as_held(series, deviations.get(day), day) for day in days(series)]
    return max((one.ends_at for one in held if not one.cancelled), default=None)


def is_over(series: Series, deviations: Deviations, now: datetime) -> bool:
    """Whether nothing of it is still to come."""
    if not ends(read(series.rule)):
        return False
    last = ends_at(series, deviations)
    return last is None or last <= now


def ends(rule: Rule | None) -> bool:
    """Whether the rule itself says when it ends."""
    return rule is None or rule.count is not None or rule.until is not None


def moment(day: date, at: time) -> datetime:
    """That time on the clocks of Dresden, in UTC."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def _as_held(series: Series, deviation: Deviation | None, day: date) -> Session:
    if deviation is None:
        return _session(series, day, day, series.at)
    on, at = deviation.on or day, deviation.at or series.at
    moved = not deviation.cancelled
    return _session(
        series,
        day,
        on,
        at,
        minutes=deviation.minutes,
        place=deviation.place,
        moved=moved,
        cancelled=deviation.cancelled,
    )


def _session(
    series: Series,
    session: date,
    on: date,
    at: time,
    *,
    minutes: int | None = None,
    place: str | None = None,
    moved: bool = False,
    cancelled: bool = False,
) -> Session:
    starts_at = moment(on, at)
    ended = starts_at + timedelta(minutes=minutes or series.minutes)
    return Session(session, starts_at, ended, place, moved, cancelled)
