"""A session is counted: heads, without names; and what the counts of a period add up to."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import (
    AskGroupFigures,
    GroupFigures,
    GroupFiguresAnswer,
    GroupSessionHeld,
    RecordGroupSession,
    SignUpFigures,
)
from lotse_contracts.values import GroupKind
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.domain.heads import Doubled, NothingToCorrect, Record, check, too_many_first, whole_months
from lotse_referral.domain.series import session_on
from lotse_referral.handlers.places import locked
from lotse_referral.store import groups
from lotse_statistics.suppression import suppressed


async def record(order: RecordGroupSession, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """So many were there; the same record again changes nothing, and another one of the session must correct it."""
    offer = await locked(tx, order.offer_id)
    day = date.fromisoformat(order.session)
    counting = await groups.counting(tx, order.offer_id, day)
    known = await groups.record_of(tx, order.record_id)
    if known is not None:
        if known == _record(order, known, day=day, held_on=known.held_on):
            return ()
        raise Refused("record_exists", fields=("record_id",))
    held_on = counting.held_on if counting is not None else await _held_on(tx, offer, day, context)
    wanted = _record(order, offer, day=day, held_on=held_on)
    _check(wanted, counting)
    if counting is not None:
        await groups.supersede(tx, counting.record_id, wanted.record_id)
    return (_held(wanted, version=await groups.add_record(tx, wanted, context.now)),)


async def figures(question: AskGroupFigures, context: Context, tx: AsyncConnection) -> GroupFiguresAnswer:
    """Sums of the period; sign-ups are suppressed, heads are not: they are no persons, and nobody is named."""
    first, last = date.fromisoformat(question.first), date.fromisoformat(question.last)
    if first > last:
        raise Refused("period_reversed", fields=("last",))
    months = tuple(whole_months(first, last))
    counted = suppressed(await groups.tallies(tx, months)) if months else {}
    return GroupFiguresAnswer(
        held=tuple(GroupFigures.model_validate(row._asdict()) for row in await groups.sums(tx, first, last)),
        sign_ups=tuple(SignUpFigures(kind=kind, signed_up=counted.get(kind, 0)) for kind in get_args(GroupKind))
        if months
        else (),
        sign_ups_of=months,
    )


def _record(order: RecordGroupSession, paid: GroupOffer | Record, *, day: date, held_on: date) -> Record:
    """`paid` says the kind and the plan line: the offer's of today, so that a correction mends a wrong line, too."""
    return Record(
        record_id=order.record_id,
        offer_id=order.offer_id,
        session=day,
        held_on=held_on,
        kind=paid.kind,
        adults=order.adults,
        children=order.children,
        first_time=order.first_time,
        grant_id=paid.grant_id,
        plan_line=paid.plan_line,
        corrects=order.corrects,
        void=order.void,
    )


def _check(wanted: Record, counting: Record | None) -> None:
    if too_many_first(wanted):
        raise Refused("more_first_than_all", fields=("first_time",))
    try:
        check(wanted, counting)
    except Doubled:
        raise Refused("session_counted", fields=("session",)) from None
    except NothingToCorrect:
        raise Refused("unknown_record", fields=("corrects",)) from None


async def _held_on(tx: AsyncConnection, offer: GroupOffer, day: date, context: Context) -> date:
    """The day on which it took place, in Dresden. Raises Refused if it did not, or not yet."""
    deviations = await groups.deviations(tx, offer.offer_id)
    held = None if offer.series is None else session_on(offer.series, deviations, day)
    if held is None:
        raise Refused("unknown_session", fields=("session",))
    if held.cancelled:
        raise Refused("session_off", fields=("session",))
    if held.starts_at > context.now:
        raise Refused("session_not_begun", fields=("session",))
    return held.starts_at.astimezone(ZONE).date()


def _held(record: Record, *, version: int) -> GroupSessionHeld:
    return GroupSessionHeld(
        offer_id=record.offer_id,
        version=version,
        record_id=record.record_id,
        session=record.session.isoformat(),
        kind=record.kind,
        adults=record.adults,
        children=record.children,
        first_time=record.first_time,
        grant_id=record.grant_id,
        plan_line=record.plan_line,
        corrects=record.corrects,
        void=record.void,
    )
