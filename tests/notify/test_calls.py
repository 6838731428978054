"""Where nobody can say that she was told about her appointment, somebody is asked to call, once and in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_contracts.envelope import Message
from lotse_contracts.notify import CallNeeded, CallNotNeeded, ErasePerson, SetSwitch
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.domain.calls import last_chance
from lotse_notify.domain.outcome import SETTLE_SECONDS, Outcome
from lotse_notify.handlers import evidence
from lotse_notify.store import people
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import ADDRESS, NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.ways import by_ways, mail, phone

START = NOW + timedelta(days=5, hours=4)  # Monday 30 November 2026, 14:00 in Dresden
NUMBER = "+4915112345678"
LOST = Outcome("unknown", "no_answer")
NO = Outcome("rejected", "recipient_refused")


@pytest.fixture
def olena() -> UUID:
    return uuid4()


def said(person_id: UUID, appointment_id: UUID, *, version: int = 1, starts_at: datetime = START) -> AppointmentFixed:
    kind = AppointmentFixed if version == 1 else AppointmentMoved
    ids = {"appointment_id": appointment_id, "referral_id": UUID(int=1), "person_id": person_id, "version": version}
    return kind.model_validate(ids | {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)})


def about(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """The facts about calls, and why."""
    return [(one.NAME, one.reason) for one in messages if isinstance(one, CallNeeded | CallNotNeeded)]


async def told_by_sms(house: House, person_id: UUID, carrier: Carrier, port: int = 1) -> tuple[Post, UUID]:
    """She has a phone and an appointment, and the message is with the carrier."""
    post, appointment_id = house.post(port, more=[carrier]), uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
    await house.hear(said(person_id, appointment_id))
    await house.send_all(post)
    return post, appointment_id


async def settled(house: House, post: Post) -> list[Message]:
    """The doubt has lasted as long as it may."""
    house.said.clear()
    house.now += timedelta(seconds=SETTLE_SECONDS["sms"])
    await house.sweep(post)
    return house.said


async def test_an_sms_that_stays_unknown_becomes_a_call_and_never_a_second_sms(house: House, olena: UUID) -> None:
    carrier = Carrier(LOST)
    post, appointment_id = await told_by_sms(house, olena, carrier)
    assert house.states()["appointment"][0] == "unresolved"
    assert about(house.said) == []
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]
    assert ("at_once", "person_to_call", 1) in [tuple(row.values()) for row in house.rows("staff_count")]
    needed = next(one for one in house.said if isinstance(one, CallNeeded))
    assert (needed.person_id, needed.appointment_id, needed.until) == (olena, appointment_id, START)
    for _ in range(3):
        house.now += timedelta(hours=1)
        await house.send_all(post)
        await house.sweep(post)
    assert about(house.said) == [("call-needed", "presumed_sent")]
    assert len(carrier.taken) == 1


async def test_a_doubt_about_anything_else_is_no_reason_to_call(house: House, olena: UUID) -> None:
    post = house.post(1, more=[Carrier(LOST)])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(tell(olena))
    await house.send_all(post)
    assert about(await settled(house, post)) == []


async def test_a_doubt_that_is_still_open_at_the_last_chance_becomes_a_call(house: House, olena: UUID) -> None:
    """An appointment of the same day, and a look-up that takes longer than the desk can wait."""
    soon = NOW + timedelta(hours=3, minutes=30)
    post = house.post(1, more=[Carrier(LOST)])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, uuid4(), starts_at=soon))
    await house.send_all(post)
    house.run("UPDATE notification SET due_at = %s", soon)
    house.now = last_chance(soon) - timedelta(seconds=1)
    assert about(await house.fire_due()) == []
    house.now = last_chance(soon)
    assert about(await house.fire_due()) == [("call-needed", "unresolved")]
    house.run("UPDATE notification SET due_at = %s", house.now)
    house.said.clear()
    await house.sweep(post)
    assert about(house.said) == [], "somebody was asked already"


async def test_what_surely_did_not_reach_her_becomes_a_call_at_once(house: House, olena: UUID) -> None:
    await told_by_sms(house, olena, Carrier(NO))
    assert about(house.said) == [("call-needed", "failed")]


async def test_what_arrived_after_all_needs_no_call(house: House, olena: UUID) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    await settled(house, post)
    house.said.clear()
    (attempt,) = house.rows("send_attempt")
    async with house.unit() as unit:
        assert await evidence.became(unit, attempt["attempt_id"], "deliver", "receipt")
    assert about(house.said) == [("call-not-needed", "presumed_sent")]


async def test_what_left_after_all_needs_no_call(house: House, olena: UUID) -> None:
    """Held by the switch until the last chance; then let go."""
    carrier = Carrier()
    await house.hear(SetSwitch(name="all", on=False))
    post, _ = await told_by_sms(house, olena, carrier)
    house.now = last_chance(START)
    assert about(await house.fire_due()) == [("call-needed", "held")]
    await house.hear(SetSwitch(name="all", on=True))
    house.said.clear()
    await house.send_all(post)
    assert about(house.said) == [("call-not-needed", "held")]
    assert len(carrier.taken) == 1


async def test_a_provider_that_said_yes_is_no_reason_to_call(house: House, olena: UUID) -> None:
    await told_by_sms(house, olena, Carrier())
    house.now = last_chance(START)
    assert about(await house.fire_due()) == []


@pytest.mark.parametrize("how", [{"safe": False}, {"consented": False}, {"kind": "none", "value": ""}])
async def test_nobody_is_called_because_her_contact_forbids_to_write(
    house: House, olena: UUID, how: dict[str, Any]
) -> None:
    await house.hear(house.contact(olena, **{"kind": "sms", "value": NUMBER} | how))
    await house.hear(said(olena, uuid4()))
    await house.send_all(house.post(1, more=[Carrier()]))
    house.now = last_chance(START)
    assert about(await house.fire_due()) == []


UNSAFE = {"safe": False}
NOT_CONSENTED = {"consented": False}


@pytest.mark.parametrize("how", [UNSAFE, NOT_CONSENTED])
async def test_nobody_calls_whose_contact_became_unsafe_while_it_was_in_doubt(
    house: House, olena: UUID, how: dict[str, Any]
) -> None:
    """A violent man answers her phone: that the SMS is in doubt is no reason to ring it."""
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    await house.hear(house.contact(olena, kind="sms", value=NUMBER, version=2, **how))
    assert about(await settled(house, post)) == []
    house.now = last_chance(START)
    assert about(await house.fire_due()) == []


async def test_nobody_calls_whoever_said_stop_to_everything(house: House, olena: UUID) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    async with house.unit() as unit:
        await people.note_opt_out(unit.tx, olena, house.now)
    assert about(await settled(house, post)) == []


@pytest.mark.parametrize("how", [UNSAFE, NOT_CONSENTED])
async def test_an_open_call_ends_as_soon_as_her_contact_forbids_it(
    house: House, olena: UUID, how: dict[str, Any]
) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]
    over = await house.hear(house.contact(olena, kind="sms", value=NUMBER, version=2, **how))
    assert about(over) == [("call-not-needed", "presumed_sent")]
    assert about(await house.hear(house.contact(olena, kind="sms", value=NUMBER, version=3, **how))) == []


@pytest.mark.parametrize(
    ("how", "calls"), [({"safe": False}, []), ({"leave_message": False}, [("call-needed", "presumed_sent")])]
)
async def test_a_phone_that_is_not_safe_is_not_called_though_her_mailbox_is(
    house: House, olena: UUID, how: dict[str, Any], calls: list[tuple[str, str]]
) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER, **how), version=2))
    assert about(await settled(house, post)) == calls


async def test_a_mail_goes_as_well_and_somebody_calls_all_the_same(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    """A mail may be read too late; the SMS alone she would have had in her hand."""
    await house.hear(house.contact(olena, kind="sms", value=NUMBER, more=[("email", ADDRESS)]))
    post = house.post(mailserver.port, more=[Carrier(LOST)])
    await house.hear(said(olena, uuid4()))
    await house.send_all(post)
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]
    await house.send_all(post)
    assert (len(mailserver.taken), house.states()["appointment"][0]) == (1, "handed_over")
    assert about(house.said) == [("call-needed", "presumed_sent")], "that a server took the mail ends no call"


async def test_a_moved_appointment_ends_the_call_about_the_old_time(house: House, olena: UUID) -> None:
    post, appointment_id = await told_by_sms(house, olena, Carrier(LOST, LOST, Outcome("accepted", "taken")))
    await settled(house, post)
    later = START + timedelta(days=1)
    over = await house.hear(said(olena, appointment_id, version=2, starts_at=later))
    assert about(over) == [("call-not-needed", "presumed_sent")]
    await house.send_all(post)
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]
    assert next(one for one in house.said if isinstance(one, CallNeeded)).until == later


async def test_a_cancelled_appointment_ends_the_call_and_is_told_to_whom_may_have_been_called(
    house: House, olena: UUID
) -> None:
    """The SMS surely did not reach her, but the desk may have: she must hear that it is off."""
    post, appointment_id = await told_by_sms(house, olena, Carrier(NO, Outcome("accepted", "taken")))
    assert about(house.said) == [("call-needed", "failed")]
    await house.hear(house.contact(olena, kind="sms", value="+4915187654321", version=2))
    off = AppointmentCancelled(appointment_id=appointment_id, referral_id=UUID(int=1), person_id=olena, version=2)
    assert about(await house.hear(off)) == [("call-not-needed", "failed")]
    await house.send_all(post)
    assert [row["arguments"]["change"] for row in house.rows("notification", "created_at")] == ["fixed", "cancelled"]
    assert house.rows("notification", "created_at")[1]["state"] == "handed_over"


async def test_somebody_is_asked_once_about_an_appointment(house: House, olena: UUID) -> None:
    """The message that fixed it is in doubt, and so is the reminder of the day before."""
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]
    house.now = START - timedelta(days=1)
    await house.fire_due()
    await house.send_all(post)
    assert [row["state"] for row in house.rows("notification", "created_at")] == ["presumed_sent", "unresolved"]
    assert about(await settled(house, post)) == []


async def test_a_reminder_that_another_follows_is_no_reason_to_call(house: House, olena: UUID) -> None:
    start = NOW + timedelta(days=9, hours=4)
    post = house.post(1, more=[Carrier(Outcome("accepted", "taken"), LOST)])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, uuid4(), starts_at=start))
    await house.send_all(post)
    house.now = start - timedelta(days=7)
    await house.fire_due()
    await house.send_all(post)
    assert about(await settled(house, post)) == []
    house.now = start - timedelta(days=1)
    await house.fire_due()
    await house.send_all(post)
    assert about(await settled(house, post)) == [("call-needed", "presumed_sent")]


async def test_a_reminder_that_was_of_no_use_any_more_is_no_reason_to_call(house: House, olena: UUID) -> None:
    """Notify was away for days; she was told when it was fixed."""
    await told_by_sms(house, olena, Carrier())
    house.now = START - timedelta(minutes=20)
    assert about(await house.fire_due()) == []
    states = [row["state"] for row in house.rows("notification", "created_at")]
    assert states == ["handed_over", "expired", "expired"]


@pytest.mark.parametrize("minutes", [10, 9, 0])
async def test_when_the_appointment_begins_nobody_is_asked_to_call(house: House, olena: UUID, minutes: int) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    house.now = START - timedelta(minutes=minutes)
    await house.sweep(post)
    if minutes == 10:
        assert about(house.said) == [("call-needed", "presumed_sent")]
        return
    assert about(house.said) == []
    assert about(await house.fire_due()) == []


async def test_nobody_is_asked_to_call_whoever_is_being_forgotten(house: House, olena: UUID) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    house.run("UPDATE person SET leaving_at = %s, leaving_until = %s", NOW, NOW + timedelta(days=1))
    assert about(await settled(house, post)) == []


async def test_an_erased_person_is_called_no_more(house: House, olena: UUID) -> None:
    post, _ = await told_by_sms(house, olena, Carrier(LOST))
    await settled(house, post)
    (receipt,) = await house.hear(ErasePerson(person_id=olena))
    assert {one.store: one.count for one in receipt.counts}["call"] == 1  # type: ignore[attr-defined]
    assert house.rows("call") == []
    house.now = last_chance(START)
    assert about(await house.fire_due()) == []
