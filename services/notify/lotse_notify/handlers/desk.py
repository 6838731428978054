"""What staff ask about messages, and what they say about one that nobody can be sure of."""

from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.service import Unit
from lotse_contracts.envelope import ITEMS_MAX, Message
from lotse_contracts.notify import (
    AskNotices,
    AskUnresolved,
    AskWhy,
    Decision,
    Doubt,
    Notice,
    NoticesAnswer,
    ResolveNotice,
    TryAgain,
    UnresolvedAnswer,
    WhyAnswer,
)
from lotse_contracts.values import RecipientLanguage, TemplateName
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.keys import dedupe_sha256
from lotse_notify.domain.timeline import steps_of, waits_until
from lotse_notify.domain.words import sentence
from lotse_notify.handlers import resolving
from lotse_notify.store import timelines


async def why(question: AskWhy, context: Context, tx: AsyncConnection) -> WhyAnswer:
    """Everything that was decided, tried and heard, oldest first. Raises Refused if neither key nor id is named."""
    row = await _asked_for(question, tx)
    if row is None and question.dedupe_key is None:
        return WhyAnswer(decisions=())
    digest = row.dedupe_sha256 if row is not None else dedupe_sha256(question.person_id, question.dedupe_key or "")
    happened = await timelines.happened(tx, digest, None if row is None else row.notification_id)
    if row is not None:
        await _read(tx, context, str(row.notification_id), "why")
    return WhyAnswer(
        decisions=tuple(Decision(at=d.at, decision=d.decision, because=d.because) for d in happened.decisions),
        notice=None if row is None else notice_of(row, question.language),
        steps=steps_of(happened, question.language, until=None if row is None else waits_until(row.state, row.due_at))[
            -ITEMS_MAX:
        ],
    )


async def notices(question: AskNotices, context: Context, tx: AsyncConnection) -> NoticesAnswer:
    """What she was told and what waits for her, newest first; into the access log."""
    rows = await timelines.of_person(tx, question.person_id, rows_max=question.limit)
    if rows:
        await _shown(tx, context, question.person_id, "notices")
    return NoticesAnswer(notices=tuple(notice_of(row, question.language) for row in rows if _is_known(row)))


async def unresolved(question: AskUnresolved, context: Context, tx: AsyncConnection) -> UnresolvedAnswer:
    """What may or may not have left, oldest first: ids and codes, and so whom it was for; into the access log."""
    found = await timelines.doubted(tx, rows_max=question.limit + 1)
    doubts = [
        Doubt(
            notice=notice_of(one.notification, question.language),
            channel=one.channel,
            provider=one.provider,
            since=one.started_at,
            reason=one.reason,
        )
        for one in found
        if _is_known(one.notification)
    ][: question.limit]
    for person_id in dict.fromkeys(one.notice.person_id for one in doubts):
        await _shown(tx, context, person_id, "unresolved")
    return UnresolvedAnswer(doubts=tuple(doubts), more=len(found) > question.limit)


async def resolve_notice(order: ResolveNotice, context: Context, tx: AsyncConnection) -> list[Message]:
    """Written into the access log. Raises Refused if nothing is in doubt there."""
    said: list[Message] = []
    row = await timelines.by_id(tx, order.notification_id, person_id=order.person_id)
    if row is None or not await resolving.resolve(Unit(tx, context, said), order.notification_id, order.found):
        raise Refused("nothing_in_doubt", fields=("notification_id",))
    return said


async def try_again(order: TryAgain, context: Context, tx: AsyncConnection) -> list[Message]:
    """Decided anew under the same id. Raises Refused if it did not fail, or is of no use any more."""
    said: list[Message] = []
    row = await timelines.by_id(tx, order.notification_id, person_id=order.person_id)
    if row is None or not await resolving.try_again(Unit(tx, context, said), order.notification_id):
        raise Refused("nothing_to_try_again", fields=("notification_id",))
    return said


def notice_of(row: Row[Any], language: RecipientLanguage) -> Notice:
    """How it stands, without what it says."""
    until = waits_until(row.state, row.due_at)
    return Notice(
        notification_id=row.notification_id,
        person_id=row.person_id,
        template=row.template,
        category=CATALOGUE[row.template].category,
        state=row.state,
        because=row.because,
        channel=row.channel,
        language=row.language,
        appointment_id=row.appointment_id,
        asked_at=row.asked_at,
        due_at=until,
        useful_by=row.useful_by,
        ended_at=row.ended_at,
        text=sentence("states", row.state, row.because, language, until=until),
    )


async def _asked_for(question: AskWhy, tx: AsyncConnection) -> Row[Any] | None:
    if question.notification_id is not None:
        return await timelines.by_id(tx, question.notification_id, person_id=question.person_id)
    if question.dedupe_key is None:
        raise Refused("which_notice", fields=("dedupe_key", "notification_id"))
    return await timelines.by_key(tx, dedupe_sha256(question.person_id, question.dedupe_key))


async def _read(tx: AsyncConnection, context: Context, notification_id: str, purpose: str) -> None:
    await accesslog.record(
        tx, context, action="read", object_kind=timelines.NOTIFICATION, object_id=notification_id, purpose=purpose
    )


async def _shown(tx: AsyncConnection, context: Context, person_id: UUID, purpose: str) -> None:
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=str(person_id), purpose=purpose)


def _is_known(row: Row[Any]) -> bool:
    """After a step back to older code, what only newer code can say is not shown."""
    return row.template in get_args(TemplateName)
