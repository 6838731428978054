"""Facts of others that touch money: what messages cost, and what a partner tells of her award."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lotse_contracts.ledger import AwardTold, Standing
from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import day, moved, request_of
from lotse_ledger.domain.entries import Draft, Recorded
from lotse_ledger.domain.instants import stamp

E4_PER_CENT = 100  # notify counts in 1/10,000 EUR
MESSAGE_COSTS = "message_costs"


@dataclass(frozen=True)
class CostTold:
    """A fact on the cost of one provider's day, with when it was said."""

    fact: CostIncurred
    fact_id: UUID
    said_at: datetime
    standing: Standing


def message_costs(told: CostTold, before: Sequence[Recorded] = (), *, invoiced_until: date | None = None) -> Draft:
    """What a day cost, as a commitment: rounded up to the cent, the exact figure in the entry. Raises NotAllowed.

    The fact says the whole day, so only the difference to what was posted for it is added; of several the one said
    last holds, in whichever order they come. A day that the provider has invoiced adds no commitment any more.
    """
    fact, on = told.fact, day(told.fact.day, "day")
    account = accounts.messages(fact.provider)
    posted = sum(row.amount for one in before for row in one.postings if row.account == account)
    is_last = all(stamp(told.said_at) > str(one.data.get("said_at", "")) for one in before)
    is_invoiced = invoiced_until is not None and on <= invoiced_until
    cents = -(-fact.amount_e4 // E4_PER_CENT) - posted if is_last and not is_invoiced else 0
    return Draft(
        key=f"message-costs:{told.fact_id}",
        kind=MESSAGE_COSTS,
        standing=told.standing,
        valid_on=on,
        data={
            "provider": fact.provider,
            "messages": fact.messages,
            "amount_e4": str(fact.amount_e4),
            "said_at": stamp(told.said_at),
        },
        request_sha256=request_of(fact),
        postings=moved(account, accounts.MESSAGE_COSTS_OPEN, cents, "EUR"),
        moves_if_closed=True,
    )


def award_told(told: AwardTold, *, told_id: UUID, sender: str, valid_on: date) -> Draft:
    """What the partner says the city awarded her, or took back: a reported fact, it moves nothing here."""
    return Draft(
        key=f"award-told:{told_id}",
        kind="partner_award",
        standing=told.standing,
        valid_on=valid_on,
        data={"reported_by": sender, "amount": str(told.amount), "currency": told.currency, "type": told.type},
        request_sha256=request_of(told),
        grant_id=told.grant_id,
        budget_year=told.budget_year,
        moves_if_closed=True,
    )
