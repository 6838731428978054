"""An office proposes times; she confirms one on her page, or the desk does for her."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.notify import StopTelling, Tell
from lotse_contracts.referral import AnswerProposal, ProposalAnswered, ProposedTime, ProposeTimes, TimesProposed
from lotse_contracts.values import TimesParty
from lotse_referral.domain.appointments import Appointment, fault_of, to_the_minute
from lotse_referral.domain.proposals import Proposal, ProposalClosed, answered, lapsed, next_number
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.appointments import must_be_known, tellable
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.scheduling import arrange
from lotse_referral.store import appointments


async def propose(order: ProposeTimes, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What the office said on the phone, written down by the desk."""
    return await offered(tx, await ours(tx, order.referral_id), order.times, context, by="staff")


async def answer(order: AnswerProposal, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The desk answers for her."""
    held = await ours(tx, order.referral_id)
    return await settle(tx, held, order.proposal_id, context, confirmed=order.confirmed, by="staff")


async def offered(
    tx: AsyncConnection, held: Referral, times: Sequence[ProposedTime], context: Context, *, by: TimesParty
) -> Sequence[Message]:
    """A set of times, from the office's page with `by="receiver"`; the same set again changes nothing.

    Raises Refused where the referral is not under way, a time is none or is over, or an id belongs to something else.
    """
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    before = await appointments.proposals(tx, held.referral_id)
    fresh = await _fresh(tx, held, times, before)
    if not fresh:
        return ()
    if not held.under_way:
        raise Refused("action_not_allowed", fields=("referral_id",))
    number = next_number(before)
    made = [_proposal(one, held, number, context, by) for one in fresh]
    for one in made:
        await _must_be_a_time(tx, one, context)
    await appointments.save_proposals(tx, (*lapsed(before), *made))
    proposed = TimesProposed(
        referral_id=held.referral_id,
        person_id=held.person_id,
        proposal_ids=tuple(one.proposal_id for one in made),
        version=number,
        proposed_by=by,
    )
    return (proposed, *await _told(tx, held, made))


async def settle(
    tx: AsyncConnection, held: Referral, proposal_id: UUID, context: Context, *, confirmed: bool, by: TimesParty
) -> Sequence[Message]:
    """Confirm or refuse one time; a confirmed one is an appointment, and the others lapse. Again changes nothing.

    Raises Refused where there is no such time, or it was answered otherwise before, or is over.
    """
    known = await appointments.proposal(tx, proposal_id)
    if known is None or known.referral_id != held.referral_id:
        raise Refused("unknown_time", fields=("proposal_id",))
    try:
        settled = answered(known, context.now, confirmed=confirmed, by=by)
    except ProposalClosed:
        raise Refused("time_closed", fields=("proposal_id",)) from None
    if settled is None:
        return ()
    others = await appointments.proposals(tx, held.referral_id)
    await appointments.save_proposals(tx, (*(lapsed(others, proposal_id) if confirmed else ()), settled))
    said = ProposalAnswered(
        proposal_id=proposal_id,
        referral_id=held.referral_id,
        person_id=settled.person_id,
        confirmed=confirmed,
        answered_by=by,
    )
    if not confirmed:
        return (said,)
    untold = StopTelling(person_id=settled.person_id, dedupe_key=_notice(held, settled.number))
    return (said, untold, *await arrange(tx, held, _appointment(settled, context.now), context))


async def _told(tx: AsyncConnection, held: Referral, made: Sequence[Proposal]) -> tuple[Tell, ...]:
    """The neutral notice of news on her page, of use until the first of the times; never where it is unsafe."""
    if held.person_id is None or not await tellable(tx, held):
        return ()
    number = made[0].number
    return (
        Tell(
            person_id=held.person_id,
            template="referral_made",
            useful_by=min(one.starts_at for one in made),
            dedupe_key=_notice(held, number),
            supersedes=_notice(held, number - 1) if number > 1 else None,
        ),
    )


def _notice(held: Referral, number: int) -> str:
    return f"times-{held.referral_id}-{number}"


async def _fresh(
    tx: AsyncConnection, held: Referral, times: Sequence[ProposedTime], before: Sequence[Proposal]
) -> list[ProposedTime]:
    """Those that were not proposed before under the same id."""
    known = {one.proposal_id for one in before}
    fresh = {one.proposal_id: one for one in times if one.proposal_id not in known}
    for proposal_id in fresh:
        taken = await appointments.proposal(tx, proposal_id) or await appointments.load(tx, proposal_id)
        if taken is not None:
            raise Refused("appointment_of_another", fields=("times",))
    return list(fresh.values())


def _proposal(one: ProposedTime, held: Referral, number: int, context: Context, by: TimesParty) -> Proposal:
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    return Proposal(
        proposal_id=one.proposal_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        number=number,
        starts_at=to_the_minute(one.starts_at),
        ends_at=to_the_minute(one.ends_at),
        proposed_by=by,
        proposed_at=context.now,
        place=one.place,
    )


async def _must_be_a_time(tx: AsyncConnection, one: Proposal, context: Context) -> None:
    fault = fault_of(one.starts_at, one.ends_at)
    if fault is not None:
        raise Refused(fault.code, fields=("times",))
    if one.starts_at <= context.now:
        raise Refused("time_is_over", fields=("times",))
    await must_be_known(tx, one.place)


def _appointment(settled: Proposal, now: datetime) -> Appointment:
    return Appointment(
        appointment_id=settled.proposal_id,
        referral_id=settled.referral_id,
        person_id=settled.person_id,
        starts_at=settled.starts_at,
        ends_at=settled.ends_at,
        changed_at=now,
        place=settled.place,
    )
