"""Money of the city and of others through the orders: two phases, use, repayment, settlement, interest."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_contracts import ledger as said
from lotse_ledger.domain.reports import deadlines_of_grant, fifo_of, notices_of
from lotse_ledger.handlers import deadlines, following
from lotse_ledger.handlers.orders import take
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import an, balances, grant, kinds, plan, refused, taken

Database = Callable[[str], ServiceDatabase]
G = given.GRANT
TODAY = given.NOW.date()


async def spent(tx: AsyncConnection, *paid: tuple[str, int], on: str = "2026-03-01") -> None:
    """Vouchers on these lines."""
    await taken(tx, *(given.voucher(line=line, amount=amount, paid_on=on) for line, amount in paid))


async def test_a_drawdown_goes_from_asked_for_to_paid_out(database: Database) -> None:
    drawdown = given.drawdown()
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), drawdown)
        arrived = an(said.RecordDisbursement, drawdown_id=drawdown.drawdown_id, amount=12_000_00)
        assert kinds(await taken(tx, arrived)) == ["disbursement"]
        (asked,) = (await grant(tx)).drawdowns
        assert (asked.state, asked.paid_out, asked.open_amount) == ("open", 12_000_00, 500_00)
        await taken(tx, an(said.WithdrawDrawdown, drawdown_id=drawdown.drawdown_id))
        found = await balances(tx)
    assert found[f"grant:{G}:2026:awarded"] == 38_000_00
    assert found[f"grant:{G}:2026:disbursed"] == 12_000_00
    assert found["assets:bank"] == 12_000_00
    assert found[f"liab:grant_unused:{G}"] == -12_000_00
    assert f"grant:{G}:2026:drawdown_requested" not in found


async def test_what_has_not_arrived_by_its_last_day_expires_once(database: Database) -> None:
    drawdown = given.drawdown(expires_on="2026-11-30")
    after = given.NOW + timedelta(days=6)
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), drawdown)
        found = await timers.due(tx, now=after, limit=9)
        (timer,) = (one for one in found if one.kind == following.EXPIRY_TIMER)
        assert timer.due_at.date() == date(2026, 11, 30)
        for times in (1, 0):
            told = await following.drawdown_expires(timer, given.context(after), tx, house=given.house())
            assert len(kinds(told)) == times
        (asked,) = (await grant(tx)).drawdowns
        assert (asked.state, asked.open_amount) == ("expired", 0)
        late = an(said.RecordDisbursement, drawdown_id=drawdown.drawdown_id)
        assert (await refused(tx, late)).code == "drawdown_ended"
        assert (await balances(tx))[f"grant:{G}:2026:awarded"] == 50_000_00


async def test_more_than_is_needed_soon_is_a_warning_and_no_refusal(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="shortfall"), plan())
        (fact, *_) = await taken(tx, given.drawdown(amount=2_000_00))
        assert isinstance(fact, said.DrawdownRequested)
        assert fact.warnings == ("above_need",)
        await taken(tx, an(said.EnterCommitment, amount=3_000_00))
        (fact, *_) = await taken(tx, given.drawdown(amount=2_000_00))
        assert isinstance(fact, said.DrawdownRequested)
        assert fact.warnings == ()


async def test_fifo_takes_the_grant_part_of_each_payment_and_names_the_last_day(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(
            tx,
            given.award(),
            plan(),
            an(said.RecordDisbursement, amount=1_000_00, credited_on="2025-12-01"),
            an(said.RecordDisbursement, amount=2_000_00, credited_on="2026-01-15"),
        )
        await spent(tx, ("material", 1_200_00), on="2026-01-10")
        await spent(tx, ("material", 600_00), on="2026-03-20")
        report = fifo_of(await grant(tx), TODAY)
    # 50,000 of 60,000 are the grant's: of 1,200.00 it bears 1,000.00, of 600.00 it bears 500.00.
    assert [(one.amount, one.part) for one in report.parts] == [(1_200_00, 1_000_00), (600_00, 500_00)]
    assert [(one.amount, one.since, one.ended_on, one.is_late) for one in report.fifo.slices] == [
        (1_000_00, date(2025, 12, 1), date(2026, 1, 10), False),
        (500_00, date(2026, 1, 15), date(2026, 3, 20), True),
    ]
    assert (report.recognised, report.unused) == (1_500_00, 1_500_00)
    assert [one.use_by for one in report.overdue] == [date(2026, 3, 15)]
    assert report.is_demo


async def test_repayments_take_unused_money_and_no_more(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), an(said.RecordDisbursement, amount=10_000_00))
        await spent(tx, ("personnel", 4_000_00))
        assert (await refused(tx, an(said.RecordRepayment, amount=6_000_01))).allowed == "600000"
        await taken(tx, an(said.RecordRepayment, amount=6_000_00))
        found = await balances(tx)
        report = fifo_of(await grant(tx), TODAY)
    assert found[f"grant:{G}:2026:recovered"] == 6_000_00
    assert found[f"grant:{G}:2026:disbursed"] == 4_000_00
    assert (report.recognised, report.unused, report.fifo.repaid_beyond) == (4_000_00, 0, 0)


async def test_the_cash_box_is_below_zero_on_no_day(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        filled = an(said.MoveCash, amount=50_00, moved_on="2026-02-01")
        await taken(tx, given.award(), plan(), filled)
        early = given.voucher(amount=40_00, paid_from="cash", paid_on="2026-01-10")
        assert (await refused(tx, early)).allowed == "0"
        await taken(tx, given.voucher(amount=40_00, paid_from="cash", paid_on="2026-03-01"))
        between = given.voucher(amount=20_00, paid_from="cash", paid_on="2026-02-10")
        assert (await refused(tx, between)).allowed == "1000"


async def test_the_cash_box_is_filled_from_the_bank_and_never_below_zero(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), an(said.MoveCash, amount=50_00))
        assert (await refused(tx, given.voucher(amount=50_01, paid_from="cash"))).allowed == "5000"
        spending = given.voucher(amount=40_00, paid_from="cash")
        (fact,) = await taken(tx, spending)
        assert isinstance(fact, said.VoucherBooked)
        assert set(fact.warnings) == {"recorded_late", "evidence_missing"}
        await taken(tx, an(said.RecordRefund, voucher_id=spending.voucher_id, amount=5_00))
        back = {"direction": "to_bank", "moved_on": "2026-12-01"}
        fault = await refused(tx, an(said.MoveCash, amount=15_01, **back))
        assert (fault.rule, fault.allowed) == ("I2", "1500")
        await taken(tx, an(said.MoveCash, amount=15_00, **back))
        found = await balances(tx)
    assert "assets:cash" not in found
    assert found["assets:bank"] == -35_00


async def test_what_is_taken_back_after_it_was_drawn_lapses_and_leaves_nothing_below_zero(database: Database) -> None:
    drawdown = given.drawdown()
    arriving = an(said.RecordDisbursement, drawdown_id=drawdown.drawdown_id, amount=10_000_00)
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), drawdown, arriving, given.award(type="revocation", amount=38_000_00))
        found = await balances(tx)
        assert f"grant:{G}:2026:awarded" not in found
        assert found[f"grant:{G}:2026:lapsed"] == -500_00
        assert (await refused(tx, given.drawdown(amount=1))).code == "over_award"
        more = an(said.RecordDisbursement, drawdown_id=drawdown.drawdown_id, amount=2_000_01)
        assert ((await refused(tx, more)).code, (await refused(tx, more)).allowed) == ("over_award", "200000")


async def test_interest_is_a_debt_only_by_a_decision_and_ends_paid_or_waived(database: Database) -> None:
    first, second = an(said.AssessInterest), an(said.AssessInterest, amount=100_00)
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), first, second)
        assert (await balances(tx))[f"liab:interest:{G}"] == -175_94
        await taken(tx, an(said.PayInterest, interest_id=first.interest_id))
        await taken(tx, an(said.PayInterest, interest_id=second.interest_id, amount=40_00))
        await taken(tx, an(said.WaiveInterest, interest_id=second.interest_id))
        found = await grant(tx)
        owed = await balances(tx)
        again = await refused(tx, an(said.PayInterest, interest_id=first.interest_id, amount=1))
    assert [(one.state, one.paid) for one in found.interests] == [("paid", 75_94), ("waived", 40_00)]
    assert f"liab:interest:{G}" not in owed
    assert owed[f"expense:interest:{G}"] == 115_94
    assert again.code == "interest_settled"


async def test_one_award_over_two_years_and_one_award_a_year_are_both_told(database: Database) -> None:
    years = (said.YearAmount(budget_year=2025, amount=10_000_00), said.YearAmount(budget_year=2026, amount=40_000_00))
    async with given.transaction(database("ledger")) as tx:
        partner = given.house(verify_keys={given.PARTNER: b"v" * 32})
        told = await take(given.award(years=years), given.context(), tx, house=partner)
        assert [(one.budget_year, one.amount, one.type) for one in told if isinstance(one, said.AwardTold)] == [
            (2025, 10_000_00, "award"),
            (2026, 40_000_00, "award"),
        ]
        found = await grant(tx)
        assert (found.awarded_for(2025), found.awarded_for(2026), found.budget_years) == (
            10_000_00,
            40_000_00,
            (2025, 2026),
        )
        assert (await balances(tx))[f"grant:{G}:2025:awarded"] == 10_000_00
        back = given.award(type="revocation", amount=5_000_00)
        told = await take(back, given.context(), tx, house=partner)
        assert [(one.type, one.amount) for one in told if isinstance(one, said.AwardTold)] == [("revocation", 5_000_00)]
    async with given.transaction(database("ledger")) as tx:
        await taken(
            tx,
            given.award(amount=10_000_00, budget_year=2025, period_from="2025-10-01", period_to="2025-12-31"),
            given.award(amount=40_000_00, period_from="2026-01-01", period_to="2026-12-31"),
            an(said.RecordDisbursement, amount=10_000_00, budget_year=2025, credited_on="2025-11-01"),
            an(said.RecordDisbursement, amount=5_000_00, budget_year=2026, credited_on="2026-01-15"),
        )
        await spent(tx, ("personnel", 3_000_00), on="2026-01-10")
        found = await grant(tx)
        report = fifo_of(found, TODAY)
        assert [one.code for one in found.deadlines()] == ["final_proof", "final_proof"]
    # A payment of 2026 uses the money of the award of 2026, though that of 2025 is older.
    assert [(one.disbursement, one.amount) for one in report.fifo.slices] == [(3, 3_000_00)]


async def test_what_the_city_must_be_told_is_due_until_it_was(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), an(said.RecordIncome, source="third_party_public", amount=5_000_00))
        (due,) = notices_of(await grant(tx), TODAY).due
        assert (due.type, due.amount) == ("further_funding", 5_000_00)
        await taken(tx, an(said.GiveNotice, type=due.type, about=due.about))
        found = notices_of(await grant(tx), TODAY)
    assert found.due == ()
    assert [one.type for one in found.given] == ["further_funding"]


async def test_duties_name_proofs_and_money_to_be_used(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan(), an(said.RecordDisbursement, credited_on="2026-11-01"))
        await taken(tx, an(said.SubmitProof, proof="interim", budget_year=2025, submitted_on="2026-04-01"))
        duties = deadlines_of_grant(await grant(tx), TODAY)
    assert [(one.deadline.code, one.urgency, one.amount) for one in duties] == [
        ("interim_proof_2025", "done", None),
        ("use_money", "to_come", 12_500_00),
        ("final_proof", "to_come", None),
    ]


async def test_the_last_day_of_money_comes_near_unless_it_is_used(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"), an(said.RecordDisbursement, credited_on="2026-11-20"))
        found = await timers.due(tx, now=given.NOW + timedelta(days=60), limit=9)
        (timer,) = (one for one in found if one.payload.get("deadline") == "use_money")
        assert timer.payload["due_on"] == "2027-01-20"
        context = given.context(timer.due_at)
        (near,) = await deadlines.deadline_comes_near(timer, context, tx)
        assert isinstance(near, said.DeadlineNear)
        assert near.deadline == "use_money"
        await spent(tx, ("personnel", 12_500_00), on="2026-11-21")
        assert await deadlines.deadline_comes_near(timer, context, tx) == []
