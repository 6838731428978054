"""Until when a person must have looked, and what a deadline makes of that."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from lotse_chassis.calendar import OFFICE_HOURS, ZONE, OpeningHours, add_working_hours, is_working_day
from lotse_intake.domain.triage import Triage, more_urgent

WHOLE_DAYS = OpeningHours((*((time(0), time.max),) * 5, None, None))
"""Hours of an answer's due time count around the clock, on working days; only an emergency counts opening hours."""
URGENT_DAYS = 7  # a deadline that is nearer makes its concern urgent
TODAY_DAYS = 2  # and one that is as near as this is looked at today
LONG_OVER = timedelta(days=31)  # a deadline that passed longer ago hurries nobody
CLOSING = time(17, 0)
AFTER_OPENING_HOURS = 1  # where today is over


def due_at(judged: Triage, now: datetime) -> datetime:
    """Until when a person must have looked, in UTC."""
    hours = OFFICE_HOURS if judged.urgency == "emergency" else WHOLE_DAYS
    usual = add_working_hours(now, judged.due_hours, hours)
    return min(usual, end_of_today(now)) if judged.due_today else usual


def end_of_today(now: datetime) -> datetime:
    """Closing time, in UTC; once the office is closed, an hour after it opens again."""
    local = now.astimezone(ZONE)
    closing = datetime.combine(local.date(), CLOSING, ZONE)
    if is_working_day(local.date()) and local < closing:
        return closing.astimezone(now.tzinfo)
    return add_working_hours(now, AFTER_OPENING_HOURS, OFFICE_HOURS)


def with_deadline(judged: Triage, deadline: date | None, now: datetime) -> Triage:
    """As urgent as the deadline makes it: urgent within a week, to be looked at today within two days or once over."""
    if deadline is None:
        return judged
    left = deadline - now.astimezone(ZONE).date()
    if left > timedelta(days=URGENT_DAYS) or left < -LONG_OVER:
        return judged
    hurried = replace(judged, urgency=more_urgent(judged.urgency, "urgent"))
    return replace(hurried, due_today=True) if left <= timedelta(days=TODAY_DAYS) else hurried
