"""The inbox is fast however much waits: a page is a walk along an index, and so is the count."""

import time
from datetime import timedelta
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy.dialects import postgresql

from lotse_contracts import intake
from lotse_intake.domain.cursors import Place
from lotse_intake.store.inbox import page_query
from tests.intake.given import Intake, enquiry, only

CONCERNS = 30_000
ASKED_SECONDS_MAX = 0.5  # generous, since the machine is shared; without an index it takes longer than that

FILL = f"""
INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency, language,
  channel, received_at, due_at)
SELECT gen_random_uuid(), enquiry_id, case_id, person_id, 1, code, false,
  CASE WHEN number % 3 = 0 THEN 'accepted' ELSE 'received' END, urgency, language, channel,
  received_at + number * interval '1 second', due_at + number * interval '1 second'
FROM concern, generate_series(1, {CONCERNS}) AS number
"""


async def filled(here: Intake) -> intake.ConcernRaised:
    first = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    with psycopg.connect(here.database.owner_url, autocommit=True) as connection:
        connection.execute(FILL.encode())
        connection.execute("VACUUM ANALYZE concern")
    return first


async def test_every_page_walks_along_an_index(here: Intake) -> None:
    first = await filled(here)
    for newest_first, index in ((False, "concern_due"), (True, "concern_newest")):
        for after in (None, Place(first.due_at + timedelta(hours=4), UUID(int=0))):
            query = page_query(size=50, after=after, newest_first=newest_first)
            text = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
            plan = "\n".join(line for (line,) in here.rows(f"EXPLAIN {text}"))
            assert index in plan
            assert "Seq Scan" not in plan
            assert "Sort" not in plan


async def test_an_ask_among_thirty_thousand_is_answered_at_once(here: Intake) -> None:
    await filled(here)
    took = []
    for newest_first in (False, True) * 4:
        began = time.perf_counter()
        page = await here.ask(intake.AskInbox(newest_first=newest_first))
        took.append(time.perf_counter() - began)
        assert page.waiting == CONCERNS * 2 // 3 + 1
        assert len(page.entries) == 50
    assert median(took) < ASKED_SECONDS_MAX
