"""The attack on what was published: an integer program for every hidden count, over all tables and periods."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest

from lotse_statistics.adding import sum_of
from lotse_statistics.families import Said
from lotse_statistics.rules import COUNT_MIN, PLAIN, Rules
from lotse_statistics.tables import Key, is_total
from tests.statistics.attack import SPREAD, Knowledge, Seen, range_of_both
from tests.statistics.drawn import (
    FAMILIES,
    HALVES,
    MONTHS,
    QUARTERS,
    YEAR,
    Shape,
    Tables,
    counted,
    drawn,
    knowledge,
    published,
)

SEEDS = 320
AT_ONCE = 20
Periods = list[frozenset[str]]
RULES = (PLAIN, Rules(delicate={"r00": 5, "r03": 5, "c01": 5}))


def _month(random: Random) -> Periods:
    return [frozenset({random.choice(MONTHS)})]


def _any_two(random: Random) -> Periods:
    """From a month to a month, twice: apart, one within the other, or crossing."""
    ends = [sorted(random.choices(range(12), k=2)) for _ in range(2)]
    return [frozenset(MONTHS[first : last + 1]) for first, last in ends]


def _nested(random: Random) -> Periods:
    """A month and its quarter, a quarter and its year, whichever comes first."""
    place = random.randrange(4)
    month = frozenset({random.choice(sorted(QUARTERS[place]))})
    pair = random.choice([[month, QUARTERS[place]], [QUARTERS[place], YEAR], [month, YEAR], [HALVES[place // 2], YEAR]])
    return random.sample(pair, k=2)


def _quarter_by_months(random: Random) -> Periods:
    quarter = random.choice(QUARTERS)
    return [*(frozenset({month}) for month in sorted(quarter)), quarter]


def _year_by_quarters(random: Random) -> Periods:
    return [*QUARTERS, *HALVES, YEAR]


KINDS: tuple[Callable[[Random], Periods], ...] = (
    _month,
    _month,
    _month,
    _any_two,
    _any_two,
    _nested,
    _nested,
    _quarter_by_months,
)


def _world(seed: int) -> tuple[Sequence[Shape], Tables, Periods, Rules]:
    random = Random(seed)  # noqa: S311 - a seeded draw
    shapes = random.choice(FAMILIES)
    kind = _year_by_quarters if seed % 80 == 0 and len(shapes) != 3 else random.choice(KINDS)
    return shapes, drawn(random, shapes), kind(random), random.choice(RULES)


def small_between(known: Knowledge, tables: Tables, rules: Rules) -> Iterator[tuple[str, frozenset[str], Key]]:
    """What nobody published and a difference of two reports might tell: small counts in what is left over."""
    for part in known.parts.values():
        months = known.months_of(part)
        for table in sorted(tables):
            for key, count in sorted(counted(tables, table, months).items()):
                if rules.is_small(key, count) and not is_total(key) and any(one.table == table for one in known.seen):
                    yield table, months, key


def broken(known: Knowledge, tables: Tables, rules: Rules) -> list[object]:
    """Whatever the attack recovers."""
    found: list[object] = list(known.recovered())
    for table, months, key in small_between(known, tables, rules):
        if len([one for one in known.seen if one.table == table and months <= one.months]) == 0:
            continue
        least, most = known.range_of(table, months, key)
        if most - least < SPREAD:
            found.append((table, sorted(months), key, least, most))
    return found


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nothing_is_recovered_from_any_reports_of_any_periods(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        shapes, tables, periods, rules = _world(seed)
        reports = published(tables, periods, rules)
        known = knowledge(tables, shapes, reports)
        assert broken(known, tables, rules) == [], f"seed {seed}"


def test_the_same_questions_have_the_same_answers() -> None:
    for seed in range(40):
        _, tables, periods, rules = _world(seed)
        turned = {
            name: {month: dict(reversed(list(counts.items()))) for month, counts in reversed(list(months.items()))}
            for name, months in reversed(list(tables.items()))
        }
        assert published(tables, periods, rules) == published(turned, periods, rules)


# The attack finds what is to be found: without a step of the protection it recovers counts.


def _alone(tables: Tables, periods: Periods, rules: Rules) -> list[Said]:
    """Without the guard: each report as if it were the only one."""
    return [one for period in periods for one in published(tables, [period], rules)]


def _primary_only(tables: Tables, periods: Periods, rules: Rules) -> list[Said]:
    """Without the complementary step."""
    found = []
    for period in periods:
        hidden = {
            name: frozenset(
                key
                for key, count in counted(tables, name, period).items()
                if rules.is_small(key, count) and not is_total(key)
            )
            for name in tables
        }
        found.append(Said(period, hidden))
    return found


@pytest.mark.parametrize("protection", [_alone, _primary_only])
def test_without_a_step_of_the_protection_the_attack_recovers_counts(
    protection: Callable[[Tables, Periods, Rules], list[Said]],
) -> None:
    recovered = 0
    for seed in range(1, 40):
        shapes, tables, periods, rules = _world(seed)
        if len(periods) < 2 and protection is _alone:
            continue
        known = knowledge(tables, shapes, protection(tables, periods, rules))
        recovered += len(broken(known, tables, rules))
    assert recovered > 20


# Two associations: their reports, and the sum of both.


def _both(seed: int) -> tuple[Sequence[Shape], list[Tables], list[Knowledge], list[Seen]]:
    random = Random(seed)  # noqa: S311 - a seeded draw
    shapes = random.choice(FAMILIES[1:3])
    period = random.choice([*QUARTERS, frozenset({MONTHS[3]})])
    tables = [drawn(random, shapes), drawn(random, shapes)]
    reports = [published(one, [period], PLAIN) for one in tables]
    known = [knowledge(one, shapes, said) for one, said in zip(tables, reports, strict=True)]
    summed = []
    for shape in shapes:
        parts = [[one for one in each.seen if one.table == shape.name] for each in known]
        if all(parts):
            whole = sum_of(*({**part[0].shown, **dict.fromkeys(part[0].hidden)} for part in parts))
            shown = {key: count for key, count in whole.items() if count is not None}
            summed.append(Seen(shape.name, period, shown, frozenset(whole) - frozenset(shown)))
    return shapes, tables, known, summed


@pytest.mark.parametrize("seed", range(24))
def test_the_sum_of_both_associations_gives_nothing_away(seed: int) -> None:
    _, _, known, summed = _both(seed)
    for place, own in enumerate(known):
        for one in own.seen:
            for key in sorted(one.hidden):
                least, most = range_of_both(known, summed, (place, one, key))
                assert most - least >= SPREAD, (place, key)


def test_a_sum_that_shows_what_one_of_both_hides_gives_it_away() -> None:
    recovered = 0
    for seed in range(24):
        _, tables, known, _ = _both(seed)
        for place, own in enumerate(known):
            for one in own.seen:
                whole = {
                    key: sum(counted(each, one.table, one.months).get(key, 0) for each in tables) for key in one.hidden
                }
                told = [Seen(one.table, one.months, whole, frozenset())]
                for key in sorted(one.hidden):
                    if any(key in other.hidden for other in known[1 - place].seen if other.table == one.table):
                        continue
                    if not known[1 - place].seen:
                        continue
                    least, most = range_of_both(known, told, (place, one, key))
                    recovered += most - least < SPREAD
    assert recovered > 5


# By hand, and nasty.

JANUARY, FEBRUARY, MARCH = (frozenset({month}) for month in MONTHS[:3])
NASTY: dict[str, tuple[Sequence[Shape], Tables, Periods]] = {
    "one case in a category": (
        (Shape("t", 3),),
        {"t": {MONTHS[0]: {("r00",): 1, ("r01",): 40, ("r02",): 50}}},
        [JANUARY],
    ),
    "two cells whose total is two": ((Shape("t", 3),), {"t": {MONTHS[0]: {("r00",): 1, ("r01",): 1}}}, [JANUARY]),
    "two ones beside much": (
        (Shape("t", 4),),
        {"t": {MONTHS[0]: {("r00",): 1, ("r01",): 1, ("r02",): 3, ("r03",): 60}}},
        [JANUARY],
    ),
    "all in one row": (
        (Shape("t", 4, 3),),
        {"t": {MONTHS[0]: {("r01", "c00"): 1, ("r01", "c01"): 30, ("r01", "c02"): 2}}},
        [JANUARY],
    ),
    "a diagonal": (
        (Shape("t", 4, 4),),
        {"t": {MONTHS[0]: {(f"r0{place}", f"c0{place}"): place + 1 for place in range(4)}}},
        [JANUARY],
    ),
    "a row of ones": (
        (Shape("t", 3, 5),),
        {"t": {MONTHS[0]: {**{("r00", f"c0{place}"): 1 for place in range(5)}, ("r01", "c00"): 20, ("r02", "c03"): 9}}},
        [JANUARY],
    ),
    "one more in February than in the two months before it": (
        (Shape("t", 2),),
        {"t": {MONTHS[0]: {("r00",): 30, ("r01",): 30}, MONTHS[1]: {("r00",): 1}}},
        [JANUARY, JANUARY | FEBRUARY],
    ),
    "a quarter that leaves one month over": (
        (Shape("t", 3),),
        {
            "t": {
                MONTHS[0]: {("r00",): 9, ("r01",): 9, ("r02",): 9},
                MONTHS[1]: {("r00",): 9, ("r01",): 9, ("r02",): 9},
                MONTHS[2]: {("r00",): 1, ("r01",): 9, ("r02",): 9},
            }
        },
        [JANUARY, FEBRUARY, JANUARY | FEBRUARY | MARCH],
    ),
    "two tables with one total": (
        (Shape("s", 2), Shape("t", 2)),
        {
            "s": {MONTHS[0]: {("r00",): 4, ("r01",): 1}},
            "t": {MONTHS[0]: {("r00",): 3, ("r01",): 2}},
        },
        [JANUARY],
    ),
}


@pytest.mark.parametrize("name", sorted(NASTY))
def test_by_hand(name: str) -> None:
    shapes, tables, periods = NASTY[name]
    reports = published(tables, periods, PLAIN)
    known = knowledge(tables, shapes, reports)
    assert broken(known, tables, PLAIN) == []
    for report in reports:
        for table, hidden in report.hidden.items():
            for key, count in counted(tables, table, report.months).items():
                assert key in hidden or not 0 < count < COUNT_MIN
