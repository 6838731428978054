"""Deadlines on a real database: computed from a letter, shown, confirmed, named, reminded of, missed, settled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis import timers
from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.envelope import Message
from lotse_contracts.intake import Letter
from lotse_intake.handlers.deadlines import DEADLINE_TIMER
from tests.intake.given import Intake, enquiry, kinds, known_person, only
from tests.intake.writing import recorded, seen

FINE = Letter(sender="fine_office", dated="2026-11-20", period="fine")  # ends on Friday, 4 December 2026


async def with_letter(here: Intake, letter: Letter = FINE, **changed: Any) -> list[Message]:
    return await here.hear(enquiry(here, letter=letter, codes=("documents", "legal"), **changed), actor=None)


async def fire(here: Intake, now: datetime) -> list[Message]:
    """The timer of deadlines, as the chassis fires it, at a time."""
    here.now = now
    said: list[Message] = []
    while True:
        async with here.service.engine.begin() as tx:
            due = await timers.due(tx, now=now, limit=1, kinds=[DEADLINE_TIMER])
            if not due:
                return said
            await timers.cancel_timer(tx, kind=due[0].kind, key=due[0].key)
            said += await here.service.timer_handlers[DEADLINE_TIMER](due[0], here.context(), tx)


def at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=8)


async def test_a_letter_shows_its_earliest_end_to_the_desk_to_be_confirmed(here: Intake) -> None:
    said = await with_letter(here)
    registered = only(said, intake.DeadlineRegistered)
    assert (registered.on, registered.kind, registered.confirmed) == ("2026-12-04", "fine", False)
    enquiry_id = only(said, intake.EnquiryReceived).enquiry_id
    _, _, letter = await seen(here, enquiry_id)
    assert letter
    assert letter.model_dump() == {
        "sender": "fine_office",
        "dated": "2026-11-20",
        "period": "fine",
        "earliest_end": "2026-12-04",
        "rule": "letter_date_plus_period",
        "source": "§ 67 Abs. 1 OWiG (2026-11-25)",
        "to_be_confirmed": True,
    }
    entries = (await here.ask(intake.AskInbox())).entries
    assert [one.deadline_on for one in entries] == ["2026-12-04", "2026-12-04"]
    assert here.rows("SELECT count(*) FROM access_log WHERE action = 'read'") == [(1,)]


async def test_what_stands_in_a_letter_is_ciphertext(here: Intake) -> None:
    await with_letter(here, Letter(sender="auslaenderbehoerde", dated="2026-11-20", period="fine"))
    assert b"auslaenderbehoerde" not in here.whole_database()
    assert b"2026-11-20" not in here.whole_database()


@pytest.mark.parametrize(
    ("dated", "urgency", "hours"),
    [("2026-11-24", "normal", 48), ("2026-11-18", "urgent", 24), ("2026-11-12", "urgent", 6)],
)
async def test_a_near_end_makes_the_enquiry_urgent_or_due_today(
    here: Intake, dated: str, urgency: str, hours: int
) -> None:
    said = await with_letter(here, Letter(dated=dated, period="fine"))
    raised = [one for one in said if isinstance(one, intake.ConcernRaised)]
    assert {one.urgency for one in raised} == {urgency}
    assert max(one.due_at for one in raised) <= here.now + timedelta(hours=hours, seconds=1)


async def test_a_letter_without_a_date_invents_no_deadline(here: Intake) -> None:
    said = await with_letter(here, Letter(sender="court"))
    assert "evt intake.deadline-registered" not in kinds(said)
    _, _, letter = await seen(here, only(said, intake.EnquiryReceived).enquiry_id)
    assert letter
    assert (letter.sender, letter.earliest_end) == ("court", None)
    assert here.rows("SELECT count(*) FROM deadline") == [(0,)]


async def test_a_person_confirms_the_day_or_another_one(here: Intake) -> None:
    said = await with_letter(here)
    first = only(said, intake.DeadlineRegistered)
    confirmed = only(await here.hear(intake.ConfirmDeadline(deadline_id=first.deadline_id)), intake.DeadlineRegistered)
    assert (confirmed.confirmed, confirmed.version, confirmed.warnings) == (True, 2, ())
    assert await here.hear(intake.ConfirmDeadline(deadline_id=first.deadline_id)) == []
    later = intake.ConfirmDeadline(deadline_id=first.deadline_id, on="2026-12-09")
    moved = only(await here.hear(later), intake.DeadlineRegistered)
    assert (moved.on, moved.warnings) == ("2026-12-09", ("later_than_earliest",))
    enquiry_id = only(said, intake.EnquiryReceived).enquiry_id
    _, _, letter = await seen(here, enquiry_id)
    assert letter
    assert not letter.to_be_confirmed
    (entry,) = (await here.ask(intake.AskDeadlines(concern_id=first.concern_id))).deadlines
    assert (entry.on, entry.computed, entry.confirmed_by) == ("2026-12-09", True, "w-1")


async def test_a_person_names_a_deadline_and_a_near_one_hurries_the_concern(here: Intake) -> None:
    concern_id = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised).concern_id
    order = intake.RegisterDeadline(concern_id=concern_id, deadline_id=uuid4(), on="2026-11-26", kind="appointment")
    said = await here.hear(order)
    assert only(said, intake.DeadlineRegistered).confirmed
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert (entry.urgency, entry.deadline_on) == ("urgent", "2026-11-26")
    assert entry.due_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert await here.hear(order) == []
    with pytest.raises(Refused) as fault:
        await here.hear(order.model_copy(update={"on": "2026-12-01"}))
    assert fault.value.code == "deadline_id_taken"
    over = intake.RegisterDeadline(concern_id=concern_id, deadline_id=uuid4(), on="2026-11-20", kind="fine")
    assert only(await here.hear(over), intake.DeadlineRegistered).warnings == ("already_over",)


async def test_it_is_spoken_of_in_time_and_missed_once(here: Intake) -> None:
    deadline_id = only(await with_letter(here), intake.DeadlineRegistered).deadline_id
    left: list[int] = []
    for days in range(10):
        said = await fire(here, at("2026-11-25") + timedelta(days=days))
        left += [one.days_left for one in said if isinstance(one, intake.DeadlineDue)]
    assert left == [7, 2, 0]
    missed = only(await fire(here, at("2026-12-05")), intake.DeadlineMissed)
    assert (missed.deadline_id, missed.on, missed.confirmed) == (deadline_id, "2026-12-04", False)
    assert await fire(here, at("2026-12-20")) == []
    assert here.rows("SELECT missed_at IS NOT NULL FROM deadline") == [(True,)]
    (entry, other) = (await here.ask(intake.AskInbox())).entries
    assert entry.urgency == "urgent" or other.urgency == "urgent"


async def test_after_a_long_night_only_what_still_helps_is_said(here: Intake) -> None:
    await with_letter(here)
    said = await fire(here, at("2026-12-03"))
    assert [one.days_left for one in said if isinstance(one, intake.DeadlineDue)] == [1]


async def test_a_settled_deadline_is_not_spoken_of_any_more(here: Intake) -> None:
    first = only(await with_letter(here), intake.DeadlineRegistered)
    order = intake.SettleDeadline(deadline_id=first.deadline_id, settlement="met")
    assert only(await here.hear(order), intake.DeadlineSettled).settlement == "met"
    assert await here.hear(order) == []
    assert await fire(here, at("2026-12-05")) == []
    assert (await here.ask(intake.AskDeadlines())).deadlines == ()
    assert here.rows("SELECT count(*) FROM concern WHERE deadline_on IS NOT NULL AND code = 'documents'") == [(0,)]
    with pytest.raises(Refused) as fault:
        await here.hear(intake.ConfirmDeadline(deadline_id=first.deadline_id))
    assert fault.value.code == "deadline_settled"


async def test_a_counsellor_reads_the_photo_and_the_end_follows(here: Intake) -> None:
    order = recorded(here, channel="letter", letter=Letter(sender="court"))
    await here.hear(order)
    described = intake.DescribeLetter(enquiry_id=order.enquiry_id, letter=FINE)
    first = only(await here.hear(described), intake.DeadlineRegistered)
    assert (first.on, first.version) == ("2026-12-04", 1)
    again = Letter(sender="fine_office", dated="2026-11-23", period="fine")
    moved = only(
        await here.hear(intake.DescribeLetter(enquiry_id=order.enquiry_id, letter=again)), intake.DeadlineRegistered
    )
    assert (moved.deadline_id, moved.on, moved.version) == (first.deadline_id, "2026-12-07", 2)
    await here.hear(intake.ConfirmDeadline(deadline_id=first.deadline_id))
    third = Letter(sender="fine_office", dated="2026-11-24", period="fine")
    kept = only(
        await here.hear(intake.DescribeLetter(enquiry_id=order.enquiry_id, letter=third)), intake.DeadlineRegistered
    )
    assert kept.on == "2026-12-07"  # what a person has confirmed is moved by a person only


async def test_the_nearest_of_all_come_first_and_none_of_the_erased(here: Intake) -> None:
    later = only(await with_letter(here), intake.DeadlineRegistered)
    sooner = only(await with_letter(here, Letter(dated="2026-11-18", period="fine")), intake.DeadlineRegistered)
    found = (await here.ask(intake.AskDeadlines())).deadlines
    assert [one.deadline_id for one in found] == [sooner.deadline_id, later.deadline_id]
    await here.hear(intake.ErasePerson(person_id=sooner.person_id), actor=None)
    assert [one.deadline_id for one in (await here.ask(intake.AskDeadlines())).deadlines] == [later.deadline_id]
    assert here.rows("SELECT count(*) FROM deadline") == [(1,)]
    assert here.rows("SELECT key FROM timer WHERE kind = 'deadline'") == [(str(later.deadline_id),)]


async def test_an_erased_persons_late_timer_says_nothing(here: Intake) -> None:
    registered = only(await with_letter(here), intake.DeadlineRegistered)
    await here.hear(intake.ErasePerson(person_id=registered.person_id), actor=None)
    late = timers.Timer(DEADLINE_TIMER, str(registered.deadline_id), here.now, {}, uuid4())
    async with here.service.engine.begin() as tx:
        assert not await here.service.timer_handlers[DEADLINE_TIMER](late, here.context(), tx)


async def test_a_settled_deadlines_late_timer_says_nothing(here: Intake) -> None:
    registered = only(await with_letter(here), intake.DeadlineRegistered)
    await here.hear(intake.SettleDeadline(deadline_id=registered.deadline_id, settlement="lapsed"))
    here.now = at("2026-12-05")
    late = timers.Timer(DEADLINE_TIMER, str(registered.deadline_id), here.now, {}, uuid4())
    async with here.service.engine.begin() as tx:
        assert not await here.service.timer_handlers[DEADLINE_TIMER](late, here.context(), tx)


@pytest.mark.parametrize("deadline_id", [UUID(int=7)])
async def test_a_deadline_that_nobody_knows_is_refused_and_changes_nothing(here: Intake, deadline_id: UUID) -> None:
    await known_person(here)
    before = here.counts()
    for order in (
        intake.ConfirmDeadline(deadline_id=deadline_id),
        intake.SettleDeadline(deadline_id=deadline_id, settlement="met"),
    ):
        with pytest.raises(Refused) as fault:
            await here.hear(order)
        assert fault.value.code == "unknown_deadline"
    with pytest.raises(Refused):
        await here.hear(
            intake.RegisterDeadline(concern_id=uuid4(), deadline_id=deadline_id, on="2026-12-01", kind="fine")
        )
    assert here.counts() == before
