"""The calendar file of an appointment: asked of referral, kept under her key, attached where she chose to see it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from lotse_chassis.asking import AskTimedOut
from lotse_contracts.envelope import Question
from lotse_contracts.notify import ErasePerson
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AskCalendarFile, CalendarFileAnswer
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.handlers.appointments import FILE_WAIT
from lotse_notify.workers.calendars import Fetcher, fetch, tidy
from lotse_referral.domain.calendar_file import Entry, calendar_file, media_type, uid_of
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House
from tests.notify.mailserver import MailServer

STARTS = NOW + timedelta(days=7)
APPOINTMENT = UUID(int=77)
NUMBER = "+4915112345678"
PLACE = "Prager Straße 10, 01069 Dresden"


@pytest.fixture
def olena() -> UUID:
    return uuid4()


class Referral:
    """The other service as notify meets it: a question, and the file that its own code builds."""

    def __init__(self) -> None:
        self.asked: list[AskCalendarFile] = []
        self.silent = False
        self.cancelled = False
        self.unknown = False
        self.place: str | None = None

    async def __call__(self, question: Question) -> CalendarFileAnswer:
        assert isinstance(question, AskCalendarFile)
        self.asked.append(question)
        if self.silent:
            raise AskTimedOut
        if self.unknown:
            return CalendarFileAnswer()
        uid = uid_of(question.appointment_id, "auslaenderrat")
        entry = Entry(uid, 0, STARTS, STARTS + timedelta(hours=1), NOW, self.cancelled, self.place)
        content = calendar_file(entry, question.language or "de").decode()
        return CalendarFileAnswer(content=content, method=entry.method, media_type=media_type(entry.method))


def fetcher(house: House, ask: Callable[[Question], Awaitable[object]]) -> Fetcher:
    return Fetcher(house.unit, ask, house.keys, shipped_texts(drafts_allowed=True))


def fixed(person_id: UUID) -> AppointmentFixed:
    return AppointmentFixed(
        appointment_id=APPOINTMENT,
        referral_id=UUID(int=1),
        person_id=person_id,
        version=1,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=1),
    )


async def told(house: House, person_id: UUID, **how: Any) -> None:
    await house.hear(house.contact(person_id, **({"detail": "time_and_place"} | how)))
    await house.hear(fixed(person_id))


async def test_the_mail_waits_for_its_file_and_goes_once_it_is_there(house: House, olena: UUID) -> None:
    referral = Referral()
    await told(house, olena)
    assert house.states()["appointment"] == ("scheduled", "not_yet")
    assert await fetch(fetcher(house, referral)) == 1
    (asked,) = referral.asked
    assert (asked.appointment_id, asked.person_id, asked.language) == (APPOINTMENT, olena, "uk")
    (kept,) = house.rows("calendar_file")
    assert b"VCALENDAR" not in bytes(kept["content"])
    assert [row["due_at"] for row in house.rows("notification")] == [house.now]
    assert await fetch(fetcher(house, referral)) == 0


@pytest.mark.parametrize("how", [{"detail": "neutral"}, {"detail": "neutral", "kind": "sms", "value": NUMBER}])
async def test_who_did_not_choose_to_see_it_gets_no_file(house: House, olena: UUID, how: dict[str, Any]) -> None:
    await told(house, olena, **how)
    assert house.states()["appointment"][1] != "not_yet"
    assert await fetch(fetcher(house, Referral())) == 0


async def test_while_referral_is_away_it_is_asked_again_and_the_mail_goes_in_the_end(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    referral = Referral()
    referral.silent = True
    await told(house, olena)
    assert [await fetch(fetcher(house, referral)) for _ in range(3)] == [0, 0, 0]
    assert len(referral.asked) == 3
    post = house.post(mailserver.port)
    await house.send_all(post)
    assert mailserver.taken == []
    house.now += FILE_WAIT
    await house.send_all(post)
    (taken,) = mailserver.taken
    assert taken.mail.get_content_type() == "multipart/alternative"


async def test_the_file_goes_along_as_referral_built_it(house: House, olena: UUID, mailserver: MailServer) -> None:
    await told(house, olena)
    await fetch(fetcher(house, Referral()))
    await house.send_all(house.post(mailserver.port))
    (taken,) = mailserver.taken
    assert taken.mail.get_content_type() == "multipart/mixed"
    _, attached = taken.mail.iter_parts()
    assert "BEGIN:VEVENT" in str(attached.get_content())
    assert attached.get_param("method") == "PUBLISH"
    assert taken.mail["References"] is not None


@pytest.mark.parametrize("where", [PLACE, None, "Jobcenter Dresden, Budapester Straße 30"])
async def test_the_words_say_the_place_of_the_file_unless_it_gives_somebody_away(
    house: House, olena: UUID, mailserver: MailServer, where: str | None
) -> None:
    referral, carrier = Referral(), Carrier()
    referral.place = where
    await told(house, olena)
    by_sms = uuid4()
    await house.hear(house.contact(by_sms, kind="sms", value=NUMBER, detail="time_and_place"))
    await house.hear(fixed(by_sms).model_copy(update={"appointment_id": uuid4()}))
    assert await fetch(fetcher(house, referral)) == 2
    await house.send_all(house.post(mailserver.port, more=[carrier]))
    (mailed,), (sent,) = mailserver.taken, carrier.taken
    plain = mailed.mail.get_body(("plain",))
    assert plain is not None
    for text in (str(plain.get_content()), sent.text):
        assert (PLACE in text) == (where == PLACE)
        assert "Jobcenter" not in text
        assert STARTS.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") in text
    assert "VCALENDAR" not in sent.text


async def test_a_cancelled_one_is_taken_out_of_her_calendar(house: House, olena: UUID, mailserver: MailServer) -> None:
    referral = Referral()
    await told(house, olena)
    await fetch(fetcher(house, referral))
    post = house.post(mailserver.port)
    await house.send_all(post)
    referral.cancelled = True
    off = AppointmentCancelled(appointment_id=APPOINTMENT, referral_id=UUID(int=1), person_id=olena, version=2)
    await house.hear(off)
    await fetch(fetcher(house, referral))
    await house.send_all(post)
    first, second = (taken.mail for taken in mailserver.taken)
    *_, attached = second.iter_parts()
    assert attached.get_param("method") == "CANCEL"
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


async def test_an_appointment_that_referral_does_not_know_holds_up_nothing(house: House, olena: UUID) -> None:
    referral = Referral()
    referral.unknown = True
    await told(house, olena)
    assert await fetch(fetcher(house, referral)) == 1
    assert [row["content"] for row in house.rows("calendar_file")] == [None]
    assert [row["due_at"] for row in house.rows("notification")] == [house.now]


async def test_an_erasure_takes_the_file_along_and_none_comes_after_it(house: House, olena: UUID) -> None:
    referral = Referral()
    await told(house, olena)
    late = fetcher(house, referral)
    await house.hear(ErasePerson(person_id=olena))
    assert await fetch(late) == 0
    assert house.rows("calendar_file") == []


async def test_what_has_ended_keeps_no_file(house: House, olena: UUID, mailserver: MailServer) -> None:
    await told(house, olena)
    await fetch(fetcher(house, Referral()))
    post = house.post(mailserver.port)
    await house.send_all(post)
    assert await tidy(house.unit) == 1
    assert house.rows("calendar_file") == []
