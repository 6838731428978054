"""Appointments in any order: she hears of the last state once, and is reminded by the clock on the wall."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ErasePerson, Tell
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.handlers.appointments import FILE_WAIT
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

START = NOW + timedelta(days=9)  # 4 December 2026, 10:00 in Dresden
EIGHT = START - timedelta(hours=2)  # three hours before would be night


@pytest.fixture
def olena() -> UUID:
    return uuid4()


def _fixed(person_id: UUID, appointment_id: UUID, *, version: int = 1, starts_at: datetime = START) -> AppointmentFixed:
    kind = AppointmentFixed if version == 1 else AppointmentMoved
    return kind(
        appointment_id=appointment_id,
        referral_id=UUID(int=1),
        person_id=person_id,
        version=version,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


def _cancelled(person_id: UUID, appointment_id: UUID, version: int) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=appointment_id, referral_id=UUID(int=1), person_id=person_id, version=version
    )


def _changes(house: House, person_id: UUID) -> list[tuple[str, str]]:
    rows = [row for row in house.rows("notification", "created_at") if row["person_id"] == person_id]
    return [(row["arguments"]["change"], row["state"]) for row in rows]


def _timers(house: House) -> list[tuple[str, datetime]]:
    """The reminders that are set, soonest first."""
    rows = [row for row in house.rows("timer", "due_at") if row["kind"] == "reminder"]
    return [(row["key"].rpartition("-")[2], row["due_at"]) for row in rows]


async def test_an_appointment_is_told_and_three_reminders_are_set(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(_fixed(olena, uuid4()))
    assert _changes(house, olena) == [("fixed", "ready")]
    assert _timers(house) == [
        ("7d", START - timedelta(days=7)),
        ("24h", START - timedelta(days=1)),
        ("3h", EIGHT),
    ]


async def test_reminders_are_told_when_they_are_due(house: House, olena: UUID, mailserver: MailServer) -> None:
    post = house.post(mailserver.port)
    await house.hear(house.contact(olena))
    await house.hear(_fixed(olena, uuid4()))
    await house.send_all(post)
    for due_at in (START - timedelta(days=7), START - timedelta(days=1), EIGHT):
        house.now = due_at
        await house.fire_due()
        await house.send_all(post)
    assert _changes(house, olena) == [("fixed", "handed_over"), *[("reminder", "handed_over")] * 3]
    assert _timers(house) == []


async def test_moving_moves_the_reminders_too(house: House, olena: UUID) -> None:
    appointment_id, later = uuid4(), START + timedelta(days=3)
    await house.hear(_fixed(olena, appointment_id))
    await house.hear(_fixed(olena, appointment_id, version=2, starts_at=later))
    assert _timers(house) == [
        ("7d", later - timedelta(days=7)),
        ("24h", later - timedelta(days=1)),
        ("3h", later - timedelta(hours=2)),
    ]


async def test_where_nothing_may_be_pushed_nobody_is_told_and_nothing_is_set(house: House, olena: UUID) -> None:
    """Referral says so for violence and for secret places; also where it became so later."""
    told, never = uuid4(), uuid4()
    await house.hear(house.contact(olena))
    await house.hear(_fixed(olena, told))
    await house.hear(_fixed(olena, never).model_copy(update={"tell": False}))
    later = _fixed(olena, told, version=2, starts_at=START + timedelta(days=1))
    await house.hear(later.model_copy(update={"tell": False}))
    await house.hear(_cancelled(olena, told, 3).model_copy(update={"tell": False}))
    assert _changes(house, olena) == [("fixed", "cancelled")]
    assert _timers(house) == []


async def test_an_appointment_of_today_has_only_the_late_reminder(house: House, olena: UUID) -> None:
    await house.hear(_fixed(olena, uuid4(), starts_at=NOW + timedelta(hours=5)))
    assert [key for key, _ in _timers(house)] == ["3h"]


async def test_cancelling_cancels_the_reminders(house: House, olena: UUID) -> None:
    appointment_id = uuid4()
    await house.hear(_fixed(olena, appointment_id))
    await house.hear(_cancelled(olena, appointment_id, 2))
    assert _timers(house) == []


async def test_a_reminder_that_was_overtaken_tells_nothing(house: House, olena: UUID) -> None:
    appointment_id = uuid4()
    await house.hear(house.contact(olena))
    await house.hear(_fixed(olena, appointment_id))
    overtaken: list[dict[str, Any]] = house.rows("timer")
    await house.hear(_cancelled(olena, appointment_id, 2))
    for row in overtaken:
        house.run(
            "INSERT INTO timer (kind, key, id, due_at, payload, state, attempts)"
            " VALUES (%s, %s, %s, %s, %s::jsonb, 'waiting', 0)",
            row["kind"],
            row["key"],
            row["id"],
            row["due_at"],
            json.dumps(row["payload"]),
        )
    house.now = START - timedelta(hours=1)
    assert await house.fire_due() == []
    assert "reminder" not in dict(_changes(house, olena))


@pytest.mark.parametrize("repeated", [1, 2, 10])
async def test_the_end_is_the_same_in_every_order(house: House, repeated: int) -> None:
    for order in permutations(range(4)):
        olena, appointment_id = uuid4(), uuid4()
        facts: list[Message] = [
            house.contact(olena),
            _fixed(olena, appointment_id),
            _fixed(olena, appointment_id, version=2, starts_at=START + timedelta(days=1)),
            _fixed(olena, appointment_id, version=3, starts_at=START + timedelta(days=2)),
        ]
        for place in order * repeated:
            await house.hear(facts[place])
        going_out = [(change, state) for change, state in _changes(house, olena) if state != "cancelled"]
        assert going_out == [("fixed", "ready")], order
        last, mine = START + timedelta(days=2), f"{appointment_id}-"
        due = [row["due_at"] for row in house.rows("timer", "due_at") if row["key"].startswith(mine)]
        assert due == [last - timedelta(days=7), last - timedelta(days=1), last - timedelta(hours=2)], order


async def test_a_cancelled_one_is_not_told_in_any_order_when_she_never_heard_of_it(house: House) -> None:
    for order in permutations(range(3)):
        olena, appointment_id = uuid4(), uuid4()
        facts: list[Message] = [
            house.contact(olena),
            _fixed(olena, appointment_id),
            _cancelled(olena, appointment_id, 2),
        ]
        for place in order * 2:
            await house.hear(facts[place])
        assert all(state == "cancelled" for _, state in _changes(house, olena)), order


async def test_what_she_heard_of_is_told_as_moved_and_as_cancelled(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    appointment_id, post = uuid4(), house.post(mailserver.port)
    await house.hear(house.contact(olena, languages=("de",), detail="time_and_place"))
    await house.hear(_fixed(olena, appointment_id))
    house.now += FILE_WAIT  # nobody brings the file
    await house.send_all(post)
    await house.hear(_fixed(olena, appointment_id, version=2, starts_at=START + timedelta(days=1)))
    house.now += FILE_WAIT
    await house.send_all(post)
    await house.hear(_cancelled(olena, appointment_id, 3))
    house.now += FILE_WAIT
    await house.send_all(post)
    texts = [_plain(taken.mail) for taken in mailserver.taken]
    assert [next(line for line in text.splitlines() if "Dezember" in line) for text in texts] == [
        "Ihr Termin: Freitag, 4. Dezember 2026, 10:00 Uhr.",
        "Ihr Termin hat sich geändert. Die neue Zeit: Samstag, 5. Dezember 2026, 10:00 Uhr.",
        "Ihr Termin findet nicht statt: Samstag, 5. Dezember 2026, 10:00 Uhr.",
    ]


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
async def test_an_appointment_in_an_impossible_year_is_refused(house: House, olena: UUID, year: int) -> None:
    starts_at = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        await house.hear(_fixed(olena, uuid4(), starts_at=starts_at))
    assert (refused.value.code, refused.value.fields) == ("time_out_of_range", ("starts_at",))


async def test_a_later_round_makes_the_earlier_question_pointless(house: House) -> None:
    for order in permutations(range(3)):
        olena = uuid4()
        await house.hear(house.contact(olena))
        asked = [_asked_back(olena, turn) for turn in (1, 2, 3)]
        for place in order * 2:
            await house.hear(asked[place])
        rows = [row for row in house.rows("notification") if row["person_id"] == olena]
        assert {row["arguments"]["round"]: row["state"] for row in rows} == {
            "1": "cancelled",
            "2": "cancelled",
            "3": "ready",
        }


async def test_an_erasure_takes_the_timers_along(house: House, olena: UUID) -> None:
    await house.hear(_fixed(olena, uuid4()))
    await house.hear(ErasePerson(person_id=olena))
    assert _timers(house) == []
    assert await house.hear(_fixed(olena, uuid4())) == []
    assert _timers(house) == []


def _asked_back(person_id: UUID, turn: int) -> Tell:
    older = f"checkback-{turn - 1}" if turn > 1 else None
    return tell(person_id, "checkback", key=f"checkback-{turn}", supersedes=older, arguments={"round": str(turn)})


def _plain(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@pytest.mark.parametrize("moved", [True, False])
async def test_timers_of_an_earlier_version_remind_and_go_with_their_appointment(
    house: House, olena: UUID, mailserver: MailServer, moved: bool
) -> None:
    """Until this version notify set 48 hours and 3 hours; an upgrade finds such timers."""
    appointment_id, post = uuid4(), house.post(mailserver.port)
    await house.hear(house.contact(olena))
    await house.hear(_fixed(olena, appointment_id))
    await house.send_all(post)
    two_days = START - timedelta(days=2)
    payload = {"person_id": str(olena), "appointment_id": str(appointment_id), "version": 1, "hours_before": 48}
    house.run("DELETE FROM timer")
    house.run(
        "INSERT INTO timer (kind, key, id, due_at, payload, state, attempts)"
        " VALUES ('reminder', %s, %s, %s, %s::jsonb, 'waiting', 0)",
        *(f"{appointment_id}-48h", uuid4(), two_days, json.dumps(payload | {"useful_by": EIGHT.isoformat()})),
    )
    if moved:
        await house.hear(_fixed(olena, appointment_id, version=2, starts_at=START + timedelta(days=1)))
        assert "48h" not in dict(_timers(house))
        return
    house.now = two_days
    await house.fire_due()
    await house.send_all(post)
    assert _changes(house, olena) == [("fixed", "handed_over"), ("reminder", "handed_over")]
