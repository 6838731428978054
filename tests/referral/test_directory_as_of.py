"""A demonstration after services have ended: the day that the directory is compared with holds everywhere."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

import lotse_referral
from lotse_chassis.faults import Refused
from lotse_contracts.referral import AskSuggestions, ReferralSent
from tests.kit import ServiceDatabase
from tests.referral.conftest import EMPTIED, KEYS
from tests.referral.desk import Desk, Person, only, open_desk

DAY = date(2026, 3, 2)  # behind us for good: over HTTP the clock is the real one
YEARS_LATER = datetime(2029, 6, 1, 9, tzinfo=UTC)
ENDED = "Ukrainisches Haus"  # to the end of 2026
COMPARES = {
    "app.py": "gives the cards the moment of the matcher",
    "cli/directory_offline.py": "has --today",
    "cli/match.py": "has --on",
    "cli/loading.py": "when a row was read, not whether it counts",
    "domain/matching.py": "gets the matcher's moment",
    "domain/offers.py": "says what a local day is",
    "domain/scoring.py": "gets the matcher's moment",
    "handlers/directory.py": "the morning's checks, and whether somebody assures what lies ahead of the real day",
    "handlers/matching.py": "the month of a gap is a real month",
    "handlers/office.py": "the first day that an office may propose is a real day",
    "handlers/sending.py": "or the day of the setting",
    "http/cards.py": "gets the matcher's moment",
}
"""Every module that makes a day of now, and why that is right with the setting, too."""


@pytest.fixture
async def late(
    both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path
) -> AsyncIterator[tuple[Desk, Desk]]:
    """Years later: a desk with the setting, and one without it, on the same database."""
    with psycopg.connect(both_databases[0].owner_url) as connection:
        connection.execute(f"TRUNCATE {EMPTIED}".encode())
    asked: tuple[dict[str, date], ...] = ({"directory_as_of": DAY}, {})
    opened = [open_desk("auslaenderrat", both_databases[0], tmp_path, KEYS, **more) for more in asked]
    for desk in opened:
        desk.now = YEARS_LATER
    yield opened[0], opened[1]
    for desk in opened:
        await desk.service.engine.dispose()


async def test_with_the_setting_a_service_that_has_ended_is_suggested_and_sent_to(late: tuple[Desk, Desk]) -> None:
    shown, _ = late
    person = Person()
    await shown.hears(person.accepted())
    house = await shown.suggested(person.concern_id, ENDED)
    assert only(ReferralSent, await shown.hears(person.sent(house.service_id))).service_id == house.service_id


async def test_without_it_neither(late: tuple[Desk, Desk]) -> None:
    shown, real = late
    person, other = Person(), Person()
    await shown.hears(person.accepted())
    house = await shown.suggested(person.concern_id, ENDED)
    await real.hears(other.accepted())
    found = await real.asks(AskSuggestions(concern_id=other.concern_id))
    assert not [one for one in found.candidates if ENDED in one.name]
    with pytest.raises(Refused, match="service_ended"):
        await real.hears(other.sent(house.service_id))


async def test_the_card_is_the_one_of_that_day(
    late: tuple[Desk, Desk], both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    shown, real = late
    person = Person()
    await shown.hears(person.accepted())
    house = await shown.suggested(person.concern_id, ENDED)
    with psycopg.connect(both_databases[0].owner_url) as connection:
        connection.execute(
            "INSERT INTO language_slot"
            " (id, service_id, language, byday, opens_at, closes_at, kind, valid_from, valid_to)"
            " VALUES (gen_random_uuid(), %s, 'uk', 'TH', '14:07', '17:00', 'staff', '2026-03-01', '2026-03-03')",
            (house.service_id,),
        )
    try:
        for desk, seen in ((shown, True), (real, False)):
            transport = httpx.ASGITransport(app=desk.service.http)
            async with httpx.AsyncClient(transport=transport, base_url="http://referral") as client:
                card = await client.get(f"/services/{house.service_id}/card?lang=uk")
            assert card.status_code == 200
            assert ("14:07" in card.text) is seen
    finally:
        with psycopg.connect(both_databases[0].owner_url) as connection:
            connection.execute("DELETE FROM language_slot WHERE opens_at = '14:07'")


def test_every_module_that_makes_a_day_of_now_is_known() -> None:
    folder = Path(lotse_referral.__file__).parent
    making = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if re.search(r"\blocal_day\(|matcher\.moment\(", path.read_text())
    }
    assert making == set(COMPARES)
