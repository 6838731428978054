"""The grant's part of each payment (R7): what the use of drawn money, its clock and its interest follow from.

Parts are cumulative and rounded once, so that they add up to the award and no cent is lost on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor

from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.law.terms import Terms, cite


class UnknownVoucher(LookupError):
    """A refund names a payment that is not there, or comes back before it, or exceeds it."""


@dataclass(frozen=True)
class Award:
    """The decision and the plan in force at a payment, cents: the award, and what the plan has."""

    amount: int
    costs: int
    own: int
    other: int

    @property
    def ratio(self) -> Fraction:
        """The grant's share of the costs; of no costs it is none."""
        return Fraction(self.amount, self.costs) if self.costs else Fraction(0)


@dataclass(frozen=True)
class Paid:
    """An eligible payment charged to the grant, cents. A refund is negative and names what it refunds."""

    log_index: int
    day: date
    amount: int
    award: Award
    refunds: int | None = None


@dataclass(frozen=True)
class GrantPart:
    """What the grant bears of a payment; negative where a refund gives it back."""

    log_index: int
    day: date
    amount: int
    part: int
    refunds: int | None = None


@dataclass(frozen=True)
class Parts:
    """In the order of payment days, then of the log."""

    parts: tuple[GrantPart, ...]
    citations: tuple[Citation, ...]

    @property
    def total(self) -> int:
        """Cents."""
        return sum(one.part for one in self.parts)


@dataclass(frozen=True)
class Settled:
    """The parts after settlement; they sum to the final grant unless `unplaced` is left over."""

    parts: tuple[GrantPart, ...]
    true_up: int
    unplaced: int


@dataclass
class _Borne:
    """What a voucher is and was charged with, as refunds come in."""

    paid: Paid
    amount: int
    part: int


@dataclass
class _Running:
    terms: Terms
    total: int = 0
    share: Fraction = Fraction(0)
    taken: int = 0
    borne: dict[int, _Borne] = field(default_factory=dict)


def parts_of(payments: Sequence[Paid], terms: Terms) -> Parts:
    """Raises UnknownVoucher.

    A share, and a fixed grant where the terms say so, go pro rata; a shortfall pays after own and other money as
    planned; a fixed and a full grant pay the whole, up to the award. What changes later leaves earlier parts alone.
    """
    running = _Running(terms)
    ordered = sorted(payments, key=lambda one: (one.day, one.log_index))
    parts = tuple(_refund(running, one) if one.amount < 0 else _payment(running, one) for one in ordered)
    return Parts(parts, cite(terms, "financing_type", *(("fixed_part",) if terms.financing_type == "fixed" else ())))


def settled(parts: Sequence[GrantPart], final: int) -> Settled:
    """The true-up to the final grant, from the newest payment backwards, within what each payment cost.

    The dates of use stay those of the payments: a settlement makes no earlier money late.
    """
    room = {one.log_index: [one.amount, one.part] for one in parts if one.refunds is None}
    for one in parts:
        if one.refunds is not None:
            room[one.refunds][0] += one.amount
            room[one.refunds][1] += one.part
    true_up = left = final - sum(one.part for one in parts)
    changed: dict[int, int] = {}
    for index in reversed(room):
        cost, part = room[index]
        step = min(left, cost - part) if left > 0 else max(left, -part)
        changed[index] = step
        left -= step
    moved = tuple(replace(one, part=one.part + changed.get(one.log_index, 0)) for one in parts)
    return Settled(moved, true_up, left)


def _payment(running: _Running, paid: Paid) -> GrantPart:
    running.total += paid.amount
    running.share += paid.amount * paid.award.ratio
    due = min(_target(running, paid.award), paid.award.amount) - running.taken
    part = max(0, min(due, paid.amount))
    running.taken += part
    running.borne[paid.log_index] = _Borne(paid, paid.amount, part)
    return GrantPart(paid.log_index, paid.day, paid.amount, part)


def _target(running: _Running, award: Award) -> int:
    """What the grant should have borne of everything up to here."""
    terms = running.terms
    if terms.financing_type == "share" or (terms.financing_type == "fixed" and terms.fixed_part == "pro_rata"):
        return floor(running.share)
    if terms.financing_type == "shortfall":
        return max(0, running.total - award.own - award.other)
    return running.total


def _refund(running: _Running, paid: Paid) -> GrantPart:
    """Split exactly as the voucher was; what is left over by rounding comes back with the rest of it."""
    voucher = running.borne.get(paid.refunds) if paid.refunds is not None else None
    if voucher is None or -paid.amount > voucher.amount:
        raise UnknownVoucher("a refund without its voucher")
    back = voucher.part * -paid.amount // voucher.amount
    voucher.amount += paid.amount
    voucher.part -= back
    running.total += paid.amount
    running.share += paid.amount * voucher.paid.award.ratio
    running.taken -= back
    return GrantPart(paid.log_index, paid.day, paid.amount, -back, paid.refunds)
