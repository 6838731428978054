"""PostgreSQL keeps no NUL in a text: whoever sends one learns so at once, and nothing is tried again and again."""

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_chassis.decoding import Reader
from lotse_chassis.faults import Malformed
from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.transfers import Signer
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.referral import MakeGroupOffer, OfferText
from tests import kit
from tests.chassis import desk
from tests.referral.group_given import offer

KEY = Ed25519PrivateKey.generate()
READER = Reader(Signer(kit.ASSOCIATION, "referral"), KEY.public_key().public_bytes_raw())
GIVEN = offer()
TEXT = OfferText(language="de", title="Lauf\0treff")


def read(message: Message) -> Message:
    token = issue_token(Staff("desk-1", "coordinator"), KEY, association=kit.ASSOCIATION, at=desk.now())
    envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender="desk", time=desk.now())
    raw = Msg(
        _client=Client(),
        subject=subject_for(message, kit.ASSOCIATION),
        data=to_json(envelope),
        headers={"lotse-token": token},
    )
    return READER.read(raw, MakeGroupOffer, desk.now())[0]


@pytest.mark.parametrize(
    ("changed", "field"), [({"name": "Lauf\0treff"}, "data.name"), ({"texts": (TEXT,)}, "data.texts")]
)
def test_a_nul_is_named_by_its_field_and_not_quoted(changed: dict[str, object], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(GIVEN.model_copy(update=changed))
    assert refused.value.fields == (field,)


def test_any_other_letter_arrives() -> None:
    given = GIVEN.model_copy(update={"name": "Ґанок \\u0000 \u0001\t"})
    assert read(given) == given
