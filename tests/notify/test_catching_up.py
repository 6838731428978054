"""After an outage she gets what is still of use, and once; and a cancellation knows what became of what it cancels."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.calendar import ZONE
from lotse_contracts.notify import SetSwitch
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.relevance import LOOK_AGAIN
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell

NUMBER = "+4915112345678"
START = NOW + timedelta(days=12)
YES, NO, LATER, LOST = (
    Outcome("accepted", "taken"),
    Outcome("rejected", "content_refused"),
    Outcome("deferred", "busy"),
    Outcome("unknown", "no_answer"),
)


@pytest.fixture
def olena() -> UUID:
    return uuid4()


def said(person_id: UUID, appointment_id: UUID, *, version: int = 1, starts_at: datetime = START) -> AppointmentFixed:
    kind = AppointmentFixed if version == 1 else AppointmentMoved
    return kind(
        appointment_id=appointment_id,
        referral_id=UUID(int=1),
        person_id=person_id,
        version=version,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


def off(person_id: UUID, appointment_id: UUID, version: int = 2) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=appointment_id, referral_id=UUID(int=1), person_id=person_id, version=version
    )


def changes(house: House) -> list[tuple[str, str, str]]:
    rows = house.rows("notification", "created_at")
    return [(row["arguments"].get("change", row["template"]), row["state"], row["because"]) for row in rows]


async def test_after_a_week_away_only_what_is_of_use_goes_at_a_decent_hour_and_under_the_cap(
    house: House, olena: UUID
) -> None:
    """Trap 26: reminders that were overtaken, an appointment that was, one that nobody heard of, many answers."""
    carrier, (past, moved, never) = Carrier(), (uuid4(), uuid4(), uuid4())
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(SetSwitch(name="all", on=False))  # whatever keeps everything from leaving
    await house.hear(said(olena, past, starts_at=NOW + timedelta(days=3)))
    await house.hear(said(olena, moved, starts_at=NOW + timedelta(days=8)))
    await house.hear(said(olena, never, starts_at=NOW + timedelta(days=9)))
    for day in range(7):
        answer = tell(
            olena,
            "answer_waits",
            key=f"answer-{day + 1}",
            supersedes=f"answer-{day}" if day else None,
            useful_by=house.now + timedelta(days=14),
        )
        await house.hear(answer)
        await house.send_all(post)
        await house.fire_due()
        house.now += timedelta(days=1)
    await house.hear(said(olena, moved, version=2, starts_at=START))
    await house.hear(off(olena, never))
    assert carrier.taken == []

    house.now = datetime(2026, 12, 2, 23, 30, tzinfo=ZONE)
    await house.hear(SetSwitch(name="all", on=True))
    await house.fire_due()
    await house.send_all(post)
    assert carrier.taken == [], "it is night"
    house.now = datetime(2026, 12, 3, 8, 0, tzinfo=ZONE)
    await house.fire_due()
    await house.send_all(post)
    gone = [(change, state) for change, state, _ in changes(house) if state not in ("cancelled", "expired")]
    assert sorted(gone) == [("answer_waits", "handed_over"), ("fixed", "handed_over")]
    assert len(carrier.taken) == 2


async def test_what_still_waits_makes_a_reminder_needless(house: House, olena: UUID) -> None:
    """Fixed in the evening for the next day: one message in the morning, not two."""
    carrier, start = Carrier(), datetime(2026, 11, 27, 11, 0, tzinfo=ZONE)
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    house.now = datetime(2026, 11, 26, 21, 30, tzinfo=ZONE)
    await house.hear(said(olena, uuid4(), starts_at=start))
    await house.send_all(post)
    assert changes(house) == [("fixed", "held", "quiet_hours")]
    house.now = datetime(2026, 11, 27, 8, 0, tzinfo=ZONE)
    await house.fire_due()
    await house.send_all(post)
    assert [(change, state) for change, state, _ in changes(house)] == [("fixed", "handed_over")]
    assert "change_waits" in [row["because"] for row in house.rows("decision")]


async def test_a_later_reminder_makes_the_one_before_it_needless(house: House, olena: UUID) -> None:
    carrier = Carrier()
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, uuid4()))
    await house.send_all(post)
    await house.hear(SetSwitch(name="all", on=False))
    for days in (7, 1):
        house.now = START - timedelta(days=days)
        await house.fire_due()
        await house.send_all(post)
    assert changes(house)[1:] == [("reminder", "cancelled", "superseded"), ("reminder", "held", "kill_switch")]
    await house.hear(SetSwitch(name="all", on=True))
    await house.send_all(post)
    assert len(carrier.taken) == 2


@pytest.mark.parametrize(
    ("answer", "fixed", "then"),
    [
        (YES, "handed_over", "handed_over"),
        (LOST, "unresolved", "handed_over"),
        (NO, "cancelled", "cancelled"),
        (LATER, "cancelled", "cancelled"),
    ],
)
async def test_cancelled_while_it_is_under_way_it_is_told_as_off_only_after_a_yes_or_a_doubt(
    house: House, olena: UUID, answer: Outcome, fixed: str, then: str
) -> None:
    """Section 4.4: nothing is recalled, and a definite no is not tried again."""
    carrier, appointment_id = Carrier(answer, YES), uuid4()
    carrier.during = lambda: house.hear(off(olena, appointment_id))
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, appointment_id))
    await house.send_all(post)
    house.now += timedelta(minutes=5)
    await house.send_all(post)
    assert [(change, state) for change, state, _ in changes(house)] == [("fixed", fixed), ("cancelled", then)]
    assert len(carrier.taken) == (2 if then == "handed_over" else 1)
    assert house.rows("call") == [], "it is off: nobody need call about it"


async def test_the_cancellation_waits_for_the_answer(house: House, olena: UUID) -> None:
    """A second worker finds it due while the first message is still with the provider."""
    carrier, other, appointment_id = Carrier(YES), Carrier(YES), uuid4()
    post = house.post(1, more=[carrier])

    async def meanwhile() -> None:
        await house.hear(off(olena, appointment_id))
        await house.send_all(house.post(1, more=[other]))
        assert changes(house)[1] == ("cancelled", "held", "under_way")

    carrier.during = meanwhile
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, appointment_id))
    await house.send_all(post)
    house.now += LOOK_AGAIN
    await house.send_all(post)
    assert [(change, state) for change, state, _ in changes(house)] == [
        ("fixed", "handed_over"),
        ("cancelled", "handed_over"),
    ]
    assert (len(carrier.taken), len(other.taken)) == (2, 0)


@pytest.mark.parametrize(("answer", "fixed"), [(YES, "handed_over"), (LATER, "cancelled"), (LOST, "unresolved")])
async def test_moved_while_it_is_under_way_only_the_new_time_goes_on(
    house: House, olena: UUID, answer: Outcome, fixed: str
) -> None:
    carrier, appointment_id = Carrier(answer, YES), uuid4()
    later = START + timedelta(days=1)
    carrier.during = lambda: house.hear(said(olena, appointment_id, version=2, starts_at=later))
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    await house.hear(said(olena, appointment_id))
    await house.send_all(post)
    house.now += timedelta(minutes=5)
    await house.send_all(post)
    assert [(change, state) for change, state, _ in changes(house)] == [("fixed", fixed), ("moved", "handed_over")]
    house.now += timedelta(hours=2)
    await house.sweep(post)
    await house.send_all(post)
    assert len(carrier.taken) == 2, "the old time never goes again"


async def test_what_was_settled_in_time_is_decided_again_when_its_hour_has_come(house: House, olena: UUID) -> None:
    """Held for the night; until the morning her contact has become unsafe."""
    carrier = Carrier()
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(olena, kind="sms", value=NUMBER))
    house.now = datetime(2026, 11, 25, 22, 0, tzinfo=ZONE)
    await house.hear(tell(olena))
    await house.send_all(post)
    assert house.states()["receipt"] == ("held", "quiet_hours")
    await house.hear(house.contact(olena, kind="sms", value=NUMBER, safe=False, version=2))
    house.now = datetime(2026, 11, 26, 8, 0, tzinfo=ZONE)
    await house.send_all(post)
    assert (house.states()["receipt"], carrier.taken) == (("held", "unsafe"), [])
