"""What the desk asks: which loops are open and why, overdue ones first; one referral with all that hangs on it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts.intake import CaseAssigned
from lotse_contracts.referral import (
    AnswerReferral,
    AskOpenReferrals,
    AskReferral,
    ErasePerson,
    NoteWaitlist,
    OpenReferral,
    ReferralAnswer,
    WaitlistNoted,
)
from lotse_referral.domain.cursors import BadCursor
from lotse_referral.domain.desk import Place, cursor_of, place_of
from tests.referral.appointed import fixing, on_her_way
from tests.referral.connected import under_way
from tests.referral.desk import NOW, Desk, Person, only

MOMENTS = st.datetimes(timezones=st.sampled_from([NOW.tzinfo]))


async def walk(desk: Desk, **asked: Any) -> list[OpenReferral]:
    seen: list[OpenReferral] = []
    cursor: str | None = None
    while True:
        page = await desk.asks(AskOpenReferrals(cursor=cursor, **asked))
        seen += page.referrals
        cursor = page.cursor
        if cursor is None:
            return seen


@given(MOMENTS, st.booleans(), MOMENTS, st.uuids())
def test_a_cursor_is_read_back(as_of: Any, overdue: bool, at: Any, referral_id: UUID) -> None:
    place = Place(as_of, overdue, at, referral_id)
    assert place_of(cursor_of(place)) == place


@given(st.text(max_size=200))
def test_what_is_no_cursor_is_refused_as_one(text: str) -> None:
    with pytest.raises(BadCursor):
        place_of(text)


async def test_overdue_ones_come_first_each_once_on_whatever_pages(desk: Desk) -> None:
    late, early = [Person() for _ in range(3)], [Person() for _ in range(4)]
    for person in late:
        await under_way(desk, person)
        await desk.passes(hours=1)
    await desk.passes(days=8)
    for person in early:
        await under_way(desk, person)
        await desk.passes(minutes=1)
    wanted = [person.referral_id for person in (*late, *early)]
    for size in (1, 2, 3, 4, 7, 50):
        seen = await walk(desk, size=size)
        assert [one.referral_id for one in seen] == wanted
        assert [one.overdue for one in seen] == [True] * 3 + [False] * 4
    assert [one.referral_id for one in await walk(desk, overdue_only=True)] == wanted[:3]


async def test_what_becomes_overdue_during_a_walk_is_not_read_twice(desk: Desk) -> None:
    people = [Person() for _ in range(6)]
    for person in people:
        await under_way(desk, person)
        await desk.passes(minutes=1)
    first = await desk.asks(AskOpenReferrals(size=3))
    await desk.passes(days=9)
    rest = await desk.asks(AskOpenReferrals(size=10, cursor=first.cursor))
    seen = [one.referral_id for one in (*first.referrals, *rest.referrals)]
    assert seen == [person.referral_id for person in people]


async def test_each_says_what_it_waits_for_and_which_timers_run(desk: Desk) -> None:
    card, sent = Person(code="work"), Person()
    await on_her_way(desk, card)
    await under_way(desk, sent)
    seen = {one.referral_id: one for one in await walk(desk)}
    assert (seen[card.referral_id].waits_for, seen[sent.referral_id].waits_for) == ("checkback", "receipt")
    assert "checkback" in {timer.kind for timer in seen[card.referral_id].timers}
    assert {"acknowledge", "expire"} <= {timer.kind for timer in seen[sent.referral_id].timers}
    due = [timer.due_at for timer in seen[sent.referral_id].timers]
    assert due == sorted(due)


async def test_mine_are_those_of_my_cases_and_those_that_i_sent_where_nobody_carries_the_case(desk: Desk) -> None:
    people = [Person(code="work") for _ in range(3)]
    for person in people:
        await on_her_way(desk, person)
        await desk.passes(minutes=1)
    mine, given, shared = people

    async def carried(person: Person, version: int, owner: str | None, team: str | None = None) -> None:
        fact = CaseAssigned(case_id=person.case_id, person_id=person.person_id, version=version, owner=owner, team=team)
        await desk.hears(fact)

    await carried(given, 5, "taras")
    await carried(given, 4, "olena")  # old news
    await carried(shared, 2, None, "north")
    ids = [one.referral_id for one in await walk(desk, view="mine")]
    assert ids == [mine.referral_id, shared.referral_id]
    (team,) = await walk(desk, view="team", team="north")
    assert (team.referral_id, team.carrier, team.team) == (shared.referral_id, "olena", "north")
    with pytest.raises(Refused, match="team_needed"):
        await walk(desk, view="team")
    assert len(await walk(desk, view="all")) == 3


async def test_filters_hold_together_and_closed_ones_are_found_by_their_state(desk: Desk) -> None:
    person, other = Person(code="work"), Person()
    await on_her_way(desk, person)
    await under_way(desk, other)
    assert [one.referral_id for one in await walk(desk, mode="self", state="delivered")] == [person.referral_id]
    assert await walk(desk, mode="connected", state="delivered") == []
    await desk.hears(AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="need_met"))
    assert [one.referral_id for one in await walk(desk)] == [other.referral_id]
    (closed,) = await walk(desk, state="completed")
    assert (closed.waits_for, closed.due_at) == (None, None)


async def test_one_referral_shows_how_it_came_to_this_and_who_said_how_it_ended(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    await desk.passes(days=1)
    await desk.hears(fixing(person))
    await desk.hears(fixing(person, appointment_id=UUID(int=0xA5)))
    await desk.hears(AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="need_met"))
    told: ReferralAnswer = await desk.asks(AskReferral(referral_id=person.referral_id))
    assert [step.state for step in told.history] == ["sent", "delivered", "completed"]
    assert [step.by for step in told.history] == ["sender", "system", "sender"]
    assert [step.version for step in told.history] == [1, 2, 3]
    assert told.history[-1].at - told.history[0].at == timedelta(days=1)
    assert (told.outcome, told.confirmed_by, told.history[-1].outcome) == ("need_met", "staff", "need_met")
    assert [one.overlaps for one in told.appointments] == [(UUID(int=0xA5),), (UUID(int=0xA0),)]
    (look,) = [row for row in await _looks(desk) if row["object_kind"] == "referral"]
    assert (look["action"], look["object_id"]) == ("read", str(person.referral_id))


async def _looks(desk: Desk) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from lotse_chassis.accesslog import access_log

    async with desk.service.engine.connect() as tx:
        return [dict(row) for row in (await tx.execute(select(access_log))).mappings()]


async def test_a_referral_that_is_not_there_or_was_erased_says_which(desk: Desk) -> None:
    person = Person(code="work")
    with pytest.raises(Refused, match="unknown_referral"):
        await desk.asks(AskReferral(referral_id=uuid4()))
    await on_her_way(desk, person)
    await desk.hears(ErasePerson(person_id=person.person_id))
    with pytest.raises(Refused, match="person_erased"):
        await desk.asks(AskReferral(referral_id=person.referral_id))
    assert await walk(desk) == []


async def test_a_place_on_a_waiting_list_is_noted_only_while_it_waits(desks: tuple[Desk, Desk]) -> None:
    _, partner = desks
    desk = desks[0]
    person = Person()
    offer = await under_way(desk, person)
    await partner.hears(offer, "auslaenderrat")
    note = NoteWaitlist(note_id=uuid4(), referral_id=person.referral_id, position=12)
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(note)
    from lotse_contracts.referral import ReferralAnswered

    waits = ReferralAnswered(to="auslaenderrat", referral_id=person.referral_id, answer="waitlisted", version=5)
    await desk.hears(waits, "plattform")
    with pytest.raises(Refused, match="position_needed"):
        await desk.hears(note.model_copy(update={"position": None}))
    assert only(WaitlistNoted, await desk.hears(note)).position == 12
    assert await desk.hears(note) == []
    await desk.passes(days=1)
    await desk.hears(NoteWaitlist(note_id=uuid4(), referral_id=person.referral_id, weeks=3))
    told: ReferralAnswer = await desk.asks(AskReferral(referral_id=person.referral_id))
    assert told.waitlist is not None
    assert (told.waitlist.position, told.waitlist.weeks) == (None, 3)
    assert (told.referral.waits_for, told.referral.state) == ("place", "waitlisted")
    assert "waitlist_review" in {timer.kind for timer in told.referral.timers}
    await desk.hears(ErasePerson(person_id=person.person_id))
    with pytest.raises(Refused, match="person_erased"):
        await desk.hears(note.model_copy(update={"note_id": uuid4()}))
