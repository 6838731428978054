"""Grants at a glance, and the pages of one grant: plan and actual, money, settlement, duties, vouchers."""

from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_ledger.domain import reports
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.interest import rates_of
from lotse_ledger.domain.reported import KINDS, three_answers
from lotse_ledger.http.books import grants_at, one_grant
from lotse_ledger.http.page.typed import CENTS_MAX, amount_in_cents
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.http.shipped import base_rates
from lotse_ledger.pages.clocks import clocks_of
from lotse_ledger.pages.wording import grant_name
from lotse_ledger.store import books, fingerprints

SECTION = "overview"


async def overview(visit: Visit) -> Page:
    """Where an auditor begins."""
    at = visit.at
    facts = await books.entries_of_kinds(at.tx, KINDS)
    grants = await grants_at(at)
    due = [duty for one in grants for duty in reports.deadlines_of_grant(one, at.as_of.valid_to)]
    values = {
        "grants": grants,
        "answers": three_answers(facts),
        "shared": await fingerprints.shared_vouchers(at.tx) if at.reach.is_whole else (),
        "next_duties": sorted((one for one in due if one.urgency != "done"), key=lambda one: one.deadline.due_on)[:3],
        "names": {one.grant_id: grant_name(one) for one in grants},
    }
    return Page("overview.html", SECTION, "title", values)


async def plan(visit: Visit) -> Page:
    """Plan against actual, and what one more expense would do."""
    grant = await grant_of(visit)
    values = {
        "grant": grant,
        "grant_page": "plan",
        "report": reports.soll_ist(grant),
        **_what_if(visit, grant),
    }
    return Page("grant_plan.html", SECTION, "plan", values)


async def money(visit: Visit) -> Page:
    """Drawdowns, by when which money must be used, and what interest the city could claim."""
    grant = await grant_of(visit)
    today = visit.at.as_of.valid_to
    rates = rates_of(base_rates())
    used = reports.fifo_of(grant, today).fifo
    values = {
        "grant": grant,
        "grant_page": "money",
        "fifo": used,
        "clocks": clocks_of([one for one in grant.disbursements if one.credited_on <= today], used, today),
        "interest": reports.interest_of(grant, rates, today),
        "rates": rates,
    }
    return Page("grant_money.html", SECTION, "nav_money", values)


async def settlement(visit: Visit) -> Page:
    """What would follow if it were settled today."""
    grant = await grant_of(visit)
    report = reports.settlement_of(grant) if grant.decisions else None
    values = {"grant": grant, "grant_page": "settlement", "report": report}
    return Page("grant_settlement.html", SECTION, "settlement", values)


async def duties(visit: Visit) -> Page:
    """Deadlines, proofs, notices and findings."""
    grant = await grant_of(visit)
    today = visit.at.as_of.valid_to
    values = {
        "grant": grant,
        "grant_page": "duties",
        "duties": reports.deadlines_of_grant(grant, today),
        "notices": reports.notices_of(grant, today),
        "kept": reports.retention_of_grant(grant, "voucher", today),
    }
    return Page("grant_duties.html", SECTION, "nav_duties", values)


async def vouchers(visit: Visit) -> Page:
    """The list of vouchers, each with the money that it used."""
    grant = await grant_of(visit)
    provisional = await fingerprints.unanswered(visit.at.tx, visit.gate.house.partners)
    values = {
        "grant": grant,
        "grant_page": "vouchers",
        "vouchers": reports.belegliste(grant, visit.at.as_of.valid_to, provisional=provisional),
    }
    return Page("grant_vouchers.html", SECTION, "nav_vouchers", values)


async def deadlines(visit: Visit) -> Page:
    """What must be handed in or used by when, over all grants."""
    today = visit.at.as_of.valid_to
    found = [(duty, one) for one in await grants_at(visit.at) for duty in reports.deadlines_of_grant(one, today)]
    found.sort(key=lambda pair: (pair[0].deadline.due_on, pair[0].deadline.code))
    return Page("deadlines.html", "deadlines", "deadlines", {"deadlines": found})


async def grant_of(visit: Visit) -> Grant:
    """The grant that the address names. Raises Refused."""
    try:
        return await one_grant(visit.at, UUID(visit.parts["grant_id"]))
    except ValueError:
        raise Refused("unknown_grant", fields=("grant_id",)) from None


def _open_questions(grants: tuple[Grant, ...]) -> list[tuple[str, int]]:
    """Partner and entry of each invoice that both booked and two people have not settled yet."""
    open_ones = {(one.partner, one.log_index) for grant in grants for one in grant.questions if one.settled_as is None}
    return sorted(open_ones, key=lambda one: one[1])


def _what_if(visit: Visit, grant: Grant) -> dict[str, object]:
    """The answer to the form; without a question there is none, and a slip of the hand is said beside the field."""
    line, text = visit.query.get("line", ""), visit.query.get("amount", "")
    amount = amount_in_cents(text)
    known = {one.line for one in grant.plan_use().lines}
    asked = bool(line and amount and line in known)
    return {
        "headroom": reports.headroom(grant, line, amount or 0) if asked else None,
        "amount_is_odd": bool(text) and amount is None,
        "room": {name: reports.headroom(grant, name, CENTS_MAX).counts for name in known},
    }
