"""When somebody is reminded of a task: a working day before, on its day, and a working day after."""

from datetime import date, datetime, time
from typing import get_args

from lotse_chassis.calendar import ZONE, is_working_day, next_working_day, previous_working_day
from lotse_contracts.intake.plans import TaskMark

MARKS: tuple[TaskMark, ...] = get_args(TaskMark)
REMIND_AT = time(9)  # local; when the office opens


def marks_of(due: date) -> tuple[tuple[TaskMark, datetime], ...]:
    """The three reminders of a task, in their order; a day on which nobody works is reminded of on the one before."""
    day = due if is_working_day(due) else previous_working_day(due)
    days = (previous_working_day(day), day, next_working_day(due))
    return tuple((mark, _opening(on)) for mark, on in zip(MARKS, days, strict=True))


def next_mark(due: date, now: datetime, after: TaskMark | None = None) -> tuple[TaskMark, datetime] | None:
    """The reminder that comes next, and when; None after the last.

    Those that are past are left out, since whoever sets a task for today knows of it; what is overdue says so at once.
    """
    first = MARKS.index(after) + 1 if after is not None else 0
    left = marks_of(due)[first:]
    coming = [(mark, at) for mark, at in left if at > now]
    if coming:
        return coming[0]
    return (left[-1][0], now) if left else None


def mark_now(due: date, now: datetime, set_for: TaskMark) -> TaskMark:
    """What is said when the timer of a reminder fires: after an outage the last one that is due, not one by one."""
    first = MARKS.index(set_for)
    return [mark for mark, at in marks_of(due)[first:] if at <= now or mark == set_for][-1]


def _opening(day: date) -> datetime:
    return datetime.combine(day, REMIND_AT, tzinfo=ZONE)
