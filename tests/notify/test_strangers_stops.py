"""The stop of a number that was nobody's yet goes with the person whose number it proves to be; many may have one."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from lotse_contracts.notify import ErasePerson
from lotse_notify.domain.hooks import InboundSms
from lotse_notify.handlers import inbound
from lotse_notify.handlers.orders import Book
from lotse_notify.providers.pepper import read_pepper
from lotse_notify.store import addressindex
from lotse_notify.workers.addressindex import write_anew
from tests.notify.given import NOW, House
from tests.notify.ways import OTHER_PHONE, PHONE, by_ways, phone


@pytest.fixture
def book(house: House) -> Book:
    assert house.service.ring is not None
    return Book(house.service.ring, house.keys, read_pepper(None, b"k" * 32))


async def test_an_erased_person_leaves_no_stop_of_her_number_not_even_on_a_page(house: House, book: Book) -> None:
    olena = uuid4()
    for number in (PHONE, OTHER_PHONE):
        async with house.unit() as unit:
            await inbound.listen(unit, InboundSms("kannel", f"mo:{uuid4()}", number, "STOP"), book=book)
    await house.hear(by_ways(house, olena, phone()), at=NOW - timedelta(minutes=1))
    await house.hear(ErasePerson(person_id=olena))
    (kept,) = house.rows("number_stop")
    assert kept["digest"] == book.pepper.digest("sms", OTHER_PHONE)
    before = _file(house)
    assert await write_anew(house.service.engine, 0) == 1
    assert _file(house) != before, "a page keeps a deleted row until another takes its place"
    assert house.rows("number_stop") == [kept], "what somebody else stopped stays stopped"


async def test_on_a_shared_phone_it_goes_with_the_last_who_had_it(house: House, book: Book) -> None:
    olena, danylo = uuid4(), uuid4()
    async with house.unit() as unit:
        await inbound.listen(unit, InboundSms("kannel", f"mo:{uuid4()}", PHONE, "STOP"), book=book)
    for person_id in (olena, danylo):
        await house.hear(by_ways(house, person_id, phone(shared=True)), at=NOW - timedelta(minutes=1))
    await house.hear(ErasePerson(person_id=olena))
    assert len(house.rows("number_stop")) == 1
    await house.hear(ErasePerson(person_id=danylo))
    assert house.rows("number_stop") == []


async def test_whoever_makes_a_thousand_persons_of_her_number_keeps_her_stop_from_nobody(
    house: House, book: Book
) -> None:
    digest = book.pepper.digest("sms", PHONE)
    house.run(
        "INSERT INTO address_index (person_id, point_id, digest)"
        " SELECT md5(number::text)::uuid, gen_random_uuid(), %s"
        " FROM generate_series(1, 1001) AS number, generate_series(1, 2)",
        digest,
    )
    async with house.unit() as unit:
        found = await addressindex.persons_of(unit.tx, digest)
    assert found == sorted({row["person_id"] for row in house.rows("address_index")})
    assert len(found) == 1_001


def _file(house: House) -> object:
    with psycopg.connect(house.database.owner_url) as owner:
        return owner.execute("SELECT pg_relation_filenode('number_stop')").fetchone()
