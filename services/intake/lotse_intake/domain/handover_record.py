"""What the receiver gets about one person: JSON shaped as FHIR Tasks, and only the groups that she agreed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from lotse_contracts.intake import PersonFields
from lotse_intake.domain.consents import Consent
from lotse_intake.domain.release import selected

RECORD_SCHEMA = "lotse.handover.record/1"
CODE_SYSTEM = "urn:lotse:code:concern"
SUB_CODE_SYSTEM = "urn:lotse:code:sub-concern"
DEADLINE_SYSTEM = "urn:lotse:code:deadline"
REFERRAL_SYSTEM = "urn:lotse:code:referral"

PRIORITY = {"normal": "routine", "urgent": "urgent", "emergency": "stat"}
"""Source: FHIR R4, value set request-priority."""
STATUS = {
    "received": "requested",
    "screened": "requested",
    "answered": "accepted",
    "accepted": "accepted",
    "assigned": "accepted",
    "in_advice": "in-progress",
    "waiting_for_client": "on-hold",
    "referred": "in-progress",
    "resolved": "completed",
    "handed_over": "completed",
    "withdrawn": "cancelled",
    "spam": "entered-in-error",
    "duplicate": "entered-in-error",
    "unreachable": "failed",
    "no_show": "failed",
}
"""Source: FHIR R4, value set task-status; ours stands beside it as businessStatus."""

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Concern:
    """One coded need."""

    concern_id: UUID
    code: str
    sub_code: str | None
    state: str
    urgency: str
    received_at: datetime


@dataclass(frozen=True)
class Referral:
    """A referral that intake has heard of; which service it goes to only referral knows."""

    referral_id: UUID
    concern_id: UUID
    completed: bool


@dataclass(frozen=True)
class Deadline:
    """A day by which something must be done."""

    deadline_id: UUID
    concern_id: UUID
    on: date
    kind: str
    confirmed: bool


@dataclass(frozen=True)
class Document:
    """A file of hers; `path` is its name in the package."""

    file_id: UUID
    owner_id: UUID
    path: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True)
class Record:
    """Everything of one person that leaves, or that she is given herself."""

    reference: UUID
    language: str
    languages: Sequence[str]
    fields: PersonFields
    concerns: Sequence[Concern]
    referrals: Sequence[Referral]
    deadlines: Sequence[Deadline]
    documents: Sequence[Document]
    consent: Mapping[str, Any] | None = None


def within(record: Record, consent: Consent, wanted: frozenset[str]) -> Record:
    """The record as far as the consent reaches: groups, concerns by their codes, and what hangs on those.

    The guard has let `wanted` pass before; whatever is not among it is not there.
    """
    groups = wanted & consent.field_groups
    concerns = [one for one in record.concerns if one.code in consent.codes]
    kept = {one.concern_id for one in concerns}
    return Record(
        reference=record.reference,
        language=record.language,
        languages=record.languages,
        fields=selected(record.fields, groups - {"documents"}),
        concerns=concerns,
        referrals=[one for one in record.referrals if one.concern_id in kept],
        deadlines=[one for one in record.deadlines if one.concern_id in kept],
        documents=record.documents if "documents" in groups else (),
        consent=_terms(consent, groups),
    )


def document_of(record: Record, names: Names, digests: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of `record.json`; `digests` are the SHA-256 of her documents by their path."""
    hers = f"#{record.reference}"
    made: dict[str, Any] = {
        "schema": RECORD_SCHEMA,
        "reference": str(record.reference),
        "language": record.language,
        "languages": list(record.languages),
        "person": record.fields.model_dump(mode="json", exclude_none=True),
        "tasks": [
            *(_concern(one, hers, record.language, names) for one in record.concerns),
            *(_referral(one, hers) for one in record.referrals),
            *(_deadline(one, hers) for one in record.deadlines),
        ],
        "documents": [
            {
                "path": one.path,
                "media_type": one.media_type,
                "size_bytes": one.size_bytes,
                "sha256": digests[one.path],
            }
            for one in record.documents
        ],
    }
    return {**made, "consent": dict(record.consent)} if record.consent is not None else made


def _terms(consent: Consent, groups: Iterable[str]) -> dict[str, Any]:
    return {
        "kind": consent.kind,
        "recipient": consent.recipient,
        "purpose": consent.purpose,
        "codes": sorted(consent.codes),
        "field_groups": sorted(groups),
        "method": consent.method,
        "grantor": consent.grantor,
        "given_at": instant(consent.given_at),
    }


def _concern(one: Concern, hers: str, language: str, names: Names) -> dict[str, Any]:
    said = names.get(one.code, {})
    coding = [{"system": CODE_SYSTEM, "code": one.code, "display": said.get("de", one.code)}]
    if one.sub_code:
        coding.append({"system": SUB_CODE_SYSTEM, "code": one.sub_code, "display": one.sub_code})
    return {
        "resourceType": "Task",
        "id": str(one.concern_id),
        "status": STATUS.get(one.state, "in-progress"),
        "businessStatus": {"text": one.state},
        "intent": "plan",
        "priority": PRIORITY.get(one.urgency, "routine"),
        "code": {"coding": coding, "text": said.get(language, one.code)},
        "for": {"reference": hers},
        "authoredOn": instant(one.received_at),
    }


def _referral(one: Referral, hers: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "id": str(one.referral_id),
        "partOf": [{"reference": f"Task/{one.concern_id}"}],
        "status": "completed" if one.completed else "in-progress",
        "intent": "order",
        "code": {"coding": [{"system": REFERRAL_SYSTEM, "code": "referral"}]},
        "for": {"reference": hers},
    }


def _deadline(one: Deadline, hers: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "id": str(one.deadline_id),
        "partOf": [{"reference": f"Task/{one.concern_id}"}],
        "status": "requested",
        "businessStatus": {"text": "confirmed" if one.confirmed else "to_be_confirmed"},
        "intent": "plan",
        "code": {"coding": [{"system": DEADLINE_SYSTEM, "code": one.kind}]},
        "for": {"reference": hers},
        "restriction": {"period": {"end": one.on.isoformat()}},
    }


def instant(at: datetime) -> str:
    """UTC to the second, as it stands in every file of a package."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
