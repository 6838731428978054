"""An expired token opens nothing that is read now; an order that waited for us still counts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_chassis.decoding import Reader
from lotse_chassis.faults import Refused
from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.transfers import Signer
from lotse_contracts import intake, referral
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from tests import kit
from tests.chassis import desk

KEY = Ed25519PrivateKey.generate()
READER = Reader(Signer(kit.ASSOCIATION, "intake"), KEY.public_key().public_bytes_raw())
YESTERDAY = desk.now() - timedelta(days=1)


def said_yesterday(message: Message) -> Msg:
    token = issue_token(Staff("desk-1", "coordinator"), KEY, association=kit.ASSOCIATION, at=YESTERDAY)
    envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender="desk", time=YESTERDAY)
    subject = subject_for(message, kit.ASSOCIATION)
    return Msg(_client=Client(), subject=subject, data=to_json(envelope), headers={"lotse-token": token})


def test_a_question_with_the_token_of_yesterday_is_refused() -> None:
    with pytest.raises(Refused, match="order_too_old"):
        READER.read(said_yesterday(intake.AskInbox()), intake.AskInbox, desk.now())


def test_an_order_with_the_token_of_yesterday_counts() -> None:
    order = referral.SendReferral(
        referral_id=uuid4(), concern_id=uuid4(), person_id=uuid4(), service_id=uuid4(), mode="self"
    )
    _, context = READER.read(said_yesterday(order), referral.SendReferral, desk.now())
    assert context.actor == "desk-1"
