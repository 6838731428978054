"""Nothing is forgotten but the address of a secret place; what is due is said once, and nobody writes over another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from lotse_contracts.referral import (
    PlaceOfService,
    ServiceCheckDue,
    UpdateService,
)
from lotse_referral.handlers import directory
from tests.kit import Postgres, ServiceDatabase
from tests.referral.books import Book, open_book
from tests.referral.keeping import JOBCENTER, NOW, PHONED, SHELTER, a_service, history, shown, told


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


async def test_the_hand_that_changed_something_is_not_given_out(book: Book) -> None:
    service_id = await a_service(book)
    await told(book, UpdateService(service_id=service_id, source="visit", assured_on=PHONED, alert="Closed in July."))
    assert "olena" not in await book.text()


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


async def test_an_appointment_there_keeps_no_secret_place(book: Book, kept: ServiceDatabase) -> None:
    street = PlaceOfService(street="Stiller Hof 7", postal_code="01987", city="Dresden")
    service_id = await a_service(book)
    await told(book, UpdateService(service_id=service_id, source="visit", assured_on=PHONED, place=street))
    (link,) = (await shown(book, service_id))["service_at_locations"]
    with psycopg.connect(kept.owner_url) as connection:
        connection.execute(
            "INSERT INTO appointment (appointment_id, referral_id, person_id, starts_at, ends_at, version, cancelled,"
            " place, changed_at) VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(),"
            " now() + interval '1 hour', 1, false, %s, now())",
            (link["location"]["id"],),
        )
    secret = UpdateService(service_id=service_id, source="phone", assured_on=PHONED, confidential_location=True)
    await told(book, secret)
    assert "Stiller Hof" not in await book.text()
    assert link["location"]["id"] not in (await book.all())["locations"]


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
    forged = {"source": "phone", "assured_on": "2026-11-24", "by_staff": True}
    told_all["lotse"] |= {"field_sources": {"lotse.confidential_location": forged, "lotse.address_text": forged}}
    await book.bring([told_all])
    assert "Verrat" not in await book.text()
    assert (await shown(book, secret))["lotse"]["confidential_location"] is True


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


async def test_the_shipped_shelter_has_no_place(book: Book) -> None:
    now = await shown(book, SHELTER)
    assert (now["lotse"]["confidential_location"], "service_at_locations" in now) == (True, False)


async def test_two_who_write_at_once_lose_nothing(book: Book) -> None:
    service_id = await a_service(book)
    base = await shown(book, service_id)
    row = {name: base[name] for name in ("id", "name", "status", "organization")} | {"assured_date": "2026-11-01"}
    given: dict[str, Any] = {"service_id": service_id, "source": "phone", "assured_on": PHONED}
    orders = [
        UpdateService(**given, phones=("0351 1",)),
        UpdateService(**given, walk_in=True),
        UpdateService(**given, languages=("uk",)),
    ]
    lists = [row | {"description": "Newer."}, row | {"fees": "None."}]
    await asyncio.gather(*(told(book, order) for order in orders), *(book.bring([one]) for one in lists))
    now = await shown(book, service_id)
    assert (len(now["phones"]), len(now["languages"]), now["lotse"]["walk_in"]) == (1, 1, True)
    assert (now["description"], now["fees"]) == ("Newer.", "None.")
