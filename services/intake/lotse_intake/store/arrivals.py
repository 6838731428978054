"""A new enquiry with all that comes with it, in one statement, since fifty a second must fit beside everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import Channel, ContactKind, Urgency
from lotse_intake.domain.bands import NOT_STATED, language_of
from lotse_intake.store.tables import case_file, enquiry, tombstone

_ADD = text(
    """
    WITH new_person AS (
      INSERT INTO person (person_id, version, languages, fields, contact_kind, contact_version, contact_consented,
        contact_safe, unreachable, frozen, referral_id, registered_at)
      SELECT CAST(:person_id AS uuid), 1, CAST(:languages AS text[]), CAST(:fields AS bytea),
        CAST(:contact_kind AS text), 1, CAST(:contact_consented AS boolean), CAST(:contact_safe AS boolean), false,
        false, CAST(:referral_id AS uuid), CAST(:at AS timestamptz)
      WHERE CAST(:new_person AS boolean)),
    new_enquiry AS (
      INSERT INTO enquiry (enquiry_id, person_id, version, receipt_sha256, pin_hash, channel, frontend, language, flags,
        urgency, letter, files_missing, notice_version, text_consented, answers, received_at, updated_at)
      VALUES (:enquiry_id, :person_id, 1, CAST(:receipt AS text), CAST(:pin_hash AS bytea), :channel, :frontend,
        :language, CAST(:flags AS text[]), :urgency, CAST(:letter AS bytea), 0, :notice_version,
        :text_consented, 0, :at, :at)),
    new_entry AS (
      INSERT INTO entry (enquiry_id, said_by, at, content)
      SELECT :enquiry_id, CAST(:said_by AS text), CAST(:at AS timestamptz), CAST(:content AS bytea)
      WHERE CAST(:content AS bytea) IS NOT NULL),
    new_case AS (
      INSERT INTO case_file (case_id, person_id, version, opened_at)
      SELECT CAST(:case_id AS uuid), CAST(:person_id AS uuid), 1, CAST(:at AS timestamptz)
      WHERE CAST(:new_case AS boolean)),
    new_consent AS (
      INSERT INTO consent (consent_id, person_id, kind, recipient, purpose, codes, field_groups, method, text_version,
        text_language, given_at)
      SELECT CAST(:consent_id AS uuid), CAST(:person_id AS uuid), 'contact_channel', CAST(:association AS text),
        'answer', ARRAY[]::text[], ARRAY['contact'], 'digital', CAST(:notice_version AS text), CAST(:language AS text),
        CAST(:at AS timestamptz)
      WHERE CAST(:consent_id AS uuid) IS NOT NULL),
    new_bands AS (
      INSERT INTO person_bands (person_id, age_band, gender, region, residence_bracket, language)
      SELECT CAST(:person_id AS uuid), CAST(:not_stated AS text), CAST(:not_stated AS text), CAST(:not_stated AS text),
        CAST(:not_stated AS text), CAST(:band_language AS text)
      WHERE CAST(:new_person AS boolean)),
    new_deadline AS (
      INSERT INTO deadline (deadline_id, concern_id, person_id, version, on_day, kind, computed_end, registered_at)
      SELECT CAST(:deadline_id AS uuid), (CAST(:concern_ids AS uuid[]))[1], CAST(:person_id AS uuid), 1,
        CAST(:deadline_on AS date), CAST(:deadline_kind AS text), CAST(:deadline_on AS date),
        CAST(:at AS timestamptz)
      WHERE CAST(:deadline_id AS uuid) IS NOT NULL)
    INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency,
      language, channel, received_at, due_at, deadline_on, moved_at, clock)
    SELECT concern_id, :enquiry_id, :case_id, :person_id, 1, code, unknown_code, 'received', :urgency, :language,
      :channel, :at, :due_at, CAST(:deadline_on AS date), :at, 'look'
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
class NewDeadline:
    """The earliest end of the period that a letter sets; it hangs on the first concern, and all of them show it."""

    deadline_id: UUID
    on: date
    kind: str


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
    text_consented: bool = False
    deadline: NewDeadline | None = None
    new_person: bool = True
    new_case: bool = True


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


async def open_case(tx: AsyncConnection, person_id: UUID) -> UUID | None:
    """The case of a known person that another enquiry of hers belongs to: her newest that is open."""
    query = select(case_file.c.case_id).where(case_file.c.person_id == person_id, case_file.c.closed_at.is_(None))
    found: UUID | None = (await tx.execute(query.order_by(case_file.c.opened_at.desc()).limit(1))).scalar_one_or_none()
    return found


def _values(arrival: Arrival) -> dict[str, Any]:
    values: dict[str, Any] = {
        **vars(arrival),
        "languages": [arrival.language],
        "flags": list(arrival.flags),
        "concern_ids": [str(concern.concern_id) for concern in arrival.concerns],
        "codes": [concern.code for concern in arrival.concerns],
        "unknown_codes": [concern.unknown_code for concern in arrival.concerns],
        "not_stated": NOT_STATED,
        "band_language": language_of(arrival.language),
    }
    ends = arrival.deadline
    values["deadline_id"], values["deadline_on"] = (ends.deadline_id, ends.on) if ends else (None, None)
    values["deadline_kind"] = ends.kind if ends else None
    del values["concerns"], values["deadline"]
    return values
