"""The two dates of every query, as they come in an address."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.identity import Auditor
from lotse_chassis.service import Service
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.domain.scopes import Reach
from lotse_ledger.http.access import Asking, gate_of, reach
from lotse_ledger.http.exchange import holds_for_ever
from lotse_ledger.store import books

TEXT_CHARACTERS_MAX = 40
_DAY = re.compile(r"2\d{3}-\d{2}-\d{2}", re.ASCII)
"""Days before 2000 or after 2999 are slips of the hand, and some of them no database can hold."""
_VALID = "valid until the end of this day in Berlin, `2025-11-12`; today where left out"
_RECORDED = "as known at this instant, or at the end of this day in Berlin; the last entry where left out"


@dataclass(frozen=True)
class Dates:
    """As given, not yet checked against the log."""

    valid_to: date | None
    recorded_to: date | datetime | None


def dates(
    valid_to: Annotated[str | None, Query(description=_VALID, max_length=TEXT_CHARACTERS_MAX)] = None,
    recorded_to: Annotated[str | None, Query(description=_RECORDED, max_length=TEXT_CHARACTERS_MAX)] = None,
) -> Dates:
    """A dependency. Raises Refused naming the field that is no day or instant."""
    return Dates(day(valid_to, "valid_to"), day_or_instant(recorded_to, "recorded_to"))


@dataclass(frozen=True)
class Reading:
    """One look into the books: a connection, the two dates, whose books they are, what may be seen of them.

    `valid_to` is the day asked for, if any: a list of entries is not cut off at today.
    """

    tx: AsyncConnection
    as_of: AsOf
    valid_to: date | None
    association: str
    reach: Reach


async def reading(request: Request, given: Annotated[Dates, Depends(dates)], asking: Asking) -> AsyncIterator[Reading]:
    """A dependency of every query that has dates. Raises Refused where nothing is recorded or it is asked beyond."""
    if given.valid_to is not None and given.recorded_to is not None:
        holds_for_ever(request)
    async with look(gate_of(request).service, given, asking) as found:
        yield found


Books = Annotated[Reading, Depends(reading)]


@asynccontextmanager
async def look(service: Service, given: Dates, asking: Auditor) -> AsyncIterator[Reading]:
    """One look into the books with the eyes of this auditor. Raises Refused."""
    async with service.engine.connect() as tx:
        chosen = await chosen_dates(tx, given, service)
        yield Reading(tx, chosen, given.valid_to, service.association, reach(asking))


async def chosen_dates(tx: AsyncConnection, given: Dates, service: Service) -> AsOf:
    """The two dates as an answer stands on them. Raises Refused."""
    last = await books.last_recorded_at(tx)
    try:
        return as_of(valid_to=given.valid_to, recorded_to=given.recorded_to, last_recorded_at=last, now=service.now())
    except NothingRecorded:
        raise Refused("nothing_recorded") from None
    except BeyondLastEntry:
        raise Refused("beyond_last_entry", fields=("recorded_to",)) from None


def day(text: str | None, field: str) -> date | None:
    """A day of the calendar, if one was given. Raises Refused naming the field."""
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError("a day is written 2025-11-12")
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("not_a_day", fields=(field,), allowed="2000-01-01 to 2999-12-31") from None


def day_or_instant(text: str | None, field: str) -> date | datetime | None:
    """A day, or an instant with its offset, if one was given. Raises Refused naming the field."""
    if not text or len(text) <= len("2025-11-12"):
        return day(text, field)
    try:
        # A plus sign in an address reads as a space.
        return _instant(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise Refused("not_a_day", fields=(field,), allowed="2000-01-01 to 2999-12-31") from None


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not _DAY.fullmatch(text[:10]):
        raise ValueError("an instant has a day and an offset")
    return instant.astimezone(UTC)
