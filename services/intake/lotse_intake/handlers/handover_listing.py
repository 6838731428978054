"""The list of open cases: who has one, and how far each handover is; ids, codes and days only."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import AskHandoverList, HandoverEntry, HandoverListAnswer
from lotse_intake.domain.handover import step_of
from lotse_intake.handlers.handover_gathering import Gathered, gathered, open_referrals
from lotse_intake.providers.handover_plan import plan
from lotse_intake.store import handover, merges


async def handover_list(question: AskHandoverList, context: Context, tx: AsyncConnection) -> HandoverListAnswer:
    """One page, by person id."""
    everybody = [one for one in await people(tx) if question.cursor is None or one > question.cursor]
    page = everybody[: question.size]
    more = page[-1] if len(everybody) > len(page) else None
    return HandoverListAnswer(entries=tuple(await entries(tx, page)), cursor=more)


async def people(tx: AsyncConnection) -> list[UUID]:
    """Everybody with an open case, and everybody who has been asked: each human being once."""
    found = {*await handover.people_with_open_concerns(tx), *await handover.people_asked(tx)}
    groups = await merges.groups_of(tx, found)
    return sorted({group[0] for group in groups.values()})


async def entries(tx: AsyncConnection, people: Sequence[UUID]) -> list[HandoverEntry]:
    """How each stands."""
    held = await gathered(tx, people)
    cases = await handover.cases_of(tx, people)
    return [_entry(held, cases.get(person_id), person_id) for person_id in people]


def _entry(held: Gathered, row: Row[Any] | None, person_id: UUID) -> HandoverEntry:
    concerns = held.concerns_of(person_id)
    deadlines = [one for concern in concerns for one in held.deadlines.get(concern.concern_id, ())]
    days = sorted({one.on_day for one in deadlines if one.on_day >= plan().deadlines_from})
    return HandoverEntry(
        person_id=person_id,
        step=step_of(row),
        round=row.round if row else 0,
        answer=row.answer if row else None,
        region=row.region if row else None,
        batch_id=row.batch_id if row else None,
        concerns=tuple(one.concern_id for one in concerns[:ITEMS_MAX]),
        codes=tuple(sorted({one.code for one in concerns})[:ITEMS_MAX]),
        referrals=tuple(open_referrals(held, person_id)[:ITEMS_MAX]),
        deadlines=tuple(day.isoformat() for day in days[:ITEMS_MAX]),
    )
