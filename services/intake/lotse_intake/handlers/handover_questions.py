"""The question as she reads it, by receipt code, and word by word what she would agree to, by code and PIN."""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.intake import (
    AskHandoverConsent,
    AskHandoverQuestion,
    HandoverChoice,
    HandoverConsentAnswer,
    HandoverGroup,
    HandoverOption,
    HandoverQuestionAnswer,
)
from lotse_intake.domain.handover import PURPOSE, TAKE_ME
from lotse_intake.handlers import handover_consents, people, pins
from lotse_intake.providers.districts import districts
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office
from lotse_intake.store import enquiries, handover
from lotse_intake.store.merges import group_of


async def handover_question(
    question: AskHandoverQuestion, context: Context, tx: AsyncConnection
) -> HandoverQuestionAnswer:
    """By code alone: that it waits, and its words, which are the same for everybody."""
    digest = await enquiries.digest_of_code(tx, question.receipt_code)
    row = await enquiries.by_receipt(tx, digest or "")
    if row is None or row.frozen:
        return HandoverQuestionAnswer(known=False)
    held = await handover.case_of(tx, (await group_of(tx, row.person_id))[0])
    if held is None or held.asked_at is None or plan().is_over(context.now):
        return HandoverQuestionAnswer(known=True)
    words = plan().words[question.language]
    return HandoverQuestionAnswer(
        known=True,
        asked=True,
        answered=held.answer is not None,
        answers_until=plan().answers_until.isoformat(),
        text_version=plan().version,
        title=words.title,
        text=words.text,
        options=tuple(
            HandoverOption(answer=answer, title=one.title, text=one.text) for answer, one in words.options.items()
        ),
        groups=tuple(HandoverGroup(group=group, text=text) for group, text in words.groups.items()),
        place=words.place,
        places=districts().boroughs,
    )


async def handover_consent(
    office: Office, question: AskHandoverConsent, context: Context, tx: AsyncConnection
) -> HandoverConsentAnswer:
    """What she must see before she agrees: whom, what for, which concerns, which groups, until when."""
    enquiry = await people.open_enquiry_of_code(tx, question.receipt_code)
    await pins.require_pin(office, context, enquiry, question.pin)
    group = await group_of(tx, enquiry.person_id)
    choice = HandoverChoice(answer=TAKE_ME, field_groups=question.field_groups, place=question.place)
    concerns = await handover.concerns_of(tx, group)
    scope = await handover_consents.scope_of(tx, group[0], choice, concerns)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=str(group[0]), purpose=PURPOSE)
    shown = await handover_consents.texts(office, scope, question.language, context, tx)
    return HandoverConsentAnswer(region=scope.region, recipient=scope.recipient, texts=shown)
