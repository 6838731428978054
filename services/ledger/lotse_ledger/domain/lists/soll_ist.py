"""Plan against actual by cost line, as the numerical proof of use shows it (R17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lotse_ledger.domain.lists.belegliste import DEMO
from lotse_ledger.domain.lists.spreadsheet import Amount, Cell, Percent

RULE = "R17"
WHOLE = 10_000
TITLES = (*("Zuwendung", "Kostenposition", "Bezeichnung", "Soll", "Ist", "Abweichung", "Abweichung %", "Kennzeichen"),)


@dataclass(frozen=True)
class Planned:
    """A cost line of the plan in force, cents."""

    line: str
    title: str
    amount: int


def soll_ist(
    plans: Mapping[UUID, Sequence[Planned]], spent: Mapping[tuple[UUID, str], int], demo: frozenset[UUID]
) -> list[tuple[Cell, ...]]:
    """A row for each planned line and for each line that something was spent on, by grant and line."""
    planned = {(grant, one.line): one for grant, lines in plans.items() for one in lines}
    pairs = {*planned, *(pair for pair, amount in spent.items() if amount)}
    return [
        _row(pair, planned.get(pair), spent.get(pair, 0), pair[0] in demo)
        for pair in sorted(pairs, key=lambda pair: (str(pair[0]), pair[1]))
    ]


def _row(pair: tuple[UUID, str], planned: Planned | None, actual: int, is_demo: bool) -> tuple[Cell, ...]:
    grant, line = pair
    soll = planned.amount if planned else 0
    return (
        str(grant),
        line,
        planned.title if planned else "",
        Amount(soll),
        Amount(actual),
        Amount(actual - soll),
        _percent(actual - soll, soll),
        DEMO if is_demo else "",
    )


def _percent(difference: int, soll: int) -> Percent | None:
    """Rounded half away from zero; none where nothing was planned."""
    if soll == 0:
        return None
    points = (2 * abs(difference) * WHOLE + soll) // (2 * soll)
    return Percent(points if difference >= 0 else -points)
