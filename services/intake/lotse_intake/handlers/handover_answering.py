"""What she answers: on her page by code and PIN, or at the desk, where staff write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AnswerHandover,
    HandoverAnswerContent,
    HandoverAnswered,
    HandoverChoice,
    RecordHandoverAnswer,
)
from lotse_intake.domain.handover import CLOSE, TAKE_ME
from lotse_intake.handlers import handover_consents, people, pins
from lotse_intake.handlers.handover_asking import REMINDER_TIMER
from lotse_intake.handlers.handover_consents import Giving, Scope
from lotse_intake.handlers.moving import by_itself
from lotse_intake.handlers.repeats import is_repeated
from lotse_intake.providers.content import opened
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office
from lotse_intake.store import bands, concerns, handover
from lotse_intake.store.merges import group_of

BY_HERSELF = "person"


@dataclass(frozen=True)
class _Said:
    """What she chose, and how she said it."""

    choice: HandoverChoice
    giving: Giving


@dataclass(frozen=True)
class _Taken:
    """Where she is taken along to, by which consent."""

    region: str
    consent_id: UUID


async def answer_handover(
    office: Office, order: AnswerHandover, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She answers herself, through a frontend that speaks to the broker."""
    type_name, key = AnswerHandover.type_name(), order.receipt_sha256
    content = opened(office, order.content, HandoverAnswerContent, type_name=type_name, key=key)
    if await is_repeated(tx, order, order.content, context):
        return []
    return await answered_by_code(office, order.receipt_sha256, content, context, tx)


async def answered_by_code(
    office: Office, receipt: str, content: HandoverAnswerContent, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She answers what she was asked, by the hash of her receipt code and her PIN."""
    enquiry = await people.open_enquiry_of_receipt(tx, receipt)
    await pins.require_pin(office, context, enquiry, content.pin)
    head = (await group_of(tx, enquiry.person_id))[0]
    held = await handover.case_of(tx, head)
    if held is None or held.asked_at is None:
        raise Refused("handover_not_asked")
    giving = Giving("digital", content.language, content.text_sha256)
    return await _answered(office, head, _Said(content, giving), context, tx)


async def record_handover_answer(
    office: Office, order: RecordHandoverAnswer, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """What she said at the desk, or ticked in the letter that she signed."""
    head = (await group_of(tx, order.person_id))[0]
    giving = Giving(
        order.method,
        order.language,
        witness=order.witness,
        grantor=order.grantor,
        guardian_id=order.guardian_id,
        capacity=order.capacity,
    )
    return await _answered(office, head, _Said(order.choice, giving), context, tx)


async def _answered(
    office: Office, person_id: UUID, said: _Said, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """The newest answer counts, until the receiver has her case. Taking a consent back is possible until then, too."""
    if plan().is_over(context.now):
        raise Refused("handover_over")
    taken = said.choice.answer == TAKE_ME
    person = await people.living(tx, person_id, also_restricted=not taken)
    held = await handover.case_of(tx, person.person_id, lock=True)
    if held is not None and held.receipted_at is not None:
        raise Refused("handover_done")
    if taken:
        return await _taken_along(office, person_id, said, context, tx)
    if held is not None and held.answer == said.choice.answer:
        return []
    messages = await handover_consents.taken_back(office, person_id, context.actor or BY_HERSELF, context, tx)
    if said.choice.answer == CLOSE:
        messages += await _closed(tx, context, person_id)
    return [*messages, await _kept(tx, context, person_id, said, None)]


async def _taken_along(
    office: Office, person_id: UUID, said: _Said, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Agreeing to the same again changes nothing; what is in a package already is not agreed to otherwise."""
    held = await handover.case_of(tx, person_id)
    open_concerns = await handover.concerns_of(tx, await group_of(tx, person_id))
    scope = await handover_consents.scope_of(tx, person_id, said.choice, open_concerns)
    before = await handover_consents.valid_consent(tx, held.consent_id if held else None, context)
    if before is not None and _is_same(before, scope):
        return []
    if held is not None and held.packaged_at is not None:
        raise Refused("handover_packaged")
    ended = await handover_consents.taken_back(office, person_id, context.actor or BY_HERSELF, context, tx)
    consent_id, given = await handover_consents.given(office, person_id, scope, context, tx, giving=said.giving)
    await bands.note(tx, person_id, {"region": scope.region})
    return [*ended, *given, await _kept(tx, context, person_id, said, _Taken(scope.region, consent_id))]


async def _closed(tx: AsyncConnection, context: Context, person_id: UUID) -> list[Message]:
    """It is her own wish: her concerns are withdrawn, whatever their state."""
    messages: list[Message] = []
    for one in await handover.concerns_of(tx, await group_of(tx, person_id)):
        row = await concerns.get(tx, one.concern_id, lock=True)
        if row is not None:
            messages += await by_itself(tx, context, row, "withdraw", role="person")
    return messages


def _is_same(before: Row[Any], scope: Scope) -> bool:
    return (
        before.recipient == scope.recipient
        and set(before.codes) >= set(scope.codes)
        and set(before.field_groups) == set(scope.groups)
    )


async def _kept(
    tx: AsyncConnection, context: Context, person_id: UUID, said: _Said, taken: _Taken | None
) -> HandoverAnswered:
    answer = {
        "answer": said.choice.answer,
        "answered_at": context.now,
        "answered_by": context.actor or BY_HERSELF,
        "method": said.giving.method,
        "language": said.giving.language,
        "region": taken.region if taken else None,
    }
    agreed = {"consent_id": taken.consent_id} if taken else {}  # the last one stays: it may be in a package
    row = await handover.keep(tx, person_id, **answer, **agreed)
    await timers.cancel_timer(tx, kind=REMINDER_TIMER, key=str(person_id))
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(person_id), purpose="handover"
    )
    return HandoverAnswered(
        person_id=person_id,
        version=row.version,
        answer=said.choice.answer,
        region=row.region,
        consent_id=taken.consent_id if taken else None,
    )
