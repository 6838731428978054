"""Beginnings and endings that are committed together: whatever has changed meanwhile is found out all the same."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from lotse_contracts.notify import ErasePerson, StopTelling
from lotse_notify.domain.outcome import Outcome
from lotse_notify.handlers import endings
from lotse_notify.handlers.endings import Answer
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Claim, claim
from lotse_notify.workers.grouping import Group
from lotse_notify.workers.post import Post
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

Change = Callable[[House, UUID], Awaitable[object]]
TAKEN = Outcome("accepted", "server_took_it")


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


async def _switched_off(house: House, person_id: UUID) -> None:
    house.run("UPDATE switch SET off_since = now(), by = 'x' WHERE name = 'email'")


async def _superseded(house: House, person_id: UUID) -> None:
    await house.hear(tell(person_id, "answer_waits", key="k2", supersedes="k1"))


CHANGES: dict[str, Change] = {
    "unsafe": lambda house, her: house.hear(house.contact(her, version=2, safe=False)),
    "no consent": lambda house, her: house.hear(house.contact(her, version=2, consented=False)),
    "another address": lambda house, her: house.hear(house.contact(her, version=2, value="new@example.org")),
    "another language": lambda house, her: house.hear(house.contact(her, version=2, languages=("de",))),
    "stopped": lambda house, her: house.hear(StopTelling(person_id=her)),
    "this one stopped": lambda house, her: house.hear(StopTelling(person_id=her, dedupe_key="k1")),
    "superseded": _superseded,
    "erased": lambda house, her: house.hear(ErasePerson(person_id=her)),
    "switched off": _switched_off,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_of_a_group_only_that_begins_about_which_nothing_has_changed(
    house: House, post: Post, change: str
) -> None:
    olena, oksana = uuid4(), uuid4()
    claims = await _claimed(house, post, olena, oksana)
    house.now = NOW + timedelta(seconds=1)
    await CHANGES[change](house, olena)
    async with house.unit() as unit:
        begun = await outcomes.begin_unchanged(unit, [claims[olena], claims[oksana]], post)
    assert begun == [False, change != "switched off"]
    async with house.unit() as unit:
        assert not await outcomes.may_begin(unit, claims[olena].attempt, post), "and not when it is asked alone"


async def test_nothing_waits_for_a_person_that_somebody_holds(house: House, post: Post) -> None:
    olena, oksana = uuid4(), uuid4()
    claims = await _claimed(house, post, olena, oksana)
    both = [claims[olena], claims[oksana]]
    async with house.service.engine.begin() as other:
        await other.execute(text("SELECT FROM person WHERE person_id = :her FOR UPDATE"), {"her": olena})
        async with house.unit() as unit:
            assert await outcomes.begin_unchanged(unit, both, post) == [False, True]
        async with house.unit() as unit:
            answers = [Answer(one.attempt, TAKEN) for one in both]
            assert await endings.write(unit, answers, retry_seconds=30, together=True) == [False, True]
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, claims[olena].attempt, post)


async def test_of_a_group_of_answers_only_those_are_written_whose_fence_is_held(house: House, post: Post) -> None:
    olena, oksana = uuid4(), uuid4()
    claims = await _claimed(house, post, olena, oksana)
    house.run("UPDATE send_attempt SET fence = fence + 1 WHERE person_id = %s", olena)
    for outcome in (TAKEN, Outcome("rejected", "recipient_refused")):
        async with house.unit() as unit:
            answers = [Answer(claims[one].attempt, outcome) for one in (olena, oksana)]
            await endings.write(unit, answers, retry_seconds=30, together=True)
    states = {row["person_id"]: row["state"] for row in house.rows("send_attempt")}
    assert states == {olena: "submitting", oksana: "accepted"}


async def test_each_of_a_group_is_counted_and_said_once(house: House, post: Post) -> None:
    people = [uuid4() for _ in range(5)]
    claims = await _claimed(house, post, *people)
    for _ in range(2):
        async with house.unit() as unit:
            answers = [Answer(claims[one].attempt, TAKEN) for one in people]
            await endings.write(unit, answers, retry_seconds=30, together=True)
    assert len(house.said) == 5
    assert house.rows("tally")[0]["messages"] == 5


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 8))
def test_everybody_gets_the_result_of_his_own_and_one_bad_item_spoils_nothing_but_itself(
    items: list[int], items_max: int
) -> None:
    async def doubled(group: Sequence[int]) -> list[int]:
        assert len(group) <= items_max
        await asyncio.sleep(0)
        if 7 in group:
            raise ValueError
        return [2 * one for one in group]

    async def all_of_them() -> list[int | BaseException]:
        group = Group(doubled, items_max)
        return list(await asyncio.gather(*(group.put(one) for one in items), return_exceptions=True))

    results = asyncio.run(all_of_them())
    for item, result in zip(items, results, strict=True):
        assert isinstance(result, ValueError) if item == 7 else result == 2 * item


async def test_a_few_that_come_one_after_the_other_are_one_group() -> None:
    groups: list[Sequence[int]] = []

    async def noted(group: Sequence[int]) -> Sequence[int]:
        groups.append(group)
        return group

    group, waiting = Group(noted, 8, gather_seconds=0.5), []
    for item in range(3):
        waiting.append(asyncio.create_task(group.put(item)))
        await asyncio.sleep(0)
    assert await asyncio.gather(*waiting) == [0, 1, 2]
    assert groups == [[0, 1, 2]]


async def _claimed(house: House, post: Post, *people: UUID) -> dict[UUID, Claim]:
    for person_id in people:
        await house.hear(house.contact(person_id))
        await house.hear(tell(person_id))
    claimed = (await claim(house.unit, post, rows_max=50)).claims
    return {one.attempt.notification.person_id: one for one in claimed}
