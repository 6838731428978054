"""What the public documents say, read from the log as of two dates and put to the question of availability."""

from collections.abc import Iterable, Sequence
from datetime import date

from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.availability import (
    READINGS,
    Appropriation,
    Availability,
    Freeze,
    NothingKnown,
    Reading,
    Split,
    SplitStanding,
    available,
)
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import in_force
from lotse_ledger.domain.instants import end_of_day

APPROPRIATION = "appropriation_reported"
FREEZE = "freeze_reported"
APPLICATION = "application_reported"
KINDS = (APPROPRIATION, FREEZE, APPLICATION)

MOMENTS = (date(2025, 9, 25), date(2025, 11, 12), date(2025, 12, 12))
"""When the question has three right answers: before the freeze, with the split, after the relaxation."""
MOMENTS_YEAR = 2026


def answers(entries: Sequence[Recorded], budget_year: int, chosen: AsOf) -> tuple[Availability, ...]:
    """The answer in every reading. Raises NothingKnown."""
    return tuple(answer(entries, budget_year, chosen, reading) for reading in READINGS)


def answer(entries: Sequence[Recorded], budget_year: int, chosen: AsOf, reading: Reading) -> Availability:
    """What the city could pay for this year. Raises NothingKnown.

    Where the split was not known yet, the one of the closed history is put in its place, and the answer says so: what
    enters later cannot change that.
    """
    of_year = [one for one in entries if one.budget_year == budget_year]
    # A reversal that is known later does not reach back: first what was known then, of it what was in force.
    seen = in_force(one for one in of_year if one.valid_on <= chosen.valid_to and one.known_at <= chosen.recorded_to)
    split, standing = _split(seen, of_year)
    return available(
        [_appropriation(one) for one in seen if one.kind == APPROPRIATION],
        [_freeze(one) for one in seen if one.kind == FREEZE],
        split,
        split_standing=standing,
        reading=reading,
    )


def freezes_of(entries: Iterable[Recorded], budget_year: int) -> list[Freeze]:
    """The freezes in force for a budget year, and their relaxations."""
    return [_freeze(one) for one in in_force(entries) if one.kind == FREEZE and one.budget_year == budget_year]


def three_answers(entries: Sequence[Recorded]) -> tuple[tuple[date, tuple[Availability, ...]], ...]:
    """What could the city pay for 2026, asked on three days; empty where the public facts are not loaded."""
    try:
        return tuple((day, answers(entries, MOMENTS_YEAR, AsOf(day, end_of_day(day)))) for day in MOMENTS)
    except NothingKnown:
        return ()


def _split(seen: Sequence[Recorded], of_year: Sequence[Recorded]) -> tuple[Split, SplitStanding]:
    known = _applications(seen)
    if known is not None:
        return known, "known"
    later = _applications(one for one in of_year if one.reconstructed)
    if later is None:
        raise NothingKnown("no split is known")
    return later, "if_it_had_been_known"


def _applications(entries: Iterable[Recorded]) -> Split | None:
    """The latest application with an amount, and the latest that asks for the remainder."""
    applications = [one for one in entries if one.kind == APPLICATION]
    asking = [one for one in applications if "amount" in one.data]
    remainder = [one for one in applications if "amount" not in one.data]
    if not asking or not remainder:
        return None
    first, second = asking[-1], remainder[-1]
    return Split(
        entries=(first.log_index, second.log_index),
        applicant=first.data["applicant"],
        amount=int(first.data["amount"]),
        remainder_to=second.data["applicant"],
    )


def _appropriation(entry: Recorded) -> Appropriation:
    return Appropriation(entry.log_index, entry.valid_on, int(entry.data["amount"]), entry.data["currency"])


def _freeze(entry: Recorded) -> Freeze:
    return Freeze(entry.log_index, entry.valid_on, tuple(entry.data["factors"].items()))
