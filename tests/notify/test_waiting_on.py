"""What waits on for the same reason leaves no line each time, and whoever waits for a provider asks it seldom."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from lotse_contracts.notify import SetSwitch
from lotse_notify.domain.breaker import OPEN_SECONDS
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.timeline import steps_of
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.store.timelines import happened
from lotse_notify.workers.post import Post
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer

PERSONS = 20
TAKEN = Outcome("accepted", "server_took_it")


def post_by(house: House, mailer: Mailer, *, per_second: float = 0.0) -> Post:
    def seconds() -> float:
        return house.now.timestamp()

    guard, rates = Guard("local", Prices({})), {mailer.name: per_second}
    return replace(
        house.post(9), retry_seconds=1.0, routes=Routes([mailer], per_second=rates, guard=guard, clock=seconds)
    )


async def told(house: House, persons: int) -> None:
    for number in range(persons):
        person_id = uuid4()
        await house.hear(house.contact(person_id, value=f"canary{number}@example.org"))
        await house.hear(tell(person_id))


def held(house: House) -> list[dict[str, object]]:
    return [row for row in house.rows("decision") if row["decision"] == "held"]


async def test_a_message_that_stays_held_has_one_line_and_says_until_when(house: House) -> None:
    await told(house, 1)
    await house.hear(SetSwitch(name="all", on=False))
    post = post_by(house, Mailer())
    for _ in range(5):
        house.now += timedelta(minutes=11)
        await house.send_all(post)
    assert [row["because"] for row in held(house)] == ["kill_switch"]
    (notification,) = house.rows("notification")
    assert notification["due_at"] > house.now, "it is looked at again all the same"
    async with house.unit() as unit:
        story = await happened(unit.tx, notification["dedupe_sha256"], notification["notification_id"])
    assert steps_of(story, "en", until=notification["due_at"])[-1].until == notification["due_at"]


async def test_what_exceeds_a_rate_waits_for_its_turn_and_is_not_claimed_before(house: House) -> None:
    await told(house, PERSONS)
    mailer = Mailer(TAKEN)
    post = post_by(house, mailer, per_second=1.0)
    looked = 0
    for second in range(PERSONS):
        looked += await house.send_all(post)
        assert len(mailer.taken) == second + 1, "a place in the rate is not lost"
        house.now += timedelta(seconds=1)
    assert looked <= 2 * PERSONS, "each is looked at when it is told, and when it is its turn"
    assert len(held(house)) <= PERSONS


@pytest.mark.parametrize("lease_seconds", [30.0, 210.0])
async def test_when_a_provider_is_back_the_rest_goes_within_seconds(house: House, lease_seconds: float) -> None:
    await told(house, 60)
    mailer = Mailer(Outcome("not_sent", "server_away"))
    mailer.lease_seconds = lease_seconds
    post = post_by(house, mailer)
    await house.send_all(post)
    assert post.routes.states() == {mailer.name: "open"}
    mailer.says = [TAKEN]
    mailer.taken.clear()
    house.now += timedelta(seconds=OPEN_SECONDS)
    for _ in range(4):
        await house.send_all(post)
        house.now += timedelta(seconds=5)
    assert len(mailer.taken) == 60
