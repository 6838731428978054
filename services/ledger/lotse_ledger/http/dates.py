"""The two dates of every query, as they come in an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.http.access import gate_of
from lotse_ledger.store import books

TEXT_CHARACTERS_MAX = 40
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
    return Dates(_day(valid_to), _day_or_instant(recorded_to))


@dataclass(frozen=True)
class Reading:
    """One look into the books: a connection, the two dates, whose books they are.

    `valid_to` is the day asked for, if any: a list of entries is not cut off at today.
    """

    tx: AsyncConnection
    as_of: AsOf
    valid_to: date | None
    association: str


async def reading(request: Request, given: Annotated[Dates, Depends(dates)]) -> AsyncIterator[Reading]:
    """A dependency of every query that has dates. Raises Refused where nothing is recorded or it is asked beyond."""
    async with look(gate_of(request).service, given) as found:
        yield found


@asynccontextmanager
async def look(service: Service, given: Dates) -> AsyncIterator[Reading]:
    """One look into the books. Raises Refused."""
    async with service.engine.connect() as tx:
        last = await books.last_recorded_at(tx)
        try:
            chosen = as_of(
                valid_to=given.valid_to,
                recorded_to=given.recorded_to,
                last_recorded_at=last,
                now=service.now(),
            )
        except NothingRecorded:
            raise Refused("nothing_recorded") from None
        except BeyondLastEntry:
            raise Refused("beyond_last_entry", fields=("recorded_to",)) from None
        yield Reading(tx, chosen, given.valid_to, service.association)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("not_a_day", fields=("valid_to",)) from None


def _day_or_instant(text: str | None) -> date | datetime | None:
    if not text:
        return None
    try:
        # A plus sign in an address reads as a space.
        return date.fromisoformat(text) if len(text) <= len("2025-11-12") else _instant(text.replace(" ", "+"))
    except ValueError:
        raise Refused("not_a_day", fields=("recorded_to",)) from None


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    return instant.astimezone(UTC)
