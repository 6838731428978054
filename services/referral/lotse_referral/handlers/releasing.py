"""Asking intake for a person's fields, once a consent is known that covers them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from lotse_contracts.intake import ReleaseFields
from lotse_contracts.sealed import encode
from lotse_contracts.values import DeliveryMode, FieldGroup
from lotse_referral.domain.consents import Consent, covering
from lotse_referral.domain.referral import Referral

CARRIES_FIELDS: frozenset[DeliveryMode] = frozenset({"connected", "link", "letter"})
"""Whoever goes herself, and whoever calls for her, says what is to be said."""


@dataclass(frozen=True)
class Keys:
    """Whom fields are sealed to: each partner's intake, by its name, or ourselves, where an office never logs in."""

    partners: Mapping[str, bytes] = field(default_factory=dict)
    own: Callable[[datetime], bytes] | None = None

    def of(self, held: Referral, now: datetime) -> bytes | None:
        """The public key for the fields of this referral; None where nobody could read them."""
        if held.mode == "connected":
            return self.partners.get(held.partner or "")
        return None if self.own is None else self.own(now)


def asked(
    held: Referral, consents: Sequence[Consent], keys: Keys, now: datetime
) -> tuple[Referral, tuple[ReleaseFields, ...]]:
    """The referral and the order that it now waits for; the order is absent as long as no consent covers it."""
    consent = covering(consents, held)
    if consent is None or not waits(held) or held.person_id is None or held.recipient is None:
        return held, ()
    key = keys.of(held, now)
    if key is None:
        return held, ()
    order = ReleaseFields(
        person_id=held.person_id,
        referral_id=held.referral_id,
        consent_id=consent.consent_id,
        recipient=held.recipient,
        codes=held.codes,
        field_groups=cast(tuple[FieldGroup, ...], held.groups_to_leave),
        receiver_key=encode(key),
    )
    return replace(held, asked_consent_id=consent.consent_id), (order,)


def waits(held: Referral) -> bool:
    """Whether fields are wanted and not asked of intake yet. A call names her itself, and takes no fields along."""
    if held.asked_consent_id is not None or held.mode not in CARRIES_FIELDS:
        return False
    return held.state in ("consent_pending", "info_requested") and bool(held.groups_to_leave)
