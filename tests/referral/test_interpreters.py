"""Interpreters: asked for, confirmed, refused, moved and ended with the appointment; their booking names nobody."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts.referral import (
    AnswerInterpreter,
    AnswerReferral,
    AskInterpreterBooking,
    ErasePerson,
    InterpreterBookingAnswer,
    InterpreterCancelled,
    InterpreterConfirmed,
    InterpreterRefused,
    InterpreterRequested,
    RequestInterpreter,
)
from lotse_contracts.values import InterpreterAnswerName
from lotse_referral.domain import booking_text
from lotse_referral.domain.interpreters import InterpreterRequest, NotRunning, answered
from tests.referral.appointed import APPOINTMENT, STARTS, fixing, on_her_way
from tests.referral.desk import NOW, Desk, Person, names, only

REQUEST = UUID(int=0xC0)
ANSWERS: st.SearchStrategy[InterpreterAnswerName] = st.sampled_from(["confirmed", "refused", "cancelled"])


def request(person: Person, **changed: object) -> RequestInterpreter:
    whole = {
        "request_id": REQUEST,
        "referral_id": person.referral_id,
        "appointment_id": APPOINTMENT,
        "language": "uk",
    }
    return RequestInterpreter.model_validate(whole | changed)


def answer(person: Person, said: InterpreterAnswerName, **changed: object) -> AnswerInterpreter:
    whole = {"request_id": REQUEST, "referral_id": person.referral_id, "answer": said}
    return AnswerInterpreter.model_validate(whole | changed)


@pytest.fixture
async def person(desk: Desk) -> Person:
    somebody = Person(code="work")
    await on_her_way(desk, somebody)
    await desk.hears(fixing(somebody, place="there", interpreter=True))
    return somebody


async def state(desk: Desk) -> str:
    (row,) = await desk.rows("interpreter_request")
    return str(row["state"])


@given(st.lists(ANSWERS, max_size=8))
def test_a_request_ends_once_and_its_version_rises_only_with_a_change(said: list[InterpreterAnswerName]) -> None:
    held = InterpreterRequest(REQUEST, uuid4(), uuid4(), "uk", STARTS, 60, NOW)
    for one in said:
        before = held
        try:
            held = answered(held, one, NOW, "nobody_free") or held
        except NotRunning:
            assert not before.running
            assert before.state != one
            continue
        assert held.version == before.version + (held is not before)
        assert before.running or held is before
        assert (held.reason is not None) == (held.state == "refused")


async def test_it_is_asked_for_with_the_time_of_the_appointment_and_confirmed(desk: Desk, person: Person) -> None:
    said = only(InterpreterRequested, await desk.hears(request(person)))
    assert (said.starts_at, said.minutes, said.version) == (STARTS, 60, 1)
    assert await desk.hears(request(person)) == []
    assert only(InterpreterConfirmed, await desk.hears(answer(person, "confirmed"))).version == 2
    assert await desk.hears(answer(person, "confirmed")) == []
    assert await state(desk) == "confirmed"


async def test_a_moved_appointment_asks_anew_and_a_cancelled_one_says_that_nobody_need_come(
    desk: Desk, person: Person
) -> None:
    await desk.hears(request(person))
    await desk.hears(answer(person, "confirmed"))
    said = await desk.hears(fixing(person, STARTS + timedelta(days=1), place="there", interpreter=True))
    again = only(InterpreterRequested, said)
    assert (again.starts_at, again.version) == (STARTS + timedelta(days=1), 3)
    assert await state(desk) == "requested"
    await desk.hears(answer(person, "confirmed"))
    off = only(InterpreterCancelled, await desk.hears(fixing(person, cancelled=True)))
    assert off.was_confirmed
    assert await state(desk) == "cancelled"
    with pytest.raises(Refused, match="request_ended"):
        await desk.hears(answer(person, "confirmed"))


async def test_a_refusal_has_its_reason_and_comes_also_after_a_confirmation(desk: Desk, person: Person) -> None:
    await desk.hears(request(person))
    with pytest.raises(Refused, match="refusal_reason_needed"):
        await desk.hears(answer(person, "refused"))
    await desk.hears(answer(person, "confirmed"))
    said = only(InterpreterRefused, await desk.hears(answer(person, "refused", reason="nobody_free")))
    assert said.reason == "nobody_free"
    assert names(await desk.hears(fixing(person, cancelled=True))) == ["AppointmentCancelled"]


async def test_with_the_referral_everything_ahead_ends(desk: Desk, person: Person) -> None:
    await desk.hears(request(person))
    alone = request(person, request_id=uuid4(), appointment_id=None, starts_at=STARTS + timedelta(days=9), minutes=90)
    await desk.hears(alone)
    for withdrawn in (AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="need_met"),):
        await desk.hears(withdrawn)
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(request(person, request_id=uuid4()))


async def test_what_is_missing_or_foreign_is_refused_by_name(desk: Desk, person: Person) -> None:
    other = Person(code="work")
    await on_her_way(desk, other)
    for order, code in (
        (request(person, appointment_id=UUID(int=1)), "unknown_appointment"),
        (request(other), "unknown_appointment"),
        (request(person, appointment_id=None), "time_needed"),
        (request(person, appointment_id=None, starts_at=STARTS.replace(year=1900), minutes=30), "time_out_of_range"),
        (request(person, service_id=UUID(int=1)), "unknown_service"),
        (answer(person, "confirmed"), "unknown_request"),
    ):
        with pytest.raises(Refused, match=code):
            await desk.hears(order)
    await desk.hears(request(person))
    with pytest.raises(Refused, match="request_of_another"):
        await desk.hears(request(other, appointment_id=None, starts_at=STARTS, minutes=30))
    with pytest.raises(Refused, match="unknown_request"):
        await desk.hears(answer(other, "confirmed"))
    await desk.hears(fixing(person, cancelled=True))
    with pytest.raises(Refused, match="appointment_cancelled"):
        await desk.hears(request(person, request_id=uuid4()))


async def test_a_service_for_institutions_says_who_has_to_book_and_the_text_names_nobody(
    desk: Desk, person: Person
) -> None:
    (service,) = [row["service_id"] for row in await desk.rows("service_extension") if row["for_institutions"]][:1]
    said = only(InterpreterRequested, await desk.hears(request(person, service_id=service)))
    assert said.warnings == ("only_institutions_book",)
    told: InterpreterBookingAnswer = await desk.asks(AskInterpreterBooking(request_id=REQUEST))
    assert told.bookable_by == "receiver"
    assert "Dolmetschen Deutsch – Ukrainisch" in told.text
    assert "Montag, 30. November 2026, 13:00 bis 14:00 Uhr (60 Minuten)" in told.text
    assert "können nur Einrichtungen buchen" in told.text
    for hers in (person.person_id, person.referral_id, person.concern_id, person.case_id):
        assert str(hers) not in told.text
    with pytest.raises(Refused, match="unknown_request"):
        await desk.asks(AskInterpreterBooking(request_id=UUID(int=1)))


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        ((2026, 10, 25, 0, 30), "Sonntag, 25. Oktober 2026, 02:30 bis 02:30 Uhr (60 Minuten)"),
        ((2027, 3, 28, 0, 30), "Sonntag, 28. März 2027, 01:30 bis 03:30 Uhr (60 Minuten)"),
    ],
)
def test_the_booking_has_the_hours_that_the_clocks_show(starts_at: tuple[int, int, int, int, int], said: str) -> None:
    from datetime import UTC, datetime

    assert booking_text.span(datetime(*starts_at, tzinfo=UTC), 60) == said


async def test_after_her_erasure_no_answer_brings_it_back(desk: Desk, person: Person) -> None:
    await desk.hears(request(person))
    await desk.hears(ErasePerson(person_id=person.person_id))
    for late in (request(person), answer(person, "confirmed")):
        with pytest.raises(Refused, match="person_erased"):
            await desk.hears(late)
    assert await desk.rows("interpreter_request") == []
