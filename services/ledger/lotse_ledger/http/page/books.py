"""Accounts, evidence that nothing was rewritten, downloads, and the rules."""

from lotse_chassis.faults import Refused
from lotse_ledger.domain.law.rules import RULES
from lotse_ledger.domain.law.terms import PARAMETERS, Terms
from lotse_ledger.http.books import balances_at, grants_at
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.store import alarms, heads, replays, tokens, witness

BALANCES_SHOWN = 500


async def accounts(visit: Visit) -> Page:
    """What stood in the accounts."""
    found = await balances_at(visit.at)
    values = {"balances": found[:BALANCES_SHOWN], "is_cut": len(found) > BALANCES_SHOWN}
    return Page("accounts.html", "accounts", "balances", values)


async def evidence(visit: Visit) -> Page:
    """Signed roots over the log, who countersigned, and how to check them without us."""
    tx = visit.at.tx
    values = {
        "checkpoints": await witness.checkpoints(tx),
        "alarms": await alarms.alarms(tx),
        "witnessed": await heads.all_seen(tx),
        "replay": await replays.latest(tx),
    }
    return Page("evidence.html", "evidence", "evidence", values)


async def access(visit: Visit) -> Page:
    """What her token opens, and what the association sees of its use."""
    tx, auditor = visit.at.tx, visit.auditor
    chain = await tokens.chain(tx, auditor.token_id)
    values = {
        "reach": visit.at.reach,
        "grants": [one for one in await grants_at(visit.at) if visit.at.reach.opens(one.grant_id)],
        "sessions": await tokens.sessions(tx, token_id=auditor.token_id),
        "queries": chain.number,
        "digest": chain.digest.hex(),
    }
    return Page("access.html", "access", "access", values)


async def rules(visit: Visit) -> Page:
    """Each rule with its source, and each parameter with its default."""
    values = {"rules": tuple(RULES.values()), "parameters": PARAMETERS, "defaults": Terms()}
    return Page("rules.html", "rules", "rules", values)


async def nothing(visit: Visit) -> Page:
    """No such page. Raises Refused."""
    raise Refused("not_found")
