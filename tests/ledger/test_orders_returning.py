"""What comes back into force when a reversal is reversed, and money of several awards: each only as far as it fits."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts import ledger as said
from lotse_contracts.ledger import LedgerOrder, PlanLine
from lotse_ledger.domain.reports import fifo_of, headroom, settlement_of, soll_ist
from lotse_ledger.store import books
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, an, balances, grant, plan, refused, taken

Database = Callable[[str], ServiceDatabase]
G = given.GRANT
TODAY = given.NOW.date()


async def entered(tx: AsyncConnection, order: LedgerOrder) -> int:
    """The index of its entry."""
    await taken(tx, order)
    return await books.size(tx) - 1


async def stays_reversed(tx: AsyncConnection, index: int) -> None:
    """The reversal at this index cannot be taken back as things stand."""
    assert (await refused(tx, an(said.ReverseEntry, log_index=index))).code == "depended_on"


async def paid_in_full(tx: AsyncConnection, costs: int, **changed: object) -> None:
    """A grant that pays everything, of one line."""
    line = PlanLine(line="material", title="Sachkosten", amount=costs)
    city = PlanLine(line="city", title="Zuwendung", amount=costs, kind="grant")
    award = given.award(financing_type="full", valid_on="2025-01-01", **changed)
    await taken(tx, award, given.plan(costs=(line,), funding=(city,), valid_on="2025-01-01"))


async def test_a_reversed_voucher_comes_back_only_while_its_document_is_charged_nowhere_else(
    database: Database,
) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan())
        first = given.voucher()
        reversal = await entered(tx, an(said.ReverseEntry, log_index=await entered(tx, first)))
        second = await entered(tx, given.voucher(document_sha256=first.document_sha256))
        await stays_reversed(tx, reversal)
        await taken(tx, an(said.ReverseEntry, log_index=second), an(said.ReverseEntry, log_index=reversal))
        assert [one.voucher_id for one in (await grant(tx)).vouchers] == [first.voucher_id]


async def test_a_shared_voucher_does_not_come_back_where_another_of_its_grants_is_settled(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), given.award(grant_id=OTHER_GRANT), plan(grant_id=OTHER_GRANT))
        shares = tuple(said.Share(grant_id=one, line="material", basis_points=5_000) for one in (G, OTHER_GRANT))
        reversal = await entered(tx, an(said.ReverseEntry, log_index=await entered(tx, given.voucher(shares=shares))))
        await taken(tx, an(said.ComputeSettlement, grant_id=OTHER_GRANT))
        await stays_reversed(tx, reversal)


async def test_a_refund_does_not_come_back_to_a_voucher_that_is_gone(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        voucher = given.voucher()
        await taken(tx, given.award(), plan())
        paid = await entered(tx, voucher)
        back = await entered(tx, an(said.RecordRefund, voucher_id=voucher.voucher_id))
        reversal = await entered(tx, an(said.ReverseEntry, log_index=back))
        await taken(tx, an(said.ReverseEntry, log_index=paid))
        await stays_reversed(tx, reversal)


async def test_interest_is_not_paid_or_waived_twice_by_taking_back_a_reversal(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        interest = an(said.AssessInterest)
        await taken(tx, given.award(), interest)
        payment = await entered(tx, an(said.PayInterest, interest_id=interest.interest_id))
        reversal = await entered(tx, an(said.ReverseEntry, log_index=payment))
        await taken(tx, an(said.WaiveInterest, interest_id=interest.interest_id))
        await stays_reversed(tx, reversal)
        assert not [name for name in await balances(tx) if "interest" in name]


async def test_a_withdrawal_does_not_come_back_once_money_arrived_on_its_request(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        asked = given.drawdown()
        await taken(tx, given.award(), asked)
        ended = await entered(tx, an(said.WithdrawDrawdown, drawdown_id=asked.drawdown_id))
        reversal = await entered(tx, an(said.ReverseEntry, log_index=ended))
        await taken(tx, an(said.RecordDisbursement, amount=1_000_00, drawdown_id=asked.drawdown_id))
        await stays_reversed(tx, reversal)


async def test_a_version_of_the_plan_does_not_come_back_beside_another_of_its_number(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        reversal = await entered(tx, an(said.ReverseEntry, log_index=await entered(tx, plan())))
        await taken(tx, plan())
        await stays_reversed(tx, reversal)


async def test_what_filled_the_cash_box_stays_while_it_was_spent(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), an(said.RecordDisbursement))
        filled = await entered(tx, an(said.MoveCash, amount=200_00))
        spent = await entered(tx, given.voucher(amount=150_00, paid_from="cash"))
        await stays_reversed(tx, filled)
        await taken(tx, an(said.ReverseEntry, log_index=spent), an(said.ReverseEntry, log_index=filled))
        assert "assets:cash" not in await balances(tx)


async def test_a_settlement_stays_while_money_moved_as_it_says(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await paid_in_full(tx, 10_000_00, amount=10_000_00)
        await taken(tx, an(said.RecordDisbursement, amount=10_000_00, credited_on="2026-01-05"))
        paid, told = await entered(tx, given.voucher(amount=8_000_00)), await entered(tx, an(said.GiveNotice))
        settled = await entered(tx, an(said.ComputeSettlement))
        await stays_reversed(tx, paid)
        await taken(tx, an(said.ReverseEntry, log_index=told))
        back = await entered(tx, an(said.RecordRepayment, amount=2_000_00))
        await stays_reversed(tx, settled)
        await taken(tx, an(said.ReverseEntry, log_index=back), an(said.ReverseEntry, log_index=settled))
        assert (await balances(tx))[f"liab:grant_unused:{G}"] == -10_000_00


async def test_what_arrives_after_a_settlement_beyond_what_is_still_owed_goes_back(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await paid_in_full(tx, 10_000_00, amount=10_000_00)
        await taken(tx, an(said.RecordDisbursement, amount=7_000_00, credited_on="2026-01-05"))
        await taken(tx, given.voucher(amount=8_000_00), an(said.ComputeSettlement))
        await taken(tx, an(said.RecordDisbursement, amount=3_000_00, credited_on="2026-11-21"))
        found = await balances(tx)
        assert f"assets:receivable:{G}" not in found
        assert found[f"liab:repayment:{G}"] == -2_000_00
        fault = await refused(tx, an(said.RecordRepayment, amount=2_000_01))
        assert (fault.code, fault.allowed) == ("over_disbursement", "200000")
        await taken(tx, an(said.RecordRepayment, amount=2_000_00))
        assert f"liab:repayment:{G}" not in await balances(tx)


async def test_money_goes_back_from_the_award_that_has_some_left(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        year = {"budget_year": 2025, "period_from": "2025-01-01", "period_to": "2025-12-31"}
        await paid_in_full(tx, 20_000_00, amount=10_000_00, **year)
        await taken(
            tx,
            given.award(financing_type="full", amount=10_000_00, valid_on="2025-01-02", period_from="2026-01-01"),
            an(said.RecordDisbursement, amount=5_000_00, budget_year=2025, credited_on="2025-02-01"),
            an(said.RecordDisbursement, amount=5_000_00, budget_year=2026, credited_on="2026-02-01"),
            given.voucher(paid_on="2025-03-01", amount=5_000_00),
            given.voucher(paid_on="2026-03-01", amount=4_500_00),
        )
        fault = await refused(tx, an(said.RecordRepayment, amount=500_00, budget_year=2025))
        assert (fault.code, fault.allowed) == ("over_disbursement", "0")
        await taken(tx, an(said.RecordRepayment, amount=500_00))
        report = fifo_of(await grant(tx), TODAY)
        assert (report.unused, report.fifo.waiting, report.fifo.repaid_beyond) == (0, (), 0)
        assert (await refused(tx, an(said.RecordRepayment, amount=1))).code == "over_disbursement"


async def test_two_awards_of_one_year_share_their_money(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await paid_in_full(tx, 15_000_00, amount=10_000_00, period_from="2026-01-01")
        await taken(
            tx,
            an(said.RecordDisbursement, amount=10_000_00, credited_on="2026-01-05"),
            given.voucher(amount=9_000_00, paid_on="2026-02-01"),
            given.award(financing_type="full", amount=5_000_00, valid_on="2026-06-01", period_from="2026-07-01"),
        )
        assert fifo_of(await grant(tx), TODAY).unused == 1_000_00
        await taken(tx, an(said.RecordDisbursement, amount=5_000_00, credited_on="2026-07-05"))
        await taken(tx, given.voucher(amount=8_000_00, paid_on="2026-08-01"))
        report = fifo_of(await grant(tx), TODAY)
    assert [one.part for one in report.parts] == [9_000_00, 6_000_00]
    assert (report.unused, report.fifo.waiting) == (0, ())


async def test_a_plan_that_nobody_approved_changes_no_final_grant(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), given.voucher(line="personnel", amount=40_000_00))
        before = settlement_of(await grant(tx))
        more = (PlanLine(line="personnel", title="Personalkosten", amount=80_000_00),)
        money = (PlanLine(line="own", title="Eigenmittel", amount=80_000_00, kind="own"),)
        wished = plan(version=2, state="submitted", costs=more, funding=money)
        await taken(tx, wished)
        found = await grant(tx)
        assert settlement_of(found) == before
        assert (soll_ist(found).plan_version, soll_ist(found).plan_is_approved) == (1, True)
        await taken(tx, an(said.ApprovePlan, plan_id=wished.plan_id, valid_on="2026-03-01"))
        assert soll_ist(await grant(tx)).plan_version == 2


async def test_a_payment_uses_up_a_contract_on_the_line_that_it_binds(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        contract = an(said.EnterCommitment, line="material", amount=2_000_00)
        await taken(tx, given.award(), plan(), contract)
        await taken(tx, given.voucher(line="fees", amount=500_00, commitment_id=contract.commitment_id))
        found = await balances(tx)
    assert found[f"commitment:line:{G}:material"] == 1_500_00
    assert f"commitment:line:{G}:fees" not in found


async def test_a_line_that_no_plan_ever_had_has_no_headroom_under_a_fixed_grant_either(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="fixed"), plan())
        found = headroom(await grant(tx), "nowhere", 100_00)
    assert (found.counts, found.needs_approval) == (0, True)
