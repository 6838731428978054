"""The inbox is fast however much waits: a page is a walk along an index, and so is the count."""

import time
from datetime import timedelta
from itertools import product
from statistics import median
from typing import Any, get_args
from uuid import UUID

import psycopg
from sqlalchemy.dialects import postgresql

from lotse_contracts import intake
from lotse_contracts.values import InboxView
from lotse_intake.domain.cursors import Place
from lotse_intake.store.inbox import Filters, page_query
from tests.intake.given import Intake, enquiry, only

CONCERNS = 100_000
ASKED_SECONDS_MAX = 0.5  # generous, since the machine is shared; without an index it takes longer than that
ME = frozenset({"c-10"})

FILL = f"""
INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency, language,
  channel, received_at, due_at, moved_at, ended_at, clock, assignee, team, offered_to, tags)
SELECT gen_random_uuid(), enquiry_id, case_id, person_id, 1,
  CASE WHEN number % 97 = 0 THEN 'violence'
    ELSE (ARRAY['housing', 'work', 'benefits', 'language', 'health', 'legal', 'school'])[1 + number % 7] END, false,
  state, CASE WHEN number % 61 = 0 THEN 'emergency' WHEN number % 7 = 0 THEN 'urgent' ELSE 'normal' END,
  CASE WHEN number % 83 = 0 THEN 'fa' ELSE (ARRAY['uk', 'uk', 'ru', 'uk', 'de', 'en'])[1 + number % 5] END, channel,
  received_at + number * interval '1 second', due_at + number * interval '1 second', received_at,
  CASE WHEN state = 'resolved' THEN received_at END, CASE WHEN state = 'resolved' THEN NULL ELSE 'look' END,
  CASE WHEN state IN ('assigned', 'in_advice') THEN 'c-' || number % 50 END, 't-' || number % 40,
  CASE WHEN state = 'in_advice' AND number % 10 = 0 THEN 'c-' || number % 50 END,
  CASE WHEN number % 500 = 0 THEN ARRAY['follow_up'] ELSE ARRAY[]::text[] END
FROM (SELECT enquiry_id, case_id, person_id, channel, received_at, due_at, number,
    (ARRAY['received', 'screened', 'accepted', 'assigned', 'in_advice', 'resolved'])[1 + number % 6] AS state
  FROM concern, generate_series(1, {CONCERNS}) AS number) AS made
"""


async def filled(here: Intake) -> intake.ConcernRaised:
    first = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    with psycopg.connect(here.database.owner_url, autocommit=True) as connection:
        connection.execute(FILL.encode())
        connection.execute("VACUUM ANALYZE concern")
    return first


def plan_of(here: Intake, filters: Filters, after: Place | None, *, newest_first: bool) -> str:
    query = page_query(filters, size=50, after=after, newest_first=newest_first)
    text = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    return "\n".join(line for (line,) in here.rows(f"EXPLAIN {text}"))


WALKED: dict[str, Filters] = {
    "concern_waiting_due": Filters(),
    "concern_open_due": Filters(view="open"),
    "concern_unassigned_due": Filters(view="unassigned"),
    "concern_assignee_due": Filters(view="mine", carriers=ME),
    "concern_offered_due": Filters(view="offered", carriers=ME),
    "concern_team_due": Filters(view="open", team="t-3"),
    "concern_code_due": Filters(view="open", code="violence"),
    "concern_urgency_due": Filters(view="open", urgency="emergency"),
    "concern_language_due": Filters(view="open", language="fa"),
    "concern_state_due": Filters(view="open", state="resolved"),
}
WAITING_MAX = 10_000  # so far is counted


async def test_every_page_walks_along_an_index_in_its_order(here: Intake) -> None:
    first = await filled(here)
    for after in (None, Place(first.due_at + timedelta(hours=4), UUID(int=0))):
        for index, filters in WALKED.items():
            plan = plan_of(here, filters, after, newest_first=False)
            assert index in plan, plan
            assert "Seq Scan" not in plan
            assert "Sort" not in plan
        for index, filters in (("concern_waiting_newest", Filters()), ("concern_open_newest", Filters(view="open"))):
            plan = plan_of(here, filters, after, newest_first=True)
            assert index in plan, plan
            assert "Seq Scan" not in plan
            assert "Sort" not in plan

    assert "concern_tags" in plan_of(here, Filters(view="open", tag="follow_up"), None, newest_first=False)
    no_combination_reads_the_whole_table(here)


def no_combination_reads_the_whole_table(here: Intake) -> None:
    views: tuple[InboxView, ...] = get_args(InboxView)
    more: list[dict[str, Any]] = [
        {"code": "housing", "language": "ru"},
        {"urgency": "emergency", "team": "t-1"},
        {"tag": "follow_up"},
        {"state": "accepted", "language": "de"},
    ]
    for view, named, newest_first in product(views, more, (False, True)):
        filters = Filters(view=view, carriers=ME, teams=frozenset({"t-1", "t-2"}), **named)
        assert "Seq Scan" not in plan_of(here, filters, None, newest_first=newest_first)


async def test_an_ask_among_a_hundred_thousand_is_answered_at_once(here: Intake) -> None:
    await filled(here)
    await here.hear(intake.EnrolStaff(actor="c-10", languages=("uk",), teams=("t-1",)), actor="co-1")
    took = []
    views: tuple[InboxView, ...] = get_args(InboxView)
    for view, newest_first in product(views, (False, True)):
        began = time.perf_counter()
        page = await here.ask(intake.AskInbox(newest_first=newest_first, view=view), actor="c-10")
        took.append(time.perf_counter() - began)
        assert len(page.entries) == 50
        assert page.waiting <= WAITING_MAX
    assert median(took) < ASKED_SECONDS_MAX
    for newest_first in (False, True):
        await the_pages_lose_and_repeat_none(here, newest_first=newest_first)


async def the_pages_lose_and_repeat_none(here: Intake, *, newest_first: bool) -> None:
    wanted = {
        row[0]
        for row in here.rows(
            "SELECT concern_id FROM concern WHERE language = 'fa' AND code = 'housing' AND state <> 'resolved'"
        )
    }
    seen: list[UUID] = []
    cursor = None
    while True:
        asked = intake.AskInbox(
            size=200, view="open", language="fa", code="housing", newest_first=newest_first, cursor=cursor
        )
        page = await here.ask(asked)
        assert page.waiting == len(wanted)
        seen += [entry.concern_id for entry in page.entries]
        times = [entry.received_at if newest_first else entry.due_at for entry in page.entries]
        assert times == sorted(times, reverse=newest_first)
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted
