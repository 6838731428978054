"""What the desk is shown of referrals, read without a lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.timers import timer
from lotse_contracts.values import DeliveryMode, ReferralState, ReferralView
from lotse_referral.domain.desk import Place
from lotse_referral.domain.machine import ENDS
from lotse_referral.domain.referral import Referral, Step
from lotse_referral.store.tables import concern, referral
from lotse_referral.store.tables.appointments import case_carrier, referral_step

STEPS_MAX = 500  # of one referral
FOLLOWERS_MAX = 50

_FIELDS = tuple(field.name for field in fields(Referral) if field.name != "steps")
_IS_OPEN = text(f"referral.state NOT IN ({', '.join(repr(state) for state in ENDS)})")
"""Spelled as the partial indexes have it: a planner does not see it in bound parameters."""
_CARRIER = func.coalesce(case_carrier.c.owner, referral.c.counsellor)
"""Who carries the case; where nobody does, who sent the referral."""


@dataclass(frozen=True)
class Filters:
    """What is let through; all of it must hold. `actor` is the asker, for her own view."""

    view: ReferralView = "all"
    actor: str = ""
    team: str | None = None
    state: ReferralState | None = None
    mode: DeliveryMode | None = None
    overdue_only: bool = False


class Seen(NamedTuple):
    """One referral, who of us is in charge of it, and until when somebody has to act."""

    held: Referral
    carrier: str | None
    team: str | None
    due_at: datetime | None


async def peek(tx: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral as it is, without a lock: whoever only looks delays nobody."""
    row = (await tx.execute(select(referral).where(referral.c.referral_id == referral_id))).mappings().one_or_none()
    return None if row is None else referral_of(row)


async def one(tx: AsyncConnection, referral_id: UUID) -> Seen | None:
    """The same with who is in charge, or None."""
    row = (await tx.execute(_seen().where(referral.c.referral_id == referral_id))).mappings().one_or_none()
    return None if row is None else _of(row)


async def page(
    tx: AsyncConnection, filters: Filters, *, size: int, as_of: datetime, after: Place | None
) -> list[tuple[Seen, bool]]:
    """Up to `size` referrals after a place, each with whether it is overdue: those first, then the oldest."""
    found: list[tuple[Seen, bool]] = []
    for overdue in (True, False):
        wanted = size - len(found)
        if wanted <= 0 or (after is not None and not after.overdue and overdue) or (filters.overdue_only > overdue):
            continue
        from_here = after if after is not None and after.overdue == overdue else None
        rows = await tx.execute(page_query(filters, overdue=overdue, size=wanted, as_of=as_of, after=from_here))
        found += [(_of(row), overdue) for row in rows.mappings()]
    return found


def page_query(filters: Filters, *, overdue: bool, size: int, as_of: datetime, after: Place | None) -> Select[Any]:
    """A walk along a partial index, from a place on: overdue ones by due time, the others by age."""
    at = referral.c.due_at if overdue else referral.c.created_at
    late = referral.c.due_at <= as_of
    query = _seen().where(*_conditions(filters), late if overdue else or_(referral.c.due_at.is_(None), ~late))
    if after is not None:
        query = query.where(tuple_(at, referral.c.referral_id) > tuple_(literal(after.at), literal(after.referral_id)))
    return query.order_by(at, referral.c.referral_id).limit(size)


async def timers_of(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, datetime]]]:
    """Which timers run for these, soonest first."""
    found: dict[UUID, list[tuple[str, datetime]]] = {}
    query = select(timer.c.key, timer.c.kind, timer.c.due_at).where(timer.c.key.in_([str(one) for one in referral_ids]))
    for row in await tx.execute(query.order_by(timer.c.due_at, timer.c.kind)):
        found.setdefault(UUID(row.key), []).append((row.kind, row.due_at))
    return found


async def followers(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Which referrals came of these, oldest first."""
    found: dict[UUID, list[UUID]] = {}
    query = select(referral.c.referral_id, referral.c.parent_id).where(referral.c.parent_id.in_(list(referral_ids)))
    for row in await tx.execute(query.order_by(referral.c.created_at, referral.c.referral_id)):
        of_this = found.setdefault(row.parent_id, [])
        if len(of_this) < FOLLOWERS_MAX:
            of_this.append(row.referral_id)
    return found


async def steps(tx: AsyncConnection, referral_id: UUID) -> tuple[Step, ...]:
    """How it came to this, first step first."""
    columns = [referral_step.c[field.name] for field in fields(Step)]
    query = select(*columns).where(referral_step.c.referral_id == referral_id)
    rows = await tx.execute(query.order_by(referral_step.c.version).limit(STEPS_MAX))
    return tuple(Step(**row) for row in rows.mappings())


def _seen() -> Select[Any]:
    columns = [*referral.c, _CARRIER.label("carrier"), case_carrier.c.team.label("carrying_team")]
    joined = referral.outerjoin(concern, concern.c.concern_id == referral.c.concern_id)
    return select(*columns).select_from(joined.outerjoin(case_carrier, case_carrier.c.case_id == concern.c.case_id))


def _conditions(filters: Filters) -> list[Any]:
    found: list[Any] = [_IS_OPEN if filters.state is None else referral.c.state == filters.state]
    if filters.mode is not None:
        found.append(referral.c.mode == filters.mode)
    if filters.view == "mine":
        found.append(filters.actor == _CARRIER)
    if filters.view == "team":
        found.append(case_carrier.c.team == filters.team)
    return found


def _of(row: RowMapping) -> Seen:
    return Seen(referral_of(row), row["carrier"], row["carrying_team"], row["due_at"])


def referral_of(row: Mapping[Any, Any]) -> Referral:
    """The referral that a row holds."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return Referral(**values | {name: tuple(value) for name, value in values.items() if isinstance(value, list)})
