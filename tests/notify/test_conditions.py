"""Statements stay one text and few, and find their index also by a plan that is kept for every value."""

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.verdict import Asked
from lotse_notify.store import addressed, attempts, calendars, points, sending, usage
from lotse_notify.store.notices import Notification
from tests.notify.given import NOW, House, tell
from tests.notify.reporting import statements

NEW_CONTACT_MAX = 8
TELL_MAX = 4
GENERIC = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"


async def _asked(house: House, count: int) -> list[str]:
    """By a claim of so many."""
    with statements(house) as texts:
        async with house.service.engine.begin() as tx:
            await _ask(tx, count)
    return texts


async def _ask(tx: AsyncConnection, count: int) -> None:
    ids = [uuid4() for _ in range(count)]
    await sending.due(tx, NOW, rows_max=count)
    await points.known_of(tx, ids)
    await usage.today(tx, [_notification() for _ in ids], NOW)
    await addressed.today(tx, ids, NOW)
    await calendars.of(tx, ids)
    await attempts.tries_of(tx, ids)
    await sending.in_hand(tx, ids)


def _notification() -> Notification:
    return Notification(uuid4(), uuid4(), "", "receipt", {}, Asked(NOW, NOW), "scheduled")


async def test_a_claim_of_many_asks_with_the_words_of_a_claim_of_few(house: House) -> None:
    assert await _asked(house, 2) == await _asked(house, 5)


async def test_the_contact_of_somebody_new_takes_few_statements(house: House) -> None:
    with statements(house) as texts:
        await house.hear(house.contact(uuid4()))
    assert len(texts) <= NEW_CONTACT_MAX, texts


async def test_an_order_to_tell_takes_few_statements(house: House) -> None:
    olena = uuid4()
    await house.hear(house.contact(olena))
    with statements(house) as texts:
        await house.hear(tell(olena))
    assert len(texts) <= TELL_MAX, texts


@pytest.mark.parametrize("rows_max", [1, 64])
def test_what_is_due_is_found_by_its_index_whatever_the_time_that_is_asked_for(house: House, rows_max: int) -> None:
    text = str(sending.DUE.compile(house.service.engine.sync_engine))
    with psycopg.connect(house.database.url, autocommit=True) as connection:
        connection.execute(GENERIC.encode())
        values = {"now": datetime.now(UTC), "rows_max": rows_max}
        plan = connection.execute(f"EXPLAIN {text}".encode(), values, prepare=True).fetchall()
    assert any("notification_due" in line for (line,) in plan), plan
