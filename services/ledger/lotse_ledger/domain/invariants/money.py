"""Money, at the time of each act: nothing below zero, nothing beyond an award or what was available (I2-I4, I13).

A later freeze, amendment or revocation does not make the past wrong: an act is judged by what was entered until it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from uuid import UUID

from lotse_ledger.domain.entries import Posting, Recorded
from lotse_ledger.domain.invariants.books import Books, Verdict, act_by_act, in_force, verdict

REVERSAL = "reversal"
AVAILABLE = "reported:city:available:"
UNUSED = "liab:grant_unused:"
DEBIT_NEVER_NEGATIVE = (":awarded", ":drawdown_requested")
ACTS_OF_MONEY = ("drawdown", "disbursement")
ENDED = ("drawdown_expired", "drawdown_withdrawn")


def nothing_below_zero(books: Books) -> Verdict:
    """I2: cash, what is available, awarded or asked for, and money unused, after each act that takes from them.

    A bank account may be overdrawn, and what an association pays ahead from money not booked here looks the same.
    """
    return verdict("I2", _after_each_act(books))


def awards_within_what_is_available(books: Books) -> Verdict:
    """I3: all awards of a budget year within appropriation less freeze, as known when the last of them was entered."""
    return verdict("I3", _awards(books))


def money_within_the_award(books: Books) -> Verdict:
    """I4: what was asked for and what arrived, within the award of its budget year."""
    return verdict("I4", _drawn(books))


def unused_money_adds_up(books: Books) -> Verdict:
    """I13: money unused is what was disbursed less what was used and repaid, and the account says the same."""
    return verdict("I13", _unused(books))


def _after_each_act(books: Books) -> Iterator[tuple[int, bool]]:
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for one in books.entries:
        for row in one.postings:
            sums[row.account, row.currency, one.standing] += row.amount
        if one.kind != REVERSAL:
            taken = [row for row in one.postings if _takes(row)]
            if taken:
                yield one.log_index, all(_left(row, sums[row.account, row.currency, one.standing]) for row in taken)


def _takes(row: Posting) -> bool:
    """Whether it makes less of an account that is watched."""
    if row.account.startswith(UNUSED):
        return row.amount > 0
    watched = row.account.startswith(AVAILABLE) or row.account.endswith(DEBIT_NEVER_NEGATIVE)
    return row.amount < 0 and (watched or row.account.startswith("assets:cash"))


def _left(row: Posting, balance: int) -> bool:
    return balance <= 0 if row.account.startswith(UNUSED) else balance >= 0


def _awards(books: Books) -> Iterator[tuple[int, bool]]:
    """A demonstration is judged among demonstrations, facts among facts; without an appropriation by nothing."""
    available: defaultdict[tuple[str, bool], int] = defaultdict(int)
    for one, alive in act_by_act(books):
        for row in one.postings:
            if row.account.startswith(AVAILABLE):
                available[row.account, one.is_demo] += row.amount
        if one.kind == "decision" and one.data["type"] != "revocation":
            for year in years_of(one):
                account = f"{AVAILABLE}{year}", one.is_demo
                if account in available:
                    same = [other for other in alive.of_kind("decision") if other.is_demo == one.is_demo]
                    told = [other for other in alive.of_kind("partner_award") if other.is_demo == one.is_demo]
                    awarded = _awarded(same, year) + sum(_told(other, year) for other in told)
                    yield one.log_index, awarded <= available[account]


def _drawn(books: Books) -> Iterator[tuple[int, bool]]:
    for one, alive in act_by_act(books):
        if one.kind in ACTS_OF_MONEY and one.grant_id is not None and one.budget_year is not None:
            awarded = _awarded(alive.of_grant(one.grant_id, "decision"), one.budget_year)
            moved = alive.of_grant(one.grant_id, *ACTS_OF_MONEY, *ENDED)
            its = [other for other in moved if other.budget_year == one.budget_year]
            was_asked_for = one.kind == "disbursement" and "drawdown_id" in one.data
            drawn = _arrived(its) if was_asked_for else max(_asked(its), _arrived(its))
            yield one.log_index, drawn <= awarded


def _awarded(decisions: list[Recorded], year: int) -> int:
    return sum(years_of(one).get(year, 0) for one in decisions)


def _asked(entries: list[Recorded]) -> int:
    """Asked for and not given up, and what arrived without being asked for."""
    total = 0
    for one in entries:
        if one.kind == "drawdown" or (one.kind == "disbursement" and "drawdown_id" not in one.data):
            total += int(one.data["amount"])
        elif one.kind in ENDED:
            total -= int(one.data["amount"])
    return total


def _arrived(entries: list[Recorded]) -> int:
    return sum(int(one.data["amount"]) for one in entries if one.kind == "disbursement")


def _unused(books: Books) -> Iterator[tuple[int, bool]]:
    """By grant: the entries in force say how much came and went, the account says how much is left."""
    held: defaultdict[UUID, int] = defaultdict(int)
    last: dict[UUID, int] = {}
    for one in in_force(books):
        if one.grant_id is not None:
            held[one.grant_id] -= sum(row.amount for row in one.postings if row.account == f"{UNUSED}{one.grant_id}")
            last[one.grant_id] = one.log_index
    accounts = _unused_accounts(books.sums)
    for grant_id, amount in held.items():
        yield last[grant_id], amount >= 0 and accounts.get(str(grant_id), 0) == amount


def _unused_accounts(sums: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (account, _, _), amount in sums.items():
        if account.startswith(UNUSED):
            grant = account.removeprefix(UNUSED)
            found[grant] = found.get(grant, 0) - amount
    return found


def years_of(one: Recorded) -> dict[int, int]:
    """What a decision gives to each budget year; what it takes back is negative."""
    sign = -1 if one.data["type"] == "revocation" else 1
    named = {int(part["budget_year"]): sign * int(part["amount"]) for part in one.data.get("years", ())}
    return named or {one.budget_year or one.valid_on.year: sign * int(one.data["amount"])}


def _told(one: Recorded, year: int) -> int:
    """What a partner says that she was awarded of the same budget."""
    if one.kind != "partner_award" or one.budget_year != year:
        return 0
    return -int(one.data["amount"]) if one.data.get("type") == "revocation" else int(one.data["amount"])
