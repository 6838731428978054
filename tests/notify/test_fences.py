"""Rule 5: a step of a try takes it from whoever held it, and is made from the state that was seen or not at all."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_notify.domain.outcome import Outcome
from lotse_notify.handlers import endings, evidence
from lotse_notify.handlers.endings import Answer
from lotse_notify.handlers.evidence import Happened
from lotse_notify.store import applying, attempts
from lotse_notify.store.applying import Became
from lotse_notify.store.attempts import Attempt
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Claim, claim
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell

LEASE = timedelta(minutes=1)


@pytest.fixture
def post(house: House) -> Post:
    return house.post(1, more=[Carrier()])


@pytest.fixture
async def paused(house: House, post: Post) -> Claim:
    """Its worker has begun, and says nothing more."""
    olena = uuid4()
    await house.hear(house.contact(olena, kind="sms", value="+4915112345678"))
    await house.hear(tell(olena))
    (one,) = (await claim(house.unit, post, rows_max=10)).claims
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, one.attempt, post)
    return one


def row(house: House) -> dict[str, Any]:
    (found,) = house.rows("send_attempt")
    return found


async def now_of(house: House, attempt_id: UUID) -> Attempt:
    async with house.unit() as unit:
        found = await attempts.locked(unit.tx, attempt_id)
    assert found is not None
    return found


async def test_rule_5_each_step_takes_a_try_from_whoever_held_it(house: House, post: Post, paused: Claim) -> None:
    """The end of a lease, what somebody says of it, and receipts of many at once."""
    mine, fences = paused.attempt.attempt_id, [row(house)["fence"]]
    house.now = NOW + LEASE
    await house.sweep(post)
    fences.append(row(house)["fence"])
    async with house.unit() as unit:
        assert await evidence.became(unit, mine, "buffer", "receipt")
    fences.append(row(house)["fence"])
    async with house.unit() as unit:
        of = await attempts.locked(unit.tx, mine)
        assert of is not None
        assert await evidence.became_together(unit, [Happened(of, "deliver", "receipt")]) == {mine}
    fences.append(row(house)["fence"])
    assert fences == [1, 2, 3, 4]
    house.run("UPDATE send_attempt SET state = 'submitting'")
    for outcome, together in ((Outcome("rejected", "unknown_subscriber"), False), (Outcome("accepted", "taken"), True)):
        async with house.unit() as unit:
            await endings.write(unit, [Answer(paused.attempt, outcome)], retry_seconds=30, together=together)
        assert row(house)["state"] == "submitting", "it is the worker's no more, whatever it looks like"


@pytest.mark.parametrize("together", [False, True])
async def test_rule_5_a_try_that_has_moved_meanwhile_is_not_moved_from_where_it_was(
    house: House, post: Post, paused: Claim, together: bool
) -> None:
    house.now = NOW + LEASE
    await house.sweep(post)
    seen = await now_of(house, paused.attempt.attempt_id)
    assert seen.state == "unknown"
    house.run("UPDATE send_attempt SET state = 'delivered'")
    before = row(house)
    async with house.unit() as unit:
        if together:
            assert not await applying.became(unit.tx, [Became(seen, "undelivered", "receipt", None)], house.now)
        else:
            assert not await attempts.move(unit.tx, seen, "presumed_sent", "waited_long_enough", house.now)
    assert row(house) == before
