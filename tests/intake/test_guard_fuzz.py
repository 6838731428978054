"""Thousands of releases against consents drawn at random: the bytes decrypted at the receiver hold nothing more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_contracts.intake import PersonFields
from lotse_contracts.referral import ReferralOffered
from lotse_contracts.sealed import open_sealed, public_bytes
from lotse_intake.domain.release import Consent, Release, refusal_of, selected
from lotse_intake.handlers.releases import sealed_fields
from tests.intake.test_releases import WHOLE
from tests.intake.test_rules import GROUPS

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
RECEIVER = X25519PrivateKey.generate()
KEY, OTHER_KEY = public_bytes(RECEIVER), bytes(range(32))
CODES = st.frozensets(st.sampled_from(["housing", "health", "work"]), max_size=3)
FIELD_GROUPS = st.frozensets(st.sampled_from(GROUPS), max_size=6)
MOMENTS = st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)])
MARKS = {
    "identity": b"\xd0\x9a\xd0\xb0\xd0\xbd\xd0\xb0\xd1\x80\xd0\xb5\xd0\xb9\xd1\x87",
    "contact": b"kanarejka",
    "status": b"p24_title",
    "need_summary": b"sucht eine Wohnung",
    "health": b"canary-health",
    "documents": b"canary-document",
}

CONSENTS = st.builds(
    Consent,
    person_id=st.sampled_from(["she", "another"]),
    kind=st.sampled_from(["disclosure", "data_processing", "contact_channel"]),
    recipient=st.sampled_from(["plattform", "caritas"]),
    codes=CODES,
    field_groups=FIELD_GROUPS,
    given_at=st.sampled_from([NOW - timedelta(days=2), NOW + timedelta(days=2)]),
    valid_to=MOMENTS,
    withdrawn_at=MOMENTS,
)
RELEASES = st.builds(
    Release,
    person_id=st.just("she"),
    recipient=st.sampled_from(["plattform", "caritas"]),
    codes=CODES,
    field_groups=FIELD_GROUPS,
    receiver_key=st.sampled_from([KEY, OTHER_KEY]),
)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Consent | None, Release]:
    """A consent and a release; in half of all draws the consent is widened until it nearly covers the release."""
    consent, release = draw(st.none() | CONSENTS), draw(RELEASES)
    if consent is None or draw(st.booleans()):
        return consent, release
    wide: dict[str, Any] = {
        "person_id": release.person_id,
        "kind": "disclosure",
        "recipient": release.recipient,
        "codes": consent.codes | release.codes,
        "field_groups": consent.field_groups | release.field_groups,
        "given_at": NOW - timedelta(days=2),
        "valid_to": None,
        "withdrawn_at": None,
    }
    spared = draw(st.sampled_from(["nothing", *wide]))
    return replace(consent, **{name: value for name, value in wide.items() if name != spared}), release


def is_covered(consent: Consent | None, release: Release) -> bool:
    """The same rule in other words: every condition in the affirmative."""
    return (
        consent is not None
        and (consent.person_id, consent.kind, consent.recipient) == (release.person_id, "disclosure", release.recipient)
        and consent.given_at <= NOW
        and consent.withdrawn_at is None
        and (consent.valid_to is None or consent.valid_to > NOW)
        and all(code in consent.codes for code in release.codes)
        and all(group in consent.field_groups for group in release.field_groups)
        and len(release.codes) > 0
        and len(release.field_groups) > 0
    )


@settings(max_examples=2_000, deadline=None)
@given(asked(), st.booleans(), st.sampled_from([None, KEY, KEY, KEY]))
def test_no_field_outside_the_scope_reaches_the_receiver(
    pair: tuple[Consent | None, Release], safe: bool, partner_key: bytes | None
) -> None:
    consent, release = pair
    why = refusal_of(release, consent, now=NOW, partner_key=partner_key, contact_safe=safe)
    allowed = is_covered(consent, release) and partner_key == release.receiver_key
    assert (why is None) == (allowed and (safe or "contact" not in release.field_groups))
    if why is None:
        assert consent is not None
        referral_id = uuid4()
        sealed = sealed_fields(selected(WHOLE, release.field_groups), release.receiver_key, referral_id)
        plaintext = open_sealed(sealed, RECEIVER, type_name=ReferralOffered.type_name(), key=str(referral_id))
        assert PersonFields.model_validate_json(plaintext).model_dump(exclude_none=True).keys() == release.field_groups
        for group, mark in MARKS.items():
            assert (mark in plaintext) == (group in release.field_groups & consent.field_groups)
