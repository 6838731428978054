"""Whether a consent lets a referral's fields leave, as far as referral can know; intake's guard decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lotse_referral.domain.referral import Referral

DISCLOSURE = "disclosure"


@dataclass(frozen=True)
class Consent:
    """What intake said about one consent. Withdrawn stays withdrawn, whichever fact came first."""

    consent_id: UUID
    person_id: UUID
    recipient: str
    version: int
    kind: str = ""
    codes: frozenset[str] = frozenset()
    field_groups: frozenset[str] = frozenset()
    withdrawn: bool = False
    expired: bool = False
    """Its day is over, or its scan is missing, which may still come; what left under it is hers to take back."""

    @property
    def in_force(self) -> bool:
        """Whether anything may leave under it."""
        return not (self.withdrawn or self.expired)


def covers(consent: Consent, referral: Referral) -> bool:
    """Bound to recipient, codes and field groups; the consent that the counsellor named, where she named one.

    More fields need a fresh consent: intake releases once under each.
    """
    return (
        consent.in_force
        and consent.kind == DISCLOSURE
        and consent.person_id == referral.person_id
        and consent.recipient == referral.recipient
        and consent.codes >= frozenset(referral.codes)
        and consent.field_groups >= frozenset(referral.groups_to_leave)
        and consent.consent_id != referral.refused_consent_id
        and consent.consent_id not in referral.left_consent_ids
        and referral.wanted_consent_id in (None, consent.consent_id)
    )


def covering(consents: Iterable[Consent], referral: Referral) -> Consent | None:
    """One that covers, always the same one of several."""
    fitting = [consent for consent in consents if covers(consent, referral)]
    return min(fitting, key=lambda consent: consent.consent_id) if fitting else None
