"""What there is to do, page by page along an index, however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.intake import InboxEntry
from lotse_contracts.values import ConcernState, InboxView
from lotse_intake.domain.cursors import Place
from lotse_intake.store.concerns import IS_OPEN, IS_WAITING
from lotse_intake.store.tables import concern

COUNTED_MAX = 10_000  # beyond that nobody wants to know how many more there are, and the count would take longest

_DAY = func.to_char(concern.c.deadline_on, "YYYY-MM-DD").label("deadline_on")
_NONE: ColumnElement[Any] = literal_column("'{}'::text[]")
_SHOWN = [_DAY if name == "deadline_on" else concern.c[name] for name in InboxEntry.model_fields]


@dataclass(frozen=True)
class Filters:
    """What is let through; all of it must hold. `carriers` and `teams` are the asker's own, for her views."""

    view: InboxView = "waiting"
    carriers: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    state: ConcernState | None = None
    code: str | None = None
    urgency: str | None = None
    language: str | None = None
    team: str | None = None
    tag: str | None = None


async def page(
    tx: AsyncConnection, filters: Filters, *, size: int, after: Place | None, newest_first: bool
) -> Sequence[Row[Any]]:
    """Up to `size` concerns after a place, by due time or newest first."""
    query = page_query(filters, size=size, after=after, newest_first=newest_first)
    rows: Sequence[Row[Any]] = (await tx.execute(query)).all()
    return rows


def page_query(filters: Filters, *, size: int, after: Place | None, newest_first: bool) -> Select[Any]:
    """A walk along one of the partial indexes, from a place on."""
    at = concern.c.received_at if newest_first else concern.c.due_at
    query = select(*_SHOWN).where(*_conditions(filters)).limit(size)
    if after is not None:
        here, there = tuple_(at, concern.c.concern_id), tuple_(literal(after.at), literal(after.concern_id))
        query = query.where(here < there if newest_first else here > there)
    return query.order_by(*((at.desc(), concern.c.concern_id.desc()) if newest_first else (at, concern.c.concern_id)))


async def counted(tx: AsyncConnection, filters: Filters) -> int:
    """How many there are, up to a bound."""
    some = select(literal(1)).select_from(concern).where(*_conditions(filters)).limit(COUNTED_MAX).subquery()
    return int((await tx.execute(select(func.count()).select_from(some))).scalar_one())


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    named = ("code", "urgency", "language", "team")
    found = [concern.c[name] == getattr(filters, name) for name in named if getattr(filters, name) is not None]
    if filters.state is not None:
        found.append(concern.c.state == literal(filters.state, literal_execute=True))
    if filters.tag is not None:
        found += [concern.c.tags.contains([filters.tag]), concern.c.tags != _NONE]
    return [*_view(filters), *found]


def _view(filters: Filters) -> list[ColumnElement[bool]]:
    match filters.view:
        case "waiting":
            return [IS_WAITING]
        case "team":
            return [IS_OPEN, concern.c.assignee.is_(None), concern.c.team.in_(sorted(filters.teams))]
        case "mine":
            return [IS_OPEN, _among(concern.c.assignee, filters.carriers)]
        case "offered":
            return [IS_OPEN, _among(concern.c.offered_to, filters.carriers)]
        case "unassigned":
            return [IS_OPEN, concern.c.assignee.is_(None)]
        case "open":
            return [IS_OPEN] if filters.state is None else []


def _among(column: ColumnElement[str], names: frozenset[str]) -> ColumnElement[bool]:
    """One name is asked for as such, since a list of one would not be walked in order."""
    return column == min(names) if len(names) == 1 else column.in_(sorted(names))
