"""One function a message, on a real database: orders, questions, deadlines, erasure."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.faults import Refused
from lotse_contracts.ledger import (
    AskBalances,
    AskDeadlines,
    AskHeadroom,
    AskPersonData,
    DeadlineNear,
    ErasePerson,
    PersonErased,
)
from lotse_contracts.notify import CostIncurred
from lotse_ledger.handlers import deadlines, persons, questions, recording
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]


async def test_what_messages_cost_is_a_commitment_once(database: Database) -> None:
    fact = CostIncurred(provider="sms77", day="2026-11-24", messages=12, amount_e4=9_010)
    context = given.context(sender="notify", actor=None)
    async with given.transaction(database("ledger")) as tx:
        for _ in range(10):
            await recording.commit_message_costs(fact, context, tx, house=given.house(books_standing="demo"))
        (entry,) = await books.page(tx, first=0, limit=9)
    assert entry.standing == "demo"
    assert [one.amount for one in entry.postings] == [91, -91]


async def timers_of(tx: AsyncConnection) -> list[timers.Timer]:
    return await timers.due(tx, now=datetime(2100, 1, 1, tzinfo=UTC), limit=20)


async def test_a_deadline_to_come_has_a_timer_and_a_past_one_has_none(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await take(given.award(), given.context(), tx, house=given.house())
        (timer,) = await timers_of(tx)
        assert timer.due_at == datetime(2027, 5, 31, 7, 0, tzinfo=UTC)
        said = await deadlines.deadline_comes_near(timer, given.context(timer.due_at), tx)
    assert said == [DeadlineNear(grant_id=given.GRANT, deadline="final_proof", due_on="2027-06-30", log_size=1)]


async def test_a_deadline_that_a_later_decision_moved_is_not_announced(database: Database) -> None:
    longer = given.award(type="amendment", amount=0, valid_on="2026-06-01", period_to="2027-03-31")
    orders = [given.award(), longer]
    for permutation in itertools.permutations(orders):
        async with given.transaction(database("ledger")) as tx:
            for order in permutation:
                await take(order, given.context(), tx, house=given.house())
            said: list[Any] = []
            for timer in await timers_of(tx):
                said += await deadlines.deadline_comes_near(timer, given.context(timer.due_at), tx)
        assert [(one.deadline, one.due_on) for one in said] == [
            ("interim_proof_2026", "2027-04-30"),
            ("final_proof", "2027-09-30"),
        ]


@pytest.mark.parametrize(
    ("order", "code", "fields"),
    [
        (given.award(valid_on="2026-02-30"), "not_a_day", ("valid_on",)),
        (given.award(period_from="2027-01-01"), "period_reversed", ("period_from", "period_to")),
        (given.plan(funding=given.plan().funding[:1]), "plan_not_balanced", ("costs", "funding")),
        (given.voucher(paid_on="2026-13-01"), "not_a_day", ("paid_on",)),
        (given.drawdown(requested_on="2026-00-01"), "not_a_day", ("requested_on",)),
    ],
)
async def test_bad_orders_are_refused_by_code_and_the_log_does_not_grow(
    database: Database, order: Any, code: str, fields: tuple[str, ...]
) -> None:
    handlers: dict[str, Any] = {
        "record-decision": take,
        "submit-plan": take,
        "record-voucher": take,
        "request-drawdown": take,
    }
    async with given.transaction(database("ledger")) as tx:
        with pytest.raises(Refused) as refused:
            await handlers[order.NAME](order, given.context(), tx, house=given.house())
        assert await books.size(tx) == 0
    assert (refused.value.code, refused.value.fields) == (code, fields)


async def test_of_a_person_that_no_entry_names_nothing_is_held(database: Database) -> None:
    person_id, house = uuid4(), given.house()
    async with given.transaction(database("ledger")) as tx:
        (receipt,) = await persons.erase_person(ErasePerson(person_id=person_id), given.context(), tx, house=house)
        question = AskPersonData(person_id=person_id, reply_key="")
        answer = await persons.person_data(question, given.context(), tx, house=house)
        assert (await tx.execute(text("SELECT count(*) FROM entry"))).scalar_one() == 0
    assert isinstance(receipt, PersonErased)
    assert not answer.held
    assert all(one.count == 0 for one in receipt.counts)
    assert receipt.kept == ()


async def test_questions_are_answered_from_the_books(database: Database) -> None:
    house = given.house()
    async with given.transaction(database("ledger")) as tx:
        await given.load_facts(tx)
        await take(given.award(), given.context(), tx, house=house)
        await take(given.plan(), given.context(), tx, house=house)
        await take(given.voucher(), given.context(), tx, house=house)
        headroom = await questions.headroom(AskHeadroom(grant_id=given.GRANT), given.context(), tx)
        due = await questions.deadlines(AskDeadlines(grant_id=given.GRANT), given.context(), tx)
        now = await questions.balances(AskBalances(), given.context(), tx)
        asked = AskBalances(valid_to="2025-11-12", recorded_to=datetime(2025, 11, 12, 23, tzinfo=UTC))
        then = await questions.balances(asked, given.context(), tx)
        beyond = AskBalances(recorded_to=now.recorded_to + timedelta(seconds=1))
        with pytest.raises(Refused, match="beyond_last_entry"):
            await questions.balances(beyond, given.context(), tx)
        with pytest.raises(Refused, match="unknown_grant"):
            await questions.headroom(AskHeadroom(grant_id=uuid4()), given.context(), tx)
    assert {one.line: one.left for one in headroom.lines}["material"] == 15_000_00 - 1_234_56
    assert headroom.standing == "demo"
    assert [one.rule for one in due.deadlines] == ["R16", "R15"]
    assert {one.account: one.amount for one in then.balances}["reported:city:available:2026"] == 50_000_00
    assert all(one.standing == "public" for one in then.balances)
    assert {one.standing for one in now.balances} == {"public", "demo"}
