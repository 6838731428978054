"""She asks to be forgotten, by code and PIN: done at once where nobody worked with her, else a person decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AskErasure,
    ErasureAnswer,
    ErasureOverdue,
    ErasureReceiptSaid,
    ErasureRefused,
    ErasureRequested,
    RefuseErasure,
)
from lotse_intake.domain.erasure import SERVICES, Traces, due_of, goes_at_once
from lotse_intake.handlers import erasures as erasing
from lotse_intake.handlers import people, pins
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import cases, concerns, contacts, erasures, persons, rights
from lotse_intake.store.merges import group_of

UNDECIDED_TIMER = "erasure-undecided"


async def request_erasure(
    office: Office, code: str, pin: str, context: Context, tx: AsyncConnection
) -> tuple[list[Message], datetime]:
    """What is said, and when it must be done at the latest; the same request again changes nothing.

    Raises Refused as reading does: unknown code, no PIN, wrong PIN, locked. An erasure that has begun looks the same
    as an enquiry that never was.
    """
    row = await people.open_enquiry_of_code(tx, code)
    await pins.require_pin(office, context, row, pin)
    person = await people.living(tx, row.person_id, also_restricted=True)
    due_at = due_of(context.now)
    if goes_at_once(await _traces(office, person, row, context, tx)):
        await rights.request(tx, row.person_id, context.now, due_at)
        herself = replace(context, actor="person", role="person")
        return await erasing.begun(office, row.person_id, "code_and_pin", herself, tx), due_at
    if not await rights.request(tx, row.person_id, context.now, due_at):
        open_request = await rights.request_of(tx, row.person_id)
        return [], open_request.due_at if open_request else due_at
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(row.person_id), purpose="erasure_request"
    )
    await timers.set_timer(tx, kind=UNDECIDED_TIMER, key=str(row.person_id), due_at=due_at)
    changed = await persons.change(tx, row.person_id)
    return [ErasureRequested(person_id=row.person_id, version=changed.version, due_at=due_at)], due_at


async def _traces(office: Office, person: Row[Any], enquiry: Row[Any], context: Context, tx: AsyncConnection) -> Traces:
    group = await group_of(tx, person.person_id)
    fields = decrypted_fields(office.keys, person.person_id, person.fields)
    return Traces(
        records=len(group),
        answers=enquiry.answers,
        concern_states=frozenset(one.state for one in await concerns.of_person(tx, person.person_id)),
        consultations=len(await contacts.of_person(tx, person.person_id)),
        casework=await cases.are_worked_on(tx, person.person_id),
        releases=len(await rights.releases_of(tx, group)),
        groups=frozenset(fields.model_dump(exclude_none=True)) - {"contact"},
        name_given=bool((fields.identity or {}).get("name")),
        came_by_referral=person.referral_id is not None,
        held=await rights.is_held(tx, group, context.now),
        restricted=person.restricted,
    )


async def refuse_erasure(order: RefuseErasure, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A coordinator does not follow her request, for a reason that is kept and told to her."""
    await people.living(tx, order.person_id, also_restricted=True)
    asked = await rights.request_of(tx, order.person_id)
    if asked is None:
        raise Refused("no_request", fields=("person_id",))
    if asked.refused_at is not None:
        return []
    await rights.refuse_request(tx, order.person_id, context.now, context.actor or context.sender, order.reason)
    await timers.cancel_timer(tx, kind=UNDECIDED_TIMER, key=str(order.person_id))
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(order.person_id), purpose="erasure_refused"
    )
    changed = await persons.change(tx, order.person_id)
    return [ErasureRefused(person_id=order.person_id, version=changed.version, reason=order.reason)]


async def undecided(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A month is over and nobody has decided about her request."""
    person_id = UUID(timer.key)
    asked = await rights.request_of(tx, person_id)
    if asked is None or asked.refused_at is not None or await persons.is_erased(tx, person_id):
        return []
    return [ErasureOverdue(person_id=person_id, stage="undecided", waiting=("intake",))]


async def erasure_state(question: AskErasure, context: Context, tx: AsyncConnection) -> ErasureAnswer:
    """How far it is, with every receipt: ids, digests and counts, nothing about her."""
    await accesslog.record(
        tx, context, action="read", object_kind="person", object_id=str(question.person_id), purpose="erasure"
    )
    row = await erasures.get(tx, question.person_id)
    if row is None:
        return await _not_begun(question.person_id, tx)
    said = tuple(
        ErasureReceiptSaid(
            service=one.service,
            digest=one.digest,
            received_at=one.received_at,
            counts=one.counts or (),
            kept=one.kept or (),
        )
        for one in await erasures.receipt_rows(tx, question.person_id)
    )
    answered = {one.service for one in said}
    return ErasureAnswer(
        state="confirmed" if row.confirmed_at else "scheduled",
        requested_at=row.requested_at,
        begun_at=row.begun_at,
        target_at=row.target_at,
        due_at=row.due_at,
        confirmed_at=row.confirmed_at,
        identity=row.identity,
        waiting=tuple(name for name in SERVICES if name not in answered),
        receipts=said,
    )


async def _not_begun(person_id: UUID, tx: AsyncConnection) -> ErasureAnswer:
    asked = await rights.request_of(tx, person_id)
    if asked is None:
        return ErasureAnswer(state="unknown")
    return ErasureAnswer(
        state="refused" if asked.refused_at else "requested", requested_at=asked.requested_at, due_at=asked.due_at
    )
