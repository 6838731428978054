"""Accounts, evidence that nothing was rewritten, downloads, and the rules."""

from lotse_chassis.faults import Refused
from lotse_ledger.domain.law.rules import RULES
from lotse_ledger.domain.law.terms import PARAMETERS, Terms
from lotse_ledger.http.books import balances_at
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.store import witness

BALANCES_SHOWN = 500


async def accounts(visit: Visit) -> Page:
    """What stood in the accounts."""
    found = await balances_at(visit.at)
    values = {"balances": found[:BALANCES_SHOWN], "is_cut": len(found) > BALANCES_SHOWN}
    return Page("accounts.html", "accounts", "balances", values)


async def evidence(visit: Visit) -> Page:
    """Signed roots over the log, who countersigned, and how to check them without us."""
    tx = visit.at.tx
    return Page("evidence.html", "evidence", "evidence", {"checkpoints": await witness.checkpoints(tx)})


async def rules(visit: Visit) -> Page:
    """Each rule with its source, and each parameter with its default."""
    values = {"rules": tuple(RULES.values()), "parameters": PARAMETERS, "defaults": Terms()}
    return Page("rules.html", "rules", "rules", values)


async def nothing(visit: Visit) -> Page:
    """No such page. Raises Refused."""
    raise Refused("not_found")
