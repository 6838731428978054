"""What staff find out is kept with its day and hand; what is older never overwrites it, and doubt stays doubt."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.referral import (
    AssureService,
    CapacityChanged,
    LanguageSlot,
    OpeningHours,
    RetireService,
    ServiceChanged,
    ServiceRetired,
    SetCapacity,
    UpdateService,
)
from lotse_referral.problems import PROBLEM_TEXTS
from tests.kit import Postgres, ServiceDatabase
from tests.referral.books import Book, open_book
from tests.referral.keeping import JOBCENTER, PHONED, a_service, history, shown, told


@pytest.fixture(scope="module")
def kept(postgres: Postgres) -> Iterator[ServiceDatabase]:
    """One database for all: each test keeps a service of its own."""
    made = postgres.database("referral")
    yield made
    postgres.drop(made)


@pytest.fixture
async def book(kept: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Book]:
    opened = open_book(kept, tmp_path)
    yield opened
    await opened.service.engine.dispose()


async def test_what_a_volunteer_found_out_is_kept_with_source_day_and_hand(book: Book, kept: ServiceDatabase) -> None:
    service_id = await a_service(book)
    hours = (OpeningHours(byday="TU,TH", opens_at="09:00", closes_at="12:00"),)
    slots = (LanguageSlot(language="uk", kind="staff", byday="TH", opens_at="14:00", closes_at="17:00"),)
    said = await told(
        book,
        UpdateService(
            service_id=service_id,
            source="phone",
            assured_on=PHONED,
            hours=hours,
            language_slots=slots,
            phones=("+49 351 111",),
            appointment_only=False,
            walk_in=True,
        ),
    )
    (changed,) = said
    assert isinstance(changed, ServiceChanged)
    assert (changed.version, changed.changed) == (
        1,
        ("appointment_only", "language_slots", "phones", "schedules", "walk_in"),
    )
    now = await shown(book, service_id)
    assert [(one["byday"], one["opens_at"]) for one in now["schedules"]] == [("TU,TH", "09:00")]
    assert now["lotse"]["language_slots"][0]["language"] == "uk"
    assert (now["lotse"]["appointment_only"], now["lotse"]["walk_in"]) == (False, True)
    assert now["assured_date"] == "2026-11-25"
    source = {"source": "phone", "assured_on": "2026-11-25", "by_staff": True}
    assert now["lotse"]["field_sources"]["phones"] == source
    assert now["lotse"]["field_sources"]["*"] == {"source": "a list", "assured_on": "2026-01-10"}
    entries = {name: (before, after, role, actor) for name, before, after, role, actor in history(kept, service_id)}
    assert entries["lotse.walk_in"] == ("", "true", "counsellor", "olena")
    assert json.loads(entries["phones"][1])[0]["number"] == "+49 351 111"


async def test_an_older_list_does_not_overwrite_what_was_found_out_later(book: Book) -> None:
    service_id = await a_service(book)
    order = UpdateService(service_id=service_id, source="phone", assured_on=PHONED, phones=("+49 351 222",))
    await told(book, order)
    base = await shown(book, service_id)
    row = {name: base[name] for name in ("id", "name", "status", "organization")}
    older = row | {"assured_date": "2026-11-20", "phones": [{"id": str(uuid4()), "number": "+49 351 999"}]}
    brought = await book.bring([older | {"description": "Newer words."}])
    assert brought.done.kept == {"service.assured_date": 1, "service.phones": 1}
    now = await shown(book, service_id)
    assert ([one["number"] for one in now["phones"]], now["description"]) == (["+49 351 222"], "Newer words.")
    brought = await book.bring([older | {"assured_date": "2026-11-26"}], today=date(2026, 11, 27))
    assert [one["number"] for one in (await shown(book, service_id))["phones"]] == ["+49 351 999"]
    assert brought.done.kept.total() == 0
    with pytest.raises(Refused) as refused:
        await told(book, order)
    assert (refused.value.code, refused.value.fields) == ("checked_later", ("phones",))


async def test_what_nobody_dated_never_beats_what_somebody_did(book: Book) -> None:
    service_id = await a_service(book)
    base = await shown(book, service_id)
    row = {name: base[name] for name in ("id", "name", "status", "organization")}
    brought = await book.bring([row | {"description": "Undated."}])
    assert brought.done.kept == {"service.description": 1}


async def test_doing_it_again_changes_nothing(book: Book, kept: ServiceDatabase) -> None:
    service_id = await a_service(book)
    order = UpdateService(service_id=service_id, source="phone", assured_on=PHONED, languages=("uk", "de"))
    assert len(await told(book, order)) == 1
    before = history(kept, service_id)
    assert await told(book, order) == []
    assert history(kept, service_id) == before


async def test_to_assure_makes_fresh_and_leaves_doubt(book: Book) -> None:
    doubtful = {"doubtful_languages": ["uk"], "sources": ["https://example.org"]}
    service_id = await a_service(book, languages=[{"id": str(uuid4()), "code": "uk"}], lotse=doubtful)
    assert (await shown(book, service_id))["lotse"]["next_check_due"] == "2026-07-09"
    assert await told(book, AssureService(service_id=service_id, source="phone", assured_on=PHONED)) == []
    now = await shown(book, service_id)
    assert now["lotse"]["next_check_due"] == (PHONED + timedelta(days=180)).isoformat()
    assert now["lotse"]["doubtful_languages"] == ["uk"]
    assert "languages" not in now["lotse"]["field_sources"]
    assert now["lotse"]["field_sources"]["description"]["assured_on"] == "2026-11-25"


async def test_hours_and_phones_are_to_be_checked_sooner(book: Book) -> None:
    service_id = await a_service(book)
    await told(book, AssureService(service_id=service_id, source="phone", assured_on=PHONED))
    await told(book, UpdateService(service_id=service_id, source="phone", assured_on=PHONED, phones=("0351 1",)))
    due = (await shown(book, service_id))["lotse"]["next_check_due"]
    assert due == (PHONED + timedelta(days=90)).isoformat()


async def test_free_places_are_counted_or_only_named(book: Book) -> None:
    service_id = await a_service(book)
    given: dict[str, Any] = {"service_id": service_id, "source": "phone", "assured_on": PHONED}
    said = await told(book, SetCapacity(**given, capacity="available", available=3, maximum=12))
    fact = next(one for one in said if isinstance(one, CapacityChanged))
    assert (fact.capacity, fact.available) == ("available", 3)
    now = await shown(book, service_id)
    assert (now["capacities"][0]["available"], now["capacities"][0]["unit"]["name"]) == (3, "Platz")
    said = await told(book, SetCapacity(**given, capacity="waitlist"))
    assert next(one for one in said if isinstance(one, CapacityChanged)).available is None
    now = await shown(book, service_id)
    assert (now["capacities"], now["lotse"]["capacity"]) == ([], "waitlist")
    with pytest.raises(Refused) as refused:
        await told(book, SetCapacity(**given, capacity="available", available=3, maximum=2))
    assert refused.value.code == "more_than_there_are"


async def test_what_has_ended_stays_ended_whatever_a_list_says(book: Book) -> None:
    service_id = await a_service(book)
    said = await told(book, RetireService(service_id=service_id, source="phone", assured_on=PHONED))
    assert [type(one) for one in said] == [ServiceChanged, ServiceRetired]
    base = await shown(book, service_id)
    row = {name: base[name] for name in ("id", "name", "organization")}
    brought = await book.bring([row | {"status": "active", "assured_date": "2026-12-01"}], today=date(2026, 12, 2))
    assert brought.done.kept == {"service.status": 1}
    assert (await shown(book, service_id))["status"] == "defunct"
    back = UpdateService(service_id=service_id, source="phone", assured_on=date(2026, 12, 3), temporarily_closed=False)
    await told(book, back, now=datetime(2026, 12, 3, 12, tzinfo=UTC))
    assert (await shown(book, service_id))["status"] == "active"


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "nothing_said"),
    ({"assured_on": date(2026, 11, 26), "phones": ()}, "day_to_come"),
    ({"hours": (OpeningHours(byday="MO", opens_at="12:00", closes_at="11:00"),)}, "hours_make_no_sense"),
    ({"service_id": uuid4(), "phones": ()}, "unknown_service"),
)


@pytest.mark.parametrize(("more", "code"), REFUSED, ids=[code for _, code in REFUSED])
async def test_what_makes_no_sense_is_refused_with_a_code(more: dict[str, Any], code: str, book: Book) -> None:
    given: dict[str, Any] = {"service_id": JOBCENTER, "source": "phone", "assured_on": PHONED} | more
    with pytest.raises(Refused) as refused:
        await told(book, UpdateService(**given))
    assert refused.value.code == code
    assert PROBLEM_TEXTS[code].keys() == {"uk", "ru", "de", "en"}


async def test_to_know_that_there_is_none_is_not_to_know_nothing(book: Book) -> None:
    service_id = await a_service(book)
    await told(book, UpdateService(service_id=service_id, source="phone", assured_on=PHONED, phones=()))
    now = await shown(book, service_id)
    assert (now["phones"], "schedules" in now) == ([], False)


async def test_a_list_that_no_longer_has_a_service_makes_it_inactive(book: Book) -> None:
    first, second = await a_service(book), await a_service(book)
    rows = [await shown(book, one) for one in (first, second)]
    asked = {"name": "my list", "whole": True, "as_of": PHONED}
    await book.bring(rows, **asked)
    brought = await book.bring(rows[:1], **asked)
    assert brought.done.gone == 1
    assert [(await shown(book, one))["status"] for one in (first, second)] == ["active", "inactive"]
