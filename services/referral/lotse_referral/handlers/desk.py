"""What a counsellor asks about referrals: which loops are open and why, one with its history, what she may do."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AllowedActionsAnswer
from lotse_contracts.referral import (
    AppointmentSeen,
    AskOpenReferrals,
    AskReferral,
    AskReferralActions,
    CheckbackSeen,
    InterpreterSeen,
    OpenReferral,
    OpenReferralsAnswer,
    ProposalSeen,
    ReferralAnswer,
    ReferralStep,
    RunningTimer,
    WaitlistSeen,
)
from lotse_contracts.values import FieldGroup, MoveWish
from lotse_referral.domain.appointments import Appointment, overlapping
from lotse_referral.domain.cursors import BadCursor
from lotse_referral.domain.desk import Place, cursor_of, place_of, waits_for
from lotse_referral.domain.referral import Referral, desk_actions
from lotse_referral.store import alive, appointments, checkbacks, desk, interpreters, ownpage, waiting
from lotse_referral.store.desk import Filters, Seen

ASK_HER, MOVE_APPOINTMENT = "ask_her", "move_appointment"
"""What somebody of ours has to do with her."""


async def allowed_actions(question: AskReferralActions, context: Context, tx: AsyncConnection) -> AllowedActionsAnswer:
    """What our desk may do now, from the one table of the machine."""
    held = (await _seen(tx, question.referral_id)).held
    return AllowedActionsAnswer(state=held.state, actions=desk_actions(held))


async def open_referrals(question: AskOpenReferrals, context: Context, tx: AsyncConnection) -> OpenReferralsAnswer:
    """Overdue ones first, then oldest first. Nothing of it is content, so no entry of the access log is made."""
    after = _place(question.cursor)
    as_of = context.now if after is None else after.as_of
    rows = await desk.page(tx, _filters(question, context), size=question.size + 1, as_of=as_of, after=after)
    shown, more = rows[: question.size], len(rows) > question.size
    cursor = None
    if more:
        last, overdue = shown[-1]
        at = last.due_at if overdue and last.due_at is not None else last.held.created_at
        cursor = cursor_of(Place(as_of, overdue, at, last.held.referral_id))
    entries = await _entries(tx, [seen for seen, _ in shown], {seen.held.referral_id for seen, late in shown if late})
    return OpenReferralsAnswer(referrals=entries, cursor=cursor)


async def ask_referral(question: AskReferral, context: Context, tx: AsyncConnection) -> ReferralAnswer:
    """One referral with everything that hangs on it. Looking at one person's way goes into the access log."""
    seen = await _seen(tx, question.referral_id)
    held, key = seen.held, seen.held.referral_id
    await accesslog.record(tx, context, action="read", object_kind="referral", object_id=str(key), purpose="casework")
    late = seen.due_at is not None and held.open and seen.due_at <= context.now
    (entry,) = await _entries(tx, [seen], {key} if late else set())
    return ReferralAnswer(
        referral=entry,
        version=held.version,
        reason=held.reason,
        outcome=held.outcome,
        confirmed_by=held.confirmed_by,
        withdrawal_acknowledged_at=held.withdrawal_acknowledged_at,
        actions=desk_actions(held),
        **await _hanging(tx, held),
    )


async def _hanging(tx: AsyncConnection, held: Referral) -> dict[str, Any]:
    key = held.referral_id
    mine = await appointments.of_referral(tx, key)
    others = () if held.person_id is None else await appointments.of_person(tx, held.person_id)
    note, wishes = await waiting.newest_note(tx, key), await ownpage.wishes_of(tx, [key])
    return {
        "history": tuple(ReferralStep.model_validate(vars(step)) for step in await desk.steps(tx, key)),
        "appointments": tuple(_appointment(one, others, wishes) for one in mine),
        "proposals": tuple(ProposalSeen.model_validate(vars(one)) for one in await appointments.proposals(tx, key)),
        "interpreters": tuple(
            InterpreterSeen.model_validate(vars(one)) for one in await interpreters.of_referral(tx, key)
        ),
        "checkbacks": tuple(CheckbackSeen.model_validate(vars(one)) for one in await checkbacks.of_referral(tx, key)),
        "waitlist": None if note is None else WaitlistSeen.model_validate(vars(note)),
    }


def _appointment(
    one: Appointment, others: Sequence[Appointment], wishes: Mapping[UUID, tuple[int, MoveWish]]
) -> AppointmentSeen:
    version, wish = wishes.get(one.appointment_id, (0, None))
    wished = wish if version == one.version and not one.cancelled else None
    return AppointmentSeen.model_validate(vars(one) | {"overlaps": overlapping(one, others), "wish": wished})


async def _seen(tx: AsyncConnection, referral_id: UUID) -> Seen:
    """Raises Refused if there is none, or if its person was erased."""
    seen = await desk.one(tx, referral_id)
    if seen is not None:
        return seen
    gone = await alive.erased(tx, referral_id)
    raise Refused("person_erased" if gone else "unknown_referral", fields=("referral_id",))


def _place(cursor: str | None) -> Place | None:
    try:
        return None if cursor is None else place_of(cursor)
    except BadCursor:
        raise Refused("malformed", fields=("cursor",)) from None


def _filters(question: AskOpenReferrals, context: Context) -> Filters:
    if question.view == "team" and question.team is None:
        raise Refused("team_needed", fields=("team",))
    return Filters(
        view=question.view,
        actor=context.actor or "",
        team=question.team,
        state=question.state,
        mode=question.mode,
        overdue_only=question.overdue_only,
    )


async def _entries(tx: AsyncConnection, rows: Sequence[Seen], overdue: set[UUID]) -> tuple[OpenReferral, ...]:
    ids = [seen.held.referral_id for seen in rows]
    timers, followers = await desk.timers_of(tx, ids), await desk.followers(tx, ids)
    to_do = await _to_do(tx, ids)
    return tuple(
        _entry(seen, overdue=seen.held.referral_id in overdue).model_copy(
            update={
                "timers": tuple(
                    RunningTimer(kind=kind, due_at=at) for kind, at in timers.get(seen.held.referral_id, ())
                ),
                "followed_by": tuple(followers.get(seen.held.referral_id, ())),
                "to_do": to_do.get(seen.held.referral_id, ()),
            }
        )
        for seen in rows
    )


async def _to_do(tx: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """What she has not been asked, and what she would like."""
    asked, wished = await checkbacks.to_ask(tx, ids), await ownpage.wishing(tx, ids)
    both = ((ASK_HER, asked), (MOVE_APPOINTMENT, wished))
    return {one: tuple(name for name, among in both if one in among) for one in asked | wished}


def _entry(seen: Seen, *, overdue: bool) -> OpenReferral:
    held = seen.held
    return OpenReferral(
        referral_id=held.referral_id,
        concern_id=held.concern_id,
        service_id=held.service_id,
        sender=held.partner if held.direction == "in" else None,
        mode=held.mode,
        state=held.state,
        codes=held.codes,
        since=held.created_at,
        changed_at=held.changed_at,
        urgency=held.urgency,
        carrier=seen.carrier,
        team=seen.team,
        due_at=seen.due_at,
        overdue=overdue,
        waits_for=waits_for(held),
        reason=held.reason,
        question=held.question,
        asked_groups=cast(tuple[FieldGroup, ...], held.asked_groups),
        parent_id=held.parent_id,
        link_kind=held.link,
    )
