"""The log takes what balances, once, in order, and never lets go of it."""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_ledger.domain.admission import NotReversible
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Draft, Place, Posting, canonical, digest_of, entered, leaf_hash, reversal_of
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books, log, tables
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
EXPENSE = f"expense:{given.GRANT}:material"
BOTH = AsOf(date.max, given.NOW + timedelta(days=400))


def draft(key: str = "one", **changed: Any) -> Draft:
    plain: dict[str, Any] = {
        "key": key,
        "kind": "voucher",
        "standing": "demo",
        "valid_on": date(2026, 1, 2),
        "data": {"key": key},
        "request_sha256": digest_of(key),
        "postings": (Posting(EXPENSE, 500, "EUR"), Posting("assets:bank", -500, "EUR")),
    }
    return Draft(**plain | changed)


async def test_entries_follow_one_another_without_a_gap_and_in_time(database: Database) -> None:
    ledger = database("ledger")
    clock = [given.NOW, given.NOW - timedelta(hours=1), given.NOW + timedelta(seconds=1)]
    for number, now in enumerate(clock):
        async with given.transaction(ledger) as tx:
            await log.append(tx, draft(str(number)), journal=given.JOURNAL, now=now)
    async with given.transaction(ledger) as tx:
        found = await books.page(tx, first=0, limit=10)
    assert [one.log_index for one in found] == [0, 1, 2]
    steps = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1)]
    assert [one.recorded_at - given.NOW for one in found] == steps


async def test_the_leaf_is_the_canonical_json_of_the_whole_entry(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await log.append(tx, draft(), journal=given.JOURNAL, now=given.NOW)
        body = await books.body_of(tx, 0)
        entry = await books.at(tx, 0)
    assert body is not None
    assert entry is not None
    leaf = json.loads(body)
    assert canonical(leaf).decode() == body
    assert leaf["v"] == 2
    assert "request_sha256" not in leaf  # what is private could be guessed from a digest of all of it
    assert entry.leaf_sha256 == leaf_hash(body.encode())
    assert leaf["postings"] == [
        {"account": EXPENSE, "amount": "500", "currency": "EUR"},
        {"account": "assets:bank", "amount": "-500", "currency": "EUR"},
    ]


async def test_many_writers_at_once_are_served_one_after_the_other(database: Database) -> None:
    ledger = database("ledger")

    async def write(number: int) -> None:
        async with given.transaction(ledger) as tx:
            await log.append(tx, draft(str(number)), journal=given.JOURNAL, now=given.NOW)

    await asyncio.gather(*(write(number) for number in range(12)))
    async with given.transaction(ledger) as tx:
        found = await books.page(tx, first=0, limit=20)
    assert [one.log_index for one in found] == list(range(12))
    assert all(one.recorded_at < other.recorded_at for one, other in itertools.pairwise(found))


@pytest.mark.parametrize("times", [2, 10])
async def test_the_same_order_again_changes_nothing(database: Database, times: int) -> None:
    order = given.application()
    said: list[Any] = []
    async with given.transaction(database("ledger")) as tx:
        for _ in range(times):
            said += await take(order, given.context(), tx, house=given.house())
        assert await books.size(tx) == 1
    assert len(said) == 1


async def test_another_body_under_the_same_id_is_refused(database: Database) -> None:
    order = given.application()
    async with given.transaction(database("ledger")) as tx:
        await take(order, given.context(), tx, house=given.house())
        changed = order.model_copy(update={"amount": 1})
        with pytest.raises(Refused) as refused:
            await take(changed, given.context(), tx, house=given.house())
        assert await books.size(tx) == 1
    assert refused.value.code == "body_differs"


async def accepted(order: Any, tx: AsyncConnection) -> bool:
    try:
        await take(order, given.context(), tx, house=given.house())
    except Refused:
        return False
    return True


async def test_orders_in_any_order_lead_to_the_same_books(database: Database) -> None:
    """What stands on an order that is not there yet is refused, and taken when it is said again."""
    orders = [
        given.award(),
        given.award(type="amendment", amount=2_000_00, valid_on="2026-03-01"),
        given.plan(),
        given.voucher(),
        given.drawdown(),
    ]
    ledger, seen = database("ledger"), []
    async with given.transaction(ledger) as tx:
        for permutation in itertools.permutations(orders):
            attempt = await tx.begin_nested()
            waiting = list(permutation)
            while waiting:
                waiting = [order for order in waiting if not await accepted(order, tx)]
            seen.append(await books.balances(tx, BOTH, limit=100))
            await attempt.rollback()
    assert len(seen) == 120
    assert all(balances == seen[0] for balances in seen)
    assert {one.account.rsplit(":", 1)[-1]: one.amount for one in seen[0]}["awarded"] == 39_500_00


_POST = text(
    "INSERT INTO posting (log_index, valid_on, log_id, position, posting_count, standing, currency, account, amount)"
    " VALUES (0, '2026-01-02', 0, :position, :count, 'demo', 'EUR', :account, :amount)"
)


async def write_by_hand(
    ledger: ServiceDatabase, postings: list[tuple[int, int, str, int]], *, entry: bool = True, **changed: Any
) -> None:
    first = entered(draft(), Place(given.ORIGIN, 0, given.NOW))
    async with given.transaction(ledger) as tx:
        if entry:
            await tx.execute(insert(tables.entry), [log._row(first, 0) | changed])
        for position, count, account, amount in postings:
            given_values = {"position": position, "count": count, "account": account, "amount": amount}
            await tx.execute(_POST, given_values)


@pytest.mark.parametrize(
    ("amounts", "currencies"),
    [
        ((500, -499), ("EUR", "EUR")),
        ((1,), ("EUR",)),
        ((500, -500), ("EUR", "USD")),
    ],
)
async def test_the_database_refuses_what_does_not_balance(
    database: Database, amounts: tuple[int, ...], currencies: tuple[str, ...]
) -> None:
    ledger = database("ledger")
    one = entered(draft(), Place(given.ORIGIN, 0, given.NOW))
    postings = tuple(Posting("assets:bank", *pair) for pair in zip(amounts, currencies, strict=True))
    with pytest.raises(DBAPIError, match="debits and credits differ"):
        async with given.transaction(ledger) as tx:
            await log.write(tx, [(replace(one, draft=replace(one.draft, postings=postings)), ())])
    async with given.transaction(ledger) as tx:
        assert await books.size(tx) == 0


@pytest.mark.parametrize("postings", [[(0, 2, EXPENSE, 500)], []])
async def test_the_database_refuses_an_entry_without_all_of_its_postings(
    database: Database, postings: list[tuple[int, int, str, int]]
) -> None:
    ledger = database("ledger")
    with pytest.raises(DBAPIError, match="missing"):
        await write_by_hand(ledger, postings)
    async with given.transaction(ledger) as tx:
        assert await books.size(tx) == 0


async def test_a_posting_cannot_be_added_to_an_entry_that_is_complete(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await log.append(tx, draft(), journal=given.JOURNAL, now=given.NOW)
    for position, count in ((2, 2), (2, 4), (0, 2)):
        with pytest.raises(DBAPIError):
            await write_by_hand(ledger, [(position, count, EXPENSE, 0)], entry=False)


async def test_a_leaf_that_is_not_of_its_body_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError, match="leaf_is_of_the_body"):
        await write_by_hand(database("ledger"), [], body="{}")


@pytest.mark.parametrize(
    ("index", "seconds", "refused"),
    [(2, 1, "no gaps"), (0, 1, "duplicate|no gaps"), (1, 0, "entries follow"), (1, -1, "entries follow")],
)
async def test_a_gap_or_a_step_back_in_time_is_refused(
    database: Database, index: int, seconds: int, refused: str
) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await log.append(tx, draft(), journal=given.JOURNAL, now=given.NOW)
    late = entered(draft("two"), Place(given.ORIGIN, index, given.NOW + timedelta(seconds=seconds)))
    with pytest.raises(DBAPIError, match=refused):
        async with given.transaction(ledger) as tx:
            await log.write(tx, [(late, ())])


async def test_a_reversal_mirrors_an_entry_once_and_can_be_reversed(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await log.append(tx, draft(), journal=given.JOURNAL, now=given.NOW)
        for index in (0, 1):
            entry = await books.at(tx, index)
            assert entry is not None
            mirrored = reversal_of(entry, reason="zu viel", valid_on=date(2026, 1, 3))
            await log.append(tx, mirrored, journal=given.JOURNAL, now=given.NOW)
        assert {one.amount for one in await books.balances(tx, BOTH, limit=10)} == {500, -500}
        first = await books.at(tx, 0)
        assert first is not None
        again = replace(reversal_of(first, reason="noch einmal", valid_on=date(2026, 1, 4)), key="again")
        with pytest.raises(NotReversible, match="reversed_twice"):
            await log.append(tx, again, journal=given.JOURNAL, now=given.NOW)
        with pytest.raises(DBAPIError, match="reversed_once"):
            async with tx.begin_nested():
                await log.write(tx, [(entered(again, Place(given.ORIGIN, 3, given.NOW + timedelta(days=1))), ())])


async def test_who_gave_an_order_is_in_the_leaf_as_a_commitment_only(database: Database) -> None:
    order = given.application()
    async with given.transaction(database("ledger")) as tx:
        await take(order, given.context(), tx, house=given.house())
        body = await books.body_of(tx, 0)
        assert body is not None
        assert "treasurer-1" not in body
        assert json.loads(body)["commitments"].keys() == {"actor"}
        await tx.execute(text("DELETE FROM opening"))
        assert await books.body_of(tx, 0) == body
