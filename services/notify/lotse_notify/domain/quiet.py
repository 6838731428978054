"""When a message may arrive: decent hours in Dresden, days of rest by category, and the hours that are safe for her."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from lotse_chassis.calendar import ZONE, is_holiday
from lotse_contracts.values import NoticeCategory
from lotse_notify.domain.contact import SafeWindow
from lotse_notify.domain.waits import Because, Wait

MORNING, EVENING = time(8), time(21)
"""Nothing is pushed from 21:00 to 08:00. Source: send windows of Knock and Courier, as of 2026-11-22."""
AWAKE_FROM, AWAKE_UNTIL = time(6), time(22)
"""What is urgent and would be too late by 08:00 goes in the margins of the night first. Source of the night, 22:00 to
06:00: TA Lärm, no. 6.4 (1998), as of 2026-11-26."""
RESTING: frozenset[NoticeCategory] = frozenset({"referrals", "checkbacks", "groups", "documents", "privacy"})
"""Left alone on Sundays and Saxony's holidays, unlike an answer that she waits for, or what is about an appointment."""
LEFT_OF_USE = timedelta(hours=1)
"""What would have less of its use left after waiting may break a rest: a day's always, a night's only if urgent."""
CLOCK_CHANGE = time(1, tzinfo=UTC)
"""Both clock changes are at 01:00 UTC. Source: directive 2000/84/EC, as of 2026-11-26."""
DAYS_AHEAD = 15
"""How far a window is looked for: two weeks and the rest of today. No row of holidays is as long."""
SUNDAY = 7
ONE_DAY = timedelta(days=1)

Allowed = Callable[[datetime], bool]


def rest(
    now: datetime,
    *,
    useful_by: datetime,
    category: NoticeCategory,
    urgent: bool = False,
    safe: Sequence[SafeWindow] = (),
) -> Wait | None:
    """None: it may arrive now. Her safe hours are never broken; where they lie in the night, the night is hers.

    Asked again at release, since clocks, contacts and holidays may differ from what was planned.
    """
    opened = _first(now, safe, *_levels(category, urgent=urgent), useful_by=useful_by)
    if opened <= now:
        return None
    return Wait(_because(now, safe), opened)


def is_rest_day(day: date) -> bool:
    """A Sunday or a holiday of Saxony."""
    return day.isoweekday() == SUNDAY or is_holiday(day)


def decent(at: datetime) -> bool:
    """Whether the clock in Dresden stands in the hours in which anything may be pushed."""
    return MORNING <= at.astimezone(ZONE).time() < EVENING


def _levels(category: NoticeCategory, *, urgent: bool) -> Iterator[Allowed]:
    """From the gentlest on; a later one only where the earlier would make the message pointless."""
    if category in RESTING:
        yield lambda local: MORNING <= local.time() < EVENING and not is_rest_day(local.date())
    yield lambda local: MORNING <= local.time() < EVENING
    if urgent:
        yield lambda local: AWAKE_FROM <= local.time() < AWAKE_UNTIL
        yield lambda local: True


def _first(now: datetime, safe: Sequence[SafeWindow], *levels: Allowed, useful_by: datetime) -> datetime:
    """When it may go: as gentle as leaves it some use, else as soon as any of them allows."""
    openings = []
    for level in levels:
        opened = _opening(now, safe, level)
        if opened is None:
            continue
        if opened <= now or opened + LEFT_OF_USE <= useful_by:
            return opened
        openings.append(opened)
    if openings:
        return min(openings)
    return _opening(now, safe, lambda local: True) or now.astimezone(UTC) + ONE_DAY * DAYS_AHEAD


def _opening(now: datetime, safe: Sequence[SafeWindow], allowed: Allowed) -> datetime | None:
    """The first moment from now on that this level and her windows allow, in UTC; None: not within two weeks."""
    if _both(now, safe, allowed):
        return now
    today = now.astimezone(ZONE).date()
    times = {AWAKE_FROM, MORNING, *(window.starts for window in safe)}
    for ahead in range(DAYS_AHEAD):
        for moment in _moments(today + ONE_DAY * ahead, times):
            if moment > now and _both(moment, safe, allowed):
                return moment
    return None


def _moments(day: date, times: set[time]) -> list[datetime]:
    """When anything can begin to be allowed on this day, in UTC, earliest first; twice where the clocks repeat it."""
    walls = [datetime.combine(day, wall, ZONE).replace(fold=fold) for wall in times for fold in (0, 1)]
    return sorted({datetime.combine(day, CLOCK_CHANGE), *(wall.astimezone(UTC) for wall in walls)})


def _both(at: datetime, safe: Sequence[SafeWindow], allowed: Allowed) -> bool:
    local = at.astimezone(ZONE)
    return allowed(local) and (not safe or any(_holds(window, local) for window in safe))


def _because(now: datetime, safe: Sequence[SafeWindow]) -> Because:
    local = now.astimezone(ZONE)
    return "safe_hours" if safe and not any(_holds(window, local) for window in safe) else "quiet_hours"


def _holds(window: SafeWindow, local: datetime) -> bool:
    """Whether the clock on the wall stands inside it; a time that the clocks repeat is inside both times."""
    return local.isoweekday() in window.weekdays and window.starts <= local.time() < window.ends
