"""What staff find out is kept with its day and hand; what is older never overwrites it, and nothing is forgotten."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from lotse_contracts.referral import (
    AssureService,
    CapacityChanged,
    LanguageSlot,
    OpeningHours,
    PlaceOfService,
    RetireService,
    ServiceChanged,
    ServiceCheckDue,
    ServiceRetired,
    SetCapacity,
    UpdateService,
)
from lotse_referral.domain.directory import identifier
from lotse_referral.handlers import directory
from lotse_referral.problems import PROBLEM_TEXTS
from tests.kit import ServiceDatabase
from tests.referral.books import Book, open_book

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PHONED = date(2026, 11, 25)
JOBCENTER = identifier("service", "jobcenter-dresden")
SHELTER = identifier("service", "frauenschutzhaus-dresden-e-v")


@pytest.fixture(scope="module")
def kept(postgres: Any) -> Any:
    """One database for all: each test keeps a service of its own."""
    made = postgres.database("referral")
    yield made
    postgres.drop(made)


@pytest.fixture
async def book(kept: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Book]:
    opened = open_book(kept, tmp_path)
    yield opened
    await opened.service.engine.dispose()


async def a_service(book: Book, **more: Any) -> UUID:
    """A service of its own, as a list of last year has it."""
    service_id = uuid4()
    row = {
        "id": str(service_id),
        "name": f"Advice {service_id}",
        "status": "active",
        "description": "From a list.",
        "assured_date": "2026-01-10",
        "organization": {"id": str(uuid4()), "name": "Office", "description": "An office."},
    }
    brought = await book.bring([row | more])
    assert brought.done.new["service"] == 1
    return service_id


async def told(book: Book, order: Any, now: datetime = NOW, actor: str = "olena") -> list[Message]:
    handlers: dict[type, Any] = {
        UpdateService: directory.update,
        AssureService: directory.assure,
        SetCapacity: directory.set_capacity,
        RetireService: directory.retire,
    }
    async with book.service.engine.begin() as tx:
        context = book.service.context(actor=actor, role="counsellor")
        at = type(context)(**{**vars(context), "now": now})
        return list(await handlers[type(order)](order, at, tx))


def history(kept: ServiceDatabase, service_id: UUID) -> list[tuple[Any, ...]]:
    with psycopg.connect(kept.url) as connection:
        return connection.execute(
            "SELECT field_name, previous_value, replacement_value, updated_by, actor FROM metadata"
            " WHERE resource_id = %s AND field_name NOT IN ('id', 'assured_date') ORDER BY recorded_at, field_name",
            (service_id,),
        ).fetchall()


async def shown(book: Book, service_id: UUID) -> dict[str, Any]:
    return await book.one(str(service_id))


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


async def test_the_hand_that_changed_something_is_not_given_out(book: Book) -> None:
    service_id = await a_service(book)
    await told(book, UpdateService(service_id=service_id, source="visit", assured_on=PHONED, alert="Closed in July."))
    assert "olena" not in await book.text()


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


async def test_an_address_makes_a_place_and_the_old_one_goes(book: Book) -> None:
    place = {"id": str(uuid4()), "location_type": "physical", "description": "Somewhere"}
    service_id = await a_service(book, service_at_locations=[{"id": str(uuid4()), "location": place}])
    street = PlaceOfService(street="Neuer Weg 3", postal_code="01067", city="Dresden")
    await told(book, UpdateService(service_id=service_id, source="visit", assured_on=PHONED, place=street))
    now = await shown(book, service_id)
    (link,) = now["service_at_locations"]
    assert link["location"]["addresses"][0]["address_1"] == "Neuer Weg 3"
    assert place["id"] not in (await book.all())["locations"]


async def test_a_place_that_becomes_secret_is_forgotten_everywhere(book: Book, kept: ServiceDatabase) -> None:
    street = PlaceOfService(street="Verborgener Weg 9", postal_code="01099", city="Dresden")
    service_id = await a_service(book, description="You find us at Verborgener Weg 9.")
    await told(book, UpdateService(service_id=service_id, source="visit", assured_on=PHONED, place=street))
    given: dict[str, Any] = {"service_id": service_id, "source": "phone", "assured_on": PHONED}
    await told(book, UpdateService(**given, confidential_location=True))
    with psycopg.connect(kept.url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            found = connection.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', ("%Verborgener%",))
            assert (table, found.fetchone()) == (table, (0,))
    assert "Verborgener" not in await book.text()
    assert "service_at_locations" in {name for name, *_ in history(kept, service_id)}
    with pytest.raises(Refused) as refused:
        await told(book, UpdateService(**given, place=street))
    assert refused.value.code == "place_is_secret"


async def test_a_list_cannot_make_a_secret_place_known(book: Book) -> None:
    secret = await a_service(book, lotse={"confidential_location": True})
    base = await shown(book, secret)
    row = {name: base[name] for name in ("id", "name", "status", "organization")}
    address = {"address_1": "Verrat 1", "city": "Dresden", "state_province": "Sachsen", "postal_code": "01099"}
    place = {
        "id": str(uuid4()),
        "location_type": "physical",
        "addresses": [address | {"id": str(uuid4()), "country": "DE", "address_type": "physical"}],
    }
    told_all = row | {
        "assured_date": "2026-11-24",
        "service_at_locations": [{"id": str(uuid4()), "location": place}],
        "lotse": {"confidential_location": False, "address_text": "Verrat 1"},
    }
    await book.bring([told_all])
    assert "Verrat" not in await book.text()
    assert (await shown(book, secret))["lotse"]["confidential_location"] is True


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


async def test_each_check_that_is_due_is_said_once(book: Book) -> None:
    service_id = await a_service(book, lotse={"valid_to": "2026-12-24"})

    async def morning(now: datetime) -> list[Message]:
        async with book.service.engine.begin() as tx:
            context = book.service.context()
            at = type(context)(**{**vars(context), "now": now})
            return list(await directory.checks_due(Timer("service_check", "directory", now, {}, uuid4()), at, tx))

    said = await morning(NOW)
    due = [one for one in said if isinstance(one, ServiceCheckDue) and one.service_id == service_id]
    assert [one.due for one in due] == [date(2026, 7, 9)]
    assert await morning(NOW + timedelta(days=1)) == []
    with psycopg.connect(book.service.settings.database_url) as connection:
        row = connection.execute("SELECT due_at FROM timer WHERE kind = 'service_check'").fetchone()
    assert row == (datetime(2026, 11, 27, 5, tzinfo=UTC),)


async def test_history_is_only_added_to(kept: ServiceDatabase, book: Book) -> None:
    await told(book, UpdateService(service_id=JOBCENTER, source="phone", assured_on=PHONED, alert="Moved."))
    for attack in (
        "DELETE FROM metadata",
        "UPDATE metadata SET actor = 'somebody else'",
        "UPDATE metadata SET replacement_value = 'never said'",
        "UPDATE metadata SET previous_value = '', replacement_value = '', updated_by = 'nobody'",
        "TRUNCATE metadata",
    ):
        for url in (kept.url, kept.owner_url):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attack.encode())


async def test_every_change_raises_the_version_of_the_directory(kept: ServiceDatabase, book: Book) -> None:
    def version() -> int:
        with psycopg.connect(kept.url) as connection:
            return int((connection.execute("SELECT version FROM directory_version").fetchone() or (0,))[0])

    before = version()
    service_id = await a_service(book)
    assert version() > before
    before = version()
    await told(book, UpdateService(service_id=service_id, source="phone", assured_on=PHONED, walk_in=True))
    assert version() > before


async def test_an_id_that_belongs_to_another_does_not_move(book: Book) -> None:
    phone = {"id": str(uuid4()), "number": "0351 77"}
    first = await a_service(book, phones=[phone])
    second = await a_service(book, phones=[phone])
    one, other = (await shown(book, first))["phones"], (await shown(book, second))["phones"]
    assert (one[0]["id"], one[0]["number"]) == (phone["id"], "0351 77")
    assert (other[0]["id"] == phone["id"], other[0]["number"]) == (False, "0351 77")


async def test_a_list_that_no_longer_has_a_service_makes_it_inactive(book: Book) -> None:
    first, second = await a_service(book), await a_service(book)
    rows = [await shown(book, one) for one in (first, second)]
    asked = {"name": "my list", "whole": True, "as_of": PHONED}
    await book.bring(rows, **asked)
    brought = await book.bring(rows[:1], **asked)
    assert brought.done.gone == 1
    assert [(await shown(book, one))["status"] for one in (first, second)] == ["active", "inactive"]


async def test_the_shipped_shelter_has_no_place(book: Book) -> None:
    now = await shown(book, SHELTER)
    assert (now["lotse"]["confidential_location"], "service_at_locations" in now) == (True, False)
