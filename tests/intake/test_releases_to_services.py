"""For a service that will never log in the fields are sealed to our own referral, by a key that intake knows itself."""

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts import referral
from lotse_contracts.intake import PersonFields
from lotse_contracts.sealed import CannotOpen, encode, open_sealed, public_bytes
from lotse_intake.app import assembled
from tests.intake.consenting import allow, consent, release
from tests.intake.given import Intake, only
from tests.intake.test_releases import reason, registered


async def own_referral(here: Intake) -> X25519PrivateKey:
    """Referral has told us its key, as its answer to `sealing-key` does."""
    key = X25519PrivateKey.generate()
    await here.service.engine.dispose()
    here.service, office = assembled(here.settings)
    office.referral_key.learn(encode(public_bytes(key)))
    return key


async def test_for_a_service_the_fields_are_sealed_to_our_own_referral_alone(here: Intake) -> None:
    key, service = await own_referral(here), str(uuid4())
    given = consent(await registered(here), recipient=service)
    await allow(here, given)
    order = release(here, given, recipient=service, receiver_key=encode(public_bytes(key)))
    said = await here.hear(order, actor=None)
    sealed = only(said, referral.ForwardFields)
    name = referral.ForwardFields.type_name()
    plain = open_sealed(sealed.fields, key, type_name=name, key=str(order.referral_id))
    assert set(PersonFields.model_validate_json(plain).model_dump(exclude_none=True)) == {"identity", "contact"}
    for other in (here.partner, X25519PrivateKey.generate()):
        with pytest.raises(CannotOpen):
            open_sealed(sealed.fields, other, type_name=name, key=str(order.referral_id))
    with pytest.raises(CannotOpen):
        open_sealed(sealed.fields, key, type_name=name, key=str(uuid4()))


async def test_a_key_that_only_the_asker_names_gets_nothing_for_a_service_either(here: Intake) -> None:
    service, own = str(uuid4()), X25519PrivateKey.generate()
    given = consent(await registered(here), recipient=service)
    await allow(here, given)
    order = release(here, given, recipient=service, receiver_key=encode(public_bytes(own)))
    assert await reason(here, order) == "unknown_recipient"
    key = await own_referral(here)
    assert await reason(here, order) == "wrong_receiver_key"
    partner = order.model_copy(update={"receiver_key": encode(public_bytes(here.partner))})
    assert await reason(here, partner) == "wrong_receiver_key"
    assert here.counts()["field_release"] == 0
    right = order.model_copy(update={"receiver_key": encode(public_bytes(key))})
    assert only(await here.hear(right, actor=None), referral.ForwardFields).referral_id == order.referral_id


async def test_a_consent_for_one_service_opens_nothing_for_another_or_for_a_partner(here: Intake) -> None:
    key, service = await own_referral(here), str(uuid4())
    given = consent(await registered(here), recipient=service)
    await allow(here, given)
    own = encode(public_bytes(key))
    assert await reason(here, release(here, given, recipient=str(uuid4()), receiver_key=own)) == "other_recipient"
    assert await reason(here, release(here, given)) == "other_recipient"
    assert await reason(here, release(here, given, recipient=service.upper(), receiver_key=own)) == "unknown_recipient"
    assert await reason(here, release(here, given, receiver_key=own)) == "wrong_receiver_key"


async def test_another_consent_lets_more_out_for_the_same_referral_and_all_of_it_is_noted(here: Intake) -> None:
    person_id, key, service = await registered(here), await own_referral(here), str(uuid4())
    first = consent(person_id, recipient=service, field_groups=("identity",))
    more = consent(person_id, recipient=service, field_groups=("need_summary",))
    await allow(here, first)
    await allow(here, more)
    order = release(here, first, recipient=service, receiver_key=encode(public_bytes(key)))
    await here.hear(order, actor=None)
    wider = order.model_copy(update={"consent_id": more.consent_id, "field_groups": ("need_summary",)})
    assert only(await here.hear(wider, actor=None), referral.ForwardFields).referral_id == order.referral_id
    assert await here.hear(wider, actor=None) == []
    assert here.rows("SELECT field_groups FROM field_release") == [(["identity", "need_summary"],)]
