"""A consent as a page to sign: of one that is recorded, or with room to write where nothing is known yet."""

import asyncio
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.values import RecipientLanguage
from lotse_intake.domain.consent_rules import GUARDIAN
from lotse_intake.domain.consent_texts import HERE, ConsentText, Terms, Wording, in_force
from lotse_intake.domain.consents import HEALTH
from lotse_intake.domain.form_codes import code_of
from lotse_intake.handlers import people
from lotse_intake.handlers.consent_texts import terms_of, worded
from lotse_intake.providers.consent_forms import Form, FormTooLong, form_pdf
from lotse_intake.providers.office import Office
from lotse_intake.store import consents

GERMAN: RecipientLanguage = "de"


@dataclass(frozen=True)
class Page:
    """A form as PDF; its name holds the kind and the form's code, never a person's name."""

    name: str
    content: bytes


async def form_of(office: Office, consent_id: UUID, context: Context, tx: AsyncConnection) -> Page:
    """The form of a recorded consent, as often as it is wanted; printing it is noted as a look at the consent."""
    row = await consents.get(tx, consent_id)
    if row is None:
        raise Refused("unknown_consent", fields=("consent_id",))
    await people.living(tx, row.person_id, also_restricted=True)
    text = office.consents.version(row.kind, row.text_version)
    if text is None:
        raise Refused("unknown_consent_text", fields=("text_version",))
    await accesslog.record(
        tx, context, action="read", object_kind="consent", object_id=str(consent_id), purpose="consent_form"
    )
    code = code_of(consent_id)
    form = await _form(office, tx, text, cast(RecipientLanguage, row.text_language), terms_of(office, row))
    content = await _printed(form, code=code, asks_health=HEALTH in row.field_groups, guardian=row.grantor == GUARDIAN)
    return Page(f"consent-{row.kind}-{code}.pdf", content)


async def blank_form(
    office: Office, kind: str, language: RecipientLanguage, context: Context, tx: AsyncConnection
) -> Page:
    """The text in force with room to write, for whoever confirms it; it belongs to no consent and has no code."""
    text = in_force(office.consents.texts, kind, context.now.astimezone(HERE).date())
    if text is None:
        raise Refused("unknown_consent_text", fields=("kind",))
    form = await _form(office, tx, text, language, Terms(association=office.association))
    return Page(f"consent-{kind}-{language}.pdf", await _printed(form, code="", asks_health=False, guardian=False))


async def _form(
    office: Office, tx: AsyncConnection, text: ConsentText, language: RecipientLanguage, terms: Terms
) -> Form:
    languages: tuple[RecipientLanguage, ...] = tuple(dict.fromkeys((language, GERMAN)))
    wordings: dict[str, Wording] = {one: await worded(office, tx, text, one, terms) for one in languages}
    return Form(wordings=wordings, page=office.consents.labels.page, version=text.version, draft=text.draft)


async def _printed(form: Form, *, code: str, asks_health: bool, guardian: bool) -> bytes:
    whole = replace(form, code=code, asks_health=asks_health, by_guardian=guardian)
    try:
        return await asyncio.to_thread(form_pdf, whole)
    except FormTooLong:
        raise Refused("form_does_not_fit", fields=("codes",)) from None
