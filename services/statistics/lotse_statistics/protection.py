"""Which further counts are hidden, so that no hidden one can be told from everything that was published.

Counts that are too small are hidden first (primary). Then, for every hidden count of every report, and for every small
count in a part of the time that is left over between reports, other worlds are looked for (`worlds`). Where there are
not enough, the cheapest further keys of the *newest* report are hidden that open a way to some; what was published
stays as it is. When that cannot be done the table is not said in this report, which tells nothing about it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lotse_statistics.rules import PLAIN, Rules
from lotse_statistics.tables import ANY, Counts, Key, is_total
from lotse_statistics.worlds import FREE, Cost, Direction, Release, World

Persons = Mapping[Key, int]
"""How many different persons stand behind a count."""

PRICE_OF_A_CELL = 1_000
PRICE_OF_A_SUM = 2_500
PRICE_OF_AN_OLD_ACQUAINTANCE = 300  # hidden in an earlier report: the same partners leave longer periods more to show
VALUE_MAX = 600  # the larger a count, the more is lost with it


@dataclass(frozen=True)
class Wanted:
    """A count that must not be told: a key, summed over some classes of months."""

    key: Key
    classes: frozenset[int]


def protected(
    months: Mapping[str, Counts],
    earlier: Sequence[Release],
    covered: frozenset[str],
    rules: Rules = PLAIN,
    persons: Persons | None = None,
    *,
    sums_only: bool = False,
) -> Release | None:
    """What the newest report of one table hides; None: it must not say this table at all.

    `months` are the true counts of every month that any report covers. The totals of all reports are taken as known.
    With `sums_only` no report ever says a cell: they are hidden and not looked after, the earlier ones among them.
    """
    newest = Release(covered)
    world = World(months, [*earlier, newest], sums_only=sums_only)
    primary = _too_small(world, rules, persons)
    if sums_only:
        primary = {key for key in primary if ANY in key} | {key for key in world.outside[-1] if ANY not in key}
    newest.hidden |= primary
    proofs: dict[Wanted, frozenset[Key]] = {}
    waiting = list(_all_wanted(world, rules))
    while waiting:
        wanted = waiting.pop(0)
        if wanted in proofs:
            continue
        proof = _proof(world, wanted, rules)
        if proof is None:
            more = _cheapest(world, wanted, rules)
            if not more:
                return None
            newest.hidden |= more
            waiting = [wanted, *(Wanted(key, _seen_in(world, -1)) for key in sorted(more)), *waiting]
        else:
            proofs[wanted] = proof  # it stays one, whatever else is hidden
    _show_again(world, primary, proofs, rules)
    return newest


def is_safe(months: Mapping[str, Counts], releases: Sequence[Release], rules: Rules = PLAIN) -> bool:
    """Whether no hidden count of these reports of a table can be told, and nothing small between them."""
    world = World(months, releases)
    return all(_proof(world, wanted, rules) is not None for wanted in _all_wanted(world, rules))


def smallest_part(totals: Mapping[str, int], reports: Sequence[frozenset[str]]) -> int:
    """The smallest total that is not zero among the parts of the time that the reports tell apart; zero if all are."""
    parts: dict[frozenset[int], int] = {}
    for month, total in totals.items():
        seen_by = frozenset(place for place, one in enumerate(reports) if month in one)
        if seen_by:
            parts[seen_by] = parts.get(seen_by, 0) + total
    return min((total for total in parts.values() if total), default=0)


def _too_small(world: World, rules: Rules, persons: Persons | None) -> set[Key]:
    newest = world.outside[-1]
    return {
        key
        for key, count in newest.items()
        if not is_total(key) and rules.is_small(key, count, None if persons is None else persons.get(key, 0))
    }


def _all_wanted(world: World, rules: Rules) -> Iterator[Wanted]:
    """Every hidden count, and every small one in a class of months, in an order that is always the same."""
    for place, release in enumerate(world.releases):
        hidden = sorted(key for key in release.hidden if world.looks_after(key))
        yield from (Wanted(key, _seen_in(world, place)) for key in hidden)
    for number, counts in enumerate(world.inside):
        small = sorted(key for key, count in counts.items() if not is_total(key) and rules.is_small(key, count))
        yield from (Wanted(key, frozenset({number})) for key in small if world.looks_after(key))


def _seen_in(world: World, place: int) -> frozenset[int]:
    """The classes of months that a release covers."""
    wanted = range(len(world.releases))[place]
    return frozenset(number for number, seen_by in enumerate(world.classes) if wanted in seen_by)


def _proof(world: World, wanted: Wanted, rules: Rules) -> frozenset[Key] | None:
    """The keys that the newest release must hide for the worlds that were found, in which this count differs by the
    wanted spread; None where not enough were found."""
    need = rules.spread_min
    up = _walk(world, wanted, 1, need, None)
    if up.reached >= need:
        return up.used
    down = _walk(world, wanted, -1, need - up.reached, None)
    return up.used | down.used if up.reached + down.reached >= need else None


@dataclass(frozen=True)
class Walk:
    """How far a count could be moved, which keys the newest release must hide for that, and at which price."""

    reached: int
    used: frozenset[Key]
    price: int


def _walk(world: World, wanted: Wanted, step: int, need: int, cost: Cost | None) -> Walk:
    """Move a count up (1) or down (-1) as far as needed, by the cheapest cycles; the world is left as it was."""
    used: set[Key] = set()
    done: list[tuple[Key, int, Direction]] = []
    reached, price = 0, 0
    known = None if cost is None else _once(cost, used)
    while reached < need:
        found = _next_cycle(world, wanted, step, need - reached, known)
        if found is None:
            break
        spent, amount, steps, direction = found
        for key, way in steps:
            if direction.net[-1]:
                used.add(key)
            world.shift(key, way * amount, direction)
            done.append((key, way * amount, direction))
        reached, price = reached + amount, price + spent
    for key, amount, direction in reversed(done):
        world.shift(key, -amount, direction)
    return Walk(reached, frozenset(used), price)


def _once(cost: Cost, hide: set[Key]) -> Cost:
    """A key that is to be hidden already costs nothing more."""
    return lambda key: FREE if key in hide else cost(key)


def _next_cycle(
    world: World, wanted: Wanted, step: int, need: int, cost: Cost | None
) -> tuple[int, int, list[tuple[Key, int]], Direction] | None:
    """Price, amount, keys with their steps, and direction of the cheapest cycle; one that carries all is preferred."""
    for at_least in sorted({need, 1}, reverse=True):
        best: tuple[int, list[tuple[Key, int]], Direction] | None = None
        for direction in world.directions:
            effect = (direction.plus in wanted.classes) - (direction.minus in wanted.classes)
            if not effect:
                continue
            found = world.cycle(wanted.key, step * effect, direction, at_least=at_least, cost=cost)
            if found is not None and (best is None or found[0] < best[0]):
                best = (*found, direction)
                if found[0] == FREE:
                    break
        if best is not None:
            price, steps, direction = best
            amount = min(need, *(world.room(key, way, direction) for key, way in steps))
            return price, amount, steps, direction
    return None


def _cheapest(world: World, wanted: Wanted, rules: Rules) -> frozenset[Key]:
    """The keys of the newest report that must be hidden as well; empty where no hiding helps."""
    cost, need = _costs(world), rules.spread_min
    walks = []
    for first in (1, -1):
        one = _walk(world, wanted, first, need, cost)
        rest = need - one.reached
        other = _walk(world, wanted, -first, rest, _once(cost, set(one.used))) if rest else Walk(0, frozenset(), 0)
        if not rest or other.reached >= rest:
            walks.append((one.price + other.price, sorted((one.used | other.used) - world.releases[-1].hidden)))
    return frozenset(min(walks)[1]) if walks else frozenset()


def _costs(world: World) -> Cost:
    newest = world.outside[-1]
    known = set().union(*(release.hidden for release in world.releases[:-1]))

    def cost(key: Key) -> int | None:
        count = newest.get(key, 0)
        if not count:
            return None
        if ANY in key:
            return PRICE_OF_A_SUM + min(count, VALUE_MAX)
        return (PRICE_OF_AN_OLD_ACQUAINTANCE if key in known else PRICE_OF_A_CELL) + min(count, VALUE_MAX)

    return cost


def _show_again(world: World, primary: Iterable[Key], proofs: dict[Wanted, frozenset[Key]], rules: Rules) -> None:
    """What was hidden beside the small counts and is not needed in the end is shown, the largest first."""
    newest, counts = world.releases[-1], world.outside[-1]
    own = _seen_in(world, -1)
    for key in sorted(newest.hidden - set(primary), key=lambda one: (-counts[one], one)):
        newest.hidden.discard(key)
        kept = dict(proofs)
        if Wanted(key, own) not in _still_wanted(world, rules):
            proofs.pop(Wanted(key, own), None)
        for wanted in [one for one, used in proofs.items() if key in used]:
            again = _proof(world, wanted, rules)
            if again is None:
                newest.hidden.add(key)
                proofs.clear()
                proofs.update(kept)
                break
            proofs[wanted] = again


def _still_wanted(world: World, rules: Rules) -> frozenset[Wanted]:
    return frozenset(_all_wanted(world, rules))
