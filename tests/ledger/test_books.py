"""What the books take and what they refuse: closed periods, unknown accounts, reversals, repetitions."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import RecordVoucher
from lotse_ledger.domain.accounts import UnknownAccount, UnknownCurrency
from lotse_ledger.domain.admission import HistoryClosed, NotReversible
from lotse_ledger.domain.canonical import FloatFound
from lotse_ledger.domain.closing import REFERS_TO, NotOpen
from lotse_ledger.domain.entries import (
    ACTOR,
    Draft,
    Place,
    Posting,
    TooLarge,
    Unbalanced,
    digest_of,
    entered,
    reversal_of,
)
from lotse_ledger.store import books, log, tree
from lotse_ledger.store.log import Appended, BodyDiffers
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
EXPENSE = f"expense:{given.GRANT}:material"
MOVED = (Posting(EXPENSE, 500, "EUR"), Posting("assets:bank", -500, "EUR"))


def draft(key: str = "one", **changed: Any) -> Draft:
    plain: dict[str, Any] = {
        "key": key,
        "kind": "voucher",
        "standing": "own",
        "valid_on": date(2026, 2, 3),
        "data": {"key": key},
        "request_sha256": digest_of(key),
        "postings": MOVED,
    }
    return Draft(**plain | changed)


def closing(until: str, kind: str = "period_closed", **data: Any) -> Draft:
    key = f"{kind}:{until}"
    private = {ACTOR: "treasurer-1"}
    return draft(key, kind=kind, valid_on=date(2026, 5, 1), data={"until": until, **data}, postings=(), private=private)


async def append(tx: AsyncConnection, one: Draft, **changed: Any) -> Appended:
    return await log.append(tx, one, journal=replace(given.JOURNAL, **changed), now=given.NOW)


async def test_nothing_enters_a_closed_period_and_a_correction_goes_to_the_open_one(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, draft())
        await append(tx, closing("2026-03-31"))
        with pytest.raises(NotOpen, match="period_closed"):
            await append(tx, draft("late", valid_on=date(2026, 3, 31)))
        assert await books.size(tx) == 2
        first = await books.at(tx, 0)
        assert first is not None
        with pytest.raises(NotOpen, match="period_closed"):
            await append(tx, reversal_of(first, reason="falsch", valid_on=first.valid_on))
        corrected = replace(
            reversal_of(first, reason="falsch", valid_on=date(2026, 4, 1)), data={REFERS_TO: first.valid_on.isoformat()}
        )
        assert (await append(tx, corrected)).log_index == 2
        assert (await append(tx, draft("next", valid_on=date(2026, 4, 1)))).log_index == 3


async def test_a_fact_that_comes_late_moves_to_the_first_open_day_and_says_which_day_it_was(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, closing("2026-03-31"))
        late = draft("late", moves_if_closed=True)
        done = await append(tx, late)
        found = await books.at(tx, done.log_index)
        assert found is not None
        assert (found.valid_on, found.data[REFERS_TO]) == (date(2026, 4, 1), "2026-02-03")
        assert (await append(tx, late)).repeated
        await append(tx, closing("2026-04-30"))
        assert (await append(tx, late)).repeated  # wherever it would go now


async def test_the_database_refuses_what_enters_a_closed_period(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, closing("2026-03-31"))
        late = entered(draft("late"), Place(given.ORIGIN, 1, given.NOW + timedelta(seconds=1)))
        with pytest.raises(DBAPIError, match="period is closed"):
            async with tx.begin_nested():
                await log.write(tx, [(late, ())])
        for kind, until in (("period_closed", "2026-03-31"), ("period_reopened", "2026-03-31")):
            one = replace(closing(until, kind), key="false")
            false = entered(one, Place(given.ORIGIN, 1, given.NOW + timedelta(seconds=1)))
            with pytest.raises(DBAPIError, match="closed onward"):
                async with tx.begin_nested():
                    await log.write(tx, [(false, ())])


async def test_two_people_reopen_a_period_with_a_reason(database: Database) -> None:
    reopened = {"kind": "period_reopened", "reason": "Beleg gefunden", "approver": "chair-1"}
    async with given.transaction(database("ledger")) as tx:
        with pytest.raises(NotOpen, match="period_not_closed"):
            await append(tx, closing("2026-01-31", **reopened))
        await append(tx, closing("2026-03-31"))
        for code, changed in (
            ("second_person_needed", {"approver": "treasurer-1"}),
            ("second_person_needed", {"approver": None}),
            ("reason_missing", {"reason": " "}),
        ):
            with pytest.raises(NotOpen, match=code):
                await append(tx, closing("2026-01-31", **reopened | changed))
        await append(tx, closing("2026-01-31", **reopened))
        assert (await append(tx, draft())).log_index == 2
        with pytest.raises(NotOpen, match="period_closed"):
            await append(tx, draft("january", valid_on=date(2026, 1, 31)))
        await append(tx, replace(closing("2026-03-31"), key="again"))
        with pytest.raises(NotOpen, match="period_closed"):
            await append(tx, draft("february"))


@pytest.mark.parametrize(
    ("code", "until"), [("period_not_over", "2026-05-01"), ("not_a_day", "2026-02-30"), ("not_a_day", "")]
)
async def test_a_period_that_is_not_over_is_not_closed(database: Database, code: str, until: str) -> None:
    async with given.transaction(database("ledger")) as tx:
        with pytest.raises(NotOpen, match=code):
            await append(tx, closing(until))
        await append(tx, closing("2026-03-31"))
        with pytest.raises(NotOpen, match="period_closed"):
            await append(tx, closing("2026-02-28"))
        assert await books.size(tx) == 1


@pytest.mark.parametrize(
    ("refused", "changed"),
    [
        (UnknownAccount, {"postings": (Posting("expense:nowhere:x:y", 1, "EUR"), Posting("assets:bank", -1, "EUR"))}),
        (UnknownAccount, {"postings": (Posting("assets:bank\n", 1, "EUR"), Posting("assets:bank", -1, "EUR"))}),
        (UnknownAccount, {"postings": (Posting("commitment:" + "x" * 150, 0, "EUR"),)}),
        (UnknownCurrency, {"postings": (Posting(EXPENSE, 1, "USD"), Posting("assets:bank", -1, "USD"))}),
        (Unbalanced, {"postings": (Posting(EXPENSE, 1, "EUR"),)}),
        (FloatFound, {"data": {"parts": [{"share": 0.5}]}}),
        (TooLarge, {"data": {"reason": "x" * 70_000}}),
        (HistoryClosed, {"known_at": given.NOW - timedelta(days=400)}),
    ],
)
async def test_what_the_books_cannot_hold_is_refused_and_nothing_is_written(
    database: Database, refused: type[Exception], changed: dict[str, Any]
) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, draft())
        with pytest.raises(refused):
            await append(tx, draft("bad", **changed))
        drafts = [draft("good"), draft("bad", **changed)]
        with pytest.raises(refused):
            await log.append_many(tx, drafts, journal=given.JOURNAL, now=given.NOW)
        assert await books.size(tx) == 1


async def test_what_was_known_earlier_enters_earlier(database: Database) -> None:
    def fact(key: str, days: int) -> Draft:
        return draft(key, known_at=given.NOW - timedelta(days=days))

    async with given.transaction(database("ledger")) as tx:
        await log.append_many(tx, [fact("a", 9), fact("b", 5)], journal=given.JOURNAL, now=given.NOW)
        with pytest.raises(HistoryClosed):
            await append(tx, fact("late", 7))
        by_hand = entered(fact("late", 7), Place(given.ORIGIN, 2, given.NOW + timedelta(seconds=1)))
        with pytest.raises(DBAPIError, match="known follows in time"):
            async with tx.begin_nested():
                await log.write(tx, [(by_hand, ())])
        assert (await append(tx, fact("c", 5))).log_index == 2


@pytest.mark.parametrize("amount", [1234.0, "1234", 12.5, True])
def test_an_order_with_an_amount_that_is_no_integer_is_malformed(amount: object) -> None:
    order = given.voucher().model_dump(mode="json")
    assert RecordVoucher.model_validate_json(json.dumps(order | {"amount": 1234})).amount == 1234
    with pytest.raises(ValidationError):
        RecordVoucher.model_validate_json(json.dumps(order | {"amount": amount}))


async def test_a_currency_that_the_log_does_not_know_is_refused_by_the_database(database: Database) -> None:
    foreign = draft(postings=(Posting(EXPENSE, 1, "USD"), Posting("assets:bank", -1, "USD")))
    async with given.transaction(database("ledger")) as tx:
        with pytest.raises(DBAPIError, match="currency is not known"):
            async with tx.begin_nested():
                await log.write(tx, [(entered(foreign, Place(given.ORIGIN, 0, given.NOW)), ())])


async def test_a_reversal_takes_back_a_whole_entry_that_there_is(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, draft())
        await append(tx, closing("2026-01-31"))
        first, close = await books.page(tx, first=0, limit=2)
        half = replace(reversal_of(first, reason="halb", valid_on=date(2026, 2, 4)), postings=MOVED)
        unknown = replace(half, key="unknown", reverses=7)
        for code, one in (
            ("reversal_differs", half),
            ("unknown_entry", unknown),
            ("not_reversible", reversal_of(close, reason="auf", valid_on=date(2026, 2, 4))),
        ):
            with pytest.raises(NotReversible, match=code):
                await append(tx, one)
        assert await books.size(tx) == 2


@pytest.mark.parametrize(
    "kind", ["auditor_added", "auditor_revoked", "audit_ended", "export_created", "evidence_erased"]
)
async def test_what_is_said_about_the_log_and_its_auditors_is_not_taken_back(kind: str, database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await append(tx, replace(draft(), kind=kind, postings=()))
        (said,) = await books.page(tx, first=0, limit=1)
        with pytest.raises(NotReversible, match="not_reversible"):
            await append(tx, reversal_of(said, reason="doch nicht", valid_on=date(2026, 2, 4)))


async def test_a_batch_is_entered_in_its_order_whatever_is_in_it(database: Database) -> None:
    """A repetition within it, what stands there already, a close and a reversal of what the batch begins with."""
    first = draft("first")
    one = entered(first, Place(given.ORIGIN, 0, given.NOW))
    async with given.transaction(database("ledger")) as tx:
        known = await append(tx, first)
        target = await books.at(tx, 0)
        assert target is not None
        batch = [
            draft("a"),
            first,
            draft("a"),
            reversal_of(target, reason="zurück", valid_on=date(2026, 4, 2)),
            closing("2026-03-31"),
            draft("b", valid_on=date(2026, 4, 1)),
        ]
        done = await log.append_many(tx, batch, journal=given.JOURNAL, now=given.NOW)
        assert [(one.log_index, one.repeated) for one in done] == [
            (1, False),
            (0, True),
            (1, True),
            (2, False),
            (3, False),
            (4, False),
        ]
        assert done[1].recorded_at == known.recorded_at == one.recorded_at
        again = await log.append_many(tx, batch, journal=given.JOURNAL, now=given.NOW)
        assert [(one.log_index, one.recorded_at) for one in again] == [(one.log_index, one.recorded_at) for one in done]
        assert all(one.repeated for one in again)
        assert await log.append_many(tx, [], journal=given.JOURNAL, now=given.NOW) == []
        with pytest.raises(BodyDiffers):
            await log.append_many(tx, [replace(first, request_sha256="x")], journal=given.JOURNAL, now=given.NOW)


async def test_many_at_once_are_what_one_by_one_are(database: Database) -> None:
    drafts = [draft(str(number), valid_on=date(2026, 1, 1) + timedelta(days=number % 50)) for number in range(60)]
    one_by_one, at_once = database("ledger"), database("ledger")
    async with given.transaction(one_by_one) as tx:
        for one in drafts:
            await append(tx, one)
        expected = await tree.bodies(tx, 0, 100)
    async with given.transaction(at_once) as tx:
        await log.append_many(tx, drafts, journal=given.JOURNAL, now=given.NOW)
        assert await tree.bodies(tx, 0, 100) == expected
        assert await books.leaves(tx, 58) == (await books.leaves(tx, 0))[58:]
