"""Receipts on a real database: stored first, applied later, in any order, and parked until their attempt is known."""

import random
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import ContactUnreachable, ErasePerson, MessageDelivered, MessageFailed, MessageSent
from lotse_notify.domain.hooks import Received, kannel_said
from lotse_notify.workers.post import Post
from lotse_notify.workers.receiving import tidy
from tests.notify.gateway import HttpGateway
from tests.notify.given import NOW, House, tell
from tests.notify.reporting import NUMBER, Desk, kannel_query, sms_post

DELIVERED, FAILED, BUFFERED, TAKEN, REFUSED = 1, 2, 4, 8, 16
UNKNOWN = "?smpp?dlr_err=%03%00%01&"


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
    return person_id


@pytest.fixture
def post(house: House, gateway: HttpGateway) -> Post:
    return sms_post(house, gateway)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk.of(house)


@pytest.fixture
async def sent(house: House, olena: UUID, post: Post, desk: Desk) -> str:
    """The reference of an SMS that Kannel has taken."""
    await house.hear(tell(olena))
    await house.send_all(post)
    assert desk.state() == ("accepted", "awaiting_receipt")
    return desk.reference()


def receipt(reference: str, kind: int, meta: str = "") -> Received:
    found = kannel_said(kannel_query(reference, kind, meta=meta))
    assert found is not None
    return found


async def arrive(desk: Desk, *received: Received) -> None:
    """Each comes and is applied before the next one comes."""
    for one in received:
        await desk.inbox.keep(one)
        await desk.apply()


async def test_a_receipt_ends_a_message_as_delivered(house: House, olena: UUID, sent: str, desk: Desk) -> None:
    await arrive(desk, receipt(sent, DELIVERED))
    assert desk.state() == ("delivered", "delivered")
    assert [type(fact) for fact in house.said] == [MessageSent, MessageDelivered]
    (row,) = house.rows("receipt")
    assert (row["state"], row["person_id"], row["code"]) == ("applied", olena, "delivered")
    assert desk.attempts()[0]["provider_id"] == "smsc-77"


async def test_a_receipt_is_stored_before_anybody_looks_at_it(house: House, sent: str, desk: Desk) -> None:
    await desk.inbox.keep(receipt(sent, DELIVERED))
    assert [row["state"] for row in house.rows("receipt")] == ["parked"]
    assert desk.state() == ("accepted", "awaiting_receipt")
    await desk.apply()
    assert desk.state() == ("delivered", "delivered")


async def test_a_receipt_that_comes_twice_is_one(house: House, sent: str, desk: Desk) -> None:
    """Trap 3."""
    await arrive(desk, receipt(sent, DELIVERED), receipt(sent, DELIVERED))
    await desk.inbox.keep(receipt(sent, DELIVERED))
    assert len(house.rows("receipt")) == 1
    assert [type(fact) for fact in house.said] == [MessageSent, MessageDelivered]


ORDERS: list[tuple[tuple[int, ...], str, str]] = [
    *((order, "delivered", "delivered") for order in permutations((TAKEN, BUFFERED, FAILED, DELIVERED))),
    *((order, "undelivered", "failed") for order in permutations((BUFFERED, DELIVERED, REFUSED))),
]


async def test_receipts_in_any_order_end_the_same(house: House, olena: UUID, post: Post, desk: Desk) -> None:
    """Trap 3: the same end of the try and of the message, whatever comes first; each order is that of one message."""
    for number in range(len(ORDERS)):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    tries = {UUID(str(row["attempt_id"])).hex: row["notification_id"] for row in desk.attempts()}
    for turn in range(4):
        for reference, (order, *_) in zip(tries, ORDERS, strict=True):
            if turn < len(order):
                await desk.inbox.keep(receipt(reference, order[turn]))
        await desk.apply()
    ended = {UUID(str(row["attempt_id"])).hex: row["state"] for row in desk.attempts()}
    states = {row["notification_id"]: row["state"] for row in house.rows("notification")}
    for (reference, notification_id), (order, attempt_end, end) in zip(tries.items(), ORDERS, strict=True):
        assert (ended[reference], states[notification_id]) == (attempt_end, end), order
    assert {row["state"] for row in house.rows("receipt")} == {"applied", "noted"}


async def test_a_receipt_may_come_before_its_try_is_known(house: House, sent: str, desk: Desk) -> None:
    """Trap 3: the gateway is faster than our own commit; the receipt waits and is applied when the try is there."""
    house.run("ALTER TABLE send_attempt RENAME TO elsewhere")
    house.run("CREATE TABLE send_attempt (LIKE elsewhere INCLUDING ALL)")
    house.run("GRANT ALL ON send_attempt TO PUBLIC")
    await desk.inbox.keep(receipt(sent, DELIVERED))
    await desk.apply()
    (parked,) = house.rows("receipt")
    assert (parked["state"], parked["looks"]) == ("parked", 1)
    house.run("INSERT INTO send_attempt SELECT * FROM elsewhere")
    house.now = parked["look_at"]
    await desk.apply()
    assert desk.state() == ("delivered", "delivered")


async def test_while_a_message_is_being_sent_its_receipts_wait(house: House, sent: str, desk: Desk) -> None:
    house.run("UPDATE send_attempt SET state = 'submitting', lease_until = now() + interval '1 hour'")
    await desk.inbox.keep(receipt(sent, DELIVERED))
    await desk.apply()
    assert desk.state()[0] == "submitting"
    house.run("UPDATE send_attempt SET state = 'unknown'")
    house.run("UPDATE notification SET state = 'unresolved'")
    house.now = house.rows("receipt")[0]["look_at"]
    await desk.apply()
    assert desk.state() == ("delivered", "delivered")


async def test_what_waited_for_a_worker_that_died_is_looked_at_when_its_lease_is_over(
    house: House, sent: str, post: Post, desk: Desk
) -> None:
    """Else a doubt that a receipt could settle would stay for as long as the receipt's pause has grown."""
    house.run("UPDATE send_attempt SET state = 'submitting', stage = 'data', lease_until = now()")
    house.run("UPDATE notification SET state = 'in_flight'")
    await desk.inbox.keep(receipt(sent, DELIVERED))
    await desk.apply()
    house.run("UPDATE receipt SET look_at = look_at + interval '5 minutes', looks = 10")
    house.run("UPDATE send_attempt SET lease_until = %s", house.now)
    await house.sweep(post)
    assert desk.state() == ("unknown", "unresolved")
    await desk.apply()
    assert desk.state() == ("delivered", "delivered")


async def test_a_receipt_resolves_what_nobody_could_say(
    house: House, olena: UUID, post: Post, desk: Desk, gateway: HttpGateway
) -> None:
    """Rule 4: the answer was lost, and the receipt brings it."""
    gateway.does = "drop_after_reading"
    await house.hear(tell(olena))
    await house.send_all(post)
    assert desk.state() == ("unknown", "unresolved")
    await arrive(desk, receipt(desk.reference(), TAKEN))
    assert desk.state() == ("accepted", "awaiting_receipt")
    await arrive(desk, receipt(desk.reference(), DELIVERED))
    assert desk.state() == ("delivered", "delivered")
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(("kind", "end"), [(DELIVERED, "delivered"), (FAILED, "failed")])
async def test_a_late_receipt_is_not_lost(house: House, sent: str, post: Post, desk: Desk, kind: int, end: str) -> None:
    house.now = NOW + timedelta(days=4)
    await house.sweep(post)
    assert desk.state() == ("receipt_timeout", "handed_over")
    await arrive(desk, receipt(sent, BUFFERED))
    assert desk.state() == ("receipt_timeout", "handed_over")
    await arrive(desk, receipt(sent, kind))
    assert desk.state()[1] == end
    assert desk.inbox.meters.late._value.get() == 1


async def test_a_receipt_of_another_gateway_changes_nothing(house: House, sent: str, desk: Desk) -> None:
    """Trap 3: whoever knows a path of one provider cannot speak for another."""
    foreign = receipt(sent, DELIVERED)
    await desk.inbox.keep(Received(**{**vars(foreign), "provider": "seven", "provider_id": None}))
    await desk.apply()
    assert desk.state() == ("accepted", "awaiting_receipt")
    assert [row["state"] for row in house.rows("receipt")] == ["parked"]


async def test_a_number_that_nobody_has_is_used_no_more(
    house: House, olena: UUID, sent: str, post: Post, desk: Desk, gateway: HttpGateway
) -> None:
    """Trap 15: an unknown subscriber; the number may be somebody else's tomorrow."""
    await arrive(desk, receipt(sent, FAILED, UNKNOWN))
    assert desk.state() == ("undelivered", "failed")
    assert [type(fact) for fact in house.said] == [MessageSent, MessageFailed, ContactUnreachable]
    assert house.said[2] == ContactUnreachable(person_id=olena, reason="recipient_refused")
    await house.hear(tell(olena, "answer_waits", key="k2"))
    await house.send_all(post)
    assert len(gateway.calls) == 1
    assert house.states()["answer_waits"][0] == "held"


async def test_a_bounce_about_an_older_contact_says_nothing_about_the_new_one(
    house: House, olena: UUID, sent: str, desk: Desk
) -> None:
    house.now = NOW + timedelta(minutes=5)
    await house.hear(house.contact(olena, kind="sms", value="+4915187654321", version=2))
    await arrive(desk, receipt(sent, FAILED, UNKNOWN))
    assert [row["dead_at"] for row in house.rows("contact_point")] == [None]
    assert not [fact for fact in house.said if isinstance(fact, ContactUnreachable)]


async def test_what_nobody_ever_knew_is_forgotten_after_a_week(house: House, sent: str, desk: Desk) -> None:
    await arrive(desk, receipt(sent, TAKEN), receipt(uuid4().hex, DELIVERED))
    house.now = NOW + timedelta(days=6, hours=23)
    await tidy(house.unit, desk.inbox.meters)
    assert len(house.rows("receipt")) == 2
    house.now = NOW + timedelta(days=7, hours=1)
    await tidy(house.unit, desk.inbox.meters)
    (left,) = house.rows("receipt")
    assert left["attempt_id"] is not None


async def test_an_erasure_takes_what_was_said_of_her_and_what_still_waits(
    house: House, olena: UUID, sent: str, desk: Desk
) -> None:
    await arrive(desk, receipt(sent, TAKEN))
    await desk.inbox.keep(receipt(sent, DELIVERED))
    await desk.inbox.keep(receipt(uuid4().hex, DELIVERED))
    house.run("UPDATE notification SET state = 'handed_over'")
    facts = await house.hear(ErasePerson(person_id=olena))
    counts = {one.store: one.count for one in facts[-1].counts}  # type: ignore[attr-defined]
    assert counts["receipt"] == 2
    assert len(house.rows("receipt")) == 1
    await desk.inbox.keep(receipt(sent, DELIVERED))
    await desk.apply()
    assert {row["person_id"] for row in house.rows("receipt")} == {None}


async def test_one_that_cannot_be_applied_does_not_hold_up_the_rest(
    house: House, olena: UUID, post: Post, desk: Desk
) -> None:
    for number in range(4):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    spoiled = desk.reference(1)
    house.run("UPDATE send_attempt SET provider = 'seven' WHERE attempt_id = %s", UUID(spoiled))
    house.run("ALTER TABLE send_attempt ADD CHECK (provider <> 'seven' OR state <> 'delivered')")
    for number in range(4):
        found = receipt(desk.reference(number), DELIVERED)
        provider = "seven" if desk.reference(number) == spoiled else "kannel"
        await desk.inbox.keep(Received(**{**vars(found), "provider": provider}))
    await desk.apply()
    states = {UUID(str(row["attempt_id"])).hex: row["state"] for row in desk.attempts()}
    assert states.pop(spoiled) == "accepted"
    assert set(states.values()) == {"delivered"}


async def test_a_random_crowd_of_receipts_ends_as_each_alone(house: House, olena: UUID, post: Post, desk: Desk) -> None:
    """Many attempts, their receipts mixed and repeated, applied in rounds of any size."""
    luck = random.Random(6)  # noqa: S311 - no secret
    for number in range(8):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    ends = ["delivered", "failed"] * 4
    crowd = []
    for number, end in enumerate(ends):
        last = DELIVERED if end == "delivered" else REFUSED
        crowd += [receipt(desk.reference(number), kind) for kind in (TAKEN, BUFFERED, last, last)]
    luck.shuffle(crowd)
    for one in crowd:
        await desk.inbox.keep(one)
        if luck.random() < 0.3:
            await desk.apply()
    await desk.apply()
    by_attempt = {UUID(str(row["attempt_id"])).hex: row["notification_id"] for row in desk.attempts()}
    states = {row["notification_id"]: row["state"] for row in house.rows("notification")}
    assert [states[by_attempt[desk.reference(number)]] for number in range(8)] == ends
