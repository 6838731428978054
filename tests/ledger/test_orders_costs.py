"""What messages cost through the books, and by what one invoice is known again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_contracts import ledger as said
from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain.fingerprints import invoice_fingerprint, normalised_number, normalised_supplier
from lotse_ledger.handlers import recording
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, balances, plan, taken

Database = Callable[[str], ServiceDatabase]
G, H = given.GRANT, OTHER_GRANT
TODAY = given.NOW.date()
THIRD = said.Share(grant_id=G, line="material", basis_points=3_333)
ALSO = said.Share(grant_id=H, line="material", basis_points=3_333)
PAYEE = said.VoucherPrivate(
    payee="Olena Kovalenko",
    account="DE02120300000000202051",
    files=(said.PrivateFile(sha256="ab" * 32, name="Rechnung Kovalenko.pdf"),),
)


def cost(amount_e4: int, day: str = "2026-11-24") -> CostIncurred:
    return CostIncurred(provider="sms77", day=day, messages=12, amount_e4=amount_e4)


async def test_a_days_cost_told_again_adds_only_the_difference_in_any_order(database: Database) -> None:
    told = [(cost(9_010), 0), (cost(12_345), 1), (cost(11_000), 2)]
    expected = {"commitment:messages:sms77": 110, "commitment:messages:open": -110}
    ledger = database("ledger")
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)):
        async with given.transaction(ledger) as tx:
            attempt = await tx.begin_nested()
            for place in order:
                fact, hour = told[place]
                context = given.context(given.NOW + timedelta(hours=hour), sender="notify", actor=None)
                for _ in range(2):
                    await recording.commit_message_costs(fact, context, tx, house=given.house())
            assert await balances(tx) == expected
            await attempt.rollback()


async def test_the_providers_invoice_makes_message_costs_an_expense(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), plan())

        async def said_of(fact: CostIncurred) -> None:
            await recording.commit_message_costs(fact, given.context(sender="notify"), tx, house=given.house())

        await said_of(cost(9_010, "2026-10-30"))
        await said_of(cost(20_000, "2026-11-02"))
        invoice = given.voucher(
            amount=95, messages=said.MessageInvoice(provider="sms77", until="2026-10-31"), paid_on="2026-11-05"
        )
        await taken(tx, invoice)
        found = await balances(tx)
        assert found["commitment:messages:sms77"] == 2_00
        assert found[f"expense:{G}:material"] == 95
        await said_of(cost(5_000, "2026-10-31"))  # a day that the invoice covers, told late
        assert (await balances(tx))["commitment:messages:sms77"] == 2_00


def test_a_suppliers_name_is_compared_without_what_treasurers_write_differently() -> None:
    same = ("Müller & Söhne GmbH", "mueller soehne", "MÜLLER  +  SÖHNE G.m.b.H.")
    assert {normalised_supplier(one) for one in same} == {"mueller soehne"}
    assert normalised_supplier("GmbH") == "gmbh"
    assert {normalised_number(one) for one in ("RE-0815/26", "re 0815 26", "RE0815.26")} == {"re081526"}
    assert normalised_number("000-17") == "17"


@for_all(st.text(max_size=20), st.text(max_size=20), st.dates(), st.integers(0, 10**12))
def test_another_number_date_or_sum_is_another_invoice(supplier: str, number: str, day: Any, gross: int) -> None:
    def of(**changed: Any) -> str | None:
        whole = {"supplier": f"a{supplier}", "number": f"1{number}", "invoiced_on": day, "gross": gross}
        return invoice_fingerprint(b"key", **whole | changed)

    assert of() is not None
    assert of(gross=gross + 1) != of()
    assert of(number=f"12{number}x") != of()
    other = invoice_fingerprint(b"o", supplier=f"a{supplier}", number=f"1{number}", invoiced_on=day, gross=gross)
    assert other != of()
    assert of(number="--") is None
