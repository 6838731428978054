"""How each order and fact becomes an entry: its key, its day, what it says and what it posts.

What is posted is the same in whichever order the messages arrive: each one adds to the accounts and none looks at what
stands there.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from lotse_contracts.envelope import Message
from lotse_contracts.ledger import (
    AwardTold,
    PlanLine,
    RecordDecision,
    RecordVoucher,
    RequestDrawdown,
    Standing,
    SubmitPlan,
)
from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain.entries import Draft, Posting, digest_of
from lotse_ledger.domain.plans import Line, check_costs_equal_funding

E4_PER_CENT = 100  # notify counts in 1/10,000 EUR
BANK = "assets:bank"
PROMISES = "commitment:city"
MESSAGE_COSTS_OPEN = "commitment:messages:open"


class PeriodReversed(ValueError):
    """A grant period ends before it begins."""


class NotADay(ValueError):
    """A day that no calendar has. `field` names where."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def day(text: str, field: str) -> date:
    """The calendar day. Raises NotADay."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotADay(field) from None


def awarded(grant_id: UUID, budget_year: int) -> str:
    """The account of what is awarded and not yet asked for."""
    return f"grant:{grant_id}:{budget_year}:awarded"


def drawdown_requested(grant_id: UUID, budget_year: int) -> str:
    """The account of what is asked for."""
    return f"grant:{grant_id}:{budget_year}:drawdown_requested"


def expense(grant_id: UUID, line: str) -> str:
    """The account of what was spent on a cost line."""
    return f"{expense_prefix(grant_id)}{line}"


def expense_prefix(grant_id: UUID) -> str:
    """What the accounts of a grant's cost lines begin with."""
    return f"grant:{grant_id}:expense:"


def decision(order: RecordDecision) -> Draft:
    """The city's promise, or that much of it taken back. Raises NotADay or PeriodReversed."""
    first, last = day(order.period_from, "period_from"), day(order.period_to, "period_to")
    if last < first:
        raise PeriodReversed("period ends before it begins")
    amount = -order.amount if order.type == "revocation" else order.amount
    return Draft(
        key=f"decision:{order.decision_id}",
        kind="decision",
        standing=order.standing,
        valid_on=day(order.valid_on, "valid_on"),
        data=_data(
            order, "decision_id", "type", "financing_type", "amount", "currency", "period_from", "period_to", "file_ref"
        ),
        request_sha256=_request(order),
        postings=_moved(awarded(order.grant_id, order.budget_year), PROMISES, amount, order.currency),
        grant_id=order.grant_id,
        budget_year=order.budget_year,
    )


def plan(order: SubmitPlan) -> Draft:
    """A version of the plan; it moves nothing. Raises NotADay or CostsDifferFromFunding."""
    check_costs_equal_funding(lines_of(order.costs), lines_of(order.funding))
    return Draft(
        key=f"plan:{order.plan_id}",
        kind="plan",
        standing=order.standing,
        valid_on=day(order.valid_on, "valid_on"),
        data=_data(order, "plan_id", "version", "costs", "funding", "currency"),
        request_sha256=_request(order),
        grant_id=order.grant_id,
    )


def voucher(order: RecordVoucher) -> Draft:
    """A paid invoice. Raises NotADay."""
    return Draft(
        key=f"voucher:{order.voucher_id}",
        kind="voucher",
        standing=order.standing,
        valid_on=day(order.paid_on, "paid_on"),
        data=_data(order, "voucher_id", "line", "amount", "currency", "reason", "document_sha256"),
        request_sha256=_request(order),
        postings=_moved(expense(order.grant_id, order.line), BANK, order.amount, order.currency),
        grant_id=order.grant_id,
    )


def drawdown(order: RequestDrawdown) -> Draft:
    """Part of the award is asked for. Raises NotADay."""
    year = order.budget_year
    accounts = drawdown_requested(order.grant_id, year), awarded(order.grant_id, year)
    return Draft(
        key=f"drawdown:{order.drawdown_id}",
        kind="drawdown",
        standing=order.standing,
        valid_on=day(order.requested_on, "requested_on"),
        data=_data(order, "drawdown_id", "amount", "currency"),
        request_sha256=_request(order),
        postings=_moved(*accounts, order.amount, order.currency),
        grant_id=order.grant_id,
        budget_year=year,
    )


def message_costs(fact: CostIncurred, *, fact_id: UUID, standing: Standing) -> Draft:
    """What messages cost, as a commitment: rounded up to the cent, the exact figure in the entry.

    The provider's invoice makes it an expense. Raises NotADay.
    """
    cents = -(-fact.amount_e4 // E4_PER_CENT)
    return Draft(
        key=f"message-costs:{fact_id}",
        kind="message_costs",
        standing=standing,
        valid_on=day(fact.day, "day"),
        data={"provider": fact.provider, "messages": fact.messages, "amount_e4": str(fact.amount_e4)},
        request_sha256=_request(fact),
        postings=_moved(f"commitment:messages:{fact.provider}", MESSAGE_COSTS_OPEN, cents, "EUR"),
    )


def award_told(told: AwardTold, *, told_id: UUID, sender: str, valid_on: date) -> Draft:
    """What the partner says the city awarded her: a reported fact, it moves nothing here."""
    return Draft(
        key=f"award-told:{told_id}",
        kind="partner_award",
        standing=told.standing,
        valid_on=valid_on,
        data={"reported_by": sender, "amount": str(told.amount), "currency": told.currency},
        request_sha256=_request(told),
        grant_id=told.grant_id,
        budget_year=told.budget_year,
    )


def lines_of(lines: Sequence[PlanLine]) -> tuple[Line, ...]:
    """The lines of a plan as they are in the contract."""
    return tuple(Line(one.line, one.title, one.amount) for one in lines)


def _moved(debit: str, credit: str, amount: int, currency: str) -> tuple[Posting, ...]:
    if amount == 0:
        return ()
    return Posting(debit, amount, currency), Posting(credit, -amount, currency)


def _data(message: Message, *names: str) -> dict[str, object]:
    given = message.model_dump(mode="json", include=set(names))
    return {name: str(value) if name == "amount" else _texts(value) for name, value in given.items()}


def _texts(value: object) -> object:
    """Amounts of plan lines as text, as everywhere in a leaf."""
    if not isinstance(value, list):
        return value
    return [{**line, "amount": str(line["amount"])} for line in value]


def _request(message: Message) -> str:
    return digest_of(message.model_dump(mode="json"))
