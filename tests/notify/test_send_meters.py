"""What sending counts beside its endings: parts by encoding, second tries that were prevented, the time it took."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.outcome import Outcome
from lotse_notify.store.countings import SETTLED
from lotse_notify.workers import counting
from lotse_notify.workers.counting import DeskMeters
from lotse_notify.workers.post import Post
from lotse_notify.workers.sender import Sender, SendMeters
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell

NUMBER = "+4915112345678"
BESIDE = (
    "INSERT INTO send_attempt (attempt_id, notification_id, person_id, channel, provider, contact_version, state,"
    " stage, fence, lease_until, segments, receipt_rank, started_at) SELECT gen_random_uuid(), notification_id,"
    " person_id, 'sms', 'carrier', 1, 'presumed_sent', 'data', 1, now(), 1, 0, now() FROM notification"
)


async def somebody(house: House, language: RecipientLanguage = "uk") -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER, languages=(language,)))
    await house.hear(tell(person_id, useful_by=NOW + timedelta(days=30)))
    return person_id


async def sent(house: House, post: Post) -> dict[str, float]:
    """What is read after everything that is due was sent."""
    registry = CollectorRegistry()
    sender = Sender(house.unit, post, SendMeters(registry))
    while await sender.take():
        await sender.finish()
    return read(registry)


def read(registry: CollectorRegistry) -> dict[str, float]:
    lines = generate_latest(registry).decode().splitlines()
    pairs = [line.rpartition(" ") for line in lines if line.startswith("lotse_notify_") and "_created" not in line]
    return {name.removeprefix("lotse_notify_"): float(value) for name, _, value in pairs}


async def test_parts_are_counted_by_language_and_encoding_once_a_provider_has_them(house: House) -> None:
    for language in ("uk", "de"):
        await somebody(house, language)
    found = await sent(house, house.post(1, more=[Carrier()]))
    parts = {row["language"]: row["segments"] for row in house.rows("notification")}
    assert found['segments_total{encoding="UCS-2",language="uk"}'] == parts["uk"] > 0
    assert found['segments_total{encoding="GSM-7",language="de"}'] == parts["de"] > 0


async def test_parts_that_nobody_took_are_not_counted(house: House) -> None:
    await somebody(house)
    found = await sent(house, house.post(1, more=[Carrier(Outcome("rejected", "content_refused"))]))
    assert not [name for name in found if name.startswith("segments_total")]


async def test_a_second_try_that_the_index_refuses_is_counted(house: House) -> None:
    await somebody(house)
    house.run(BESIDE)
    carrier = Carrier()
    found = await sent(house, house.post(1, more=[carrier]))
    assert carrier.taken == []
    assert found['duplicates_prevented_total{where="index"}'] == 1
    assert found['duplicates_prevented_total{where="fence"}'] == 0


async def test_what_cannot_be_read_is_no_second_one(house: House) -> None:
    person_id = await somebody(house)
    house.run("UPDATE contact_point SET hours = '[{}]' WHERE person_id = %s", person_id)
    found = await sent(house, house.post(1, more=[Carrier()]))
    assert [row["state"] for row in house.rows("notification")] == ["ready"]
    assert found['duplicates_prevented_total{where="index"}'] == 0


async def test_a_worker_that_was_thought_dead_and_begins_nothing_any_more_is_counted(house: House) -> None:
    await somebody(house)
    carrier = Carrier()
    post = house.post(1, more=[carrier])

    async def paused() -> None:
        house.now += timedelta(minutes=5)
        await house.sweep(post)

    carrier.before = paused
    found = await sent(house, post)
    assert len(carrier.taken) == 1, "by the try that followed"
    assert found['duplicates_prevented_total{where="fence"}'] == 1


async def test_a_stop_before_the_first_byte_prevents_no_second_one(house: House) -> None:
    person_id = await somebody(house)
    carrier = Carrier()
    carrier.before = lambda: house.hear(house.contact(person_id, kind="sms", value=NUMBER, version=2, safe=False))
    found = await sent(house, house.post(1, more=[carrier]))
    assert carrier.taken == []
    assert found['duplicates_prevented_total{where="fence"}'] == 0


@pytest.fixture
async def meters(house: House) -> tuple[DeskMeters, CollectorRegistry]:
    registry = CollectorRegistry()
    found = DeskMeters(registry)
    await counting.look(house.unit, found, None)
    return found, registry


async def taken(house: House, meters: tuple[DeskMeters, CollectorRegistry]) -> tuple[float, float]:
    """How many a provider has had, and how long those took together."""
    house.now += SETTLED
    await counting.look(house.unit, meters[0], 0)
    found = read(meters[1])
    return found["to_provider_seconds_count"], found["to_provider_seconds_sum"]


async def test_a_pause_after_a_no_counts_as_time_to_the_provider(
    house: House, meters: tuple[DeskMeters, CollectorRegistry]
) -> None:
    await somebody(house)
    post = house.post(1, more=[Carrier(Outcome("deferred", "busy"), Outcome("accepted", "taken"))])
    house.now += timedelta(seconds=20)
    await sent(house, post)
    house.now += timedelta(seconds=3_600)
    await sent(house, post)
    assert await taken(house, meters) == (1, 3_620)


async def test_a_provider_that_is_away_counts_too(house: House, meters: tuple[DeskMeters, CollectorRegistry]) -> None:
    slower = Outcome("throttled", "slower", retry_after_seconds=600)
    post = house.post(1, more=[Carrier(slower, Outcome("accepted", "taken"))])
    for _ in range(2):
        await somebody(house)
        await sent(house, post)
    assert {row["because"] for row in house.rows("notification")} == {"slower", "provider_away"}
    house.now += timedelta(seconds=600)
    await sent(house, post)
    assert await taken(house, meters) == (2, 1_200)


async def test_a_night_or_an_address_that_was_waited_for_does_not(
    house: House, meters: tuple[DeskMeters, CollectorRegistry]
) -> None:
    house.now = NOW.replace(hour=21)
    person_id = uuid4()
    await house.hear(tell(person_id, useful_by=NOW + timedelta(days=30)))
    house.now += timedelta(hours=1)
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
    post = house.post(1, more=[Carrier()])
    await sent(house, post)
    assert [row["state"] for row in house.rows("notification")] == ["held"]
    house.now = NOW.replace(day=26, hour=7) + timedelta(seconds=7)
    await sent(house, post)
    assert await taken(house, meters) == (1, 7)


async def test_the_wait_for_a_receipt_is_none_for_the_provider(
    house: House, meters: tuple[DeskMeters, CollectorRegistry]
) -> None:
    await somebody(house)
    post = house.post(1, more=[Carrier(Outcome("accepted", "taken", receipt_follows=True))])
    await sent(house, post)
    house.now += timedelta(days=4)
    await house.sweep(post)
    assert [row["state"] for row in house.rows("notification")] == ["handed_over"]
    assert await taken(house, meters) == (1, 0)
