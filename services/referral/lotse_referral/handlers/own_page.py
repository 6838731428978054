"""What a person does on her own page. What a session did not prove to be hers is as unknown as what is not there."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import HolderAnswer, WithdrawProvedConsent
from lotse_contracts.referral import AppointmentMoveWished
from lotse_contracts.values import CheckbackAnswerName, MoveWish
from lotse_referral.domain.appointments import Appointment
from lotse_referral.domain.own_page import SESSION_LIVES, consents_of
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import asking_back, checkbacks, proposing, scheduling
from lotse_referral.handlers.telling import OWN_PAGE
from lotse_referral.store import alive, appointments, consents, ownpage, referrals
from lotse_referral.store.ownpage import OwnSession, ProvedBy

PURPOSE = "own_page"


async def opened_by_link(tx: AsyncConnection, code: str, context: Context) -> str:
    """Use her link up; returns the token of her session. Raises Refused if it is unknown, used or over."""
    found = await links.use(tx, code, purpose=OWN_PAGE, now=context.now)
    person_id = UUID(found.subject_id)
    return await _opened(tx, person_id, "link", context, language=await ownpage.language_of(tx, person_id))


async def opened_by_holder(tx: AsyncConnection, holder: HolderAnswer, context: Context) -> str:
    """Intake says whose code and PIN they are. Raises Refused if she is erased here."""
    person_id, *others = holder.person_ids
    return await _opened(tx, person_id, "code", context, language=holder.language, others=tuple(others))


async def answer(
    tx: AsyncConnection, session: OwnSession, referral_id: UUID, given: CheckbackAnswerName, context: Context
) -> Sequence[Message]:
    """A tap on one of the answers."""
    held = await _hers(tx, session, referral_id)
    await _note(tx, held, context)
    return await checkbacks.answered(tx, held, checkbacks.Word(given, "person", "page"), context)


async def cancel(tx: AsyncConnection, session: OwnSession, appointment_id: UUID, context: Context) -> Sequence[Message]:
    """At once, and again changes nothing."""
    held, fixed = await _ahead(tx, session, appointment_id, context)
    await _note(tx, held, context)
    return await scheduling.take_back(tx, held, fixed, context, "client_request")


async def wish_to_move(
    tx: AsyncConnection, session: OwnSession, appointment_id: UUID, wish: MoveWish, context: Context
) -> Sequence[Message]:
    """The desk hears it once; the appointment stays as it is."""
    held, fixed = await _ahead(tx, session, appointment_id, context)
    if fixed.cancelled:
        raise Refused("appointment_cancelled", fields=("appointment_id",))
    ids = (fixed.appointment_id, held.referral_id, fixed.person_id)
    if not await ownpage.wish_to_move(tx, ids=ids, version=fixed.version, wish=wish, now=context.now):
        return ()
    await _note(tx, held, context)
    return (
        AppointmentMoveWished(
            appointment_id=fixed.appointment_id, referral_id=held.referral_id, person_id=fixed.person_id, wish=wish
        ),
    )


async def take_time(
    tx: AsyncConnection, session: OwnSession, referral_id: UUID, proposal_id: UUID, context: Context
) -> Sequence[Message]:
    """One of the times that the office offers is hers."""
    held = await _hers(tx, session, referral_id)
    await _note(tx, held, context)
    return await proposing.settle(tx, held, proposal_id, context, confirmed=True, by="person")


async def withdraw_consent(
    tx: AsyncConnection, session: OwnSession, referral_id: UUID, context: Context
) -> Sequence[Message]:
    """The consents under which this referral's fields left; intake keeps them and says what follows. Once."""
    held = await _hers(tx, session, referral_id)
    known = [await consents.load(tx, consent_id) for consent_id in consents_of(held)]
    hers = [one for one in known if one is not None and one.person_id in session.person_ids]
    if not hers:
        raise Refused("unknown_consent", fields=("referral_id",))
    said = [
        WithdrawProvedConsent(person_id=one.person_id, consent_id=one.consent_id)
        for one in hers
        if not one.withdrawn and await ownpage.ask_withdrawal(tx, one.consent_id, one.person_id, context.now)
    ]
    if said:
        await _note(tx, held, context)
    return said


async def appointment_to_keep(tx: AsyncConnection, session: OwnSession, appointment_id: UUID) -> Appointment:
    """One of hers, for her calendar; only looked at."""
    fixed = await appointments.load(tx, appointment_id)
    held = None if fixed is None else await referrals.read(tx, fixed.referral_id)
    if fixed is None or held is None or not await _may_see(tx, session, held):
        raise Refused("unknown_appointment", fields=("appointment_id",))
    return fixed


async def _opened(
    tx: AsyncConnection,
    person_id: UUID,
    proved_by: ProvedBy,
    context: Context,
    *,
    language: str | None,
    others: tuple[UUID, ...] = (),
) -> str:
    if await alive.erased(tx, person_id):
        raise Refused("person_erased")
    await ownpage.prune_sessions(tx, context.now)
    session = OwnSession(person_id, proved_by, context.now + SESSION_LIVES, language, others)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=str(person_id), purpose=PURPOSE)
    return await ownpage.open_session(tx, session, context.now)


async def _ahead(
    tx: AsyncConnection, session: OwnSession, appointment_id: UUID, context: Context
) -> tuple[Referral, Appointment]:
    """An appointment of hers that is still to come, with its referral locked."""
    seen = await appointments.load(tx, appointment_id)
    if seen is None:
        raise Refused("unknown_appointment", fields=("appointment_id",))
    try:
        held = await _hers(tx, session, seen.referral_id)
    except Refused:
        raise Refused("unknown_appointment", fields=("appointment_id",)) from None
    fixed = await appointments.load(tx, appointment_id)  # as it is now that nobody else changes it
    if fixed is None or fixed.referral_id != held.referral_id:
        raise Refused("unknown_appointment", fields=("appointment_id",))
    if fixed.starts_at <= context.now:
        raise Refused("time_is_over", fields=("appointment_id",))
    return held, fixed


async def _hers(tx: AsyncConnection, session: OwnSession, referral_id: UUID) -> Referral:
    """The referral, locked. Raises Refused unless this session may see it, and she is here."""
    for person_id in sorted(session.person_ids):
        if await alive.erased(tx, person_id):
            raise Refused("person_erased")
    held = await referrals.load(tx, referral_id)
    if held is None or not await _may_see(tx, session, held):
        raise Refused("unknown_referral", fields=("referral_id",))
    return held


async def _may_see(tx: AsyncConnection, session: OwnSession, held: Referral) -> bool:
    """By a link only what may be told: whoever reads her messages may have used it."""
    if held.person_id not in session.person_ids:
        return False
    return session.proved_by == "code" or await asking_back.tellable(tx, held)


async def _note(tx: AsyncConnection, held: Referral, context: Context) -> None:
    await accesslog.record(
        tx, context, action="write", object_kind="referral", object_id=str(held.referral_id), purpose=PURPOSE
    )
