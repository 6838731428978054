"""The names of the accounts that orders post to. Debit is positive; contra accounts hold the other side."""

from uuid import UUID

PROMISES = "commitment:city"
MESSAGE_COSTS_OPEN = "commitment:messages:open"
OWN_COST = "expense:own"
MONEY = {"bank": "assets:bank", "cash": "assets:cash"}
BANK, CASH = MONEY["bank"], MONEY["cash"]


def available(budget_year: int) -> str:
    """What documents say is left of an appropriation; never the city's books."""
    return f"reported:city:available:{budget_year}"


def appropriation(budget_year: int) -> str:
    """What documents say was put into the budget."""
    return f"reported:city:appropriation:{budget_year}"


def frozen(budget_year: int) -> str:
    """What documents say is frozen of it."""
    return f"reported:city:frozen:{budget_year}"


def requested(grant_id: UUID, budget_year: int) -> str:
    """What was applied for."""
    return f"grant:{grant_id}:{budget_year}:requested"


def awarded(grant_id: UUID, budget_year: int) -> str:
    """What is awarded and not yet asked for."""
    return f"grant:{grant_id}:{budget_year}:awarded"


def drawdown_requested(grant_id: UUID, budget_year: int) -> str:
    """What is asked for and not yet paid out."""
    return f"grant:{grant_id}:{budget_year}:drawdown_requested"


def disbursed(grant_id: UUID, budget_year: int) -> str:
    """What was paid out and not given back."""
    return f"grant:{grant_id}:{budget_year}:disbursed"


def recovered(grant_id: UUID, budget_year: int) -> str:
    """What was given back."""
    return f"grant:{grant_id}:{budget_year}:recovered"


def lapsed(grant_id: UUID, budget_year: int) -> str:
    """What was taken back after it was drawn: negative, as long as the city may want it back."""
    return f"grant:{grant_id}:{budget_year}:lapsed"


def grant_unused(grant_id: UUID) -> str:
    """Money of the city that was received and not yet booked as used."""
    return f"liab:grant_unused:{grant_id}"


def to_repay(grant_id: UUID) -> str:
    """What a settlement says goes back."""
    return f"liab:repayment:{grant_id}"


def receivable(grant_id: UUID) -> str:
    """What a settlement says the city still pays."""
    return f"assets:receivable:{grant_id}"


def grant_income(grant_id: UUID) -> str:
    """The grant as far as it is booked as used."""
    return f"income:grant:{grant_id}"


def income(source: str, grant_id: UUID) -> str:
    """Money of anybody but the city."""
    return f"income:{source}:{grant_id}"


def expense(grant_id: UUID, line: str) -> str:
    """What was spent on a cost line and counts."""
    return f"expense:{grant_id}:{line}"


def ineligible(grant_id: UUID) -> str:
    """What was spent for a grant's purpose and does not count."""
    return f"expense:ineligible:{grant_id}"


def interest_expense(grant_id: UUID) -> str:
    """Interest that a decision demands."""
    return f"expense:interest:{grant_id}"


def interest_owed(grant_id: UUID) -> str:
    """Interest that is demanded and not paid."""
    return f"liab:interest:{grant_id}"


def committed(grant_id: UUID, line: str) -> str:
    """What contracts bind of a line."""
    return f"commitment:line:{grant_id}:{line}"


def committed_open(grant_id: UUID) -> str:
    """The other side of what contracts bind."""
    return f"commitment:open:{grant_id}"


def messages(provider: str) -> str:
    """What messages cost that their provider has not invoiced yet."""
    return f"commitment:messages:{provider}"
