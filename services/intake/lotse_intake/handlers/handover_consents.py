"""What she agrees to when her case is taken along: the handover to one region, and the release from secrecy for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    CONCERNS_MAX,
    AskConsentText,
    ConsentTerms,
    ConsentTextAnswer,
    GiveConsents,
    HandoverChoice,
)
from lotse_contracts.values import CapacityCode, ConsentKind, ConsentMethod, FieldGroup, Grantor, RecipientLanguage
from lotse_intake.domain.consents import HEALTH
from lotse_intake.domain.handover import PURPOSE
from lotse_intake.domain.regions import RECIPIENT_PREFIX, REGIONS, recipient_of
from lotse_intake.domain.release import IDENTIFYING
from lotse_intake.handlers import consents
from lotse_intake.handlers.consent_texts import ask_consent_text
from lotse_intake.providers.districts import districts
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office
from lotse_intake.store import bands
from lotse_intake.store import consents as kept_consents
from lotse_intake.store.merges import group_of


@dataclass(frozen=True)
class Scope:
    """What would be handed over to whom."""

    region: str
    codes: tuple[str, ...]
    groups: tuple[FieldGroup, ...]

    @property
    def recipient(self) -> str:
        return recipient_of(self.region)


@dataclass(frozen=True)
class Giving:
    """How she agrees. `proofs` are the digests of the texts that she saw, in the order of `kinds_of`."""

    method: ConsentMethod
    language: RecipientLanguage
    proofs: tuple[str, ...] = ()
    witness: str | None = None
    grantor: Grantor = "self"
    guardian_id: UUID | None = None
    capacity: CapacityCode | None = None


async def scope_of(tx: AsyncConnection, person_id: UUID, choice: HandoverChoice, concerns: Sequence[Row[Any]]) -> Scope:
    """Raises Refused where the region is not known, which is never guessed, or where there is nothing to hand over."""
    if not choice.field_groups:
        raise Refused("consent_scope_empty", fields=("field_groups",))
    codes = tuple(sorted({row.code for row in concerns}))
    if not codes:
        raise Refused("handover_no_open_case", fields=("person_id",))
    if len(codes) > CONCERNS_MAX:
        raise Refused("too_many_concerns", fields=("person_id",))
    return Scope(await _region(tx, person_id, choice.place), codes, tuple(dict.fromkeys(choice.field_groups)))


async def _region(tx: AsyncConnection, person_id: UUID, place: str) -> str:
    if place.strip():
        found = districts().region_of(place)
        if found is None:
            raise Refused("place_unknown", fields=("place",))
        return found
    known = await bands.of_person(tx, person_id)
    if known is None or known.region not in REGIONS:
        raise Refused("place_needed", fields=("place",))
    return str(known.region)


def kinds_of(office: Office, scope: Scope) -> tuple[ConsentKind, ...]:
    """The consents that it takes."""
    secret = office.needs_secrecy_release and bool(IDENTIFYING & set(scope.groups))
    return ("handover_2027", "secrecy_release") if secret else ("handover_2027",)


async def texts(
    office: Office, scope: Scope, language: RecipientLanguage, context: Context, tx: AsyncConnection
) -> tuple[ConsentTextAnswer, ...]:
    """Word by word what she agrees to."""
    questions = [
        AskConsentText(
            kind=kind,
            language=language,
            recipient=scope.recipient,
            purpose=PURPOSE,
            codes=scope.codes,
            field_groups=scope.groups,
            valid_to=plan().end_of(plan().consent_ends_on),
        )
        for kind in kinds_of(office, scope)
    ]
    return tuple([await ask_consent_text(office, question, context, tx) for question in questions])


async def given(
    office: Office, person_id: UUID, scope: Scope, context: Context, tx: AsyncConnection, *, giving: Giving
) -> tuple[UUID, Sequence[Message]]:
    """The id of the handover's consent, and what is said. Raises Refused as `give-consents` does."""
    shown = await texts(office, scope, giving.language, context, tx)
    if giving.method == "digital" and giving.proofs != tuple(text.text_sha256 for text in shown):
        raise Refused("proof_does_not_fit", fields=("text_sha256",))
    terms = tuple(_terms(text, scope, giving) for text in shown)
    order = GiveConsents(person_id=person_id, consents=terms)
    return terms[0].consent_id, await consents.give_consents(office, order, context, tx)


def _terms(text: ConsentTextAnswer, scope: Scope, giving: Giving) -> ConsentTerms:
    return ConsentTerms(
        consent_id=uuid4(),
        kind=text.kind,
        recipient=scope.recipient,
        purpose=PURPOSE,
        codes=scope.codes,
        field_groups=scope.groups,
        method=giving.method,
        text_version=text.version,
        text_language=giving.language,
        valid_to=plan().end_of(plan().consent_ends_on),
        health_ticked=HEALTH in scope.groups,
        grantor=giving.grantor,
        guardian_id=giving.guardian_id,
        capacity=giving.capacity,
        witness=giving.witness,
        proof_sha256=text.text_sha256 if giving.method == "digital" else None,
    )


async def taken_back(office: Office, person_id: UUID, by: str, context: Context, tx: AsyncConnection) -> list[Message]:
    """Whatever she has agreed to of a handover ends."""
    said: list[Message] = []
    for row in await kept_consents.of_records(tx, await group_of(tx, person_id)):
        if row.purpose == PURPOSE and row.recipient.startswith(RECIPIENT_PREFIX) and row.withdrawn_at is None:
            said += await consents.ended_by(office, row, by, context, tx)
    return said


async def valid_consent(tx: AsyncConnection, consent_id: UUID | None, context: Context) -> Row[Any] | None:
    """The consent, if it counts now."""
    row = await kept_consents.get(tx, consent_id) if consent_id is not None else None
    return row if row is not None and kept_consents.as_consent(row).is_valid(context.now) else None
