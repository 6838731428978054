"""That nothing is left to do by a near date is said with the entry that did it, and that it is open again as well."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_contracts import ledger as said
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import DeadlineCleared, DeadlineNear, LedgerOrder
from lotse_ledger.handlers import deadlines
from lotse_ledger.store import books
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, an, taken

Database = Callable[[str], ServiceDatabase]

FINAL = ("final_proof", "2027-06-30")
NEAR = datetime(2027, 6, 10, 10, 0, tzinfo=UTC)  # twenty days before the final proof
PROOF = an(said.SubmitProof, proof="final", budget_year=2026, submitted_on="2027-06-10")
MONEY = ("use_money", "2027-01-20")
MONEY_NEAR = datetime(2027, 1, 5, 10, 0, tzinfo=UTC)


def cleared(told: Sequence[Message]) -> list[tuple[str, str]]:
    return [(one.deadline, one.due_on) for one in told if isinstance(one, DeadlineCleared)]


async def near(tx: AsyncConnection, now: datetime) -> list[DeadlineNear]:
    """Whatever the timers that are due by then say; they are gone then, as they are in the service."""
    found: list[Any] = []
    for timer in await timers.due(tx, now=now, limit=50, kinds=[deadlines.DEADLINE_TIMER]):
        assert await timers.cancel_timer(tx, kind=timer.kind, key=timer.key)
        found += await deadlines.deadline_comes_near(timer, given.context(now), tx)
    return found


async def test_a_proof_that_is_handed_in_clears_its_deadline_once(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        (before,) = await near(tx, NEAR)
        told = await taken(tx, PROOF, now=NEAR)
        again = await taken(tx, PROOF, now=NEAR)
        size = await books.size(tx)
    assert cleared(told) == [FINAL]
    assert cleared(again) == []
    (fact,) = (one for one in told if isinstance(one, DeadlineCleared))
    assert (before.log_size, fact.log_size) == (1, size)
    assert fact.grant_id == given.GRANT


async def test_a_proof_of_another_year_clears_nothing(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        interim = an(said.SubmitProof, proof="interim", budget_year=2025, submitted_on="2027-06-10")
        assert cleared(await taken(tx, interim, now=NEAR)) == []


@pytest.mark.parametrize("days", [31, -1])
async def test_of_a_date_that_is_far_or_over_nothing_is_said(database: Database, days: int) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        day = datetime(2027, 6, 30, 10, 0, tzinfo=UTC) - timedelta(days=days)
        assert cleared(await taken(tx, PROOF, now=day)) == []


async def test_a_decision_that_moves_a_near_date_clears_the_old_one(database: Database) -> None:
    longer = given.award(
        type="amendment", amount=0, valid_on="2027-06-01", terms=said.DecisionTerms(final_due_on="2027-07-05")
    )
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        assert [(one.deadline, one.due_on) for one in await near(tx, NEAR)] == [FINAL]
        assert cleared(await taken(tx, longer, now=NEAR)) == [FINAL]
        assert [(one.deadline, one.due_on) for one in await near(tx, NEAR)] == [("final_proof", "2027-07-05")]


async def test_of_two_final_proofs_the_one_that_is_handed_in_clears_its_own_day(database: Database) -> None:
    yearly = [
        given.award(budget_year=2025, amount=10_000_00, period_from="2025-10-01", period_to="2025-12-31"),
        given.award(budget_year=2026, amount=40_000_00, period_from="2026-01-01", period_to="2026-12-31"),
    ]
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, *yearly)
        assert cleared(await taken(tx, PROOF, now=NEAR)) == [FINAL]


USED: dict[str, tuple[LedgerOrder, ...]] = {
    "spent": (given.voucher(line="personnel", amount=12_500_00, paid_on="2026-11-21"),),
    "spent for two": (
        given.voucher(
            amount=25_000_00,
            paid_on="2026-11-21",
            grant_id=OTHER_GRANT,
            line="personnel",
            shares=(
                said.Share(grant_id=OTHER_GRANT, line="personnel", basis_points=5_000),
                said.Share(grant_id=given.GRANT, line="personnel", basis_points=5_000),
            ),
        ),
    ),
    "given back": (an(said.RecordRepayment, amount=12_500_00, paid_on="2027-01-05"),),
}


@pytest.mark.parametrize("orders", USED.values(), ids=USED)
async def test_money_that_is_used_up_or_given_back_clears_its_last_day(
    database: Database, orders: tuple[LedgerOrder, ...]
) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), given.award(financing_type="full", grant_id=OTHER_GRANT))
        await taken(tx, an(said.RecordDisbursement, credited_on="2026-11-20"))
        told = await near(tx, MONEY_NEAR)
        assert MONEY in [(one.deadline, one.due_on) for one in told]
        assert cleared(await taken(tx, *orders, now=MONEY_NEAR)) == [MONEY]


async def test_money_that_is_used_in_part_keeps_its_last_day(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), an(said.RecordDisbursement, credited_on="2026-11-20"))
        halves = [given.voucher(line="personnel", amount=6_250_00, paid_on="2026-11-21") for _ in range(2)]
        assert cleared(await taken(tx, halves[0], now=MONEY_NEAR)) == []
        assert cleared(await taken(tx, halves[1], now=MONEY_NEAR)) == [MONEY]


async def test_money_that_a_refund_brought_back_comes_near_and_is_used_up(database: Database) -> None:
    voucher = given.voucher(line="personnel", amount=12_500_00, paid_on="2026-09-02")
    refund = an(said.RecordRefund, voucher_id=voucher.voucher_id, amount=100_00, received_on="2026-11-20")
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), an(said.RecordDisbursement, credited_on="2026-09-01"))
        await taken(tx, voucher, refund)
        assert MONEY in [(one.deadline, one.due_on) for one in await near(tx, MONEY_NEAR)]
        spent = given.voucher(line="personnel", amount=100_00, paid_on="2026-11-21")
        assert cleared(await taken(tx, spent, now=MONEY_NEAR)) == [MONEY]


async def test_what_cleared_a_date_is_taken_back_and_the_date_comes_near_again(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        assert len(await near(tx, NEAR)) == 1
        (fact,) = (one for one in await taken(tx, PROOF, now=NEAR) if isinstance(one, DeadlineCleared))
        assert await near(tx, NEAR) == []
        await taken(tx, an(said.ReverseEntry, log_index=1), now=NEAR)
        (again,) = await near(tx, NEAR)
    assert (again.deadline, again.due_on) == FINAL
    assert again.log_size > fact.log_size


async def test_a_refund_of_a_payment_that_is_still_to_come_stops_nothing(database: Database) -> None:
    voucher = given.voucher(line="personnel", amount=500_00, paid_on="2026-12-15")
    refund = an(said.RecordRefund, voucher_id=voucher.voucher_id, amount=100_00, received_on="2026-11-24")
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), an(said.RecordDisbursement, credited_on="2026-11-20"))
        assert [one.kind for one in await taken(tx, voucher, refund) if isinstance(one, said.EntryRecorded)] == [
            "refund"
        ]
