"""The calendar file of an appointment, for whoever may have it, and the links that calendars follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import AskCalendarFile, CalendarFileAnswer, RevokeCalendar, ShareCalendar
from lotse_contracts.values import Detail, RecipientLanguage
from lotse_referral.domain import calendar_file
from lotse_referral.domain.appointments import WITHOUT_ADDRESS, Appointment
from lotse_referral.domain.calendar_file import FILE_NAME, Entry, Method
from lotse_referral.domain.checkbacks import may_be_told
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.finding import ours
from lotse_referral.store import appointments, desk, directory
from lotse_referral.store.appointments import CalendarLink

FOLLOWED_FOR = timedelta(days=7)
"""After its end, so that a calendar which looks rarely still hears that it was taken back."""
LINKS_MAX = 20  # open ones to one appointment; nobody has more calendars


@dataclass(frozen=True)
class CalendarFile:
    """The bytes, and what a calendar shall do with them."""

    content: bytes
    method: Method
    version: int
    changed_at: datetime


async def share(order: ShareCalendar, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A calendar may follow it from now on; the same code again changes nothing."""
    held = await ours(tx, order.referral_id)
    fixed = await _fixed(tx, order.appointment_id, held)
    known = await appointments.calendar_of(tx, order.code_sha256)
    if known is not None:
        if known.appointment_id != fixed.appointment_id:
            raise Refused("code_in_use", fields=("code_sha256",))
        return ()
    await _remember(tx, fixed, order.code_sha256, order.detail, context.now)
    return ()


async def revoke(order: RevokeCalendar, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """No calendar follows it any more."""
    held = await ours(tx, order.referral_id)
    fixed = await _fixed(tx, order.appointment_id, held)
    await appointments.revoke(tx, fixed.appointment_id)
    return ()


async def followed(tx: AsyncConnection, code: str, association: str, now: datetime) -> CalendarFile:
    """What a calendar reads under a link: it changes nothing, and comes as often as it likes.

    Raises Refused with `not_found`, or with `expired_link` a week after the end of the appointment or once revoked.
    """
    link = await appointments.calendar_of(tx, links.digest_of(code))
    fixed = None if link is None else await appointments.load(tx, link.appointment_id)
    if link is None or fixed is None:
        raise Refused("not_found")
    if link.revoked or now >= fixed.ends_at + FOLLOWED_FOR:
        raise Refused("expired_link")
    return await file_of(tx, fixed, association, detail=link.detail)


async def ask_file(question: AskCalendarFile, context: Context, tx: AsyncConnection) -> CalendarFileAnswer:
    """For whoever attaches it to a message; nothing where the two ids do not belong together."""
    fixed = await appointments.load(tx, question.appointment_id)
    if fixed is None or fixed.person_id != question.person_id:
        return CalendarFileAnswer()
    made = await file_of(tx, fixed, context.association, detail=question.detail, language=question.language)
    return CalendarFileAnswer(
        content=made.content.decode(),
        method=made.method,
        media_type=calendar_file.media_type(made.method),
        file_name=FILE_NAME,
        version=made.version,
    )


async def file_of(
    tx: AsyncConnection,
    fixed: Appointment,
    association: str,
    *,
    detail: str = "neutral",
    language: RecipientLanguage | None = None,
) -> CalendarFile:
    """The file as it is now. It is stamped with the last change, so that the same state is the same bytes."""
    held = await desk.peek(tx, fixed.referral_id)
    entry = Entry(
        uid=calendar_file.uid_of(fixed.appointment_id, association),
        sequence=fixed.version - 1,
        starts_at=fixed.starts_at,
        ends_at=fixed.ends_at,
        stamped_at=fixed.changed_at,
        cancelled=fixed.cancelled,
        location=await _location(tx, fixed, held) if detail == "time_and_place" else None,
    )
    spoken = language or calendar_file.language_of("en" if held is None else held.language)
    return CalendarFile(calendar_file.calendar_file(entry, spoken), entry.method, fixed.version, fixed.changed_at)


async def _location(tx: AsyncConnection, fixed: Appointment, held: Referral | None) -> str | None:
    """Street and town; never where nothing may be told, or of a place that must stay secret."""
    if held is None or fixed.place is None:
        return None
    service = None if held.service_id is None else await directory.one(tx, held.service_id)
    if not may_be_told(held, confidential=service is not None and service.confidential):
        return None
    if fixed.place not in WITHOUT_ADDRESS:
        return await appointments.address_of(tx, UUID(fixed.place))
    if fixed.place == "there" and held.service_id is not None:
        return await appointments.only_address_of(tx, held.service_id)
    return None


async def _fixed(tx: AsyncConnection, appointment_id: UUID, held: Referral) -> Appointment:
    fixed = await appointments.load(tx, appointment_id)
    if fixed is None or fixed.referral_id != held.referral_id:
        raise Refused("unknown_appointment", fields=("appointment_id",))
    return fixed


async def _remember(tx: AsyncConnection, fixed: Appointment, digest: str, detail: Detail, now: datetime) -> None:
    if await appointments.links_of(tx, fixed.appointment_id) >= LINKS_MAX:
        raise Refused("too_many_links", fields=("appointment_id",))
    link = CalendarLink(digest, fixed.appointment_id, fixed.person_id, detail, now)
    await appointments.share(tx, link)
