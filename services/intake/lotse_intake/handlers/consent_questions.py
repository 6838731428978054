"""How consents stand: asked by staff, by a form's code, and by the person herself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.intake import (
    AskConsentOfForm,
    AskConsents,
    AskOwnConsents,
    ConsentEntry,
    ConsentOfFormAnswer,
    ConsentsAnswer,
    OwnConsent,
    OwnConsentsAnswer,
)
from lotse_intake.domain.form_codes import code_of, id_of
from lotse_intake.handlers import people, pins
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, merges, persons
from lotse_intake.store.consents import CONSENTS_MAX


async def ask_consents(question: AskConsents, context: Context, tx: AsyncConnection) -> ConsentsAnswer:
    """All of a person, also where she is several records; who asked goes into the access log."""
    await people.living(tx, question.person_id, also_restricted=True)
    rows = await consents.of_records(tx, await merges.group_of(tx, question.person_id))
    await _log(tx, context, "person", question.person_id)
    return ConsentsAnswer(entries=tuple(_entry(row, context) for row in rows[-CONSENTS_MAX:]))


async def ask_consent_of_form(question: AskConsentOfForm, context: Context, tx: AsyncConnection) -> ConsentOfFormAnswer:
    """The consent of a signed form, so that its scan finds it; unknown also where its person is being erased."""
    consent_id = id_of(question.form_code)
    row = await consents.get(tx, consent_id) if consent_id is not None else None
    person = await persons.get(tx, row.person_id) if row is not None else None
    if row is None or person is None or person.frozen:
        return ConsentOfFormAnswer(known=False)
    await _log(tx, context, "consent", row.consent_id)
    state = consents.as_consent(row).state(context.now)
    return ConsentOfFormAnswer(
        known=True, consent_id=row.consent_id, person_id=row.person_id, kind=row.kind, state=state
    )


async def ask_own_consents(
    office: Office, question: AskOwnConsents, context: Context, tx: AsyncConnection
) -> OwnConsentsAnswer:
    """What she has agreed to, by receipt code and PIN. Raises Refused as the conversation does."""
    enquiry = await people.open_enquiry_of_code(tx, question.receipt_code)
    await pins.require_pin(office, context, enquiry, question.pin)
    rows = await of_enquiry(tx, enquiry)
    await _log(tx, context, "person", enquiry.person_id)
    return OwnConsentsAnswer(entries=tuple(_own(row, context) for row in rows[-CONSENTS_MAX:]))


async def of_enquiry(tx: AsyncConnection, enquiry: Row[Any]) -> Sequence[Row[Any]]:
    """The consents of whoever holds this enquiry's code; merged records are hers, too."""
    return await consents.of_records(tx, await merges.group_of(tx, enquiry.person_id))


def _entry(row: Row[Any], context: Context) -> ConsentEntry:
    return ConsentEntry(
        **{name: getattr(row, name) for name in ConsentEntry.model_fields if name not in {"state", "form_code"}},
        state=consents.as_consent(row).state(context.now),
        form_code=code_of(row.consent_id),
    )


def _own(row: Row[Any], context: Context) -> OwnConsent:
    return OwnConsent(
        **{name: getattr(row, name) for name in OwnConsent.model_fields if name != "state"},
        state=consents.as_consent(row).state(context.now),
    )


async def _log(tx: AsyncConnection, context: Context, kind: str, object_id: UUID) -> None:
    await accesslog.record(tx, context, action="read", object_kind=kind, object_id=str(object_id), purpose="consents")
