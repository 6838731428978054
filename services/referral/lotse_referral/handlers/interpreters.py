"""Interpreters: asked for, confirmed, refused, and no longer needed when the appointment ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import (
    AnswerInterpreter,
    AskInterpreterBooking,
    InterpreterBookingAnswer,
    InterpreterCancelled,
    InterpreterConfirmed,
    InterpreterRefused,
    InterpreterRequested,
    RequestInterpreter,
)
from lotse_contracts.values import InterpreterRefusal, TimesParty
from lotse_referral.domain import booking_text
from lotse_referral.domain.appointments import WITHOUT_ADDRESS, Appointment, fault_of, to_the_minute
from lotse_referral.domain.interpreters import InterpreterRequest, NotRunning, answered, followed
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.finding import ours
from lotse_referral.store import appointments, directory, interpreters
from lotse_referral.store.directory import NamedService

ONLY_INSTITUTIONS = "only_institutions_book"
"""The service takes bookings of institutions alone: whoever she goes to has to book, with the text that we write."""


async def request(order: RequestInterpreter, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Ask for an interpreter; the same again changes nothing."""
    held = await ours(tx, order.referral_id)
    known = await interpreters.load(tx, order.request_id)
    if known is not None:
        if known.referral_id != held.referral_id:
            raise Refused("request_of_another", fields=("request_id",))
        return ()
    if not held.open:
        raise Refused("action_not_allowed", fields=("referral_id",))
    asked = await _asked(tx, order, held, context.now)
    service = None if order.service_id is None else await directory.one(tx, order.service_id)
    if order.service_id is not None and service is None:
        raise Refused("unknown_service", fields=("service_id",))
    await interpreters.save(tx, asked)
    only_they = order.service_id is not None and await interpreters.only_for_institutions(tx, order.service_id)
    return (_requested(asked, (ONLY_INSTITUTIONS,) if only_they else ()),)


async def answer(order: AnswerInterpreter, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What the service said, as the desk heard it; the same again changes nothing."""
    await ours(tx, order.referral_id)
    held = await _known(tx, order.request_id, order.referral_id)
    if order.answer == "refused" and order.reason is None:
        raise Refused("refusal_reason_needed", fields=("reason",))
    try:
        changed = answered(held, order.answer, context.now, order.reason)
    except NotRunning:
        raise Refused("request_ended", fields=("request_id",)) from None
    if changed is None:
        return ()
    await interpreters.save(tx, changed)
    return (_said(changed, was_confirmed=held.state == "confirmed"),)


async def booking(question: AskInterpreterBooking, context: Context, tx: AsyncConnection) -> InterpreterBookingAnswer:
    """The text for whoever books, with place and time and without a word about the person."""
    held = await interpreters.load(tx, question.request_id)
    if held is None:
        raise Refused("unknown_request", fields=("request_id",))
    service = None if held.service_id is None else await directory.one(tx, held.service_id)
    only_they = held.service_id is not None and await interpreters.only_for_institutions(tx, held.service_id)
    text = booking_text.text_of(
        held, service=None if service is None else service.name, place=await _where(tx, held), only_they=only_they
    )
    by: TimesParty = "receiver" if only_they and not _is_ours(service, context) else "staff"
    return InterpreterBookingAnswer(text=text, state=held.state, bookable_by=by)


async def moved(tx: AsyncConnection, to: Appointment, now: datetime) -> tuple[Message, ...]:
    """The appointment moved: whoever was booked has to be booked anew."""
    said: list[Message] = []
    for held in await interpreters.of_appointment(tx, to.appointment_id):
        again = followed(held, to, now)
        if again is not None:
            await interpreters.save(tx, again)
            said.append(_requested(again, ()))
    return tuple(said)


async def called_off(tx: AsyncConnection, held: Sequence[InterpreterRequest], now: datetime) -> tuple[Message, ...]:
    """Nobody needs to come any more."""
    said: list[Message] = []
    for one in held:
        if one.running:
            changed = cast(InterpreterRequest, answered(one, "cancelled", now, None))
            await interpreters.save(tx, changed)
            said.append(_said(changed, was_confirmed=one.state == "confirmed"))
    return tuple(said)


async def _asked(tx: AsyncConnection, order: RequestInterpreter, held: Referral, now: datetime) -> InterpreterRequest:
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    times = await _times(tx, order, held.referral_id)
    return InterpreterRequest(
        request_id=order.request_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        appointment_id=order.appointment_id,
        service_id=order.service_id,
        language=order.language,
        changed_at=now,
        **times,
    )


async def _times(tx: AsyncConnection, order: RequestInterpreter, referral_id: UUID) -> dict[str, Any]:
    if order.appointment_id is not None:
        fixed = await appointments.load(tx, order.appointment_id)
        if fixed is None or fixed.referral_id != referral_id:
            raise Refused("unknown_appointment", fields=("appointment_id",))
        if fixed.cancelled:
            raise Refused("appointment_cancelled", fields=("appointment_id",))
        return {"starts_at": fixed.starts_at, "minutes": order.minutes or fixed.minutes, "place": fixed.place}
    if order.starts_at is None or order.minutes is None:
        raise Refused("time_needed", fields=("starts_at", "minutes"))
    starts_at = to_the_minute(order.starts_at)
    fault = fault_of(starts_at, starts_at)
    if fault is not None and fault.field == "starts_at":
        raise Refused(fault.code, fields=("starts_at",))
    return {"starts_at": starts_at, "minutes": order.minutes, "place": None}


async def _known(tx: AsyncConnection, request_id: UUID, referral_id: UUID) -> InterpreterRequest:
    held = await interpreters.load(tx, request_id)
    if held is None or held.referral_id != referral_id:
        raise Refused("unknown_request", fields=("request_id",))
    return held


async def _where(tx: AsyncConnection, held: InterpreterRequest) -> str | None:
    """The address, which whoever comes has to know; never one that must stay secret."""
    if held.place is None or held.place in WITHOUT_ADDRESS:
        return held.place
    return await appointments.address_of(tx, UUID(held.place))


def _is_ours(service: NamedService | None, context: Context) -> bool:
    return service is not None and service.association == context.association


def _requested(held: InterpreterRequest, warnings: tuple[str, ...]) -> InterpreterRequested:
    return InterpreterRequested(
        **_ids(held),
        appointment_id=held.appointment_id,
        language=held.language,
        starts_at=held.starts_at,
        minutes=held.minutes,
        service_id=held.service_id,
        warnings=warnings,
    )


def _said(held: InterpreterRequest, *, was_confirmed: bool) -> Message:
    if held.state == "confirmed":
        return InterpreterConfirmed(**_ids(held))
    if held.state == "refused":
        return InterpreterRefused(**_ids(held), reason=cast(InterpreterRefusal, held.reason))
    return InterpreterCancelled(**_ids(held), was_confirmed=was_confirmed)


def _ids(held: InterpreterRequest) -> dict[str, Any]:
    return {
        "request_id": held.request_id,
        "referral_id": held.referral_id,
        "person_id": held.person_id,
        "version": held.version,
    }
