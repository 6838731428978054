"""What Prometheus reads of messages: every decision once, how things stand now, codes alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from lotse_contracts.notify import SetSwitch
from lotse_notify.store.countings import SETTLED
from lotse_notify.workers import counting
from lotse_notify.workers.counting import DeskMeters
from tests.notify.given import ADDRESS, House, tell
from tests.notify.mailserver import MailServer


class Scrape:
    """Looks, and what is read after it."""

    def __init__(self, house: House) -> None:
        self.house, self.registry, self.after = house, CollectorRegistry(), None
        self.meters = DeskMeters(self.registry)

    async def look(self) -> dict[str, float]:
        self.after = await counting.look(self.house.unit, self.meters, self.after)  # type: ignore[assignment]
        lines = generate_latest(self.registry).decode().splitlines()
        pairs = [line.rpartition(" ") for line in lines if line.startswith("lotse_notify_") and "_created" not in line]
        return {name.removeprefix("lotse_notify_"): float(value) for name, _, value in pairs}


@pytest.fixture
def scrape(house: House) -> Scrape:
    return Scrape(house)


async def test_every_decision_is_counted_once(house: House, mailserver: MailServer, scrape: Scrape) -> None:
    await house.hear(tell(uuid4()))
    await scrape.look()  # what was before the start is not counted
    person_id = uuid4()
    await house.hear(tell(person_id))
    await house.hear(house.contact(person_id))
    await house.send_all(house.post(mailserver.port))
    assert 'decided_total{because="due",decision="ready"}' not in await scrape.look(), "not before it has settled"
    house.now += SETTLED
    found = [await scrape.look() for _ in range(3)][-1]
    assert found['asked_total{category="answers"}'] == 1
    assert found['decided_total{because="no_contact",decision="held"}'] == 1
    assert found['decided_total{because="due",decision="ready"}'] == 1
    assert found['decided_total{because="server_took_it",decision="handed_over"}'] == 1
    await house.hear(tell(person_id, key="k2"))
    house.now += SETTLED
    assert (await scrape.look())['asked_total{category="answers"}'] == 2


async def test_what_waits_is_shown_by_reason_and_no_longer_than_it_waits(house: House, scrape: Scrape) -> None:
    person_id = uuid4()
    await house.hear(tell(person_id))
    await house.hear(tell(uuid4()))
    held = 'waiting{because="no_contact",state="held"}'
    assert (await scrape.look())[held] == 2
    await house.hear(house.contact(person_id))
    house.now += timedelta(minutes=2)
    found = await scrape.look()
    assert found[held] == 1
    assert found["due_lag_seconds"] == 120
    house.run("DELETE FROM notification")
    assert held not in await scrape.look()


async def test_a_doubt_grows_older_until_it_is_resolved(house: House, mailserver: MailServer, scrape: Scrape) -> None:
    person_id = uuid4()
    mailserver.does = "drop_after_dot"
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    await house.send_all(house.post(mailserver.port))
    house.now += timedelta(minutes=10)
    assert (await scrape.look())["unresolved_oldest_seconds"] == 600
    house.run("UPDATE send_attempt SET state = 'abandoned'")
    assert (await scrape.look())["unresolved_oldest_seconds"] == 0


async def test_a_receipt_says_how_long_it_took(house: House, mailserver: MailServer, scrape: Scrape) -> None:
    await scrape.look()
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    await house.send_all(house.post(mailserver.port))
    house.run("UPDATE send_attempt SET state = 'delivered'")
    house.run(
        "INSERT INTO decision (person_id, dedupe_sha256, at, decision, because)"
        " SELECT person_id, dedupe_sha256, %s, 'delivered', 'receipt' FROM notification",
        house.now + timedelta(seconds=40),
    )
    house.now += timedelta(minutes=5)
    found = await scrape.look()
    assert found['arrival_seconds_bucket{le="30.0"}'] == 0
    assert found['arrival_seconds_bucket{le="60.0"}'] == 1
    assert found["arrival_seconds_sum"] == 40


async def test_a_switch_that_is_off_and_what_a_day_costs_are_shown(house: House, scrape: Scrape) -> None:
    await house.hear(SetSwitch(name="sms", on=False))
    house.run(
        "INSERT INTO tally (provider, day, messages, segments, amount_e4) VALUES ('seven', '2026-11-25', 3, 5, 3750),"
        " ('seven', '2026-11-24', 9, 9, 9999)"
    )
    found = await scrape.look()
    assert (found['switched_off{name="sms"}'], found['switched_off{name="all"}']) == (1, 0)
    assert found['cost_e4{provider="seven"}'] == 3_750


async def test_no_number_names_anybody(house: House, mailserver: MailServer, scrape: Scrape) -> None:
    await scrape.look()
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    await house.send_all(house.post(mailserver.port))
    house.now += SETTLED
    shown = str(await scrape.look())
    for one in (ADDRESS, str(person_id), str(house.rows("notification")[0]["notification_id"]), "k1"):
        assert one not in shown
