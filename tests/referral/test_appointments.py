"""Appointments: fixed, moved, taken back, at local times, with warnings; and the times that offices propose."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts.intake import PersonRegistered
from lotse_contracts.notify import StopTelling, Tell
from lotse_contracts.referral import (
    AnswerProposal,
    AnswerReferral,
    AppointmentCancelled,
    AppointmentFixed,
    AppointmentMoved,
    ErasePerson,
    ProposalAnswered,
    ProposedTime,
    ProposeTimes,
    ReferralAnswered,
    TimesProposed,
)
from lotse_referral.domain import appointments as rules
from lotse_referral.domain.appointments import Appointment
from tests.referral.appointed import APPOINTMENT, STARTS, fixing, on_her_way
from tests.referral.connected import under_way
from tests.referral.desk import NOW, Desk, Person, names, only

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.tuples(MOMENTS, st.integers(1, 600))
HER = UUID(int=1)


def one(number: int, span: tuple[datetime, int], **changed: object) -> Appointment:
    starts_at, minutes = span
    whole = {
        "appointment_id": UUID(int=number),
        "referral_id": UUID(int=2),
        "person_id": HER,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "changed_at": NOW,
    }
    return Appointment(**whole | changed)  # type: ignore[arg-type]


@given(st.lists(st.tuples(SPANS, st.booleans()), min_size=1, max_size=12))
def test_the_version_rises_by_one_with_each_change_and_with_nothing_else(
    steps: list[tuple[tuple[datetime, int], bool]],
) -> None:
    held: Appointment | None = None
    for span, off in steps:
        before = held
        try:
            held, change = rules.changed(held, one(1, span, cancelled=off))
        except rules.AlreadyCancelled:
            assert before is not None
            assert before.cancelled
            continue
        assert held.version == (1 if before is None else before.version + (change != "nothing"))
        assert (change == "nothing") == (held is before)
        if before is not None and before.cancelled:
            assert held is before


@given(SPANS, SPANS)
def test_overlapping_is_mutual_and_what_only_touches_does_not(a: tuple[datetime, int], b: tuple[datetime, int]) -> None:
    first, second = one(1, a), one(2, b)
    assert bool(rules.overlapping(first, [second])) == bool(rules.overlapping(second, [first]))
    after = one(3, (first.ends_at, 30))
    assert rules.overlapping(first, [after, first]) == ()
    assert rules.overlapping(one(1, a, cancelled=True), [one(2, a)]) == ()
    assert rules.overlapping(first, [one(2, a)]) == (UUID(int=2),)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ends_at": STARTS}, "ends_before_start"),
        ({"ends_at": STARTS + timedelta(seconds=30)}, "ends_before_start"),
        ({"ends_at": STARTS + timedelta(hours=13)}, "too_long"),
        ({"starts_at": STARTS.replace(year=1970)}, "time_out_of_range"),
        ({"starts_at": STARTS.replace(year=2300), "ends_at": STARTS.replace(year=2301)}, "time_out_of_range"),
        ({"place": "somewhere"}, "unknown_place"),
        ({"referral_id": UUID(int=1)}, "unknown_referral"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(desk: Desk, changed: dict[str, object], code: str) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    with pytest.raises(Refused, match=code):
        await desk.hears(fixing(person).model_copy(update=changed))
    assert await desk.rows("appointment") == []


async def test_two_of_hers_at_the_same_time_are_kept_and_warned_of(desk: Desk) -> None:
    person, other = Person(code="work"), Person(code="work")
    second = Person(person.person_id, code="benefits")
    for somebody in (person, other):
        await on_her_way(desk, somebody)
    await on_her_way(desk, second, "Sozialamt")
    assert only(AppointmentFixed, await desk.hears(fixing(person))).warnings == ()
    alone = only(AppointmentFixed, await desk.hears(fixing(other, appointment_id=UUID(int=0xA1))))
    assert alone.warnings == ()  # of somebody else
    both = only(AppointmentFixed, await desk.hears(fixing(second, appointment_id=UUID(int=0xA2))))
    assert both.warnings == ("overlaps_another",)
    moved = fixing(second, STARTS + timedelta(hours=1), appointment_id=UUID(int=0xA2))
    assert only(AppointmentMoved, await desk.hears(moved)).warnings == ()


@pytest.mark.parametrize(
    ("starts_at", "warned"),
    [
        (datetime(2026, 11, 25, 11, 59, tzinfo=UTC), ("in_the_past",)),
        (datetime(2026, 11, 29, 10, tzinfo=UTC), ("no_working_day",)),  # a Sunday
        (datetime(2026, 12, 25, 10, tzinfo=UTC), ("no_working_day",)),
        (datetime(2026, 11, 28, 23, 30, tzinfo=UTC), ("no_working_day",)),  # Sunday in Dresden, Saturday in Greenwich
        (datetime(2026, 12, 5, 10, tzinfo=UTC), ()),  # a Saturday may be one
    ],
)
async def test_a_date_that_is_probably_wrong_is_warned_of(
    desk: Desk, starts_at: datetime, warned: tuple[str, ...]
) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    assert only(AppointmentFixed, await desk.hears(fixing(person, starts_at))).warnings == warned


@pytest.mark.parametrize("day", [(2026, 10, 25), (2027, 3, 28)])
async def test_hours_around_a_change_of_the_clock_are_hours(desk: Desk, day: tuple[int, int, int]) -> None:
    """Two o'clock comes twice in October and never in March: an instant is what is kept."""
    desk.now = datetime(2026, 10, 1, tzinfo=UTC)
    person = Person(code="work")
    await on_her_way(desk, person)
    for number, minutes in enumerate(range(-120, 241, 30)):
        starts_at = datetime(*day, tzinfo=UTC) + timedelta(minutes=minutes)
        said = await desk.hears(
            fixing(person, starts_at, appointment_id=UUID(int=number), ends_at=starts_at + timedelta(minutes=30))
        )
        assert "overlaps_another" not in only(AppointmentFixed, said).warnings
    kept = [row["starts_at"] for row in await desk.rows("appointment")]
    assert len(set(kept)) == 13


@pytest.mark.parametrize("where", ["there", "phone", "online", None])
async def test_a_place_is_a_location_or_a_word_and_never_a_text(desk: Desk, where: str | None) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    said = only(AppointmentFixed, await desk.hears(fixing(person, place=where, language="ru", interpreter=True)))
    assert (said.place, said.language) == (where, "ru")
    (row,) = await desk.rows("appointment")
    assert (row["place"], row["language"], row["interpreter"]) == (where, "ru", True)


async def test_nothing_is_pushed_to_a_victim_of_violence(desk: Desk) -> None:
    person = Person(code="violence")
    await on_her_way(desk, person, "Traumaambulanz")
    assert names(await desk.hears(times(person, 0))) == ["TimesProposed"]
    assert only(AppointmentFixed, await desk.hears(fixing(person))).tell is False
    assert only(AppointmentCancelled, await desk.hears(fixing(person, cancelled=True, reason="illness"))).tell is False


async def test_the_receivers_appointment_accepts_and_schedules_and_its_end_unschedules(
    desks: tuple[Desk, Desk],
) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    said = await partner.hears(fixing(person))
    answers = [one.answer for one in said if isinstance(one, ReferralAnswered)]
    assert answers == ["accepted", "scheduled"]
    assert await partner.state(person.referral_id) == "scheduled"
    for transfer in said:
        if isinstance(transfer, ReferralAnswered):
            await desk.hears(transfer, "plattform")
    assert await desk.state(person.referral_id) == "scheduled"
    await partner.hears(fixing(person, cancelled=True))
    assert await partner.state(person.referral_id) == "accepted"
    completed = AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="enrolled")
    await partner.hears(completed)
    assert await partner.state(person.referral_id) == "completed"


async def test_an_appointment_of_a_card_moves_no_state(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    assert names(await desk.hears(fixing(person))) == ["AppointmentFixed"]
    assert await desk.state(person.referral_id) == "delivered"


def times(person: Person, *numbers: int, starts_at: datetime = STARTS) -> ProposeTimes:
    proposed = tuple(
        ProposedTime(
            proposal_id=UUID(int=0xB0 + number),
            starts_at=starts_at + timedelta(days=number),
            ends_at=starts_at + timedelta(days=number, minutes=45),
            place="there",
        )
        for number in numbers
    )
    return ProposeTimes(referral_id=person.referral_id, times=proposed)


def choice(person: Person, number: int, *, confirmed: bool = True) -> AnswerProposal:
    return AnswerProposal(referral_id=person.referral_id, proposal_id=UUID(int=0xB0 + number), confirmed=confirmed)


async def states(desk: Desk) -> dict[int, str]:
    return {row["proposal_id"].int - 0xB0: row["state"] for row in await desk.rows("time_proposal")}


async def test_a_confirmed_time_is_an_appointment_and_the_others_lapse(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    proposed = await desk.hears(times(person, 0, 1, 2))
    assert only(TimesProposed, proposed).version == 1
    notice = only(Tell, proposed)
    assert (notice.template, notice.arguments, notice.useful_by) == ("referral_made", (), STARTS)
    assert await desk.hears(times(person, 0, 1, 2)) == []
    said = await desk.hears(choice(person, 1))
    assert names(said)[:3] == ["ProposalAnswered", "StopTelling", "AppointmentFixed"]
    assert only(StopTelling, said).dedupe_key == notice.dedupe_key
    assert only(AppointmentFixed, said).appointment_id == UUID(int=0xB1)
    assert only(ProposalAnswered, said).answered_by == "staff"
    assert await states(desk) == {0: "lapsed", 1: "confirmed", 2: "lapsed"}
    assert await desk.hears(choice(person, 1)) == []
    for late in (choice(person, 0), choice(person, 1, confirmed=False)):
        with pytest.raises(Refused, match="time_closed"):
            await desk.hears(late)
    assert len(await desk.rows("appointment")) == 1


async def test_a_new_set_of_times_lets_the_unanswered_ones_lapse(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    await desk.hears(times(person, 0, 1))
    await desk.hears(choice(person, 0, confirmed=False))
    assert only(TimesProposed, await desk.hears(times(person, 2))).version == 2
    assert await states(desk) == {0: "refused", 1: "lapsed", 2: "open"}


async def test_times_that_cannot_be_are_refused_and_leave_nothing(desk: Desk) -> None:
    person, other = Person(code="work"), Person(code="work")
    for somebody in (person, other):
        await on_her_way(desk, somebody)
    with pytest.raises(Refused, match="time_is_over"):
        await desk.hears(times(person, 0, starts_at=NOW - timedelta(hours=2)))
    with pytest.raises(Refused, match="unknown_time"):
        await desk.hears(choice(person, 0))
    await desk.hears(fixing(person))
    await desk.hears(times(person, 0))
    with pytest.raises(Refused, match="unknown_time"):
        await desk.hears(choice(other, 0))
    with pytest.raises(Refused, match="appointment_of_another"):
        await desk.hears(times(other, 0))
    taken = times(other, 1).times[0].model_copy(update={"proposal_id": APPOINTMENT})
    with pytest.raises(Refused, match="appointment_of_another"):
        await desk.hears(ProposeTimes(referral_id=other.referral_id, times=(taken,)))
    await desk.passes(days=6)
    with pytest.raises(Refused, match="time_closed"):
        await desk.hears(choice(person, 0))
    assert await states(desk) == {0: "open"}


async def test_what_ends_a_referral_ends_its_times_and_appointments(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    await desk.hears(times(person, 0, 1))
    await desk.hears(fixing(person))
    declined = AnswerReferral(referral_id=person.referral_id, answer="completed", outcome="need_met")
    await desk.hears(declined)
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(times(person, 3))
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(fixing(person, appointment_id=UUID(int=0xA7)))


async def test_after_her_erasure_nothing_late_makes_an_appointment(desk: Desk) -> None:
    person = Person(code="work")
    await on_her_way(desk, person)
    await desk.hears(times(person, 0))
    await desk.hears(ErasePerson(person_id=person.person_id))
    for late in (fixing(person), times(person, 1), choice(person, 0)):
        with pytest.raises(Refused, match="person_erased"):
            await desk.hears(late)
    assert await desk.rows("appointment") == await desk.rows("time_proposal") == []
