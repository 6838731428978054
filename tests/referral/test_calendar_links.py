"""The calendar of one appointment under its link: read as often as one likes, and taken back when it is over."""

from datetime import timedelta
from uuid import UUID

import pytest
import vobject

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts.referral import AskCalendarFile, CalendarFileAnswer, ErasePerson, RevokeCalendar, ShareCalendar
from lotse_contracts.values import Detail
from lotse_referral.handlers import calendars
from tests.referral.appointed import APPOINTMENT, STARTS, calendar_client, fixing, on_her_way
from tests.referral.desk import Desk, Person

CHARACTERS = {"uk": "Зустріч"}


async def shared(desk: Desk, person: Person, detail: Detail = "neutral") -> str:
    code, digest = links.new_code()
    order = ShareCalendar(referral_id=person.referral_id, appointment_id=APPOINTMENT, code_sha256=digest, detail=detail)
    for _ in range(2):
        assert await desk.hears(order) == []
    return code


@pytest.fixture
async def person(desk: Desk) -> Person:
    somebody = Person(code="work")
    await on_her_way(desk, somebody)
    await desk.hears(fixing(somebody, place="there"))
    return somebody


async def test_a_link_is_read_again_and_again_and_changes_nothing(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    before = await desk.everything()
    async with calendar_client(desk) as client:
        first = await client.get(f"/calendar/{code}.ics")
        assert first.status_code == 200
        assert first.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
        assert first.headers["content-disposition"] == 'attachment; filename="termin.ics"'
        for _ in range(5):
            assert (await client.get(f"/calendar/{code}.ics")).content == first.content
        same = await client.get(f"/calendar/{code}.ics", headers={"If-None-Match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        head = await client.head(f"/calendar/{code}.ics")
        assert (head.status_code, head.content) == (200, b"")
        assert (await client.get(f"/calendar/{code.lower()}.ics")).content == first.content
        assert (await client.post(f"/calendar/{code}.ics")).status_code == 405
    assert await desk.everything() == before
    event = vobject.readOne(first.text).vevent
    assert (event.summary.value, event.sequence.value) == (CHARACTERS["uk"], "0")
    assert event.dtstart.value == STARTS


async def test_a_move_and_an_end_are_seen_under_the_same_link_with_the_same_uid(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    seen = []
    async with calendar_client(desk) as client:
        for order in (None, fixing(person, STARTS + timedelta(days=1)), fixing(person, cancelled=True)):
            if order is not None:
                await desk.passes(hours=1)
                await desk.hears(order)
            read = vobject.readOne((await client.get(f"/calendar/{code}.ics")).text)
            event = read.vevent
            seen.append((read.method.value, event.uid.value, int(event.sequence.value), event.dtstamp.value))
    assert [method for method, *_ in seen] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert len({uid for _, uid, *_ in seen}) == 1
    assert [sequence for _, _, sequence, _ in seen] == [0, 1, 2]
    stamps = [stamp for *_, stamp in seen]
    assert stamps == sorted(set(stamps))


async def test_it_expires_a_week_after_the_end_and_moves_along(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    async with calendar_client(desk) as client:
        await desk.passes(days=11, hours=23)
        assert (await client.get(f"/calendar/{code}.ics")).status_code == 200
        await desk.passes(hours=2)
        gone = await client.get(f"/calendar/{code}.ics")
        assert (gone.status_code, gone.json()["code"]) == (410, "expired_link")
        await desk.hears(fixing(person, desk.now + timedelta(days=3)))
        assert (await client.get(f"/calendar/{code}.ics")).status_code == 200


@pytest.mark.parametrize("code", ["0" * 26, "x", "%00", "../../etc/passwd", "A" * 4000, "ё" * 10])
async def test_a_guessed_code_opens_nothing(desk: Desk, person: Person, code: str) -> None:
    await shared(desk, person)
    async with calendar_client(desk) as client:
        assert (await client.get(f"/calendar/{code}.ics")).status_code == 404


async def test_a_link_that_is_taken_back_stays_so(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    await desk.hears(RevokeCalendar(referral_id=person.referral_id, appointment_id=APPOINTMENT))
    again = ShareCalendar(referral_id=person.referral_id, appointment_id=APPOINTMENT, code_sha256=links.digest_of(code))
    await desk.hears(again)
    async with calendar_client(desk) as client:
        assert (await client.get(f"/calendar/{code}.ics")).status_code == 410


async def test_codes_belong_to_one_appointment_and_there_are_not_too_many(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    await desk.hears(fixing(person, appointment_id=UUID(int=0xA9)))
    other = ShareCalendar(
        referral_id=person.referral_id, appointment_id=UUID(int=0xA9), code_sha256=links.digest_of(code)
    )
    with pytest.raises(Refused, match="code_in_use"):
        await desk.hears(other)
    with pytest.raises(Refused, match="unknown_appointment"):
        await desk.hears(other.model_copy(update={"appointment_id": UUID(int=0xAA)}))
    for _ in range(calendars.LINKS_MAX - 1):
        await shared(desk, person)
    with pytest.raises(Refused, match="too_many_links"):
        await shared(desk, person)


async def test_the_address_stands_in_it_only_where_it_was_asked_for(desk: Desk, person: Person) -> None:
    place = next(row["location_id"] for row in await desk.rows("address"))
    await desk.hears(fixing(person, place=str(place)))
    neutral, detailed = await shared(desk, person), await shared(desk, person, "time_and_place")
    async with calendar_client(desk) as client:
        assert "LOCATION" not in (await client.get(f"/calendar/{neutral}.ics")).text
        told = vobject.readOne((await client.get(f"/calendar/{detailed}.ics")).text)
    (row,) = [row for row in await desk.rows("address") if row["location_id"] == place]
    assert told.vevent.location.value == f"{row['address_1']}, {row['postal_code']} {row['city']}"


async def test_no_address_for_a_victim_of_violence_whatever_is_asked(desk: Desk) -> None:
    somebody = Person(code="violence")
    await on_her_way(desk, somebody, "Traumaambulanz")
    place = next(row["location_id"] for row in await desk.rows("address"))
    await desk.hears(fixing(somebody, place=str(place)))
    code = await shared(desk, somebody, "time_and_place")
    async with calendar_client(desk) as client:
        assert "LOCATION" not in (await client.get(f"/calendar/{code}.ics")).text


async def test_whoever_attaches_it_needs_both_ids(desk: Desk, person: Person) -> None:
    question = AskCalendarFile(appointment_id=APPOINTMENT, person_id=person.person_id)
    told: CalendarFileAnswer = await desk.asks(question)
    assert told.content is not None
    assert vobject.readOne(told.content).vevent.summary.value == CHARACTERS["uk"]
    german = await desk.asks(question.model_copy(update={"language": "de"}))
    assert "SUMMARY;LANGUAGE=de:Termin" in german.content
    for wrong in ({"person_id": UUID(int=1)}, {"appointment_id": UUID(int=1)}):
        assert (await desk.asks(question.model_copy(update=wrong))).content is None
    await desk.hears(fixing(person, cancelled=True))
    off = await desk.asks(question)
    assert (off.method, off.version) == ("CANCEL", 2)
    assert off.media_type.endswith("method=CANCEL")


async def test_after_her_erasure_the_link_opens_nothing(desk: Desk, person: Person) -> None:
    code = await shared(desk, person)
    await desk.hears(ErasePerson(person_id=person.person_id))
    async with calendar_client(desk) as client:
        assert (await client.get(f"/calendar/{code}.ics")).status_code == 404
    with pytest.raises(Refused, match="person_erased"):
        await shared(desk, person)
