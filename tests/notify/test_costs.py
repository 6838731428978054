"""What messages cost: each try once, on its own day, corrected when it is known better, and nobody stands in it."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_contracts.envelope import Message
from lotse_contracts.notify import CostIncurred, ErasePerson
from lotse_notify.domain.outcome import SETTLE_SECONDS, Outcome
from lotse_notify.domain.prices import prices_of
from lotse_notify.handlers.costs import count_taken
from lotse_notify.providers.routes import Guard, Routes
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.reporting import statements

MIDNIGHT = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)  # in Dresden, where the day ends
LATER = timedelta(minutes=10)


@pytest.fixture
async def person_id(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(tell(person_id))
    return person_id


def tried(
    house: House,
    person_id: UUID,
    *,
    provider: str = "seven",
    cost_e4: int | None = 750,
    segments: int = 1,
    at: datetime = NOW,
) -> UUID:
    """A try that a provider took, as the sender leaves it."""
    attempt_id = uuid4()
    (row,) = (row for row in house.rows("notification") if row["person_id"] == person_id)
    house.run(
        "INSERT INTO send_attempt (attempt_id, notification_id, person_id, channel, provider, contact_version, state,"
        " stage, fence, lease_until, segments, cost_e4, receipt_rank, started_at)"
        " VALUES (%s, %s, %s, 'sms', %s, 1, 'rejected', 'data', 1, %s, %s, %s, 0, %s)",
        attempt_id,
        row["notification_id"],
        person_id,
        provider,
        at,
        segments,
        cost_e4,
        at,
    )
    return attempt_id


async def counted(house: House, *attempt_ids: UUID) -> None:
    async with house.unit() as unit:
        await count_taken(unit.tx, attempt_ids, house.now)


async def told(house: House, at: datetime) -> list[Message]:
    house.now = at
    return [fact for fact in await house.fire_due() if isinstance(fact, CostIncurred)]


async def test_a_day_is_told_once_after_midnight_in_dresden(house: House, person_id: UUID) -> None:
    await counted(house, tried(house, person_id, segments=2, cost_e4=1_500), tried(house, person_id))
    await counted(house, tried(house, person_id, provider="smtp", cost_e4=None, segments=0))
    assert await told(house, MIDNIGHT + LATER - timedelta(seconds=1)) == []
    facts = await told(house, MIDNIGHT + LATER)
    assert sorted(facts, key=str) == [
        CostIncurred(provider="seven", day="2026-11-25", messages=2, segments=3, amount_e4=2_250),
        CostIncurred(provider="smtp", day="2026-11-25", messages=1, segments=0, amount_e4=0),
    ]
    assert await told(house, MIDNIGHT + timedelta(days=2)) == []


async def test_a_try_is_counted_once_however_often_it_is_said(house: House, person_id: UUID) -> None:
    """A receipt, a look-up and somebody who found out may all say that it arrived."""
    one, other = tried(house, person_id), tried(house, person_id)
    for _ in range(3):
        await counted(house, one, other, one)
    await counted(house)
    (row,) = house.rows("tally")
    assert (row["messages"], row["segments"], row["amount_e4"]) == (2, 2, 1_500)


async def test_what_follows_the_first_of_a_day_is_counted_by_one_statement(house: House, person_id: UUID) -> None:
    await counted(house, tried(house, person_id))
    more = [tried(house, person_id) for _ in range(3)]
    with statements(house) as texts:
        await counted(house, *more)
    assert len(texts) == 1, texts


async def test_what_is_known_better_later_corrects_the_day_that_was_told(house: House, person_id: UUID) -> None:
    """A doubt that is resolved after two days belongs to the day of its try; a price that was wrong is replaced."""
    cheap, doubtful = tried(house, person_id), tried(house, person_id, cost_e4=1_000)
    await counted(house, cheap)
    await told(house, MIDNIGHT + LATER)
    house.now = MIDNIGHT + timedelta(days=2)
    await counted(house, doubtful)
    house.run("UPDATE send_attempt SET cost_e4 = 600 WHERE attempt_id = %s", cheap)
    await counted(house, cheap)
    assert await told(house, house.now + LATER) == [
        CostIncurred(provider="seven", day="2026-11-25", messages=2, segments=2, amount_e4=1_600)
    ]


async def test_many_late_changes_are_one_fact(house: House, person_id: UUID) -> None:
    await counted(house, tried(house, person_id))
    await told(house, MIDNIGHT + LATER)
    for minutes in range(9):
        house.now = MIDNIGHT + LATER + timedelta(minutes=minutes)
        await counted(house, tried(house, person_id))
    (fact,) = await told(house, MIDNIGHT + 3 * LATER)
    assert isinstance(fact, CostIncurred)
    assert fact.messages == 10


async def test_the_day_is_that_of_dresden(house: House, person_id: UUID) -> None:
    before, after = MIDNIGHT - timedelta(microseconds=1), MIDNIGHT
    await counted(house, tried(house, person_id, at=before), tried(house, person_id, at=after))
    assert [str(row["day"]) for row in house.rows("tally", "day")] == ["2026-11-25", "2026-11-26"]


async def test_a_doubtful_sms_that_is_presumed_to_have_been_sent_is_paid_for(
    house: House, mailserver: MailServer
) -> None:
    """Nothing is counted while it is in doubt; the provider's invoice will hold it, or the next receipt says so."""
    doubtful, person_id = Outcome("unknown", "answer_missing", cost_e4=750), uuid4()
    await house.hear(house.contact(person_id, kind="sms", value="+4915112345678"))
    await house.hear(tell(person_id))
    post = house.post(mailserver.port, more=[Carrier(doubtful)])
    await house.send_all(post)
    assert house.rows("tally") == []
    house.now += timedelta(seconds=SETTLE_SECONDS["sms"])
    await house.sweep(post)
    (row,) = house.rows("tally")
    assert (row["provider"], row["messages"], row["amount_e4"]) == ("carrier", 1, 750)


async def test_what_a_dead_worker_had_begun_costs_what_was_expected_and_its_late_yes_corrects_it(
    house: House,
) -> None:
    """Two parts by the table; the provider's own price comes with an answer that is read after all."""
    carrier, person_id = Carrier(Outcome("accepted", "taken", cost_e4=1_700, receipt_follows=True)), uuid4()
    routes = Routes([carrier], guard=Guard("local", prices_of("carrier+49=800 carrier=5000")))
    post = replace(house.post(1), routes=routes)
    await house.hear(house.contact(person_id, kind="sms", value="+4915112345678"))
    await house.hear(tell(person_id))
    seen = []

    async def dead_and_presumed_sent() -> None:
        for seconds in (carrier.lease_seconds + 1, SETTLE_SECONDS["sms"]):
            house.now += timedelta(seconds=seconds)
            await house.sweep(post)
            seen.append([(row["messages"], row["segments"], row["amount_e4"]) for row in house.rows("tally")])

    carrier.during = dead_and_presumed_sent
    await house.send_all(post)
    (of,) = house.rows("send_attempt")
    assert seen == [[], [(1, of["segments"], 800 * of["segments"])]]
    (sums,) = house.rows("tally")
    assert (of["state"], sums["messages"], sums["segments"]) == ("accepted", 1, of["segments"])
    assert sums["amount_e4"] == 1_700
    await counted(house, of["attempt_id"])
    assert house.rows("tally") == [sums]


async def test_an_erasure_takes_nothing_from_the_sums(house: House, person_id: UUID) -> None:
    await counted(house, tried(house, person_id, segments=2, cost_e4=1_500))
    await house.hear(ErasePerson(person_id=person_id))
    assert house.rows("send_attempt") == []
    (fact,) = await told(house, MIDNIGHT + LATER)
    assert fact == CostIncurred(provider="seven", day="2026-11-25", messages=1, segments=2, amount_e4=1_500)
    assert str(person_id) not in str(house.rows("tally"))


async def test_the_sum_is_that_of_the_tries_in_whatever_order_they_are_counted(house: House, person_id: UUID) -> None:
    luck = random.Random(20261125)  # noqa: S311 - a fixed order, no secret
    tries = {
        tried(house, person_id, cost_e4=luck.randrange(2_000), segments=luck.randrange(1, 4)): None for _ in range(30)
    }
    said = [*tries, *luck.sample(list(tries), 10)]
    luck.shuffle(said)
    while said:
        group = [said.pop() for _ in range(min(len(said), luck.randrange(1, 8)))]
        if luck.random() < 0.5:
            house.run("UPDATE send_attempt SET cost_e4 = %s WHERE attempt_id = %s", luck.randrange(2_000), group[0])
        await counted(house, *group)
    await counted(house, *tries)
    rows, (sums,) = house.rows("send_attempt"), house.rows("tally")
    assert sums["messages"] == len(tries)
    assert sums["amount_e4"] == sum(row["cost_e4"] for row in rows)
    assert sums["segments"] == sum(row["segments"] for row in rows)
