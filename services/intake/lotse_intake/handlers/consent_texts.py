"""What is shown of a consent before it is given, and the hash of just that."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AskConsentText, ConsentSection, ConsentTerms, ConsentTextAnswer
from lotse_contracts.values import RecipientLanguage
from lotse_intake.domain.consent_texts import HERE, ConsentText, Terms, Wording, digest_of, filled, in_force
from lotse_intake.providers.office import Office
from lotse_intake.store import codelists


async def ask_consent_text(
    office: Office, question: AskConsentText, context: Context, tx: AsyncConnection
) -> ConsentTextAnswer:
    """The text with these terms in it. Raises Refused if there is no such version."""
    if question.version is not None:
        text = office.consents.version(question.kind, question.version)
    else:
        text = in_force(office.consents.texts, question.kind, context.now.astimezone(HERE).date())
    if text is None:
        raise Refused("unknown_consent_text", fields=("version",))
    wording = await worded(office, tx, text, question.language, terms_of(office, question))
    return ConsentTextAnswer(
        kind=text.kind,
        version=text.version,
        language=question.language,
        valid_from=text.valid_from.isoformat(),
        draft=text.draft,
        title=wording.title,
        sections=tuple(ConsentSection(heading=one.heading, text=one.text) for one in wording.sections),
        text_sha256=digest_of(text, question.language, wording),
    )


async def digest_shown(office: Office, tx: AsyncConnection, text: ConsentText, terms: ConsentTerms) -> str:
    """The `text_sha256` of what she must have seen to agree to these terms."""
    language = cast(RecipientLanguage, terms.text_language)
    wording = await worded(office, tx, text, language, terms_of(office, terms))
    return digest_of(text, language, wording)


async def worded(
    office: Office, tx: AsyncConnection, text: ConsentText, language: RecipientLanguage, terms: Terms
) -> Wording:
    """The text with names of today's code list."""
    return filled(text, language, terms, office.consents.labels, await _code_names(tx))


def terms_of(office: Office, given: AskConsentText | ConsentTerms | Row[Any]) -> Terms:
    """What fills the places of the text, of a question, an order or a recorded consent."""
    return Terms(
        association=office.association,
        recipient=given.recipient or "",
        purpose=given.purpose or "",
        codes=tuple(given.codes),
        field_groups=tuple(given.field_groups),
        valid_to=given.valid_to,
    )


async def _code_names(tx: AsyncConnection) -> Mapping[str, Mapping[str, str]]:
    found = await codelists.newest(tx, "concerns")
    return {item.code: item.names for item in found.items if item.parent is None}
