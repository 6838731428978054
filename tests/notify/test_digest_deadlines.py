"""Which days of grants a digest names: what the ledger said of the longest log holds, in whichever order it came."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from lotse_contracts.ledger import DeadlineCleared, DeadlineNear
from lotse_notify.store import digests
from tests.notify.given import House

GRANT = UUID(int=0x6A)
TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)
DAY = "2026-12-20"


def near(log_size: int, *, grant: UUID = GRANT, code: str = "final_proof", due_on: str = DAY) -> DeadlineNear:
    return DeadlineNear(grant_id=grant, deadline=code, due_on=due_on, log_size=log_size)


def cleared(log_size: int, *, grant: UUID = GRANT, code: str = "final_proof", due_on: str = DAY) -> DeadlineCleared:
    return DeadlineCleared(grant_id=grant, deadline=code, due_on=due_on, log_size=log_size)


async def hear(house: House, *facts: DeadlineNear | DeadlineCleared) -> None:
    house.now = NOON
    for fact in facts:
        await house.hear(fact)


async def listed(house: House) -> Sequence[tuple[str, str, bool]]:
    """Code and day of each, and whether it is news."""
    async with house.unit() as unit:
        found = await digests.deadlines(unit.tx, TODAY)
    return [(one.code, one.due_on.isoformat(), one.fresh) for one in found]


async def test_what_is_met_is_listed_no_more_and_what_is_not_stays(house: House) -> None:
    await hear(house, near(3), near(3, code="use_money"), near(3, grant=UUID(int=0x6B)), cleared(4))
    assert await listed(house) == [("use_money", DAY, True), ("final_proof", DAY, True)]


async def test_each_day_of_one_kind_is_listed_and_ends_by_itself(house: House) -> None:
    """Money that came twice has two last days; two awards have two final proofs."""
    days = ("2026-12-05", "2026-12-20")
    await hear(house, *(near(3, code="use_money", due_on=day) for day in reversed(days)))
    assert await listed(house) == [("use_money", day, True) for day in days]
    await hear(house, cleared(4, code="use_money", due_on=days[0]))
    assert await listed(house) == [("use_money", days[1], True)]


async def test_that_it_is_met_holds_also_where_it_overtakes_that_it_is_near(house: House) -> None:
    await hear(house, cleared(4), near(3), near(3), cleared(4), near(3))
    assert await listed(house) == []


async def test_in_any_order_and_twice_the_end_is_the_same(house: House) -> None:
    """Near, met, taken back and met again; each beginning of it in each order, as a grant of its own."""
    told = ((near, 3), (cleared, 4), (near, 5), (cleared, 5))
    wanted: dict[UUID, tuple[bool, int]] = {}
    for length in range(1, len(told) + 1):
        for order in itertools.permutations(told[:length]):
            grant = UUID(int=len(wanted) + 1)
            await hear(house, *(say(size, grant=grant) for say, size in (*order, *order)))
            last, size = told[length - 1]
            wanted[grant] = (last is cleared, size)
    rows = {row["grant_id"]: (row["cleared"], row["log_size"]) for row in house.rows("staff_deadline")}
    assert rows == wanted


async def test_what_is_open_again_is_news_again(house: House) -> None:
    await hear(house, near(3))
    async with house.unit() as unit:
        await digests.deadlines_told(unit.tx)
    await hear(house, near(4))
    assert await listed(house) == [("final_proof", DAY, False)]
    await hear(house, cleared(5), near(6))
    assert await listed(house) == [("final_proof", DAY, True)]


async def test_what_is_met_is_forgotten_once_its_day_is_over(house: House) -> None:
    await hear(house, cleared(4), cleared(4, due_on="2026-11-25"))
    assert [row["due_on"] for row in house.rows("staff_deadline")] == [date(2026, 12, 20)]
    async with house.unit() as unit:
        assert await digests.deadlines(unit.tx, date(2026, 12, 21)) == []
    assert house.rows("staff_deadline") == []
