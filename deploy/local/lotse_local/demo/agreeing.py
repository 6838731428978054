"""She reads what she agrees to on the counsellor's screen; what proves it is the hash of just what she saw."""

from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID, uuid4

from lotse_contracts.intake import AskConsentText, ConsentTerms, GiveConsents, InboxEntry
from lotse_contracts.values import ConsentKind, FieldGroup, RecipientLanguage
from lotse_local.demo.frontend import Frontend

PURPOSE = "referral"


@dataclass(frozen=True)
class Scope:
    """Who gets what about which concerns."""

    recipient: str
    codes: tuple[str, ...]
    field_groups: tuple[FieldGroup, ...]


async def agreed(desk: Frontend, entry: InboxEntry, scope: Scope, consent_id: UUID) -> GiveConsents:
    """A disclosure under this id, and the release from secrecy without which her name would not leave."""
    disclosure = await _terms(desk, "disclosure", entry, scope, consent_id)
    secrecy = await _terms(desk, "secrecy_release", entry, scope, uuid4())
    return GiveConsents(person_id=entry.person_id, consents=(disclosure, secrecy))


async def _terms(desk: Frontend, kind: ConsentKind, entry: InboxEntry, scope: Scope, consent_id: UUID) -> ConsentTerms:
    language = entry.language if entry.language in get_args(RecipientLanguage) else "de"
    bound: dict[str, Any] = {**vars(scope), "kind": kind, "purpose": PURPOSE}
    seen = await desk.ask(AskConsentText.model_validate({**bound, "language": language}))
    proof = {"method": "digital", "text_version": seen.version, "proof_sha256": seen.text_sha256}
    return ConsentTerms.model_validate({**bound, **proof, "consent_id": consent_id, "text_language": language})
