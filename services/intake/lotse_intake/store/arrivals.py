"""A new enquiry with all that comes with it, in one statement, since fifty a second must fit beside everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import Channel, ContactKind, Urgency
from lotse_intake.store.tables import enquiry, tombstone

_ADD = text(
    """
    WITH new_person AS (
      INSERT INTO person (person_id, version, languages, fields, contact_kind, contact_version, contact_consented,
        contact_safe, unreachable, frozen, referral_id, registered_at)
      VALUES (:person_id, 1, CAST(:languages AS text[]), CAST(:fields AS bytea), :contact_kind, 1, :contact_consented,
        :contact_safe, false, false, CAST(:referral_id AS uuid), :at)),
    new_enquiry AS (
      INSERT INTO enquiry (enquiry_id, person_id, version, receipt_sha256, pin_hash, channel, frontend, language, flags,
        urgency, letter, files_missing, notice_version, answers, received_at, updated_at)
      VALUES (:enquiry_id, :person_id, 1, CAST(:receipt AS text), CAST(:pin_hash AS bytea), :channel, :frontend,
        :language, CAST(:flags AS text[]), :urgency, CAST(:letter AS bytea), 0, :notice_version, 0, :at, :at)),
    new_entry AS (
      INSERT INTO entry (enquiry_id, said_by, at, content)
      SELECT :enquiry_id, CAST(:said_by AS text), CAST(:at AS timestamptz), CAST(:content AS bytea)
      WHERE CAST(:content AS bytea) IS NOT NULL),
    new_case AS (
      INSERT INTO case_file (case_id, person_id, version, opened_at) VALUES (:case_id, :person_id, 1, :at)),
    new_consent AS (
      INSERT INTO consent (consent_id, person_id, kind, recipient, purpose, codes, field_groups, method, text_version,
        text_language, given_at)
      SELECT CAST(:consent_id AS uuid), CAST(:person_id AS uuid), 'contact_channel', CAST(:association AS text),
        'answer', ARRAY[]::text[], ARRAY['contact'], 'digital', CAST(:notice_version AS text), CAST(:language AS text),
        CAST(:at AS timestamptz)
      WHERE CAST(:consent_id AS uuid) IS NOT NULL)
    INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency,
      language, channel, received_at, due_at)
    SELECT concern_id, :enquiry_id, :case_id, :person_id, 1, code, unknown_code, 'received', :urgency, :language,
      :channel, :at, :due_at
    FROM unnest(CAST(:concern_ids AS uuid[]), CAST(:codes AS text[]), CAST(:unknown_codes AS boolean[]))
      AS given (concern_id, code, unknown_code)
    """
)


@dataclass(frozen=True)
class NewConcern:
    """One coded need of an arrival."""

    concern_id: UUID
    code: str
    unknown_code: bool


@dataclass(frozen=True)
class Arrival:
    """What arrived. Bytes are ciphertext under the person's key; `consent_id` is that of the channel consent."""

    person_id: UUID
    enquiry_id: UUID
    case_id: UUID
    concerns: Sequence[NewConcern]
    receipt: str | None
    channel: Channel
    frontend: str
    language: str
    flags: Sequence[str]
    urgency: Urgency
    due_at: datetime
    at: datetime
    notice_version: str
    association: str
    contact_kind: ContactKind
    contact_consented: bool
    contact_safe: bool
    fields: bytes | None = None
    pin_hash: bytes | None = None
    letter: bytes | None = None
    content: bytes | None = None
    said_by: str = "person"
    consent_id: UUID | None = None
    referral_id: UUID | None = None


@dataclass(frozen=True)
class Known:
    """What of a batch is here already, or belonged to somebody erased."""

    enquiry_ids: frozenset[UUID]
    receipts: frozenset[str]
    tombstones: frozenset[str]


async def known(
    tx: AsyncConnection, *, enquiry_ids: Sequence[UUID], receipts: Sequence[str], tokens: Sequence[str]
) -> Known:
    """Which of these enquiries, receipt codes and tombstones there are."""
    same = enquiry.c.enquiry_id.in_(enquiry_ids) | enquiry.c.receipt_sha256.in_(receipts)
    rows = (await tx.execute(select(enquiry.c.enquiry_id, enquiry.c.receipt_sha256).where(same))).all()
    gone = (await tx.execute(select(tombstone.c.token).where(tombstone.c.token.in_(tokens)))).scalars()
    return Known(
        frozenset(row.enquiry_id for row in rows),
        frozenset(row.receipt_sha256 for row in rows if row.receipt_sha256),
        frozenset(gone),
    )


async def add(tx: AsyncConnection, new: Sequence[Arrival]) -> None:
    """Persons, enquiries, what was said, cases, concerns, channel consents: a statement each, all in one flight."""
    if new:
        await tx.execute(_ADD, [_values(arrival) for arrival in new])


def _values(arrival: Arrival) -> dict[str, Any]:
    values: dict[str, Any] = {
        **vars(arrival),
        "languages": [arrival.language],
        "flags": list(arrival.flags),
        "concern_ids": [str(concern.concern_id) for concern in arrival.concerns],
        "codes": [concern.code for concern in arrival.concerns],
        "unknown_codes": [concern.unknown_code for concern in arrival.concerns],
    }
    del values["concerns"]
    return values
