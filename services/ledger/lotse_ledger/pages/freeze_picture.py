"""The freeze history as areas on two time axes: for which day somebody asks, and when.

What is drawn is what the domain answers: every area is one question put to it, and alike neighbours are joined.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

Asked = Callable[[date, date], int | None]
"""The amount for a valid and a known day; None where nothing was known."""

WIDTH, HEIGHT = 400, 390
LEFT, RIGHT, TOP, BOTTOM = 66, 10, 10, 64
MARGIN_DAYS = 30
GAP_MIN, GAP_MAX = 18, 60  # days that a gap between two days is drawn as
FINE = 100  # parts of a day, so that places between two days are exact enough
CHOSEN_POINT = "+"
LABEL_LEFT, LABEL_DOWN = 7, 18  # from the corner of an area
LABEL_GAP = 15  # units between two dates on an axis, so that they do not overlap
CUTS_MAX = 40  # days on one axis: a picture of more would show nothing


@dataclass(frozen=True)
class Area:
    """A rectangle of one answer; `level` counts the amounts from the least, 0 where nothing was known."""

    x: int
    y: int
    width: int
    height: int
    amount: int | None
    level: int
    labelled: bool

    @property
    def corner(self) -> tuple[int, int]:
        """Where its label begins: away from the diagonal, which never meets an area's upper left."""
        return self.x + LABEL_LEFT, self.y + LABEL_DOWN


@dataclass(frozen=True)
class Tick:
    """A day on an axis."""

    day: date
    at: int


@dataclass(frozen=True)
class Point:
    """A question, or the dates chosen: `inside` is false where it lies beyond the edge and is drawn on it."""

    name: str
    x: int
    y: int
    inside: bool


@dataclass(frozen=True)
class Picture:
    """All that the template draws."""

    areas: tuple[Area, ...]
    across: tuple[Tick, ...]
    upward: tuple[Tick, ...]
    points: tuple[Point, ...]
    diagonal: tuple[int, int, int, int]
    columns: tuple[date, ...]
    rows: tuple[tuple[date, tuple[int | None, ...]], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class _Scale:
    days: tuple[date, ...]
    reached: tuple[int, ...]

    def x(self, day: date) -> int:
        return LEFT + self._along(day, WIDTH - LEFT - RIGHT)

    def y(self, day: date) -> int:
        return HEIGHT - BOTTOM - self._along(day, HEIGHT - TOP - BOTTOM)

    def holds(self, day: date) -> bool:
        return self.days[0] <= day <= self.days[-1]

    def _along(self, day: date, length: int) -> int:
        if day <= self.days[0]:
            return 0
        place = bisect_left(self.days, day)
        if place == len(self.days):
            return length
        before, after = self.days[place - 1], self.days[place]
        low, high = self.reached[place - 1], self.reached[place]
        return length * (low + (high - low) * (day - before).days // (after - before).days) // self.reached[-1]


def picture(
    valid: Sequence[date], known: Sequence[date], asked: Asked, points: Sequence[tuple[str, date, date]]
) -> Picture:
    """The days on which something began to hold and to be known, the question, and what to mark.

    Raises ValueError without a day on either axis.
    """
    across, upward = sorted(set(valid))[-CUTS_MAX:], sorted(set(known))[-CUTS_MAX:]
    if not across or not upward:
        raise ValueError("no day on an axis")
    marked = [day for name, v, k in points if name != CHOSEN_POINT for day in (v, k)]
    scale = _scale((*across, *upward, *marked))
    answers = [[asked(v, k) for v in across] for k in upward]
    return Picture(
        areas=_areas(scale, across, upward, answers),
        across=_ticks(across, scale.x),
        upward=_ticks(upward, scale.y),
        points=tuple(Point(name, scale.x(v), scale.y(k), scale.holds(v) and scale.holds(k)) for name, v, k in points),
        diagonal=(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, TOP),
        columns=tuple(across),
        rows=tuple((k, tuple(row)) for k, row in zip(upward, answers, strict=True)),
    )


def _scale(days: Sequence[date]) -> _Scale:
    """Both axes alike. Gaps between two days are drawn no shorter and no longer than can be read."""
    margin = timedelta(days=MARGIN_DAYS)
    ordered = sorted({min(days) - margin, *days, max(days) + 2 * margin})
    gaps = [min(max((after - before).days, GAP_MIN), GAP_MAX) for before, after in pairwise(ordered)]
    return _Scale(tuple(ordered), tuple(accumulate((gap * FINE for gap in gaps), initial=0)))


def _ticks(days: Sequence[date], place: Callable[[date], int]) -> tuple[Tick, ...]:
    """The latest of days that would overlap stays: it is the one that holds from then on."""
    ticks: list[Tick] = []
    for day in days:
        here = place(day)
        if ticks and abs(here - ticks[-1].at) < LABEL_GAP:
            ticks.pop()
        ticks.append(Tick(day, here))
    return tuple(ticks)


def _areas(
    scale: _Scale, across: Sequence[date], upward: Sequence[date], answers: Sequence[Sequence[int | None]]
) -> tuple[Area, ...]:
    levels = {
        amount: level for level, amount in enumerate(sorted({a for row in answers for a in row if a is not None}), 1)
    }
    lefts = [*(scale.x(day) for day in across), WIDTH - RIGHT]
    floors = [*(scale.y(day) for day in upward), TOP]
    found: list[tuple[int, int, int, int, int | None]] = []
    for row, amounts in enumerate(answers):
        for first, last, amount in _runs(amounts):
            found.append((lefts[first], lefts[last], floors[row + 1], floors[row], amount))
    joined = _stacked(found)
    largest: dict[int | None, int] = {}
    for place, (x, x_end, y, y_end, amount) in enumerate(joined):
        best = largest.get(amount)
        if best is None or (x_end - x) * (y_end - y) > _surface(joined[best]):
            largest[amount] = place
    return tuple(
        Area(
            x,
            y,
            x_end - x,
            y_end - y,
            amount,
            levels.get(amount, 0) if amount is not None else 0,
            place == largest[amount],
        )
        for place, (x, x_end, y, y_end, amount) in enumerate(joined)
    )


def _runs(amounts: Sequence[int | None]) -> list[tuple[int, int, int | None]]:
    runs: list[tuple[int, int, int | None]] = []
    for place, amount in enumerate(amounts):
        if runs and runs[-1][2] == amount:
            runs[-1] = (runs[-1][0], place + 1, amount)
        else:
            runs.append((place, place + 1, amount))
    return runs


def _stacked(pieces: list[tuple[int, int, int, int, int | None]]) -> list[tuple[int, int, int, int, int | None]]:
    """Pieces that stand on one another with the same edges and the same answer become one."""
    joined: list[tuple[int, int, int, int, int | None]] = []
    for x, x_end, y, y_end, amount in pieces:
        below = next(
            (n for n, (a, b, top, _, had) in enumerate(joined) if (a, b, top, had) == (x, x_end, y_end, amount)), None
        )
        if below is None:
            joined.append((x, x_end, y, y_end, amount))
        else:
            joined[below] = (x, x_end, y, joined[below][3], amount)
    return joined


def _surface(piece: tuple[int, int, int, int, int | None]) -> int:
    x, x_end, y, y_end, _ = piece
    return (x_end - x) * (y_end - y)
