"""What she is told of an office's answer and of her place in a group: that there is news, once, where it is safe."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from sqlalchemy import update

from lotse_chassis.faults import Refused
from lotse_contracts.notify import StopTelling, Tell
from lotse_contracts.referral import (
    CancelGroupOffer,
    CancelGroupSession,
    CancelPlace,
    MoveGroupSession,
    ReferralAnswered,
    RemindOfDocuments,
)
from lotse_contracts.values import ReferralState
from lotse_referral.handlers.news import told_of_answer
from lotse_referral.store import referrals
from lotse_referral.store.tables import referral
from tests.referral.connected import under_way
from tests.referral.desk import Desk, Person
from tests.referral.group_given import NOON, OFFER_ID, book, offer, today


def tells(said: list[object]) -> list[str]:
    return [one.template for one in said if isinstance(one, Tell)]


async def answered(desk: Desk, person: Person, answer: str, version: int) -> list[str]:
    given = {"to": "auslaenderrat", "referral_id": person.referral_id, "answer": answer, "version": version}
    return tells(list(await desk.hears(ReferralAnswered.model_validate(given), "plattform")))


async def test_that_it_has_left_and_what_was_answered_are_news_once_each(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    assert await answered(desk, person, "accepted", 2) == ["referral_accepted"]
    assert await answered(desk, person, "accepted", 2) == []


async def test_the_answer_supersedes_the_notice_that_it_has_left(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    given = {"to": "auslaenderrat", "referral_id": person.referral_id, "answer": "declined", "reason": "no_capacity"}
    said = await desk.hears(ReferralAnswered.model_validate(given), "plattform")
    (told,) = [one for one in said if isinstance(one, Tell)]
    assert (told.template, told.supersedes) == ("referral_declined", f"referral-made-{person.referral_id}")
    assert told.arguments == ()


@pytest.mark.parametrize("code", ["violence", "benefits"])
async def test_of_violence_nothing_is_pushed_whoever_answers(desk: Desk, code: str) -> None:
    person = Person()
    await under_way(desk, person)
    async with desk.service.engine.connect() as tx:
        held = await referrals.load(tx, person.referral_id)
        assert held is not None
        before = replace(held, codes=(code,))
        told = await told_of_answer(tx, before, replace(before, state="accepted"))
    assert len(told) == (0 if code == "violence" else 1)


async def test_who_was_accepted_before_is_not_told_so_again(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    async with desk.service.engine.connect() as tx:
        held = await referrals.load(tx, person.referral_id)
        assert held is not None
        told = {
            state: len(await told_of_answer(tx, replace(held, state=state), replace(held, state="accepted")))
            for state in get_args(ReferralState)
        }
    assert {state for state, count in told.items() if count} == {"sent", "delivered", "info_requested", "waitlisted"}


async def test_what_came_from_a_partner_is_the_partners_to_tell(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    async with desk.service.engine.connect() as tx:
        held = await referrals.load(tx, person.referral_id)
        assert held is not None
        theirs = replace(held, direction="in")
        assert await told_of_answer(tx, theirs, replace(theirs, state="accepted")) == ()


async def test_a_seat_is_news_a_place_on_the_waiting_list_only_once_it_moves_up(desk: Desk) -> None:
    desk.now = NOON
    await desk.hears(offer(seats=1))
    assert tells(list(await desk.hears(book(1, UUID(int=71))))) == ["group_booked"]
    assert tells(list(await desk.hears(book(2, UUID(int=72))))) == []
    assert tells(list(await desk.hears(book(1, UUID(int=71))))) == []


async def test_who_gets_a_seat_can_read_when_it_begins(desk: Desk) -> None:
    desk.now = NOON
    await desk.hears(offer(seats=1))
    (told,) = (one for one in await desk.hears(book(1, UUID(int=71))) if isinstance(one, Tell))
    (argument,) = told.arguments
    assert argument.name == "starts_at"
    assert datetime.fromisoformat(argument.value) > NOON


async def test_that_all_is_off_is_told_to_who_waits_too(desk: Desk) -> None:
    desk.now = NOON
    await desk.hears(offer(seats=1))
    for number in (1, 2):
        await desk.hears(book(number))
    assert tells(list(await desk.hears(CancelGroupOffer(offer_id=OFFER_ID)))) == ["group_cancelled"] * 2


async def test_booked_in_the_night_and_off_before_the_morning_she_hears_only_the_last(desk: Desk) -> None:
    desk.now = NOON
    await desk.hears(offer(seats=1))
    (booked,) = (one for one in await desk.hears(book(1)) if isinstance(one, Tell))
    (off,) = (one for one in await desk.hears(CancelGroupOffer(offer_id=OFFER_ID)) if isinstance(one, Tell))
    assert off.supersedes == booked.dedupe_key


async def test_of_a_seat_that_she_gave_back_she_is_not_told_any_more(desk: Desk) -> None:
    desk.now = NOON
    await desk.hears(offer(seats=1))
    told = [one for number in (1, 2) for one in await desk.hears(book(number)) if isinstance(one, Tell)]
    said = await desk.hears(CancelPlace(booking_id=UUID(int=1), person_id=UUID(int=1001)))
    (stop,) = (one for one in said if isinstance(one, StopTelling))
    assert (stop.person_id, stop.dedupe_key) == (UUID(int=1001), told[0].dedupe_key)
    (up,) = (one for one in said if isinstance(one, Tell))
    said = await desk.hears(CancelPlace(booking_id=UUID(int=2), person_id=UUID(int=1002)))
    assert [one.dedupe_key for one in said if isinstance(one, StopTelling)] == [up.dedupe_key]


async def test_of_a_session_she_hears_only_the_last_that_was_said_in_one_night(desk: Desk) -> None:
    """Another one of the same group is called off and put back meanwhile: that is news of its own."""
    desk.now = NOON
    await desk.hears(offer())
    await desk.hears(book(1))
    next_one, other = ((today() + timedelta(days=days)).isoformat() for days in (7, 14))
    said: dict[str, list[Tell]] = {next_one: [], other: []}
    for order in (
        MoveGroupSession(offer_id=OFFER_ID, session=next_one, on=next_one, at="17:30"),
        *(CancelGroupSession(offer_id=OFFER_ID, session=session) for session in said),
        *(MoveGroupSession(offer_id=OFFER_ID, session=session, on=session, at="12:00") for session in said),
    ):
        said[order.session] += [one for one in await desk.hears(order) if isinstance(one, Tell)]
    for told in said.values():
        assert [one.supersedes for one in told] == [None, *(before.dedupe_key for before in told[:-1])]
    assert [len(told) for told in said.values()] == [3, 2]


async def test_she_is_reminded_of_papers_once_a_day_by_a_message_that_names_none(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    order = RemindOfDocuments(referral_id=person.referral_id)
    (first,), (again,) = await desk.hears(order), await desk.hears(order)
    assert isinstance(first, Tell)
    assert isinstance(again, Tell)
    assert (first.template, first.arguments) == ("documents", ())
    assert first.dedupe_key == again.dedupe_key  # so that notify tells it once
    desk.now += timedelta(days=1)
    (tomorrow,) = await desk.hears(order)
    assert isinstance(tomorrow, Tell)
    assert tomorrow.dedupe_key != first.dedupe_key


async def test_of_papers_at_a_secret_place_nothing_is_pushed(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    async with desk.service.engine.begin() as tx:
        await tx.execute(update(referral).values(codes=["violence"]))
    with pytest.raises(Refused, match="not_by_message"):
        await desk.hears(RemindOfDocuments(referral_id=person.referral_id))
