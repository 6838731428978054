"""Heads of a session: counted once, corrected by name, added by kind and plan line, and few people never shown."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.referral import (
    AskGroupFigures,
    AskGroupPlaces,
    BookPlace,
    CancelGroupSession,
    CancelPlace,
    GroupSessionHeld,
    RecordGroupSession,
)
from lotse_referral.domain.heads import whole_months
from tests.referral.desk import Desk, names, only
from tests.referral.group_given import NOON, OFFER_ID, book, changed, offer, refused, today

LAST_WEEK = (today() - timedelta(days=7)).isoformat()
NEXT = (today() + timedelta(days=7)).isoformat()


def heads(**fields: Any) -> RecordGroupSession:
    given = {"offer_id": OFFER_ID, "session": LAST_WEEK, "record_id": UUID(int=1), "adults": 9, "children": 4}
    return RecordGroupSession.model_validate(given | fields)


@pytest.fixture(autouse=True)
def _now(desk: Desk) -> None:
    desk.now = NOON


async def test_a_session_counts_once_and_is_corrected_by_name(desk: Desk) -> None:
    await desk.hears(offer())
    held = only(GroupSessionHeld, await desk.hears(heads()))
    assert (held.adults, held.children, held.plan_line, held.version) == (9, 4, "personnel", 1)
    assert await desk.hears(heads()) == []
    assert await refused(desk, heads(adults=8)) == "record_exists"
    assert await refused(desk, heads(record_id=UUID(int=2))) == "session_counted"
    assert await refused(desk, heads(record_id=UUID(int=2), corrects=UUID(int=7))) == "unknown_record"
    await desk.hears(changed(plan_line="materials"))
    right = only(GroupSessionHeld, await desk.hears(heads(record_id=UUID(int=2), corrects=UUID(int=1), adults=8)))
    assert (right.version, right.corrects, right.plan_line) == (2, UUID(int=1), "materials")
    assert (await desk.asks(AskGroupPlaces(offer_id=OFFER_ID))).held[0].adults == 8
    void = heads(record_id=UUID(int=3), corrects=UUID(int=2), void=True)
    await desk.hears(void)
    assert (await desk.asks(AskGroupPlaces(offer_id=OFFER_ID))).held == ()
    assert names(await desk.hears(heads(record_id=UUID(int=4), corrects=UUID(int=3)))) == ["GroupSessionHeld"]


async def test_heads_of_what_did_not_take_place_are_refused(desk: Desk) -> None:
    await desk.hears(offer())
    await desk.hears(CancelGroupSession(offer_id=OFFER_ID, session=NEXT))
    assert await refused(desk, heads(session=NEXT)) == "session_off"
    week_after = (today() + timedelta(days=14)).isoformat()
    assert await refused(desk, heads(session=week_after)) == "session_not_begun"
    assert await refused(desk, heads(session=(today() - timedelta(days=6)).isoformat())) == "unknown_session"
    assert await refused(desk, heads(first_time=14)) == "more_first_than_all"
    assert await refused(desk, heads(void=True)) == "unknown_record"


async def test_figures_add_heads_by_kind_and_line_and_hide_few_sign_ups(desk: Desk) -> None:
    clubs, cafe = UUID(int=601), UUID(int=602)
    await desk.hears(offer())
    await desk.hears(offer(offer_id=clubs, kind="club", plan_line=None))
    await desk.hears(offer(offer_id=cafe, kind="club", plan_line=None))
    await desk.hears(heads())
    await desk.hears(heads(record_id=UUID(int=2), offer_id=clubs, first_time=3))
    await desk.hears(heads(record_id=UUID(int=3), offer_id=cafe, adults=1, children=0))
    for number in range(4):
        await desk.hears(book(number + 1))
    await desk.hears(BookPlace(booking_id=UUID(int=50), person_id=UUID(int=51), offer_id=clubs))
    await desk.hears(CancelPlace(booking_id=UUID(int=1), person_id=UUID(int=1001)))
    first, after = today().replace(day=1), (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    whole = AskGroupFigures(first=min(LAST_WEEK, first.isoformat()), last=(after - timedelta(days=1)).isoformat())
    found = await desk.asks(whole)
    assert [(one.kind, one.plan_line, one.offers, one.sessions, one.adults, one.children) for one in found.held] == [
        ("club", None, 2, 2, 10, 4),
        ("practice_group", "personnel", 1, 1, 9, 4),
    ]
    assert found.held[0].first_time == 3
    counts = {one.kind: one.signed_up for one in found.sign_ups}
    assert counts["club"] is None  # one person stands behind it
    assert counts["practice_group"] is None  # or it would give the other away
    assert counts["course"] == 0
    part = await desk.asks(AskGroupFigures(first=NEXT, last=NEXT))
    assert (part.held, part.sign_ups, part.sign_ups_of) == ((), (), ())
    with pytest.raises(Refused, match="period_reversed"):
        await desk.asks(AskGroupFigures(first=NEXT, last=LAST_WEEK))


def test_months_are_counted_whole() -> None:
    assert list(whole_months(date(2026, 10, 1), date(2026, 12, 30))) == ["2026-10", "2026-11"]
    assert list(whole_months(date(2026, 10, 2), date(2026, 12, 31))) == ["2026-11", "2026-12"]
    assert list(whole_months(date(2026, 2, 1), date(2026, 2, 28))) == ["2026-02"]
    assert list(whole_months(date(2026, 12, 2), date(2026, 12, 31))) == []
