"""From the plan to the final grant through the orders: lines, terms, closed periods, the worked vectors settled."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts import ledger as said
from lotse_ledger.domain.reports import headroom, settlement_of, soll_ist
from lotse_ledger.store import books
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import an, balances, grant, plan, refused, taken

Database = Callable[[str], ServiceDatabase]
G = given.GRANT
TODAY = given.NOW.date()


async def spent(tx: AsyncConnection, *paid: tuple[str, int], on: str = "2026-03-01") -> None:
    """Vouchers on these lines."""
    await taken(tx, *(given.voucher(line=line, amount=amount, paid_on=on) for line, amount in paid))


VECTORS: dict[int, tuple[dict[str, int], int, dict[str, int]]] = {
    1: ({"personnel": 37_000_00, "fees": 5_000_00, "material": 8_000_00, "other": 5_000_00}, 6_000_00, {}),
    2: ({"personnel": 43_000_00, "fees": 5_000_00, "material": 10_000_00, "other": 5_000_00}, 7_000_00, {}),
    4: ({"personnel": 33_000_00, "fees": 5_000_00, "material": 5_000_00, "other": 5_000_00}, 4_000_00, {}),
}
FINAL: list[tuple[int, str, int]] = [
    (1, "shortfall", 43_000_00),
    (1, "share", 44_166_66),
    (1, "fixed", 50_000_00),
    (2, "shortfall", 50_000_00),
    (2, "share", 50_000_00),
    (2, "fixed", 50_000_00),
    (4, "shortfall", 38_000_00),
    (4, "share", 40_000_00),
    (4, "fixed", 48_000_00),
]


@pytest.mark.parametrize(("vector", "financing", "final"), FINAL)
async def test_the_settlement_books_the_final_grant_of_the_worked_vectors(
    database: Database, vector: int, financing: Any, final: int
) -> None:
    costs, other, _ = VECTORS[vector]
    async with given.transaction(database("ledger")) as tx:
        await taken(
            tx,
            given.award(financing_type=financing),
            plan(),
            an(said.RecordDisbursement, amount=45_000_00, credited_on="2026-01-05"),
            an(said.RecordIncome, amount=6_000_00),
            an(said.RecordIncome, source="third_party_public", amount=other, planned_line="land"),
        )
        await spent(tx, *costs.items())
        assert settlement_of(await grant(tx)).final.amount == final
        await taken(tx, an(said.ComputeSettlement))
        found = await balances(tx)
        settled = (await grant(tx)).settlement
    assert settled is not None
    assert found[f"income:grant:{G}"] == -final
    assert f"liab:grant_unused:{G}" not in found
    assert found.get(f"liab:repayment:{G}", 0) == -max(0, 45_000_00 - final)
    assert found.get(f"assets:receivable:{G}", 0) == max(0, final - 45_000_00)
    assert (settled.final_grant, settled.to_repay) == (final, max(0, 45_000_00 - final))


async def test_after_a_settlement_money_is_paid_back_or_arrives_and_nothing_is_booked_that_it_stands_on(
    database: Database,
) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="fixed"), plan(), an(said.RecordDisbursement, amount=20_000_00))
        await spent(tx, ("personnel", 18_000_00))
        await taken(tx, an(said.ComputeSettlement))
        assert (await refused(tx, an(said.ComputeSettlement))).code == "settlement_booked"
        assert (await refused(tx, given.voucher())).code == "settlement_booked"
        assert (await refused(tx, an(said.RecordIncome))).rule == "I16"
        assert (await refused(tx, an(said.RecordRepayment, amount=2_000_01))).allowed == "200000"
        await taken(tx, an(said.RecordRepayment, amount=2_000_00))
        assert f"liab:repayment:{G}" not in await balances(tx)
        found = await grant(tx)
        assert found.settlement is not None
        paid_back = found.repayments[0].log_index
        assert (await refused(tx, an(said.ReverseEntry, log_index=found.vouchers[0].log_index))).code == "depended_on"
        await taken(tx, an(said.ReverseEntry, log_index=paid_back))
        await taken(tx, an(said.ReverseEntry, log_index=found.settlement.log_index), given.voucher())


async def test_a_closed_period_books_what_was_used_in_it_as_a_difference(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="fixed"), plan(), an(said.RecordDisbursement, amount=10_000_00))
        await spent(tx, ("personnel", 4_000_00))
        for until, used, booked in (("2026-06-30", 0, -4_000_00), ("2026-07-31", 1_500_00, -5_500_00)):
            if used:
                await spent(tx, ("personnel", used), on="2026-07-10")
            asked = an(said.ClosePeriod, until=until)
            approve = an(said.ApprovePeriod, period_id=asked.period_id)
            await taken(tx, asked)
            await taken(tx, approve, actor="treasurer-2")
            found = await balances(tx)
            assert found[f"income:grant:{G}"] == booked
            assert found[f"liab:grant_unused:{G}"] == -10_000_00 - booked
        asked = an(said.ClosePeriod, until="2026-08-31")
        before = await books.size(tx)
        await taken(tx, asked)
        await taken(tx, an(said.ApprovePeriod, period_id=asked.period_id), actor="treasurer-2")
        assert await books.size(tx) == before + 2, "nothing was used, so nothing is booked"
        await taken(tx, an(said.ComputeSettlement))
        found = await balances(tx)
    assert found[f"income:grant:{G}"] == -5_500_00
    assert found[f"liab:repayment:{G}"] == -4_500_00


async def test_a_contract_takes_headroom_until_it_is_paid_or_released(database: Database) -> None:
    contract = an(said.EnterCommitment, amount=2_000_00)
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), contract)
        line = f"commitment:line:{G}:material"
        assert (await balances(tx))[line] == 2_000_00
        assert headroom(await grant(tx), "material", 10_000_00).counts == 10_000_00
        assert headroom(await grant(tx), "material", 10_000_01).needs_approval
        await taken(tx, given.voucher(amount=1_500_00, commitment_id=contract.commitment_id))
        assert (await balances(tx))[line] == 500_00
        (row,) = (one for one in soll_ist(await grant(tx)).use.lines if one.line == "material")
        assert (row.actual, row.committed, row.left) == (1_500_00, 500_00, 8_000_00)
        await taken(tx, given.voucher(amount=900_00, commitment_id=contract.commitment_id))
        assert line not in await balances(tx)
        assert (await refused(tx, an(said.ReverseEntry, log_index=2))).code == "depended_on"


async def test_plan_against_actual_has_lights_and_an_approval_widens_a_line(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan())
        await spent(tx, ("personnel", 41_000_00), ("fees", 6_500_00), ("material", 8_000_00), ("other", 4_400_00))
        report = soll_ist(await grant(tx))
        assert (report.use.actual, report.use.counted) == (59_900_00, 59_400_00)
        assert dict(zip([one.line for one in report.use.lines], report.lights, strict=True)) == {
            "personnel": "amber",
            "fees": "red",
            "material": "green",
            "other": "green",
        }
        await taken(tx, an(said.ApproveExcess, amount=6_500_00))
        assert soll_ist(await grant(tx)).use.counted == 59_900_00


async def test_terms_of_the_latest_decision_hold_and_the_rest_are_defaults(database: Database) -> None:
    terms = said.DecisionTerms(
        excess_percent=30,
        use_within_days=42,
        final_due_on="2027-03-31",
        interim_due=(said.YearDay(budget_year=2025, day="2026-03-31"),),
        de_minimis_cents=500_00,
        de_minimis_types=("share",),
    )
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(terms=terms), plan())
        await taken(
            tx,
            given.award(type="amendment", amount=0, valid_on="2026-02-01", terms=said.DecisionTerms(excess_percent=50)),
        )
        found = await grant(tx)
    assert (found.terms.excess_percent, found.terms.use_within_days, found.terms.use_within_months) == (50, 42, 2)
    assert found.terms.de_minimis_types == frozenset({"share"})
    assert {"excess_percent", "use_within_days"} <= found.terms.stated
    assert "use_within_months" not in found.terms.stated
    assert [(one.code, one.due_on) for one in found.deadlines()] == [
        ("interim_proof_2025", date(2026, 3, 31)),
        ("final_proof", date(2027, 3, 31)),
    ]


@pytest.mark.parametrize(
    ("financing", "binds", "limit"), [("fixed", None, None), ("fixed", True, 20), ("share", False, None)]
)
async def test_whether_lines_are_bound_is_a_term(
    database: Database, financing: Any, binds: bool | None, limit: int | None
) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type=financing, terms=said.DecisionTerms(binds_lines=binds)))
        assert (await grant(tx)).terms.line_percent == limit
