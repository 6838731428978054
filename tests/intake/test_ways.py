"""Several ways to tell one person something: which of them a consent covers, and what she ended or wants again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lotse_contracts import intake, notify
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, FurtherPoint, PersonFields, SafeHours
from lotse_intake.domain.contacts import address_key, narrowed, safe_ways
from lotse_intake.domain.release import selected
from tests.intake.consenting import consent, fire
from tests.intake.given import MAIL, Intake, contact_in, enquiry, kinds, known_person, only, registration, sealed_to
from tests.intake.test_consent_ends import scan

PHONE = "+4915112345678"
OTHER = "+380671234567"
BOTH = ContactPoint(kind="email", value=MAIL, more=(FurtherPoint(kind="sms", value=PHONE),))


def ways_in(here: Intake, said: Sequence[Message]) -> list[str]:
    """What notify hears of."""
    contact = contact_in(here, only(said, notify.ChangeContact)).contact
    return [contact.value, *(way.value for way in contact.more)]


def channel_consent(person_id: UUID) -> Any:
    return consent(person_id, kind="contact_channel", recipient="auslaenderrat", codes=(), field_groups=("contact",))


async def written_down(here: Intake, person_id: UUID, contact: ContactPoint) -> list[Message]:
    return list(await here.hear(registration(here, person_id, PersonFields(contact=contact))))


async def test_all_ways_of_an_enquiry_are_covered_by_its_consent(here: Intake) -> None:
    hours = SafeHours(weekdays=(6,), starts="10:00", ends="12:00")
    shared = FurtherPoint(kind="sms", value=PHONE, shared=True, safe_hours=(hours,), leave_message=False)
    said = await here.hear(enquiry_with(here, ContactPoint(kind="email", value=MAIL, more=(shared,))), actor=None)
    change = only(said, notify.ChangeContact)
    assert change.consented
    assert contact_in(here, change).contact.more == (shared,)


async def test_trap_15_a_new_number_inherits_no_consent(here: Intake) -> None:
    person_id = await known_person(here)
    said = await written_down(here, person_id, ContactPoint(kind="sms", value=PHONE))
    assert not only(said, notify.ChangeContact).consented
    given = await here.hear(channel_consent(person_id))
    assert only(given, notify.ChangeContact).consented
    assert ways_in(here, given) == [PHONE]
    said = await written_down(here, person_id, ContactPoint(kind="sms", value=OTHER))
    assert not only(said, notify.ChangeContact).consented
    back = await written_down(here, person_id, ContactPoint(kind="sms", value="0151 12345678"))
    assert only(back, notify.ChangeContact).consented, "the number that she agreed to, however it is written"


async def test_trap_15_a_way_that_is_added_waits_for_its_own_consent(here: Intake) -> None:
    person_id = await known_person(here)
    said = await written_down(here, person_id, BOTH)
    assert only(said, notify.ChangeContact).consented
    assert ways_in(here, said) == [MAIL], "the phone was never agreed to, so it does not even leave"
    assert ways_in(here, await here.hear(channel_consent(person_id))) == [MAIL, PHONE]


async def test_a_consent_given_before_there_was_an_address_is_for_the_first(here: Intake) -> None:
    person_id = await known_person(here, contact=ContactPoint(kind="none"))
    await here.hear(channel_consent(person_id))
    assert only(await written_down(here, person_id, BOTH), notify.ChangeContact).consented
    other = await written_down(here, person_id, ContactPoint(kind="sms", value=OTHER))
    assert not only(other, notify.ChangeContact).consented


async def test_a_consent_that_ends_takes_along_what_it_alone_covered(here: Intake) -> None:
    person_id = await known_person(here)
    await written_down(here, person_id, BOTH)
    second = channel_consent(person_id)
    await here.hear(second)
    await written_down(here, person_id, BOTH)
    ended = await here.hear(intake.WithdrawConsent(person_id=person_id, consent_id=second.consent_id))
    assert only(ended, notify.ChangeContact).consented
    assert ways_in(here, ended) == [MAIL]


async def test_a_correction_inherits_no_consent_either(here: Intake) -> None:
    person_id = await known_person(here)
    fields = PersonFields(contact=ContactPoint(kind="email", value="right@example.org"))
    sealed = sealed_to(here.seal_key, fields, intake.RectifyPerson, str(person_id))
    said = await here.hear(intake.RectifyPerson(person_id=person_id, fields=sealed, reason="told_by_her"))
    change = only(said, notify.ChangeContact)
    assert (change.consented, change.renewed) == (False, True)


async def test_her_stop_of_one_way_leaves_the_consent_and_is_proved(here: Intake) -> None:
    person_id = await known_person(here)
    fact = notify.OptedOut(person_id=person_id, channel="sms", scope="channel")
    said = await here.hear(fact)
    change = only(said, notify.ChangeContact)
    assert (kinds(said), change.consented, change.stopped) == (["cmd notify.change-contact"], True, ("sms",))
    assert await here.hear(fact) == [], "again it changes nothing"
    back = await here.hear(notify.OptedIn(person_id=person_id, channel="sms"))
    assert only(back, notify.ChangeContact).stopped == ()
    assert here.rows("SELECT channel, choice FROM channel_choice ORDER BY choice_id") == [
        ("sms", "opted_out"),
        ("sms", "opted_in"),
    ]


async def test_a_consent_after_the_stop_opens_the_way_again(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email", scope="channel"))
    said = await here.hear(channel_consent(person_id))
    assert only(said, notify.ChangeContact).stopped == ()


async def test_a_late_scan_of_an_old_consent_leaves_a_newer_stop(here: Intake) -> None:
    """The form was signed before she said STOP: that it is scanned at last is no word of hers."""
    person_id, attachment_id, _ = await scan(here)
    given = channel_consent(person_id)
    await here.hear(given)
    here.now += timedelta(days=2)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email", scope="channel"))
    proof = intake.AttachConsentProof(person_id=person_id, consent_id=given.consent_id, attachment_id=attachment_id)
    await here.hear(proof)
    assert here.rows("SELECT stopped_channels FROM person WHERE stopped_channels <> '{}'") == [(["email"],)]
    here.now += timedelta(days=20)
    said = await written_down(here, person_id, BOTH)
    assert only(said, notify.ChangeContact).stopped == ("email",)


async def test_a_scan_after_its_time_brings_back_the_consent_and_leaves_the_stop(here: Intake) -> None:
    person_id, attachment_id, _ = await scan(here)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email"), actor=None)
    given = channel_consent(person_id)
    await here.hear(given)
    here.now += timedelta(days=2)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email", scope="channel"))
    here.now += timedelta(days=14)
    assert not only(await fire(here), notify.ChangeContact).consented
    proof = intake.AttachConsentProof(person_id=person_id, consent_id=given.consent_id, attachment_id=attachment_id)
    change = only(await here.hear(proof), notify.ChangeContact)
    assert (change.consented, change.stopped) == (True, ("email",))


async def test_a_consent_that_lay_on_its_way_ends_no_later_stop(here: Intake) -> None:
    """The desk was cut off; she said STOP in between."""
    person_id = await known_person(here)
    asked_at = here.now
    here.now += timedelta(hours=2)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email", scope="channel"))
    here.now += timedelta(hours=2)
    await here.hear(channel_consent(person_id), time=asked_at)
    assert here.rows("SELECT stopped_channels FROM person") == [(["email"],)]


async def test_a_start_that_comes_late_undoes_no_later_stop(here: Intake) -> None:
    """It lay among the dead letters."""
    person_id = await known_person(here)
    stop, start = (kind(person_id=person_id, channel="sms") for kind in (notify.OptedOut, notify.OptedIn))
    stop = stop.model_copy(update={"scope": "channel"})
    await here.hear(stop)
    started_at = here.now + timedelta(hours=1)
    here.now += timedelta(hours=2)
    await here.hear(stop)
    here.now += timedelta(days=1)
    assert await here.hear(start, time=started_at) == []
    assert here.rows("SELECT stopped_channels FROM person") == [(["sms"],)]


async def test_start_brings_back_no_consent_that_was_withdrawn(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email"))
    assert await here.hear(notify.OptedIn(person_id=person_id, channel="email")) == []


async def test_who_says_that_no_way_is_safe_is_told_nothing(here: Intake) -> None:
    contact = ContactPoint(kind="email", value=MAIL, safe=False)
    said = await here.hear(enquiry_with(here, contact), actor=None)
    assert not only(said, notify.ChangeContact).safe
    assert "cmd notify.tell" not in kinds(said)
    assert not only(said, intake.ContactSafetyChanged).safe


async def test_an_erasure_takes_what_consents_were_given_for(here: Intake) -> None:
    person_id = await known_person(here)
    await written_down(here, person_id, BOTH)
    assert len(here.rows("SELECT consent_id FROM consent_point")) == 1
    assert PHONE.encode() not in here.whole_database()
    await here.hear(intake.ErasePerson(person_id=person_id))
    assert here.rows("SELECT consent_id FROM consent_point") == []


@pytest.mark.parametrize(
    ("one", "same"),
    [("0151 12345678", PHONE), ("+49 151/12345678", PHONE), ("380671234567", OTHER)],
)
def test_a_number_is_itself_however_it_is_written(one: str, same: str) -> None:
    keys = [address_key(ContactPoint(kind="sms", value=value)) for value in (one, same)]
    assert keys[0] == keys[1]


def test_what_leaves_for_another_house_are_the_safe_ways_alone() -> None:
    unsafe = BOTH.model_copy(update={"safe": False})
    left = safe_ways(unsafe)
    assert left is not None
    assert (left.kind, left.value, left.more) == ("sms", PHONE, ())
    assert safe_ways(ContactPoint(kind="email", value=MAIL, safe=False)) is None
    assert safe_ways(ContactPoint(kind="none")) is None
    assert selected(PersonFields(contact=unsafe), frozenset({"contact"})) == PersonFields(contact=left)


def test_ways_that_no_consent_covers_do_not_leave() -> None:
    assert narrowed(BOTH, {address_key(BOTH.more[0])}).value == PHONE
    assert narrowed(BOTH, ()).more == ()


def enquiry_with(here: Intake, contact: ContactPoint) -> Any:
    return enquiry(here, contact=contact)
