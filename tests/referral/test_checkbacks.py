"""The loop is closed by asking her: by a message where that is safe, else by the desk, and never for violence."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.calendar import ZONE
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ContactSafetyChanged
from lotse_contracts.notify import MessageFailed, Tell
from lotse_contracts.referral import (
    AnswerCheckback,
    AskOpenReferrals,
    AskReferral,
    CheckbackAnswered,
    CheckbackAsked,
    ErasePerson,
    ReferralCompleted,
    ReferralUnconfirmed,
)
from lotse_referral.domain.checkbacks import GRACE_DAYS, ROUND_DAYS, due_at, gives_up_at, visit_due_at
from lotse_referral.store import checkbacks
from tests.referral.connected import under_way
from tests.referral.desk import NOW, Person, names, only
from tests.referral.her import Her, rows

MINUTES = st.integers(0, 60 * 24 * 366 * 10)
"""Ten years, with every change of the clocks in them."""


async def days_of(her: Her, days: int) -> dict[int, list[Message]]:
    """What happens by itself, day by day."""
    happened: dict[int, list[Message]] = {}
    for day in range(days):
        if said := await her.desk.fires_timers():
            happened[day] = said
        await her.desk.passes(days=1)
    return happened


# When she is asked


async def test_she_is_asked_on_day_three_ten_and_thirty_and_then_nobody_knows(her: Her) -> None:
    await her.referred()
    happened = await days_of(her, 60)
    assert {day: names(said) for day, said in happened.items()} == {
        3: ["CheckbackAsked", "Tell"],
        10: ["CheckbackAsked", "Tell"],
        30: ["CheckbackAsked", "Tell"],
        37: ["ReferralUnconfirmed", "StopTelling"],
    }
    tells = [only(Tell, happened[day]) for day in ROUND_DAYS]
    assert [told.arguments[0].value for told in tells] == ["1", "2", "3"]
    assert [told.supersedes for told in tells] == [None, tells[0].dedupe_key, tells[1].dedupe_key]
    assert only(ReferralUnconfirmed, happened[37]).referral_id == her.person.referral_id
    (row,) = await her.desk.rows("referral")
    assert (row["state"], row["confirmed_by"]) == ("unconfirmed", None)


async def test_after_a_long_outage_she_still_has_a_week_for_each_answer(her: Her) -> None:
    await her.referred()
    await her.desk.passes(days=400)
    happened = {day: names(said) for day, said in (await days_of(her, 30)).items()}
    asked = ["CheckbackAsked", "Tell"]
    assert happened == {0: asked, 7: asked, 14: asked, 21: ["ReferralUnconfirmed", "StopTelling"]}


@given(MINUTES)
def test_rounds_rise_and_the_grace_comes_after_the_last(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    rounds = [due_at(at, number) for number in range(1, len(ROUND_DAYS) + 1)]
    assert rounds == [at + timedelta(days=days) for days in ROUND_DAYS]
    assert gives_up_at(at) - at == timedelta(days=ROUND_DAYS[-1] + GRACE_DAYS)
    assert due_at(at, len(ROUND_DAYS) + 1) is None


@given(MINUTES)
def test_after_an_appointment_she_is_asked_the_next_morning_whatever_the_clocks_do(minutes: int) -> None:
    ends_at = NOW + timedelta(minutes=minutes)
    due = visit_due_at(ends_at).astimezone(ZONE)
    assert (due.date() - ends_at.astimezone(ZONE).date()).days == 1
    assert (due.hour, due.minute) == (10, 0)


async def test_the_morning_after_an_appointment_she_is_asked_also_where_an_office_answers(her: Her) -> None:
    her.person = Person(code="orientation")
    await under_way(her.desk, her.person)
    await her.has_appointment(days=2)
    happened = {day: said for day, said in (await days_of(her, 6)).items() if "CheckbackAsked" in names(said)}
    (said,) = happened.values()
    asked = only(CheckbackAsked, said)
    assert (asked.series, asked.round, asked.way) == ("visit", 1, "message")
    assert only(Tell, said).template == "checkback"
    (answered, *_) = await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="been_there"))
    assert isinstance(answered, CheckbackAnswered)
    assert await her.desk.state(her.person.referral_id) == "sent", (
        "the partner closes its loop; the desk knows her word"
    )


async def test_a_moved_or_cancelled_appointment_moves_or_ends_the_question(her: Her) -> None:
    await her.referred()
    appointment_id = await her.has_appointment(days=2)
    due = {row["due_at"] for row in await rows(her.desk, "timer") if row["kind"] == "visit_check"}
    assert len(due) == 1
    await her.proves("code")
    await her.acts(f"/me/appointments/{appointment_id}/cancel")
    assert not [row for row in await rows(her.desk, "timer") if row["kind"] == "visit_check"]


@pytest.mark.parametrize("days", [34, 60])
async def test_an_appointment_is_asked_about_before_nobody_knows(her: Her, days: int) -> None:
    """Some offices give a time three months away; after that question too she has a week."""
    await her.referred()
    await her.has_appointment(days=days)
    happened = {day: names(said) for day, said in (await days_of(her, days + 20)).items()}
    *rounds, visit, end = happened
    assert rounds == list(ROUND_DAYS)
    assert visit > days
    assert end == visit + GRACE_DAYS
    assert happened[visit] == ["CheckbackAsked", "Tell"]
    assert happened[end] == ["ReferralUnconfirmed", "StopTelling"]


async def test_a_next_appointment_does_not_take_the_question_about_the_last_one(her: Her) -> None:
    """An office often gives the next time on the spot, and the desk writes it down the same day."""
    await her.referred()
    await her.has_appointment(days=4)
    await her.desk.passes(days=4, hours=2)
    await her.desk.fires_timers()
    await her.has_appointment(days=10)
    await days_of(her, 14)
    visits = [row["round"] for row in await her.desk.rows("checkback") if row["series"] == "visit"]
    assert sorted(visits) == [1, 2]


@pytest.mark.parametrize("service", ["Traumaambulanz", "Frauenschutzhaus"])
async def test_nobody_asks_about_violence_or_a_secret_place(her: Her, service: str) -> None:
    her.person = Person(code="violence")
    assert names(await her.referred(service)) == ["ReferralSent", "ReferralDelivered"]
    await her.has_appointment(days=2)
    for said in (await days_of(her, 60)).values():
        assert not {"CheckbackAsked", "Tell"} & set(names(said))
    assert await her.desk.rows("checkback") == []


async def test_a_place_that_became_secret_meanwhile_is_not_asked_about(her: Her) -> None:
    await her.referred()
    hidden = "UPDATE service_extension SET confidential_location = {} WHERE service_id ="
    (row,) = await her.desk.rows("referral")
    her.run(hidden.format("true") + f" '{row['service_id']}'")
    try:
        assert await her.is_asked() == []
    finally:
        her.run(hidden.format("false") + f" '{row['service_id']}'")


# Where nothing may be sent


async def test_with_an_unsafe_contact_the_desk_asks_her_when_she_comes(her: Her) -> None:
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False))
    await her.referred()
    (asked,) = await her.is_asked()
    assert isinstance(asked, CheckbackAsked)
    assert asked.way == "desk"
    async with her.desk.service.engine.connect() as tx:
        assert await checkbacks.to_ask(tx, [her.person.referral_id]) == {her.person.referral_id}
    await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="been_there"))
    async with her.desk.service.engine.connect() as tx:
        assert await checkbacks.to_ask(tx, [her.person.referral_id]) == frozenset()


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1)])
async def test_what_intake_says_of_her_contact_counts_by_version_in_any_order(her: Her, order: tuple[int, ...]) -> None:
    facts = [
        ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False),
        ContactSafetyChanged(person_id=her.person.person_id, version=2, safe=True),
    ]
    for place in order:
        await her.desk.hears(facts[place])
    await her.referred()
    assert names(await her.is_asked()) == ["CheckbackAsked", "Tell"]


async def test_a_question_under_way_is_the_desks_as_soon_as_her_contact_is_unsafe(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    (fact,) = await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=2, safe=False))
    assert isinstance(fact, CheckbackAsked)
    assert (fact.round, fact.way) == (1, "desk")


async def test_a_question_that_never_reached_her_is_the_desks(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    failed = MessageFailed(
        notification_id=uuid4(), person_id=her.person.person_id, template="checkback", channel="none", reason="too_late"
    )
    assert await her.desk.hears(failed.model_copy(update={"template": "receipt"})) == []
    assert [fact.way for fact in await her.desk.hears(failed) if isinstance(fact, CheckbackAsked)] == ["desk"]
    assert await her.desk.hears(failed) == []


async def test_an_erased_persons_late_facts_change_nothing(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    await her.desk.hears(ErasePerson(person_id=her.person.person_id))
    before = await her.desk.everything()
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=9, safe=False))
    assert await her.desk.everything() == before
    assert await her.desk.rows("contact_safety") == []
    assert await her.desk.rows("checkback") == []


# Who said what


async def test_the_desk_says_whose_word_it_is(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    said = await her.desk.hears(
        AnswerCheckback(referral_id=her.person.referral_id, answer="been_there", said_by="staff")
    )
    answered = only(CheckbackAnswered, said)
    assert (answered.said_by, answered.through) == ("staff", "desk")
    assert only(ReferralCompleted, said).confirmed_by == "staff"


async def test_she_may_say_first_that_she_was_not_there_yet_and_then_that_she_was(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="not_yet"))
    await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="been_there"))
    (asked,) = await her.desk.rows("checkback")
    assert asked["answer"] == "been_there"
    with pytest.raises(Refused, match="checkback_closed"):
        await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="not_helped"))


async def test_the_desk_sees_every_round_of_a_referral(her: Her) -> None:
    await her.referred()
    await her.is_asked()
    seen = await her.desk.asks(AskReferral(referral_id=her.person.referral_id))
    assert [(one.round, one.answer) for one in seen.checkbacks] == [(1, None)]


async def test_no_longer_needed_ends_a_connected_referral_and_the_partner_stops(her: Her) -> None:
    her.person = Person(code="orientation")
    await under_way(her.desk, her.person)
    said = await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="no_longer_needed"))
    assert "ReferralWithdrawnNotice" in names(said)
    assert await her.desk.state(her.person.referral_id) == "withdrawn"


# What the desk sees


async def test_the_desk_sees_whom_to_ask_and_whose_appointment_to_move(her: Her) -> None:
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False))
    await her.referred()
    appointment_id = await her.has_appointment()
    await her.is_asked()
    await her.proves("code")
    await her.acts(f"/me/appointments/{appointment_id}/move", wish="call_me")
    (entry,) = (await her.desk.asks(AskOpenReferrals())).referrals
    assert entry.to_do == ("ask_her", "move_appointment")
    (seen,) = (await her.desk.asks(AskReferral(referral_id=her.person.referral_id))).appointments
    assert seen.wish == "call_me"
    await her.acts(f"/me/appointments/{appointment_id}/cancel")
    await her.answers("not_yet")
    (entry,) = (await her.desk.asks(AskOpenReferrals())).referrals
    assert entry.to_do == ()
