"""What notify answers: why, with which key to seal, and what it holds about a person."""

import json
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.notify import AskPersonData, AskSealingKey, AskWhy, ErasePerson, WhyAnswer
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.sealed import decode, encode, key_id, open_sealed, public_bytes
from tests.notify.given import ADDRESS, House, tell


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def test_why_is_answered_oldest_first(house: House, olena: UUID) -> None:
    await house.hear(tell(olena))
    await house.hear(house.contact(olena))
    await house.hear(tell(olena))
    answer = await house.ask(AskWhy(person_id=olena, dedupe_key="k1"))
    assert isinstance(answer, WhyAnswer)
    assert [(one.decision, one.because) for one in answer.decisions] == [
        ("held", "no_contact"),
        ("ready", "due"),
        ("ignored", "already_told"),
    ]


async def test_why_is_empty_for_what_nobody_asked(house: House, olena: UUID) -> None:
    assert await house.ask(AskWhy(person_id=olena, dedupe_key="other")) == WhyAnswer(decisions=())


async def test_the_sealing_key_is_the_one_that_opens(house: House, olena: UUID) -> None:
    answer = await house.ask(AskSealingKey())
    assert isinstance(answer, SealingKeyAnswer)
    assert house.service.seal_key is not None
    assert decode(answer.public_key) == public_bytes(house.service.seal_key)
    assert answer.kid == key_id(decode(answer.public_key)) == house.contact(olena).contact.kid


async def test_her_data_is_sealed_to_whoever_asked_and_the_access_is_logged(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(tell(olena))
    asker = X25519PrivateKey.generate()
    question = AskPersonData(person_id=olena, reply_key=encode(public_bytes(asker)))
    answer = await house.ask(question)
    assert isinstance(answer, PersonDataAnswer)
    assert answer.content is not None
    plain = open_sealed(answer.content, asker, type_name=AskPersonData.type_name(), key=str(olena))
    document = json.loads(plain)
    assert document["contact_point"][0]["address"] == ADDRESS
    assert document["notification"][0]["template"] == "receipt"
    assert ADDRESS not in answer.model_dump_json()
    (row,) = house.rows("access_log")
    assert (row["actor"], row["action"], row["object_kind"], row["object_id"]) == (
        "desk-1",
        "read",
        "person",
        str(olena),
    )


async def test_nothing_is_held_about_a_stranger_or_after_an_erasure(house: House, olena: UUID) -> None:
    key = encode(public_bytes(X25519PrivateKey.generate()))
    assert await house.ask(AskPersonData(person_id=olena, reply_key=key)) == PersonDataAnswer(held=False)
    await house.hear(house.contact(olena))
    await house.hear(ErasePerson(person_id=olena))
    assert await house.ask(AskPersonData(person_id=olena, reply_key=key)) == PersonDataAnswer(held=False)


async def test_a_reply_key_that_is_none_is_refused(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    with pytest.raises(Refused) as refused:
        await house.ask(AskPersonData(person_id=olena, reply_key="AAAA"))
    assert (refused.value.code, refused.value.fields) == ("reply_key_unusable", ("reply_key",))
