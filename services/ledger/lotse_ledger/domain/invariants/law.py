"""Grant law over the whole of the books: plans, lines, periods, vouchers, settlement (I5-I10, I16, I17)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.invariants.books import Books, Verdict, act_by_act, in_force, unchecked, verdict
from lotse_ledger.domain.law.terms import PERCENT, WHOLE_BP
from lotse_ledger.domain.reports.settling import settlement_of
from lotse_ledger.domain.reports.use import fifo_of
from lotse_ledger.domain.reports.vouchers import belegliste

EVIDENCE_DAYS = 30
"""Within which a voucher's payment evidence is to be there (I9)."""


def plans_balance(books: Books) -> Verdict:
    """I5: a plan's costs are its funding."""
    return verdict("I5", ((one.log_index, _sums_agree(one)) for one in books.entries if one.kind == "plan"))


def lines_keep_their_limits(books: Books) -> Verdict:
    """I6: what counts of a line is within its limit, and what counts in all within the plan's total where it binds."""
    return verdict("I6", ((_last(grant), _within(grant)) for grant in _grants(books)))


def payments_lie_in_the_period(books: Books) -> Verdict:
    """I7: what counts was paid within a grant period, or after an early start, as decided when it was entered.

    A grant of which neither is known yet is judged by nothing.
    """
    return verdict("I7", _payments(books))


def vouchers_are_charged_once(books: Books) -> Verdict:
    """I8: all that is charged of one document, over all grants and payments, is the whole of it at most."""
    charged: defaultdict[str, int] = defaultdict(int)
    last: dict[str, int] = {}
    for one in in_force(books):
        document = one.data.get("document_sha256")
        if one.kind == "voucher" and document is not None:
            charged[document] += sum(int(share["basis_points"]) for share in one.data.get("shares", ()))
            last[document] = one.log_index
    return verdict("I8", ((last[document], points <= WHOLE_BP) for document, points in charged.items()))


def payments_are_evidenced(books: Books) -> Verdict:
    """I9: every voucher has the evidence of its payment some days after it was entered; else somebody must act."""
    before = books.today - timedelta(days=EVIDENCE_DAYS)
    found = [one for one in in_force(books) if one.kind == "voucher" and day_of(one.recorded_at) < before]
    return verdict("I9", ((one.log_index, _is_evidenced(one)) for one in found), otherwise="attention")


def bank_agrees(books: Books) -> Verdict:
    """I10: the bank account stands at what the bank says. No statement of a bank is read here, so nothing can tell."""
    del books
    return unchecked("I10")


def settlement_agrees(books: Books) -> Verdict:
    """I16: the final grant by the formula is what was booked, what the accounts show as income of the grant, and what
    the parts of all payments sum to."""
    return verdict("I16", _settlements(books))


def each_payment_is_listed_once(books: Books) -> Verdict:
    """I17: the list of vouchers has every payment of the grant exactly once, and sums to its cost accounts."""
    return verdict("I17", _listed(books))


def _grants(books: Books) -> tuple[Grant, ...]:
    return grants_of(books.entries, books.association)


def _last(grant: Grant) -> int:
    return grant.entries[-1]


def _sums_agree(one: Recorded) -> bool:
    sums = [sum(int(line["amount"]) for line in one.data[name]) for name in ("costs", "funding")]
    return sums[0] == sums[1]


def _within(grant: Grant) -> bool:
    """Reckoned here once more: planned and a percentage of it, or more where somebody approved it."""
    use, percent = grant.plan_use(), grant.terms.line_percent
    planned = {line.line for line in grant.plan.costs} if grant.plan else set()
    approved = {one.line for one in grant.approvals}
    for one in use.lines:
        limit = one.planned * (PERCENT + percent) // PERCENT if percent is not None else None
        if one.line in planned and one.line not in approved and limit is not None and one.eligible > limit:
            return False
        if one.eligible > max(0, one.actual):
            return False
    return not use.total_binding or use.eligible <= use.planned


def _payments(books: Books) -> Iterator[tuple[int, bool]]:
    for one, alive in act_by_act(books):
        if one.kind != "voucher":
            continue
        for grant in {share["grant_id"] for share in one.data.get("shares", ()) if int(share["eligible"])}:
            its = alive.of_grant(UUID(grant), "decision", "early_start")
            periods, starts = _periods(its), _starts(its)
            if periods or starts:
                yield one.log_index, _accepted(one.valid_on, periods, starts)


def _periods(entries: list[Recorded]) -> list[tuple[date, date]]:
    """Of each budget year, as its latest decision has it."""
    found: dict[int, tuple[date, date]] = {}
    for one in sorted(entries, key=lambda entry: (entry.valid_on, entry.log_index)):
        if one.kind == "decision" and one.data["type"] != "revocation":
            period = date.fromisoformat(one.data["period_from"]), date.fromisoformat(one.data["period_to"])
            found[one.budget_year or one.valid_on.year] = period
    return list(found.values())


def _starts(entries: list[Recorded]) -> list[date]:
    return [date.fromisoformat(one.data["start_from"]) for one in entries if one.kind == "early_start"]


def _accepted(day: date, periods: list[tuple[date, date]], starts: list[date]) -> bool:
    if any(first <= day <= last for first, last in periods):
        return True
    end = max((last for _, last in periods), default=date.max)
    return any(start <= day <= end for start in starts)


def _is_evidenced(one: Recorded) -> bool:
    return "document_sha256" in one.data and (
        "payment_sha256" in one.data or any(file.role == "payment" for file in one.attachments)
    )


def _settlements(books: Books) -> Iterator[tuple[int, bool]]:
    settled = [one for one in in_force(books) if one.kind == "settlement"]
    for one in settled:
        until = books.entries[: one.log_index + 1]
        grant = next(grant for grant in grants_of(until, books.association) if grant.grant_id == one.grant_id)
        booked = -sum(
            row.amount for entry in until for row in entry.postings if row.account == f"income:grant:{one.grant_id}"
        )
        final = int(one.data["final_grant"])
        parts = fifo_of(grant, max(books.today, one.valid_on)).parts
        yield one.log_index, settlement_of(grant).final.amount == final == booked == sum(part.part for part in parts)


def _listed(books: Books) -> Iterator[tuple[int, bool]]:
    alive = in_force(books)
    for grant in _grants(books):
        expected = sorted(_charges(alive, grant.grant_id).items())
        rows = belegliste(grant, books.today).rows
        listed = sorted(((row.part.log_index, row.part.line), row.part.net_eligible) for row in rows)
        spent = _spent(books.sums, grant.grant_id)
        yield _last(grant), listed == expected and sum(amount for _, amount in expected) == spent


def _charges(alive: list[Recorded], grant_id: UUID) -> dict[tuple[int, str], int]:
    """By voucher and line what counts of it, refunds taken off, read from the leaves."""
    index_of = {one.data.get("voucher_id"): one.log_index for one in alive if one.kind == "voucher"}
    found: defaultdict[tuple[int, str], int] = defaultdict(int)
    for one in alive:
        if one.kind in ("voucher", "refund"):
            sign = 1 if one.kind == "voucher" else -1
            index = index_of.get(one.data.get("voucher_id"))
            for share in one.data.get("shares", ()):
                if index is not None and share["grant_id"] == str(grant_id):
                    found[index, share["line"]] += sign * int(share["eligible"])
    return dict(found)


def _spent(sums: Mapping[tuple[str, str, str], int], grant_id: UUID) -> int:
    prefix = f"expense:{grant_id}:"
    return sum(amount for (account, _, _), amount in sums.items() if account.startswith(prefix))
