"""Consents as the desk gives them in the tests."""

from typing import Any, cast
from uuid import UUID, uuid4

from lotse_chassis import timers
from lotse_contracts import intake
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.sealed import encode, public_bytes
from lotse_intake.handlers.consent_timers import EXPIRY_TIMER
from tests.intake.given import MAIL, NAME, PARTNER, Intake, only, registration

VERSION = "2026-11"


def version_of(kind: str) -> str:
    """The version of the text that comes along."""
    return f"{kind.replace('_', '-')}-{VERSION}"


def consent(person_id: UUID, **changed: Any) -> intake.GiveConsent:
    """A disclosure in writing; keywords change it."""
    kind = changed.get("kind", "disclosure")
    given: dict[str, Any] = {
        "person_id": person_id,
        "consent_id": uuid4(),
        "kind": kind,
        "recipient": PARTNER,
        "purpose": "referral",
        "codes": ("housing",),
        "field_groups": ("identity", "contact"),
        "method": "written",
        "text_version": version_of(kind),
        "text_language": "uk",
    }
    return intake.GiveConsent(**{**given, **changed})


def secrecy_of(given: intake.GiveConsent, **changed: Any) -> intake.GiveConsent:
    """The release from secrecy that a disclosure needs beside it."""
    same = given.model_dump()
    kind = "secrecy_release"
    return intake.GiveConsent(
        **{**same, "consent_id": uuid4(), "kind": kind, "text_version": version_of(kind), **changed}
    )


async def allow(here: Intake, given: intake.GiveConsent) -> intake.GiveConsent:
    """Give a disclosure and, with it, the release from secrecy; returns the latter."""
    secrecy = secrecy_of(given)
    await here.hear(secrecy)
    await here.hear(given)
    return secrecy


async def shown(here: Intake, given: intake.GiveConsent) -> str:
    """The hash of what she sees on the counsellor's screen before she agrees."""
    question = intake.AskConsentText(
        kind=given.kind,
        language=cast(Any, given.text_language),
        version=given.text_version,
        recipient=given.recipient,
        purpose=given.purpose,
        codes=given.codes,
        field_groups=given.field_groups,
        valid_to=given.valid_to,
    )
    return str((await here.ask(question)).text_sha256)


def release(here: Intake, given: intake.GiveConsent, **changed: Any) -> intake.ReleaseFields:
    """What referral asks for under a consent."""
    asked: dict[str, Any] = {
        "person_id": given.person_id,
        "referral_id": uuid4(),
        "consent_id": given.consent_id,
        "recipient": PARTNER,
        "codes": given.codes,
        "field_groups": given.field_groups,
        "receiver_key": encode(public_bytes(here.partner)),
    }
    return intake.ReleaseFields(**{**asked, **changed})


async def person(here: Intake, birth_date: str = "", **identity: str) -> UUID:
    """Somebody registered at the desk."""
    person_id = uuid4()
    whole = {"name": NAME, **({"birth_date": birth_date} if birth_date else {}), **identity}
    fields = PersonFields(identity=whole, contact=ContactPoint(kind="email", value=MAIL), health="canary-health")
    await here.hear(registration(here, person_id, fields))
    return person_id


async def asked(here: Intake, person_id: UUID) -> list[intake.ConsentEntry]:
    return list((await here.ask(intake.AskConsents(person_id=person_id))).entries)


async def reason(here: Intake, order: intake.ReleaseFields) -> str:
    """What the guard says; empty where it lets the fields out."""
    said = await here.hear(order, actor=None)
    return "" if isinstance(said[0], intake.FieldsReleased) else only(said, intake.FieldsRefused).reason


async def fire(here: Intake) -> list[Message]:
    """Every timer of consents that is due now, as the chassis fires them."""
    said: list[Message] = []
    async with here.service.engine.begin() as tx:
        for timer in await timers.due(tx, now=here.now, limit=100, kinds=[EXPIRY_TIMER]):
            await timers.cancel_timer(tx, kind=timer.kind, key=timer.key)
            said += await here.service.timer_handlers[EXPIRY_TIMER](timer, here.context(), tx)
    return said
