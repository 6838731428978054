"""The guard: which of a person's fields may leave this house, for whom, and why not."""

from dataclasses import dataclass
from datetime import datetime

from lotse_contracts.intake import PersonFields
from lotse_contracts.values import FieldGroup
from lotse_intake.domain.consents import DISCLOSURE, HEALTH, SECRECY_RELEASE, Consent
from lotse_intake.domain.contacts import safe_ways

IDENTIFYING = frozenset({"identity", "contact", "documents"})
"""Groups by which somebody can be recognised: what is told with them is somebody's secret (§ 203 StGB)."""


@dataclass(frozen=True)
class Release:
    """What is asked of the guard: of whom, for whom, what for, and to which key.

    `person_ids` are all records that are hers. `kind` is that of the consent it needs.
    """

    person_ids: frozenset[str]
    recipient: str
    purpose: str
    codes: frozenset[str]
    field_groups: frozenset[str]
    receiver_key: bytes
    kind: str = DISCLOSURE


@dataclass(frozen=True)
class Circumstances:
    """How things stand when she is asked for: about her, and at our association.

    `guardians` are linked as hers now. `needs_secrecy_release`: whoever releases is bound by § 203 StGB; `others` are
    the consents among which the release from secrecy is looked for.
    """

    now: datetime
    partner_key: bytes | None
    contact_safe: bool = True
    restricted: bool = False
    minor: bool = False
    guardians: frozenset[str] = frozenset()
    needs_secrecy_release: bool = True
    others: tuple[Consent, ...] = ()


def refusal_of(release: Release, consent: Consent | None, at: Circumstances) -> str | None:
    """Why not; None if every group asked for is covered by a consent that is valid now.

    The receiver's key must be the one that this association holds for the partner: a key that only the asker names
    would let the asker choose who reads.
    """
    if at.restricted:
        return "person_restricted"
    if at.partner_key is None:
        return "unknown_recipient"
    if release.receiver_key != at.partner_key:
        return "wrong_receiver_key"
    if consent is None or consent.person_id not in release.person_ids:
        return "no_consent"
    if consent.kind != release.kind:
        return "wrong_consent_kind"
    if not consent.is_valid(at.now):
        return "consent_not_proved" if consent.state(at.now) == "unproved" else "consent_not_valid"
    return _grantor_refusal(consent, at) or _scope_refusal(release, consent, at) or _secrecy_refusal(release, at)


def _grantor_refusal(consent: Consent, at: Circumstances) -> str | None:
    """A guardian's word counts as long as she is one; a minor's own where somebody found her able to give it."""
    if consent.grantor == "guardian":
        return None if consent.guardian_id in at.guardians else "no_guardian"
    if at.minor and consent.capacity is None:
        return "guardian_needed"
    return None


def _scope_refusal(release: Release, consent: Consent, at: Circumstances) -> str | None:
    if consent.recipient != release.recipient:
        return "other_recipient"
    if consent.purpose != release.purpose:
        return "other_purpose"
    if not release.codes or not release.codes <= consent.codes:
        return "codes_not_covered"
    if not release.field_groups or not release.field_groups <= consent.field_groups:
        return "fields_not_covered"
    if HEALTH in release.field_groups and not consent.health_ticked:
        return "health_needs_tick"
    if "contact" in release.field_groups and not at.contact_safe:
        return "contact_unsafe"
    return None


def _secrecy_refusal(release: Release, at: Circumstances) -> str | None:
    """Who can be recognised is released from secrecy towards this recipient for just this, or nothing leaves."""
    if not at.needs_secrecy_release or not release.field_groups & IDENTIFYING:
        return None
    released = any(_releases(other, release, at) for other in at.others)
    return None if released else "needs_secrecy_release"


def _releases(other: Consent, release: Release, at: Circumstances) -> bool:
    return (
        other.kind == SECRECY_RELEASE
        and other.person_id in release.person_ids
        and other.is_valid(at.now)
        and _grantor_refusal(other, at) is None
        and _scope_refusal(release, other, at) is None
    )


def selected(fields: PersonFields, groups: frozenset[str]) -> PersonFields:
    """Exactly the groups that were named, and nothing else; what is not held stays absent.

    Health leaves only where the group `health` itself was ticked: no other group carries it along. Of her contact only
    the ways leave that are safe to use.
    """
    told = {name: getattr(fields, name) for name in PersonFields.model_fields if name in groups}
    if "contact" in told:
        told["contact"] = safe_ways(fields.contact)
    return PersonFields(**told)


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
