"""Consents as the desk gives them in the tests."""

from typing import Any, cast
from uuid import UUID, uuid4

from lotse_contracts import intake
from lotse_contracts.sealed import encode, public_bytes
from tests.intake.given import PARTNER, Intake

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
