"""Many receipts in one commit: few statements, whatever their number, and nobody waits for whom somebody else holds."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts.notify import MessageDelivered, MessageSent
from lotse_notify.domain.hooks import Received, kannel_said
from lotse_notify.store import receipts
from lotse_notify.workers.post import Post
from lotse_notify.workers.receiving import apply_due
from tests.notify.gateway import HttpGateway
from tests.notify.given import House, tell
from tests.notify.reporting import NUMBER, Desk, kannel_query, sms_post, statements
from tests.notify.test_conditions import GENERIC

DELIVERED, TAKEN, REFUSED = 1, 8, 16
FIRST_STATEMENTS_MAX, LATER_STATEMENTS_MAX = 4, 5
"""Due, held, what became of them, settled; later what was heard earlier as well."""


@pytest.fixture
def post(house: House, gateway: HttpGateway) -> Post:
    return sms_post(house, gateway)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk.of(house)


async def _sent(house: House, post: Post, desk: Desk, count: int) -> list[str]:
    """References of SMS that Kannel has taken, each to somebody else."""
    known = {row["attempt_id"] for row in desk.attempts()}
    for _ in range(count):
        person_id = uuid4()
        await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
        await house.hear(tell(person_id))
    await house.send_all(post)
    return [UUID(str(row["attempt_id"])).hex for row in desk.attempts() if row["attempt_id"] not in known]


def _receipt(reference: str, kind: int) -> Received:
    found = kannel_said(kannel_query(reference, kind))
    assert found is not None
    return found


async def test_many_receipts_take_no_more_statements_than_few(house: House, post: Post, desk: Desk) -> None:
    rounds = []
    for count in (2, 5):
        references = await _sent(house, post, desk, count)
        for kind in (TAKEN, DELIVERED):
            with statements(house) as texts:
                async with house.unit() as unit:
                    await receipts.keep(unit.tx, [_receipt(one, kind) for one in references], house.now)
                assert await apply_due(house.unit, desk.inbox.meters) == count
            rounds.append(texts)
    few, many = rounds[:2], rounds[2:]
    assert few == many
    assert len(few[0]) <= 1 + FIRST_STATEMENTS_MAX
    assert len(few[1]) <= 1 + LATER_STATEMENTS_MAX


async def test_all_that_was_said_of_a_message_is_one_step(house: House, post: Post, desk: Desk) -> None:
    (reference,) = await _sent(house, post, desk, 1)
    before = len(house.rows("decision"))
    for kind in (DELIVERED, TAKEN):
        await desk.inbox.keep(_receipt(reference, kind))
    assert await apply_due(house.unit, desk.inbox.meters) == 2
    assert desk.state() == ("delivered", "delivered")
    assert [row["decision"] for row in house.rows("decision", "decision_id")][before:] == ["delivered"]
    assert [type(fact) for fact in house.said] == [MessageSent, MessageDelivered]
    assert {(row["state"], row["attempt_id"]) for row in house.rows("receipt")} == {("applied", UUID(reference))}


async def test_parts_that_are_reported_one_after_the_other_deliver_it_together(
    house: House, post: Post, desk: Desk
) -> None:
    (reference,) = await _sent(house, post, desk, 1)
    for part, state in ((1, "buffered"), (2, "delivered")):
        await desk.inbox.keep(replace(_receipt(reference, DELIVERED), event=f"part {part}", part=part, parts=2))
        await desk.apply()
        assert desk.state()[0] == state


async def test_what_was_said_counts_also_when_its_receipt_is_no_longer_kept(
    house: House, post: Post, desk: Desk
) -> None:
    (reference,) = await _sent(house, post, desk, 1)
    for kind in (REFUSED, DELIVERED):
        await desk.inbox.keep(_receipt(reference, kind))
        await desk.apply()
        house.run("DELETE FROM receipt")
    assert desk.state() == ("undelivered", "failed")


async def test_the_receipts_of_whom_somebody_holds_wait_and_hold_up_no_other(
    house: House, post: Post, desk: Desk
) -> None:
    held, free = await _sent(house, post, desk, 2)
    for one in (held, free):
        await desk.inbox.keep(_receipt(one, DELIVERED))
    with psycopg.connect(house.database.owner_url) as somebody:
        hers = "SELECT FROM person JOIN send_attempt USING (person_id) WHERE attempt_id = %s FOR UPDATE OF person"
        somebody.execute(hers.encode(), (UUID(held),))
        await apply_due(house.unit, desk.inbox.meters)
    states = {UUID(str(row["attempt_id"])).hex: row["state"] for row in desk.attempts()}
    assert states == {held: "accepted", free: "delivered"}
    (waiting,) = (row for row in house.rows("receipt") if row["state"] == "parked")
    assert waiting["looks"] == 1
    house.now = waiting["look_at"]
    await desk.apply()
    assert {row["state"] for row in desk.attempts()} == {"delivered"}


def test_what_waits_is_found_by_its_index_whatever_the_time_that_is_asked_for(house: House) -> None:
    text = str(receipts.DUE.compile(house.service.engine.sync_engine))
    with psycopg.connect(house.database.url, autocommit=True) as connection:
        connection.execute(GENERIC.encode())
        plan = connection.execute(
            f"EXPLAIN {text}".encode(), {"now": datetime.now(UTC), "rows_max": 200}, prepare=True
        ).fetchall()
    lines = [line for (line,) in plan]
    assert any("receipt_parked" in line for line in lines), lines
    assert any("send_attempt_pkey" in line for line in lines), lines
