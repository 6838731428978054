"""How many heads were at a session; nobody is named, and one session counts once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lotse_contracts.values import GroupKind

MONTH_CHARACTERS = 7  # of `2026-11-25`


@dataclass(frozen=True)
class Record:
    """A head count. The plan line is that of the day it was made: a later change of the offer moves no figure."""

    record_id: UUID
    offer_id: UUID
    session: date
    held_on: date
    kind: GroupKind
    adults: int
    children: int
    first_time: int | None
    grant_id: UUID | None
    plan_line: str | None
    corrects: UUID | None
    void: bool


class Doubled(Exception):
    """The session has been counted, and this count corrects none or another."""


class NothingToCorrect(Exception):
    """The count that shall be corrected does not count, or is another session's."""


def check(record: Record, counting: Record | None) -> None:
    """Whether this count may stand. Raises Doubled or NothingToCorrect."""
    if counting is None:
        if record.corrects is not None or record.void:
            raise NothingToCorrect
    elif record.corrects is None:
        raise Doubled
    elif record.corrects != counting.record_id:
        raise NothingToCorrect


def too_many_first(record: Record) -> bool:
    """Whether more came for the first time than came at all."""
    return record.first_time is not None and record.first_time > record.adults + record.children


def whole_months(first: date, last: date) -> Iterator[str]:
    """The months, such as `2026-11`, that lie in the period with all their days."""
    day = first if first.day == 1 else _next_month(first)
    while (after := _next_month(day)) - timedelta(days=1) <= last:
        yield day.isoformat()[:MONTH_CHARACTERS]
        day = after


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
