"""Every order that breaks a rule has its own code, names the field and the rule, and leaves the log as it was."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused, malformed
from lotse_contracts import ledger as said
from lotse_contracts.ledger import LedgerOrder
from lotse_ledger.domain.refusals import RULE_OF
from lotse_ledger.handlers.orders import take
from tests.kit import ServiceDatabase
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, an, plan, refused, taken

Database = Callable[[str], ServiceDatabase]

DRAWDOWN, WITHDRAWN, VOUCHER, COMMITMENT = uuid4(), uuid4(), uuid4(), uuid4()
PLAN, PROOF, FINDING, INTEREST, PAID = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()
DOCUMENT = "cd" * 32
HALF = said.Share(grant_id=given.GRANT, line="material", basis_points=5_000)
SIXTY = said.Share(grant_id=given.GRANT, line="fees", basis_points=6_000)


def orders() -> list[LedgerOrder]:
    """A grant with something of everything; 12,500 asked for, 5,000 of it arrived."""
    return [
        an(said.ReportAppropriation),
        given.award(terms=said.DecisionTerms(use_within_months=2)),
        plan(plan_id=PLAN),
        given.drawdown(drawdown_id=DRAWDOWN),
        given.drawdown(drawdown_id=WITHDRAWN, amount=100_00),
        an(said.WithdrawDrawdown, drawdown_id=WITHDRAWN),
        an(said.RecordDisbursement, drawdown_id=DRAWDOWN, amount=5_000_00),
        given.voucher(voucher_id=VOUCHER, document_sha256=DOCUMENT, shares=(HALF,)),
        an(said.EnterCommitment, commitment_id=COMMITMENT),
        an(said.SubmitProof, proof_id=PROOF),
        an(said.RecordFinding, finding_id=FINDING),
        an(said.ResolveFinding, finding_id=FINDING),
        an(said.AssessInterest, interest_id=INTEREST),
        an(said.AssessInterest, interest_id=PAID),
        an(said.PayInterest, interest_id=PAID),
    ]


@pytest.fixture
async def tx(database: Database) -> AsyncIterator[AsyncConnection]:
    async with given.transaction(database("ledger")) as found:
        await taken(found, *orders())
        yield found


def _line(line: str, amount: int, **more: Any) -> said.PlanLine:
    return said.PlanLine(line=line, title=line, amount=amount, **more)


REFUSED: list[tuple[LedgerOrder, str, tuple[str, ...]]] = [
    (given.award(amount=60_000_00), "over_appropriation", ("amount", "budget_year")),
    (given.award(type="revocation", amount=50_000_01), "over_award", ("amount", "budget_year")),
    (given.award(years=(said.YearAmount(budget_year=2025, amount=1),)), "years_differ", ("years", "amount")),
    (given.award(period_from="2027-01-01"), "period_reversed", ("period_from", "period_to")),
    (an(said.ReportFreeze, budget_year=2031), "nothing_known", ("budget_year",)),
    (an(said.ReportFreeze, posted_as="roads"), "field_without_factor", ("posted_as",)),
    (an(said.ApproveExcess, line="travel"), "unknown_line", ("line",)),
    (plan(version=2, funding=(_line("city", 1),)), "plan_not_balanced", ("costs", "funding")),
    (plan(), "version_taken", ("version",)),
    (plan(version=2, costs=(_line("a", 30_000_00), _line("a", 30_000_00))), "line_twice", ("costs",)),
    (plan(version=2, currency="CHF"), "currency_differs", ("currency",)),
    (an(said.ApprovePlan), "unknown_plan", ("plan_id",)),
    (an(said.EnterCommitment, line="travel"), "unknown_line", ("line",)),
    (an(said.ReleaseCommitment, commitment_id=uuid4()), "unknown_commitment", ("commitment_id",)),
    (an(said.ReleaseCommitment, commitment_id=COMMITMENT, amount=2_000_01), "over_commitment", ("amount",)),
    (given.drawdown(amount=37_500_01), "over_award", ("amount", "budget_year")),
    (given.drawdown(budget_year=2027, amount=1), "over_award", ("amount", "budget_year")),
    (given.drawdown(grant_id=OTHER_GRANT), "unknown_grant", ("grant_id",)),
    (given.drawdown(currency="USD"), "currency_differs", ("currency",)),
    (an(said.WithdrawDrawdown), "unknown_drawdown", ("drawdown_id",)),
    (an(said.WithdrawDrawdown, drawdown_id=WITHDRAWN, remark="noch einmal"), "body_differs", ()),
    (an(said.RecordDisbursement, drawdown_id=uuid4()), "unknown_drawdown", ("drawdown_id",)),
    (an(said.RecordDisbursement, drawdown_id=WITHDRAWN), "drawdown_ended", ("drawdown_id",)),
    (an(said.RecordDisbursement, drawdown_id=DRAWDOWN, amount=7_500_01), "over_drawdown", ("amount",)),
    (an(said.RecordDisbursement, amount=37_500_01), "over_award", ("amount",)),
    (given.voucher(grant_id=OTHER_GRANT), "unknown_grant", ("grant_id",)),
    (given.voucher(line="travel"), "unknown_line", ("line",)),
    (given.voucher(paid_on="2025-09-30"), "outside_grant_period", ("paid_on",)),
    (given.voucher(paid_on="2027-01-01"), "outside_grant_period", ("paid_on",)),
    (given.voucher(paid_on="2026-02-29"), "not_a_day", ("paid_on",)),
    (given.voucher(invoiced_on="2026-02-30"), "not_a_day", ("invoiced_on",)),
    (given.voucher(messages={"provider": "sms", "until": "2026-13-01"}), "not_a_day", ("messages.until",)),
    (given.voucher(paid_from="cash", paid_on="2026-02-29"), "not_a_day", ("paid_on",)),
    (given.voucher(paid_from="cash", amount=1), "over_cash", ("amount", "paid_from")),
    (an(said.MoveCash, direction="to_bank"), "over_cash", ("amount",)),
    (given.voucher(eligible=1_234_57), "eligible_over_paid", ("eligible", "amount")),
    (given.voucher(currency="CHF"), "currency_differs", ("currency",)),
    (given.voucher(kind="payroll"), "payroll_without_code", ("person_code", "month")),
    (given.voucher(person_code="P-7"), "payroll_without_code", ("person_code", "month")),
    (given.voucher(commitment_id=uuid4()), "unknown_commitment", ("commitment_id",)),
    (given.voucher(shares=(HALF, SIXTY)), "shares_over_whole", ("shares", "document_sha256")),
    (given.voucher(shares=(HALF, HALF)), "line_twice", ("shares",)),
    (given.voucher(document_sha256=DOCUMENT, shares=(SIXTY,)), "shares_over_whole", ("shares", "document_sha256")),
    (given.voucher(document_sha256=DOCUMENT), "shares_over_whole", ("shares", "document_sha256")),
    (an(said.RecordRefund, voucher_id=uuid4()), "unknown_voucher", ("voucher_id",)),
    (an(said.RecordRefund, voucher_id=VOUCHER, amount=1_234_57), "over_voucher", ("amount",)),
    (an(said.RecordRepayment, amount=5_000_01), "over_disbursement", ("amount",)),
    (an(said.RecordRepayment, disbursement_id=uuid4()), "unknown_disbursement", ("disbursement_id",)),
    (an(said.SubmitProof, proof_id=PROOF), "proof_not_open", ("proof_id",)),
    (an(said.SubmitProof, proof_id=PROOF, proof="interim"), "proof_not_open", ("proof", "budget_year")),
    (an(said.AnswerProof), "unknown_proof", ("proof_id",)),
    (an(said.ResolveFinding), "unknown_finding", ("finding_id",)),
    (an(said.RecordFinding, log_index=999), "unknown_entry", ("log_index",)),
    (an(said.WaiveInterest), "unknown_interest", ("interest_id",)),
    (an(said.WaiveInterest, interest_id=PAID), "interest_settled", ("interest_id",)),
    (an(said.PayInterest, interest_id=INTEREST, amount=75_95), "over_interest", ("amount",)),
    (an(said.ClosePeriod, until="2026-11-25"), "period_not_over", ("until",)),
    (an(said.ClosePeriod, until="2026-13-01"), "not_a_day", ("until",)),
    (an(said.ReopenPeriod), "period_not_closed", ("until",)),
    (an(said.ApprovePeriod), "unknown_period", ("period_id",)),
    (an(said.ReverseEntry, log_index=999), "unknown_entry", ("log_index",)),
    (an(said.SettleVoucherQuestion), "unknown_question", ("voucher_id",)),
]


@pytest.mark.parametrize(
    ("order", "code", "fields"),
    REFUSED,
    ids=[f"{order.NAME}-{code}-{place}" for place, (order, code, _) in enumerate(REFUSED)],
)
async def test_an_order_that_breaks_a_rule_is_refused_with_its_code_and_writes_nothing(
    tx: AsyncConnection, order: LedgerOrder, code: str, fields: tuple[str, ...]
) -> None:
    fault = await refused(tx, order)
    assert (fault.code, fault.fields, fault.rule) == (code, fields, RULE_OF[code])


async def test_what_would_pass_is_said_where_it_is_a_number(tx: AsyncConnection) -> None:
    assert (await refused(tx, given.drawdown(amount=37_500_01))).allowed == "3750000"
    assert (await refused(tx, given.award(amount=60_000_00))).allowed == "5000000"
    assert (await refused(tx, given.voucher(document_sha256=DOCUMENT, shares=(SIXTY,)))).allowed == "5000"


async def test_what_just_keeps_to_the_rule_is_taken(tx: AsyncConnection) -> None:
    half = said.Share(grant_id=given.GRANT, line="fees", basis_points=5_000)
    await taken(
        tx,
        given.award(amount=50_000_00, type="amendment", budget_year=2026),
        given.award(type="revocation", amount=50_000_00),
        given.drawdown(amount=37_500_00),
        an(said.RecordDisbursement, drawdown_id=DRAWDOWN, amount=7_500_00),
        given.voucher(paid_on="2025-10-01"),
        given.voucher(paid_on="2026-12-31"),
        given.voucher(document_sha256=DOCUMENT, shares=(half,)),
        given.voucher(line="travel", eligible=0, refused_reason="nicht im Plan"),
        an(said.RecordRefund, voucher_id=VOUCHER, amount=1_234_56),
        an(said.PayInterest, interest_id=INTEREST),
    )


async def test_before_the_decision_costs_count_from_an_early_start_only(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, an(said.PermitEarlyStart))
        assert (await refused(tx, given.voucher(paid_on="2025-09-30"))).code == "outside_grant_period"
        await taken(tx, given.voucher(paid_on="2025-10-01"))
        await taken(tx, given.award(period_from="2025-11-01"), given.voucher(paid_on="2025-10-31"))
        assert (await refused(tx, given.voucher(paid_on="2027-01-01"))).code == "outside_grant_period"


async def test_a_day_that_is_none_is_named_where_the_payee_is_known(database: Database) -> None:
    """The invoice's fingerprint is taken before the decision."""
    order = given.voucher(number="B-1", invoiced_on="2026-02-30")
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award())
        with pytest.raises(Refused) as fault:
            await take(order, given.context(), tx, house=given.house(), private=said.VoucherPrivate(payee="Druckerei"))
    assert (fault.value.code, fault.value.fields) == ("not_a_day", ("invoiced_on",))


async def test_an_amendment_may_shorten_the_grant_period_from_then_on(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        before = given.voucher(paid_on="2026-07-01")
        await taken(tx, given.award(), before)
        shorter = given.award(decision_id=uuid4(), type="amendment", amount=0, period_to="2026-06-30")
        await taken(tx, shorter.model_copy(update={"valid_on": "2026-07-15"}), given.voucher(paid_on="2026-06-30"))
        assert (await refused(tx, given.voucher(paid_on="2026-08-01"))).code == "outside_grant_period"


async def test_an_award_is_judged_by_what_is_known_now_and_a_later_freeze_changes_nothing(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, an(said.ReportAppropriation), given.award(amount=95_000_00))
        await taken(tx, an(said.ReportFreeze))
        assert (await refused(tx, given.award(grant_id=OTHER_GRANT, amount=1))).code == "over_appropriation"


async def test_a_demonstration_is_judged_among_demonstrations(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, an(said.ReportAppropriation, standing="own", amount=10_000_00), given.award())
        fault = await refused(tx, given.award(grant_id=OTHER_GRANT, standing="own"))
        assert (fault.code, fault.allowed) == ("over_appropriation", "1000000")


async def test_full_financing_has_no_other_funds_in_its_plan(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(financing_type="full"))
        assert (await refused(tx, plan())).code == "full_has_other_funds"


@pytest.mark.parametrize("kind", [said.RecordDecision, said.RecordVoucher, said.ClosePeriod, said.ReverseEntry])
def test_no_order_takes_a_float_or_a_field_that_it_does_not_know(kind: type[LedgerOrder]) -> None:
    usual = {
        said.RecordDecision: given.award(),
        said.RecordVoucher: given.voucher(),
        said.ClosePeriod: an(said.ClosePeriod),
        said.ReverseEntry: an(said.ReverseEntry, log_index=1),
    }[kind].model_dump(mode="json")
    numbers = [name for name in ("amount", "log_index") if name in usual]
    wrong: list[tuple[dict[str, Any], str]] = [({"surprise": 1}, "unknown_field")]
    wrong += [({name: value}, "not_a_whole_number") for name in numbers for value in (12.34, "1e2", None)]
    wrong += [({"surprise": 1, name: 12.34}, "malformed") for name in numbers]
    for changed, code in wrong:
        with pytest.raises(ValidationError) as fault:
            kind.model_validate(usual | changed)
        assert malformed(fault.value, kind.model_fields).code == code
