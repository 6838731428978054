"""Fields for an office: opened with our key alone, kept under two locks, and destroyed when nobody needs them."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts.intake import ConsentWithdrawn, FieldsRefused, PersonFields, ReleaseFields
from lotse_contracts.notify import PageLink, TellService
from lotse_contracts.referral import (
    ActOnReferral,
    AnswerOffice,
    AskDelivery,
    AskPersonData,
    AskReferralLink,
    AskSealingKey,
    DeliveryAnswer,
    ForwardFields,
    HeldFieldsDestroyed,
    MailReferralLink,
    OfficePage,
    OfficeText,
    OfficeWrote,
    ReferralLinkMade,
)
from lotse_contracts.sealed import decode, encode, key_id, open_sealed, public_bytes, seal
from tests.referral.desk import Desk, Person, names, only
from tests.referral.offices import CANARY, WHOLE, OfficeDesk, browser, office_of, referred


async def asked(desk: OfficeDesk, person: Person, mode: str = "link") -> ReleaseFields:
    """The referral waits for fields."""
    service_id = await office_of(desk, person)
    await desk.hears(person.consents(recipient=str(service_id)))
    sent = person.sent(service_id, mode=mode, field_groups=("identity", "contact"), consent_id=person.consent_id)
    return only(ReleaseFields, await desk.hears(sent))


async def test_intake_is_asked_for_this_service_and_with_our_own_key(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    order = await asked(office_desk, person)
    told = await office_desk.asks(AskSealingKey())
    assert order.receiver_key == told.public_key
    assert told.kid == key_id(decode(told.public_key))
    (row,) = office_desk.sql("SELECT service_id FROM referral")
    assert order.recipient == str(row["service_id"])


@pytest.mark.parametrize("how", ["another key", "another referral", "another message", "no fields"])
async def test_what_is_not_sealed_to_us_for_this_referral_is_not_kept(office_desk: OfficeDesk, how: str) -> None:
    person = Person(code="benefits")
    order = await asked(office_desk, person)
    plain = b"[]" if how == "no fields" else WHOLE.model_dump_json(exclude_none=True).encode()
    key = public_bytes(X25519PrivateKey.generate()) if how == "another key" else decode(order.receiver_key)
    name = "referral.referral-offered.v1" if how == "another message" else ForwardFields.type_name()
    bound = str(uuid4()) if how == "another referral" else str(order.referral_id)
    sealed = seal(plain, key, type_name=name, key=bound)
    said = await office_desk.hears(
        ForwardFields(referral_id=person.referral_id, person_id=person.person_id, fields=sealed)
    )
    assert said == []
    (row,) = office_desk.sql("SELECT state, reason, refused_consent_id FROM referral")
    assert row == {
        "state": "consent_pending",
        "reason": "fields_unreadable",
        "refused_consent_id": person.consent_id,
    }
    assert office_desk.sql("SELECT 1 FROM held_fields") == []
    assert CANARY.encode() not in office_desk.whole_database()


async def test_fields_come_once_however_often_they_are_forwarded(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    order = office_desk.sealed_to_us(await asked(office_desk, person))
    assert await office_desk.hears(order)
    assert await office_desk.hears(order) == []
    assert len(office_desk.sql("SELECT 1 FROM held_fields")) == 1


async def test_fields_whose_consent_ended_on_the_way_are_never_kept(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    order = await asked(office_desk, person)
    await office_desk.hears(
        ConsentWithdrawn(consent_id=person.consent_id, person_id=person.person_id, version=2, recipient=order.recipient)
    )
    await office_desk.hears(office_desk.sealed_to_us(order))
    assert office_desk.sql("SELECT 1 FROM held_fields") == []


async def test_a_key_that_intake_does_not_know_yet_is_a_matter_of_seconds(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    order = await asked(office_desk, person)
    refused = FieldsRefused(referral_id=person.referral_id, person_id=person.person_id, reason="wrong_receiver_key")
    assert await office_desk.hears(refused) == []
    assert await office_desk.fires_timers() == []
    office_desk.now += timedelta(seconds=20)
    again = only(ReleaseFields, await office_desk.fires_timers())
    assert again == order
    office_desk.now += timedelta(minutes=15)
    await office_desk.hears(refused)
    (row,) = office_desk.sql("SELECT state, reason FROM referral")
    assert row == {"state": "consent_pending", "reason": "wrong_receiver_key"}


async def test_thirty_days_after_its_end_fields_and_key_are_destroyed(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "decline", {"reason": "no_capacity"})
    await office_desk.fires_timers()
    office_desk.now += timedelta(days=30, seconds=-1)
    assert not [one for one in await office_desk.fires_timers() if isinstance(one, HeldFieldsDestroyed)]
    assert office_desk.keys.holds(person.referral_id)
    office_desk.now += timedelta(seconds=1)
    assert only(HeldFieldsDestroyed, await office_desk.fires_timers()).because == "ended"
    assert not office_desk.keys.holds(person.referral_id)
    assert office_desk.sql("SELECT 1 FROM held_fields") == []


async def test_a_consent_withdrawn_after_the_end_destroys_them_at_once(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "decline", {"reason": "no_capacity"})
    await office_desk.hears(
        ConsentWithdrawn(consent_id=person.consent_id, person_id=person.person_id, version=2, recipient="x")
    )
    assert office_desk.sql("SELECT 1 FROM held_fields") == []
    await office_desk.fires_timers()
    assert not office_desk.keys.holds(person.referral_id)
    assert await office_desk.state(person.referral_id) == "declined"


async def test_the_desk_sees_how_it_stands_and_answers_what_was_asked(office_desk: OfficeDesk) -> None:
    person, mine = Person(code="benefits"), X25519PrivateKey.generate()
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "language_unclear", "text": "Spricht sie Englisch?"})
        question = AskDelivery(referral_id=person.referral_id, reply_key=encode(public_bytes(mine)))
        seen: DeliveryAnswer = await office_desk.asks(question)
        assert [link.state for link in seen.links] == ["used"]
        assert seen.held_groups == ("identity", "contact")
        (message,) = seen.messages
        plain = open_sealed(message.content, mine, type_name=AskDelivery.type_name(), key=str(person.referral_id))
        assert OfficeText.model_validate_json(plain).text == "Spricht sie Englisch?"
        told = await office_desk.asks(AskSealingKey())
        text = OfficeText(text="Ja, ein wenig.").model_dump_json().encode()
        name = AnswerOffice.type_name()
        sealed = seal(text, decode(told.public_key), type_name=name, key=str(person.referral_id))
        await office_desk.hears(AnswerOffice(referral_id=person.referral_id, content=sealed))
        await office_desk.hears(
            ActOnReferral(referral_id=person.referral_id, action="answer_info", answer="told_by_phone")
        )
        assert "Ja, ein wenig." in (await office.see(code)).text
        other = seal(text, decode(told.public_key), type_name=name, key=str(uuid4()))
        with pytest.raises(Refused, match="not_sealed_to_us"):
            await office_desk.hears(AnswerOffice(referral_id=person.referral_id, content=other))
    assert await office_desk.state(person.referral_id) == "delivered"
    staged = office_desk.sql("SELECT body FROM outbox WHERE subject LIKE '%%office-wrote%%'")
    assert len(staged) == 1
    assert b"Englisch" not in bytes(staged[0]["body"])


async def test_without_a_consent_the_desk_writes_nothing_to_an_office(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person, groups=()))
    async with browser(office_desk) as office:
        await office.open(code)
    told = await office_desk.asks(AskSealingKey())
    text = OfficeText(text=CANARY).model_dump_json().encode()
    sealed = seal(text, decode(told.public_key), type_name=AnswerOffice.type_name(), key=str(person.referral_id))
    with pytest.raises(Refused, match="consent_does_not_cover"):
        await office_desk.hears(AnswerOffice(referral_id=person.referral_id, content=sealed))


async def test_the_desk_reads_a_link_out_and_the_one_before_opens_nothing(office_desk: OfficeDesk) -> None:
    person, mine = Person(code="benefits"), X25519PrivateKey.generate()
    mailed = office_desk.link_in(await referred(office_desk, person))
    question = AskReferralLink(referral_id=person.referral_id, reply_key=encode(public_bytes(mine)))
    answer = await office_desk.asks(question)
    plain = open_sealed(answer.link, mine, type_name=AskReferralLink.type_name(), key=str(person.referral_id))
    code = OfficePage.model_validate_json(plain).url.rpartition("/")[2]
    async with browser(office_desk) as office:
        assert (await office.open(mailed)).status_code == 410
        assert CANARY in (await office.open(code.lower())).text, "as somebody types it who was told on the phone"


async def test_the_desk_has_another_link_mailed_and_hears_where_none_can_be(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person)
    said = await office_desk.hears(MailReferralLink(referral_id=person.referral_id))
    assert names(said) == ["TellService", "ReferralLinkMade"]
    office_desk.sql("UPDATE service SET email = NULL")
    with pytest.raises(Refused, match="no_address"):
        await office_desk.hears(MailReferralLink(referral_id=person.referral_id))
    other = Person(code="benefits")
    said = await referred(office_desk, other, mode="letter")
    assert not [one for one in said if isinstance(one, TellService | ReferralLinkMade)]


async def test_a_mail_waits_until_notify_has_said_its_key(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    key = public_bytes(office_desk.notify)
    office_desk.offices.notify_key._key = None
    said = await referred(office_desk, person)
    assert not [one for one in said if isinstance(one, TellService)]
    office_desk.offices.notify_key.learn(encode(key))
    office_desk.now += timedelta(seconds=5)
    order = only(TellService, await office_desk.fires_timers())
    plain = open_sealed(order.link, office_desk.notify, type_name=TellService.type_name(), key=str(person.person_id))
    assert PageLink.model_validate_json(plain).url.startswith("https://lotse.example.org/l/")


async def test_a_desk_without_keys_can_release_nothing_and_says_so(desk: Desk) -> None:
    with pytest.raises(Refused, match="mode_not_possible"):
        await desk.asks(AskSealingKey())


async def test_no_fact_of_the_delivery_carries_anything_but_ids_and_codes(office_desk: OfficeDesk) -> None:
    said = await referred(office_desk, Person(code="benefits"))
    facts = [one for one in said if isinstance(one, OfficeWrote | ReferralLinkMade | HeldFieldsDestroyed)]
    text = json.dumps([one.model_dump(mode="json") for one in facts])
    assert CANARY not in text
    assert PersonFields.model_validate(WHOLE).contact


async def test_she_may_have_what_is_held_for_an_office_and_what_it_wrote(office_desk: OfficeDesk) -> None:
    person, mine = Person(code="benefits"), X25519PrivateKey.generate()
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "other", "text": "Spricht sie Englisch?"})
    question = AskPersonData(person_id=person.person_id, reply_key=encode(public_bytes(mine)))
    answer = await office_desk.asks(question)
    plain = open_sealed(answer.content, mine, type_name=AskPersonData.type_name(), key=str(person.person_id))
    document = json.loads(plain)
    assert document["held_fields"][0]["ciphertext"]["identity"]["name"] == CANARY
    assert document["office_message"][0]["ciphertext"] == {"text": "Spricht sie Englisch?"}
    assert links.digest_of(code) not in plain.decode(), "what lets somebody in is not given out"


@pytest.mark.parametrize(("action", "reason"), [("withdraw", "client_request"), ("mark_error", None)])
async def test_whatever_takes_a_referral_back_ends_page_and_fields_at_once(
    office_desk: OfficeDesk, action: str, reason: str | None
) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        order = {"referral_id": person.referral_id, "action": action, "reason": reason}
        await office_desk.hears(ActOnReferral.model_validate(order))
        late = await office.see(code)
        assert (late.status_code, CANARY in late.text) == (410, False)
    assert office_desk.sql("SELECT 1 FROM held_fields") == []
    assert only(HeldFieldsDestroyed, await office_desk.fires_timers()).because == "withdrawn"
    assert not office_desk.keys.holds(person.referral_id)


async def test_what_an_office_asks_back_for_joins_what_it_has_under_a_fresh_consent(office_desk: OfficeDesk) -> None:
    person, more = Person(code="benefits"), uuid4()
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        await office.open(code)
        asked_back = {"question": "fields_missing", "group": ["need_summary", "health"]}
        await office.answer(code, "request_info", asked_back)
        (row,) = office_desk.sql("SELECT asked_groups, service_id FROM referral")
        assert row["asked_groups"] == ["need_summary", "health"]
        given = person.consents(recipient=str(row["service_id"]), consent_id=more, field_groups=("need_summary",))
        await office_desk.hears(given)
        order = {
            "referral_id": person.referral_id,
            "action": "answer_info",
            "answer": "given",
            "field_groups": ("need_summary",),
            "consent_id": more,
        }
        wanted = only(ReleaseFields, await office_desk.hears(ActOnReferral.model_validate(order)))
        assert (wanted.consent_id, wanted.field_groups) == (more, ("need_summary",))
        await office_desk.hears(office_desk.sealed_to_us(wanted))
        page = (await office.see(code)).text
        assert CANARY in page
        assert "sucht &lt;b&gt;eine" in page
        withdrawn = ConsentWithdrawn(consent_id=more, person_id=person.person_id, version=2, recipient="x")
        await office_desk.hears(withdrawn)
        assert CANARY not in (await office.see(code)).text, "one consent taken back ends the whole page"
