"""A card in her hand: matched, handed over, asked back, closed without the office."""

from datetime import timedelta

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.notify import Tell
from lotse_contracts.referral import (
    AnswerCheckback,
    AnswerReferral,
    AskReferralActions,
    AskSuggestions,
    CheckbackAsked,
    GapFound,
    ProposeServices,
    ReferralCompleted,
    ReferralDelivered,
    ReferralSent,
    ReferralWithdrawn,
    ServicesProposed,
)
from lotse_contracts.values import CheckbackAnswerName
from tests.referral.desk import NOW, Desk, Person, names, only


async def handed_over(desk: Desk, person: Person, service: str) -> list[str]:
    await desk.hears(person.accepted())
    candidate = await desk.suggested(person.concern_id, service)
    return names(await desk.hears(person.sent(candidate.service_id)))


async def test_an_accepted_concern_is_matched_with_a_reason_for_each_point(desk: Desk) -> None:
    person = Person(code="benefits")
    proposed = only(ServicesProposed, await desk.hears(person.accepted()))
    assert proposed.candidates
    for candidate in proposed.candidates:
        assert candidate.score == sum(factor.points for factor in candidate.factors)
        assert all(factor.because for factor in candidate.factors)
    answer = await desk.asks(AskSuggestions(concern_id=person.concern_id))
    assert [one.service_id for one in answer.candidates] == [one.service_id for one in proposed.candidates]
    ranks = [(one.tier, -one.score) for one in answer.candidates]
    assert ranks == sorted(ranks)


async def test_suggestions_name_what_a_counsellor_needs_and_hide_a_secret_place(desk: Desk) -> None:
    person = Person(code="violence")
    assert not (await desk.asks(AskSuggestions(concern_id=person.concern_id))).matched
    await desk.hears(person.accepted())
    house = await desk.suggested(person.concern_id, "Frauenschutzhaus Dresden")
    assert (house.address, "confidential_location" in house.warnings) == (None, True)
    assert set(house.modes) <= {"self", "call"}
    for mode in ("link", "letter", "accompanied"):
        with pytest.raises(Refused) as refused:
            await desk.hears(person.sent(house.service_id, mode=mode))
        assert (refused.value.code, refused.value.allowed) == ("mode_not_possible", "self, call")
    clinic = await desk.suggested(person.concern_id, "Traumaambulanz")
    assert clinic.address == "Fetscherstraße 74, 01307 Dresden"
    assert clinic.modes == ("link", "letter", "self", "accompanied") + (("call",) if clinic.phone else ())


async def test_only_the_partners_own_service_can_be_reached_over_the_wire(desks: tuple[Desk, Desk]) -> None:
    for desk, partners in zip(desks, ("Ukrainisches Haus", "Koordinierungsstelle"), strict=True):
        person = Person(code="orientation")
        await desk.hears(person.accepted())
        answer = await desk.asks(AskSuggestions(concern_id=person.concern_id))
        connected = [candidate.name for candidate in answer.candidates if "connected" in candidate.modes]
        assert len(connected) == 1
        assert partners in connected[0]


async def test_an_old_version_of_a_concern_changes_nothing(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted(2, code="school"))
    before = await desk.everything()
    assert await desk.hears(person.accepted(1)) == []
    assert await desk.everything() == before


async def test_a_counsellor_gets_a_fresh_match_also_before_the_fact(desk: Desk) -> None:
    person = Person(code="work")
    ask = ProposeServices(
        concern_id=person.concern_id, case_id=person.case_id, person_id=person.person_id, code="work", language="uk"
    )
    first = only(ServicesProposed, await desk.hears(ask))
    second = only(ServicesProposed, await desk.hears(person.accepted()))
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(Refused, match="wrong_person"):
        await desk.hears(ask.model_copy(update={"person_id": Person().person_id}))


async def test_what_nobody_serves_is_an_anonymous_gap_told_once(desk: Desk) -> None:
    person = Person(code="unheard_of")
    said = await desk.hears(person.accepted())
    gap = only(GapFound, said)
    assert "fallback_orientation" in only(ServicesProposed, said).candidates[0].warnings
    assert names(await desk.hears(person.accepted(2))) == ["ServicesProposed"]
    (row,) = await desk.rows("gap")
    assert row == {"gap_id": gap.gap_id, "code": "unheard_of", "language": "uk", "month": "2026-11"}


async def test_a_card_is_delivered_at_once_and_the_person_is_told(desk: Desk) -> None:
    person = Person(code="benefits")
    await desk.hears(person.accepted())
    jobcenter = await desk.suggested(person.concern_id, "Jobcenter")
    said = await desk.hears(person.sent(jobcenter.service_id))
    assert names(said) == ["ReferralSent", "ReferralDelivered", "Tell"]
    assert (only(ReferralSent, said).version, only(ReferralDelivered, said).version) == (1, 2)
    told = only(Tell, said)
    assert (told.template, told.arguments, told.useful_by) == ("referral_sent", (), NOW + timedelta(days=14))


async def test_she_is_asked_on_day_three_ten_and_thirty_and_never_again(desk: Desk) -> None:
    person = Person(code="work")
    await handed_over(desk, person, "Jobcenter")
    asked: dict[int, int] = {}
    for day in range(40):
        for message in await desk.fires_timers():
            if isinstance(message, CheckbackAsked):
                asked[message.round] = day
        await desk.passes(days=1)
    assert asked == {1: 3, 2: 10, 3: 30}
    assert await desk.state(person.referral_id) == "unconfirmed"


@pytest.mark.parametrize("code", ["violence"])
async def test_a_victim_of_violence_is_never_told_or_asked(desk: Desk, code: str) -> None:
    person = Person(code=code)
    assert await handed_over(desk, person, "Traumaambulanz") == ["ReferralSent", "ReferralDelivered"]
    await desk.passes(days=40)
    assert await desk.fires_timers() == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("been_there", "completed"),
        ("not_helped", "completed"),
        ("no_longer_needed", "withdrawn"),
        ("not_yet", "delivered"),
    ],
)
async def test_her_answer_closes_the_loop(desk: Desk, answer: CheckbackAnswerName, state: str) -> None:
    person = Person(code="work")
    await handed_over(desk, person, "Jobcenter")
    said = await desk.hears(AnswerCheckback(referral_id=person.referral_id, answer=answer))
    assert names(said)[0] == "CheckbackAnswered"
    assert await desk.state(person.referral_id) == state
    if state == "completed":
        assert only(ReferralCompleted, said).confirmed_by == "person"
    if state == "withdrawn":
        assert only(ReferralWithdrawn, said).reason == "need_met_elsewhere"
    await desk.passes(days=40)
    assert bool(await desk.fires_timers()) == (state == "delivered")


async def test_the_desk_records_an_outcome_and_says_that_it_was_staff(desk: Desk) -> None:
    person = Person(code="work")
    await handed_over(desk, person, "Jobcenter")
    actions = await desk.asks(AskReferralActions(referral_id=person.referral_id))
    assert (actions.state, set(actions.actions)) == (
        "delivered",
        {"complete", "fail", "withdraw", "reroute", "sub", "mark_error", "answer_checkback", "fix_appointment"},
    )
    done = AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="application_filed")
    completed = only(ReferralCompleted, await desk.hears(done))
    assert (completed.outcome, completed.confirmed_by) == ("application_filed", "staff")
    assert (await desk.asks(AskReferralActions(referral_id=person.referral_id))).actions == ("reopen",)


async def test_what_the_table_does_not_have_is_refused_with_a_code(desk: Desk) -> None:
    person = Person(code="work")
    await handed_over(desk, person, "Jobcenter")
    for answer, code in [
        ("accepted", "action_not_allowed"),
        ("completed", "outcome_needed"),
        ("delivered", "action_not"),
    ]:
        with pytest.raises(Refused, match=code):
            await desk.hears(AnswerReferral.model_validate({"referral_id": person.referral_id, "answer": answer}))
    with pytest.raises(Refused, match="unknown_referral"):
        await desk.hears(AnswerReferral(referral_id=Person().referral_id, answer="accepted"))


async def test_a_referral_to_nowhere_or_for_somebody_else_is_refused(desk: Desk) -> None:
    person, other = Person(code="work"), Person(code="work")
    with pytest.raises(Refused, match="unknown_concern"):
        await desk.hears(person.sent(other.case_id))
    await desk.hears(person.accepted())
    jobcenter = await desk.suggested(person.concern_id, "Jobcenter")
    with pytest.raises(Refused, match="unknown_service"):
        await desk.hears(person.sent(other.case_id))
    with pytest.raises(Refused, match="wrong_person"):
        await desk.hears(person.sent(jobcenter.service_id, person_id=other.person_id))
    with pytest.raises(Refused, match="mode_not_possible"):
        await desk.hears(person.connected(jobcenter.service_id))
    await desk.hears(person.sent(jobcenter.service_id))
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(person.sent(jobcenter.service_id))


async def test_a_service_that_has_ended_takes_nobody_from_midnight_in_dresden(desk: Desk) -> None:
    person = Person(code="community")
    await desk.hears(person.accepted())
    house = await desk.suggested(person.concern_id, "Ukrainisches Haus")
    desk.now = NOW.replace(month=12, day=31, hour=23, minute=1)
    with pytest.raises(Refused, match="service_ended"):
        await desk.hears(person.sent(house.service_id))
    desk.now = NOW.replace(month=12, day=31, hour=22, minute=59)
    assert "ReferralSent" in names(await desk.hears(person.sent(house.service_id)))
