"""The guard: which of a person's fields may leave this house, for whom, and why not."""

from dataclasses import dataclass
from datetime import datetime

from lotse_contracts.intake import PersonFields
from lotse_contracts.values import FieldGroup

DISCLOSURE = "disclosure"


@dataclass(frozen=True)
class Consent:
    """A consent as it stands now."""

    person_id: str
    kind: str
    recipient: str
    codes: frozenset[str]
    field_groups: frozenset[str]
    given_at: datetime
    valid_to: datetime | None
    withdrawn_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Given, not withdrawn and not expired."""
        if self.withdrawn_at is not None or self.given_at > now:
            return False
        return self.valid_to is None or now < self.valid_to


@dataclass(frozen=True)
class Release:
    """What is asked of the guard."""

    person_id: str
    recipient: str
    codes: frozenset[str]
    field_groups: frozenset[str]
    receiver_key: bytes


def refusal_of(
    release: Release, consent: Consent | None, *, now: datetime, partner_key: bytes | None, contact_safe: bool
) -> str | None:
    """Why not; None if every group asked for is covered by a consent that is valid now.

    The receiver's key must be the one that this association holds for the partner: a key that only the asker names
    would let the asker choose who reads.
    """
    if partner_key is None:
        return "unknown_recipient"
    if release.receiver_key != partner_key:
        return "wrong_receiver_key"
    if consent is None or consent.person_id != release.person_id:
        return "no_consent"
    if consent.kind != DISCLOSURE:
        return "wrong_consent_kind"
    if not consent.is_valid(now):
        return "consent_not_valid"
    return _scope_refusal(release, consent, contact_safe)


def _scope_refusal(release: Release, consent: Consent, contact_safe: bool) -> str | None:
    if consent.recipient != release.recipient:
        return "other_recipient"
    if not release.codes or not release.codes <= consent.codes:
        return "codes_not_covered"
    if not release.field_groups or not release.field_groups <= consent.field_groups:
        return "fields_not_covered"
    if "contact" in release.field_groups and not contact_safe:
        return "contact_unsafe"
    return None


def selected(fields: PersonFields, groups: frozenset[str]) -> PersonFields:
    """Exactly the groups that were named, and nothing else; what is not held stays absent.

    Health leaves only where the group `health` itself was ticked: no other group carries it along.
    """
    return PersonFields(**{name: getattr(fields, name) for name in PersonFields.model_fields if name in groups})


def groups_of(fields: PersonFields) -> tuple[FieldGroup, ...]:
    """The groups that hold something."""
    names: tuple[FieldGroup, ...] = ("identity", "contact", "status", "need_summary", "health", "documents")
    return tuple(name for name in names if getattr(fields, name) is not None)


def merged(held: PersonFields, newer: PersonFields) -> PersonFields:
    """What is held, with the groups that the newer one knows in their place."""
    return PersonFields(
        **{
            name: getattr(newer, name) if getattr(newer, name) is not None else getattr(held, name)
            for name in PersonFields.model_fields
        }
    )
