"""Which disbursement a use takes: the oldest first, by decision, with the day by which it had to be used (R6, R8)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lotse_ledger.domain.law.drawn import Disbursement, Ended, Fifo, Repayment, Returned, Slice, Unused, Use, Waiting
from lotse_ledger.domain.law.parts import UnknownVoucher
from lotse_ledger.domain.law.periods import payout_day, use_by
from lotse_ledger.domain.law.rules import of_rule
from lotse_ledger.domain.law.shares import apportioned
from lotse_ledger.domain.law.terms import Terms, cite

__all__ = ["Disbursement", "Fifo", "Repayment", "Returned", "Slice", "Unused", "Use", "Waiting", "fifo"]


@dataclass(frozen=True)
class _End:
    """What takes money: a use or a repayment, and when."""

    day: date
    by: int
    ended: Ended


@dataclass
class _Lot:
    disbursement: int
    amount: int
    since: date
    order: tuple[date, int]


@dataclass
class _Pool:
    lots: list[_Lot] = field(default_factory=list)
    waiting: list[list[int]] = field(default_factory=list)  # log index, cents
    days: dict[int, date] = field(default_factory=dict)


@dataclass
class _Books:
    terms: Terms
    pools: defaultdict[str, _Pool] = field(default_factory=lambda: defaultdict(_Pool))
    slices: list[Slice] = field(default_factory=list)
    taken: defaultdict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    returned: list[Returned] = field(default_factory=list)
    beyond: int = 0


def fifo(
    disbursements: Sequence[Disbursement], uses: Sequence[Use], repayments: Sequence[Repayment], terms: Terms
) -> Fifo:
    """Everything in the order of its days, then of the log. Raises UnknownVoucher for a refund without its use.

    A use before any money waits for it and takes it on the day it comes. A refund goes back to the disbursements its
    voucher took, in the same proportions; that money has a new last day, since nobody held it meanwhile.
    """
    books = _Books(terms)
    events: list[Disbursement | Use | Repayment] = [*disbursements, *uses, *repayments]
    for one in sorted(events, key=_order):
        match one:
            case Disbursement():
                _disburse(books, one)
            case Repayment():
                _repay(books, one)
            case Use(amount=amount) if amount < 0:
                _give_back(books, one)
            case Use():
                _use(books, one)
    return _closed(books)


def _order(one: Disbursement | Use | Repayment) -> tuple[date, int]:
    match one:
        case Disbursement():
            return one.credited_on, one.log_index
        case Repayment():
            return one.repaid_on, one.log_index
        case Use():
            return one.used_on, one.log_index


def _disburse(books: _Books, one: Disbursement) -> None:
    since = payout_day(one.credited_on, one.ordered_on, books.terms)
    pool = books.pools[one.pool]
    pool.lots.append(_Lot(one.log_index, one.amount, since, (one.credited_on, one.log_index)))
    pool.lots.sort(key=lambda lot: lot.order)
    waiting, pool.waiting = pool.waiting, []
    for index, amount in waiting:
        left = _take(books, pool, amount, _End(max(since, pool.days[index]), index, "used"))
        if left:
            pool.waiting.append([index, left])


def _use(books: _Books, one: Use) -> None:
    pool = books.pools[one.pool]
    pool.days[one.log_index] = one.used_on
    left = _take(books, pool, one.amount, _End(one.used_on, one.log_index, "used"))
    if left:
        pool.waiting.append([one.log_index, left])


def _repay(books: _Books, one: Repayment) -> None:
    pool = books.pools[one.pool]
    named = [lot for lot in pool.lots if lot.disbursement == one.disbursement]
    rest = [lot for lot in pool.lots if lot.disbursement != one.disbursement]
    pool.lots = named + rest
    missing = _take(books, pool, one.amount, _End(one.repaid_on, one.log_index, "repaid"))
    pool.lots.sort(key=lambda lot: lot.order)
    books.beyond += _unuse(books, pool, missing, one)


def _unuse(books: _Books, pool: _Pool, amount: int, one: Repayment) -> int:
    """What was given back cannot have been used: the newest uses wait again; returns what even they did not have.

    It happens where a payment is entered after a repayment that it came before.
    """
    for place in reversed(range(len(books.slices))):
        used = books.slices[place]
        if not amount or used.ended != "used" or used.ended_by not in pool.days:
            continue
        key = next(key for key in books.taken[used.ended_by] if key.endswith(f" {used.disbursement}"))
        step = min(amount, used.amount, books.taken[used.ended_by][key])
        if step:
            books.taken[used.ended_by][key] -= step
            books.slices[place] = replace(used, amount=used.amount - step)
            given = replace(used, amount=step, ended_on=max(one.repaid_on, used.since), ended_by=one.log_index)
            books.slices.append(replace(given, ended="repaid"))
            pool.waiting.append([used.ended_by, step])
            amount -= step
    pool.waiting.sort(key=lambda row: (pool.days[row[0]], row[0]))
    return amount


def _take(books: _Books, pool: _Pool, amount: int, end: _End) -> int:
    """Takes from the first lots; returns what they did not have."""
    while amount and pool.lots:
        lot = pool.lots[0]
        step = min(amount, lot.amount)
        if step:
            _slice(books, lot, step, end)
        amount -= step
        lot.amount -= step
        if not lot.amount:
            pool.lots.pop(0)
    return amount


def _slice(books: _Books, lot: _Lot, amount: int, end: _End) -> None:
    last, ended_on = use_by(lot.since, books.terms), max(end.day, lot.since)
    books.slices.append(Slice(lot.disbursement, amount, lot.since, last, ended_on, end.by, end.ended))
    if end.ended == "used":
        taken = books.taken[end.by]
        key = _key(lot)
        taken[key] = taken.get(key, 0) + amount


def _key(lot: _Lot) -> str:
    """Sorts as the disbursements do, so that equal remainders go to the oldest."""
    return f"{lot.order[0].isoformat()} {lot.order[1]:019d} {lot.disbursement}"


def _give_back(books: _Books, one: Use) -> None:
    pool = books.pools[one.pool]
    if one.refunds is None or one.refunds not in pool.days:
        raise UnknownVoucher("a refund without its use")
    refund = _from_waiting(pool, one.refunds, -one.amount)
    taken = books.taken[one.refunds]
    if refund > sum(taken.values()):
        raise UnknownVoucher("a refund exceeds its use")
    for key, amount in apportioned(refund, taken).items():
        if amount:
            taken[key] -= amount
            _reopen(books, pool, key, amount, one)


def _from_waiting(pool: _Pool, use: int, refund: int) -> int:
    """What no money covered yet is given back first; returns what is left of the refund."""
    for one in pool.waiting:
        if one[0] == use:
            step = min(one[1], refund)
            one[1] -= step
            refund -= step
    pool.waiting = [one for one in pool.waiting if one[1]]
    return refund


def _reopen(books: _Books, pool: _Pool, key: str, amount: int, one: Use) -> None:
    day, order, disbursement = key.split(" ")
    books.returned.append(Returned(int(disbursement), amount, one.used_on, one.log_index))
    lot = _Lot(int(disbursement), amount, one.used_on, (date.fromisoformat(day), int(order)))
    pool.lots.append(lot)
    pool.lots.sort(key=lambda lot: lot.order)
    waiting, pool.waiting = pool.waiting, []
    for index, wanted in waiting:
        left = _take(books, pool, wanted, _End(max(one.used_on, pool.days[index]), index, "used"))
        if left:
            pool.waiting.append([index, left])


def _closed(books: _Books) -> Fifo:
    terms = books.terms
    within = "use_within_months" if terms.use_within_days is None else "use_within_days"
    return Fifo(
        slices=tuple(one for one in books.slices if one.amount),
        unused=tuple(
            Unused(lot.disbursement, lot.amount, lot.since, use_by(lot.since, terms))
            for pool in books.pools.values()
            for lot in pool.lots
            if lot.amount
        ),
        waiting=tuple(
            Waiting(index, name, amount) for name, pool in books.pools.items() for index, amount in pool.waiting
        ),
        returned=tuple(books.returned),
        repaid_beyond=books.beyond,
        citations=(*cite(terms, within, "payout_day"), of_rule("R8"), of_rule("BGB188")),
    )
