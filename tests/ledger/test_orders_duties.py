"""What authorities say through the orders: how long to keep the books, what to tell, what the budget has now."""

from collections.abc import Callable
from datetime import date

from lotse_contracts import ledger as said
from lotse_ledger.domain.reports import notices_of, retention_of_grant
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import an, balances, grant, plan, refused, taken

Database = Callable[[str], ServiceDatabase]


async def test_the_books_are_kept_as_long_as_an_authority_set(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), an(said.SubmitProof, submitted_on="2026-11-01"))
        before = retention_of_grant(await grant(tx), "other", date(2026, 6, 1))
        await taken(tx, an(said.SetRetention, years=10))
        after = retention_of_grant(await grant(tx), "other", date(2026, 6, 1))
        await taken(tx, an(said.SetRetention, years=1))
        shorter = retention_of_grant(await grant(tx), "other", date(2026, 6, 1))
    assert before.until == date(2032, 12, 31), "six years of tax law"
    assert after.until == date(2036, 11, 1), "ten years after the proof was handed in"
    assert shorter.until == before.until


async def test_costs_that_fell_are_to_be_told_once_nothing_can_be_spent_any_more(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        terms = said.DecisionTerms(notify_costs_fall_bp=750)
        await taken(tx, given.award(terms=terms), plan(), given.voucher(line="personnel", amount=40_000_00))
        found = await grant(tx)
    assert not [one for one in notices_of(found, date(2026, 12, 31)).due if one.about == "costs"]
    (due,) = [one for one in notices_of(found, date(2027, 1, 1)).due if one.about == "costs"]
    assert (due.type, due.amount) == ("purpose_changed", 20_000_00)


async def test_a_later_report_of_the_appropriation_replaces_the_earlier(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        raised = an(said.ReportAppropriation, amount=110_000_00, valid_on="2025-06-01")
        await taken(tx, an(said.ReportAppropriation), raised)
        assert (await balances(tx))["reported:city:available:2026"] == 110_000_00
        fault = await refused(tx, given.award(amount=110_000_01))
        assert (fault.code, fault.allowed) == ("over_appropriation", "11000000")
        await taken(tx, an(said.ReportAppropriation, amount=90_000_00, valid_on="2025-07-01"))
        assert (await balances(tx))["reported:city:available:2026"] == 90_000_00
