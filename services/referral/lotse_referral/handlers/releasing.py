"""Asking intake for a person's fields, once a consent is known that covers them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from lotse_contracts.intake import ReleaseFields
from lotse_contracts.sealed import encode
from lotse_contracts.values import FieldGroup
from lotse_referral.domain.consents import Consent, covering
from lotse_referral.domain.referral import Referral

IntakeKeys = Mapping[str, bytes]
"""The public seal key of each partner's intake, by the partner's name."""


def asked(held: Referral, consents: Sequence[Consent], keys: IntakeKeys) -> tuple[Referral, tuple[ReleaseFields, ...]]:
    """The referral and the order that it now waits for; the order is absent as long as no consent covers it."""
    consent = covering(consents, held)
    waits = held.state == "consent_pending" and held.asked_consent_id is None
    if consent is None or not waits or held.person_id is None or held.partner is None or held.partner not in keys:
        return held, ()
    order = ReleaseFields(
        person_id=held.person_id,
        referral_id=held.referral_id,
        consent_id=consent.consent_id,
        recipient=held.partner,
        codes=held.codes,
        field_groups=cast(tuple[FieldGroup, ...], held.field_groups),
        receiver_key=encode(keys[held.partner]),
    )
    return replace(held, asked_consent_id=consent.consent_id), (order,)
