"""What comes from another association is taken only with its signature, to us, and of these weeks."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_chassis.settings import Partner
from lotse_chassis.transfers import TRANSFER_AGE_MAX, Signer, opened, sealed_json
from lotse_contracts.envelope import Envelope, SealedTransfer, envelope_of
from lotse_contracts.referral import ReferralAnswered
from lotse_contracts.sealed import public_bytes

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SIGN, SEAL = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
TO_US = Partner(b"", b"", public_bytes(SEAL), b"")
FROM_THEM = Partner(public_bytes(SIGN), b"", b"", b"")
THEY = Signer("plattform", "referral", SIGN, None, {"auslaenderrat": TO_US})
WE = Signer("auslaenderrat", "referral", None, SEAL, {"plattform": FROM_THEM})


def said(time: datetime = NOW) -> tuple[ReferralAnswered, Envelope[SealedTransfer]]:
    """A transfer as it arrives."""
    answer = ReferralAnswered(to="auslaenderrat", referral_id=uuid4(), answer="accepted")
    envelope = envelope_of(answer, id=uuid4(), association="plattform", sender="referral", time=time)
    return answer, Envelope[SealedTransfer].model_validate_json(sealed_json(envelope, answer, THEY))


def refusal(envelope: Envelope[SealedTransfer], reader: Signer = WE) -> str:
    with pytest.raises(Refused) as fault:
        opened(envelope, ReferralAnswered, reader, now=NOW)
    return fault.value.code


def test_a_transfer_to_us_is_opened() -> None:
    answer, envelope = said()
    assert opened(envelope, ReferralAnswered, WE, now=NOW) == answer


@pytest.mark.parametrize(
    "changed",
    [
        {"id": uuid4()},
        {"time": NOW - timedelta(seconds=1)},
        {"type": "referral.referral-offered.v1"},
        {"subject": str(uuid4())},
        {"source": "plattform/ledger"},
    ],
)
def test_a_changed_envelope_has_a_false_signature(changed: dict[str, object]) -> None:
    assert refusal(said()[1].model_copy(update=changed)) == "signature_false"


def test_somebody_elses_voice_is_no_partners() -> None:
    stranger = Signer("plattform", "referral", Ed25519PrivateKey.generate(), None, {"auslaenderrat": TO_US})
    answer, _ = said()
    envelope = envelope_of(answer, id=uuid4(), association="plattform", sender="referral", time=NOW)
    forged = Envelope[SealedTransfer].model_validate_json(sealed_json(envelope, answer, stranger))
    assert refusal(forged) == "signature_false"
    assert refusal(forged.model_copy(update={"tenant": "auslaenderrat"})) == "unknown_partner"


def test_a_transfer_to_another_key_is_not_ours() -> None:
    other = Signer("auslaenderrat", "referral", None, X25519PrivateKey.generate(), {"plattform": FROM_THEM})
    assert refusal(said()[1], other) == "not_sealed_to_us"


def test_a_replayed_transfer_is_refused_before_its_claim_is_forgotten() -> None:
    assert refusal(said(NOW - TRANSFER_AGE_MAX - timedelta(seconds=1))[1]) == "order_too_old"
    answer, envelope = said(NOW - TRANSFER_AGE_MAX + timedelta(seconds=1))
    assert opened(envelope, ReferralAnswered, WE, now=NOW) == answer
