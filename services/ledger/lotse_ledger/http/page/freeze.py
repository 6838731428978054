"""The freeze history: three right answers, and the picture on two time axes that they come from."""

from collections.abc import Sequence
from datetime import date

from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.availability import Availability, NothingKnown, Reading
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.instants import day_of, end_of_day
from lotse_ledger.domain.reported import KINDS, MOMENTS, MOMENTS_YEAR, answer, answers, three_answers
from lotse_ledger.http.page.visits import CHOSEN, Page, Visit
from lotse_ledger.pages.freeze_picture import CHOSEN_POINT, Picture, picture
from lotse_ledger.store import books

PICTURED = Reading("remainder", "social")
LETTERS = "ABC"


async def freeze(visit: Visit) -> Page:
    """The question, its answers, the picture, and the events with their documents."""
    at = visit.at
    facts = await books.entries_of_kinds(at.tx, KINDS)
    chosen = any(visit.query.get(name) for name in CHOSEN)
    return Page(
        "freeze.html",
        "freeze",
        "freeze_title",
        {
            "year": MOMENTS_YEAR,
            "events": [one for one in facts if one.budget_year == MOMENTS_YEAR],
            "linked": {one.log_index for one in facts if at.reach.shows(one)},
            "answers": three_answers(facts),
            "chosen_answers": _chosen(facts, at.as_of) if chosen else (),
            "picture": pictured(facts, at.as_of if chosen else None),
        },
    )


def pictured(facts: Sequence[Recorded], chosen: AsOf | None) -> Picture | None:
    """The picture of what could be paid; None while no fact says anything about the year."""
    of_year = [one for one in facts if one.budget_year == MOMENTS_YEAR]
    points = [(letter, day, day) for letter, day in zip(LETTERS, MOMENTS, strict=True)]
    if chosen:
        points.append((CHOSEN_POINT, chosen.valid_to, day_of(chosen.recorded_to)))

    def asked(valid: date, known: date) -> int | None:
        try:
            return answer(facts, MOMENTS_YEAR, AsOf(valid, end_of_day(known)), PICTURED).available
        except NothingKnown:
            return None

    if not of_year:
        return None
    return picture([one.valid_on for one in of_year], [day_of(one.known_at) for one in of_year], asked, points)


def _chosen(facts: Sequence[Recorded], at: AsOf) -> tuple[Availability, ...]:
    try:
        return answers(facts, MOMENTS_YEAR, at)
    except NothingKnown:
        return ()
