"""One model for every way in: what staff record is an enquiry like any other, anonymous first, known later."""

import hashlib
from uuid import uuid4

import pytest

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify
from lotse_contracts.intake import PersonFields
from lotse_contracts.sealed import encode
from tests.intake.given import (
    CANARIES,
    MAIL,
    NAME,
    PIN,
    TEXT,
    Intake,
    contact_in,
    enquiry,
    kinds,
    known_person,
    only,
    registration,
    sealed_to,
)
from tests.intake.writing import nothing, recorded, seen


@pytest.mark.parametrize("channel", ["phone", "walk_in", "paper", "letter"])
async def test_whatever_staff_record_is_an_enquiry_like_any_other(here: Intake, channel: str) -> None:
    order = recorded(here, channel=channel)
    said = await here.hear(order)
    received = only(said, intake.EnquiryReceived)
    assert (received.channel, received.urgency, received.warnings) == (channel, "normal", ())
    assert only(said, intake.ConcernRaised).code == "documents"
    assert only(said, intake.PersonRegistered).person_id == received.person_id
    assert contact_in(here, only(said, notify.ChangeContact)).contact.value == MAIL
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert (entry.enquiry_id, entry.channel) == (order.enquiry_id, channel)
    answer, texts, letter = await seen(here, order.enquiry_id)
    assert texts == [TEXT]
    assert (answer.has_receipt, answer.notice_version, letter) == (False, "2026-11", None)
    assert not [one for one in CANARIES if one.encode() in here.whole_database()]


async def test_nothing_is_mandatory_and_whoever_cannot_be_answered_is_kept_with_a_warning(here: Intake) -> None:
    said = await here.hear(recorded(here, **nothing(text=""), codes=()))
    assert only(said, intake.EnquiryReceived).warnings == ("no_way_to_answer",)
    assert only(said, intake.ConcernRaised).code == "orientation"


async def test_with_a_printed_code_and_her_pin_she_reads_and_writes_herself(here: Intake) -> None:
    code, _ = links.new_code()
    order = recorded(here, code=code, **nothing())
    assert only(await here.hear(order), intake.EnquiryReceived).warnings == ()
    assert code.encode() not in here.whole_database()
    text = sealed_to(here.seal_key, intake.TextContent(text="Приходьте."), intake.AnswerEnquiry, str(order.enquiry_id))
    said = await here.hear(intake.AnswerEnquiry(enquiry_id=order.enquiry_id, content=text))
    assert "cmd notify.tell" not in kinds(said)
    async with here.http() as client:
        read = await client.post(f"/enquiries/{code}/conversation", json={"pin": PIN})
        assert [one["text"] for one in read.json()["entries"]] == [TEXT, "Приходьте."]
        added = await client.post(f"/enquiries/{code}/additions", json={"pin": PIN, "text": "Дякую!"})
        assert added.status_code == 200
    assert (await seen(here, order.enquiry_id))[1][-1] == "Дякую!"


async def test_a_known_person_has_a_second_enquiry_in_her_open_case(here: Intake) -> None:
    first = await here.hear(enquiry(here), actor=None)
    person_id = only(first, intake.PersonRegistered).person_id
    said = await here.hear(recorded(here, person_id=person_id, **nothing(text="ще одне питання")))
    assert only(said, intake.EnquiryReceived).person_id == person_id
    assert only(said, intake.ConcernRaised).case_id == only(first, intake.CaseOpened).case_id
    assert not {"evt intake.person-registered", "evt intake.case-opened", "cmd notify.change-contact"} & set(
        kinds(said)
    )
    assert here.rows("SELECT count(*) FROM person") == [(1,)]
    assert here.rows("SELECT contact_kind FROM person") == [("email",)]


async def test_name_and_contact_of_a_known_person_are_not_said_again(here: Intake) -> None:
    person_id = await known_person(here)
    before = here.counts()
    for change in (nothing(name=NAME), {"name": ""}):
        with pytest.raises(Refused) as fault:
            await here.hear(recorded(here, person_id=person_id, **change))
        assert fault.value.code == "person_known"
    with pytest.raises(Refused) as fault:
        await here.hear(recorded(here, person_id=uuid4(), **nothing()))
    assert fault.value.code == "unknown_person"
    assert here.counts() == before


async def test_the_same_record_again_changes_nothing(here: Intake) -> None:
    order = recorded(here)
    await here.hear(order)
    before = here.counts()
    assert await here.hear(order) == []
    assert here.counts() == before


async def test_a_code_of_another_enquiry_is_refused(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    with pytest.raises(Refused) as fault:
        await here.hear(recorded(here, code=code))
    assert fault.value.code == "receipt_taken"


async def test_an_anonymous_one_becomes_known_when_somebody_writes_down_who_she_is(here: Intake) -> None:
    order = recorded(here, **nothing())
    person_id = only(await here.hear(order), intake.PersonRegistered).person_id
    await here.hear(registration(here, person_id, PersonFields(identity={"name": NAME})))
    assert here.rows("SELECT count(*), max(version) FROM person") == [(1, 2)]
    assert (await seen(here, order.enquiry_id))[1] == [TEXT]
    assert NAME.encode() not in here.whole_database()


async def test_what_she_says_later_on_the_phone_is_added_and_looked_at_again(here: Intake) -> None:
    order = recorded(here)
    await here.hear(order)
    content = sealed_to(
        here.seal_key, intake.TextContent(text="нас виселяють"), intake.RecordAddition, str(order.enquiry_id)
    )
    said = await here.hear(intake.RecordAddition(enquiry_id=order.enquiry_id, content=content))
    assert only(said, intake.EnquiryAdded).version == 2
    assert (await seen(here, order.enquiry_id))[1] == [TEXT, "нас виселяють"]
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert entry.urgency == "urgent"


async def test_a_new_code_replaces_a_lost_one(here: Intake) -> None:
    old, new = links.new_code()[0], links.new_code()[0]
    order = recorded(here, code=old)
    await here.hear(order)
    pin = sealed_to(here.seal_key, intake.PinContent(pin="0000111"), intake.GiveReceipt, str(order.enquiry_id))
    digest = hashlib.sha256(new.encode()).hexdigest()
    await here.hear(intake.GiveReceipt(enquiry_id=order.enquiry_id, receipt_sha256=digest, content=pin))
    async with here.http() as client:
        assert (await client.get(f"/enquiries/{old}")).status_code == 404
        read = await client.post(f"/enquiries/{new}/conversation", json={"pin": "0000111"})
        assert read.json()["entries"][0]["text"] == TEXT
        assert (await client.post(f"/enquiries/{new}/conversation", json={"pin": PIN})).status_code == 403
    assert here.rows("SELECT purpose FROM access_log WHERE action = 'write' ORDER BY id DESC LIMIT 1") == [("receipt",)]


async def test_consent_to_keep_the_text_is_noted_with_the_notice(here: Intake) -> None:
    without, given_ = recorded(here), recorded(here, text_consented=True)
    await here.hear(without)
    await here.hear(given_)
    await here.hear(enquiry(here), actor=None)
    rows = here.rows("SELECT text_consented, notice_version FROM enquiry ORDER BY text_consented")
    assert rows == [(False, "2026-11"), (False, "2026-11"), (True, "2026-11")]
    assert (await seen(here, given_.enquiry_id))[0].text_consented


async def test_a_contact_with_a_sign_of_danger_is_unsafe_unless_she_was_asked(here: Intake) -> None:
    for asked in (False, True):
        said = await here.hear(recorded(here, flags=("violence",), contact_asked=asked))
        assert only(said, notify.ChangeContact).safe is asked
        assert ("cmd notify.tell" in kinds(said)) is False  # she has no code to read with


async def test_a_counsellor_marks_a_contact_safe_and_it_is_logged(here: Intake) -> None:
    code, _ = links.new_code()
    order = recorded(here, code=code, flags=("danger",))
    person_id = only(await here.hear(order), intake.PersonRegistered).person_id
    said = await here.hear(intake.MarkContactSafe(person_id=person_id))
    assert only(said, intake.ContactSafetyChanged).safe
    assert only(said, notify.ChangeContact).safe
    assert await here.hear(intake.MarkContactSafe(person_id=person_id)) == []
    said = await here.hear(intake.MarkContactSafe(person_id=person_id, safe=False))
    assert only(said, notify.ChangeContact).safe is False
    looks = here.rows("SELECT actor, object_id FROM access_log WHERE purpose = 'contact_safety'")
    assert looks == [("w-1", str(person_id))] * 3


async def test_a_violent_word_about_a_known_person_makes_her_contact_unsafe(here: Intake) -> None:
    person_id = await known_person(here)
    said = await here.hear(recorded(here, person_id=person_id, **nothing(text="чоловік б'є мене")))
    assert only(said, intake.ContactSafetyChanged).safe is False
    assert here.rows("SELECT contact_safe FROM person") == [(False,)]


async def test_nothing_is_recorded_for_whoever_is_erased(here: Intake) -> None:
    order = recorded(here)
    person_id = only(await here.hear(order), intake.PersonRegistered).person_id
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    with pytest.raises(Refused) as fault:
        await here.hear(order)
    assert fault.value.code == "person_erased"


async def test_content_for_another_enquiry_does_not_open(here: Intake) -> None:
    order = recorded(here).model_copy(update={"enquiry_id": uuid4()})
    with pytest.raises(Refused) as fault:
        await here.hear(order)
    assert fault.value.code == "cannot_open"


async def test_a_reader_with_a_wrong_key_is_refused(here: Intake) -> None:
    order = recorded(here)
    await here.hear(order)
    short = intake.AskEnquiry(enquiry_id=order.enquiry_id, reply_key=encode(b"short"), purpose="counselling")
    with pytest.raises(Refused) as fault:
        await here.ask(short)
    assert fault.value.code == "bad_reply_key"
