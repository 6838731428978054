"""Who somebody is, what she may see of it, and the figures that name nobody."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, notify
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.app import build
from lotse_intake.handlers.telling import CONTACT_TIMER
from tests.intake.consenting import consent
from tests.intake.given import MAIL, NAME, TEXT, Intake, contact_in, kinds, known_person, only, registration


async def test_a_person_becomes_known_at_the_desk(here: Intake) -> None:
    person_id = uuid4()
    said = await here.hear(registration(here, person_id, PersonFields(identity={"name": NAME})))
    assert kinds(said) == ["evt intake.person-registered"]
    assert here.keys.holds(person_id)
    assert NAME.encode() not in here.whole_database()


async def test_a_group_that_is_given_replaces_what_was_held_and_leaves_the_others(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(registration(here, person_id, PersonFields(need_summary="sucht Wohnung")))
    said = await here.hear(
        registration(here, person_id, PersonFields(contact=ContactPoint(kind="sms", value="+493514880000")))
    )
    assert only(said, intake.PersonRegistered).version == 3
    change = only(said, notify.ChangeContact)
    assert (change.version, contact_in(here, change).contact.value, contact_in(here, change).name) == (
        2,
        "+493514880000",
        NAME,
    )
    held = await person_data(here, person_id)
    assert set(held["person"][0]["fields"]) == {"identity", "contact", "need_summary"}


async def person_data(here: Intake, person_id: UUID) -> dict[str, Any]:
    """What she is told about herself."""
    reader = X25519PrivateKey.generate()
    question = intake.AskPersonData(person_id=person_id, reply_key=encode(public_bytes(reader)))
    answer = await here.ask(question)
    assert answer.content
    plaintext = open_sealed(answer.content, reader, type_name=intake.AskPersonData.type_name(), key=str(person_id))
    found: dict[str, Any] = json.loads(plaintext)
    return found


async def test_she_is_told_everything_that_is_held(here: Intake) -> None:
    person_id = await known_person(here, letter=intake.Letter(sender="jobcenter"))
    await here.hear(consent(person_id))
    found = await person_data(here, person_id)
    assert found["person"][0]["fields"]["contact"]["value"] == MAIL
    (told,) = found["enquiry"]
    assert [one["content"] for one in found["entry"]] == [TEXT]
    assert told["letter"] == {"sender": "jobcenter"}
    assert "pin_hash" not in told
    assert len(found["concern"]) == 1
    assert {one["kind"] for one in found["consent"]} == {"contact_channel", "disclosure"}


async def test_nothing_is_held_about_a_stranger(here: Intake) -> None:
    question = intake.AskPersonData(person_id=uuid4(), reply_key="A" * 43)
    assert not (await here.ask(question)).held


async def test_data_for_a_wrong_reply_key_is_refused(here: Intake) -> None:
    person_id = await known_person(here)
    with pytest.raises(Refused, match="bad_reply_key"):
        await here.ask(intake.AskPersonData(person_id=person_id, reply_key="AAAA"))


async def test_orders_about_strangers_are_refused_and_change_nothing(here: Intake) -> None:
    before = here.counts()
    contact = intake.RecordContact(
        contact_id=uuid4(),
        person_id=uuid4(),
        at=here.now,
        minutes=5,
        channel="phone",
        depth="information",
        language="uk",
    )
    withdrawal = intake.WithdrawConsent(person_id=uuid4(), consent_id=uuid4())
    for order in (contact, consent(uuid4()), withdrawal):
        with pytest.raises(Refused, match="unknown_person"):
            await here.hear(order)
    with pytest.raises(Refused, match="unknown_concern"):
        await here.hear(intake.AcceptConcern(concern_id=uuid4()))
    assert await here.hear(notify.OptedOut(person_id=uuid4(), channel="sms"), actor=None) == []
    assert here.counts() == before


async def test_without_notifys_key_a_timer_says_the_contact_later_as_it_is_then(here: Intake) -> None:
    waiting = Intake(
        build(here.settings.model_copy(update={"notify_seal_key": ""})),
        here.database,
        here.settings,
        here.partner,
        here.notify,
        here.token_key,
    )
    person_id = await known_person(waiting)
    await waiting.hear(
        registration(waiting, person_id, PersonFields(contact=ContactPoint(kind="sms", value="+493514880000")))
    )
    waiting_of_her = here.rows(f"SELECT kind FROM timer WHERE kind = '{CONTACT_TIMER}' AND key = '{person_id}'")
    assert waiting_of_her == [(CONTACT_TIMER,)]
    said = await due(here, str(person_id))
    change = only(said, notify.ChangeContact)
    assert (change.version, contact_in(here, change).contact.value) == (2, "+493514880000")
    await here.hear(intake.BeginErasure(person_id=person_id))
    assert await due(here, str(person_id)) == []
    await waiting.service.engine.dispose()


async def due(here: Intake, key: str) -> list[Any]:
    """What is said when the timer of this person is due."""
    timer = Timer(CONTACT_TIMER, key, here.now, {}, uuid4())
    async with here.service.engine.begin() as tx:
        return list(await here.service.timer_handlers[CONTACT_TIMER](timer, here.context(), tx))
