"""Small tables, looked at by brute force: every world that agrees with what is shown."""

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_statistics.families import said
from lotse_statistics.protection import is_safe, protected, smallest_part
from lotse_statistics.rules import COUNT_MIN, PLAIN, SPREAD_MIN, Rules
from lotse_statistics.suppression import suppressed
from lotse_statistics.tables import Key, with_sums
from lotse_statistics.worlds import Release

Tables = Mapping[str, Mapping[str, Mapping[Key, int]]]
COUNTS = st.integers(0, 7)
NAMES = ("a", "b", "c", "d")
PLACES = ("x", "y")


def agreeing(shown: Mapping[Key, int], hidden: frozenset[Key], total: int) -> Iterator[dict[Key, int]]:
    """Every table with these shown counts and this total, in which what is hidden is at least one."""
    cells = [key for key in (*shown, *hidden) if all(key)]
    for counts in product(range(total + 1), repeat=len(cells)):
        if sum(counts) != total:
            continue
        world = with_sums(dict(zip(cells, counts, strict=True)))
        if all(world.get(key, 0) == count for key, count in shown.items()) and all(world[key] for key in hidden):
            yield world


def intervals(shown: Mapping[Key, int], hidden: frozenset[Key], total: int) -> dict[Key, int]:
    """How far apart the values of each hidden key are."""
    worlds = list(agreeing(shown, hidden, total))
    assert worlds
    return {key: max(one[key] for one in worlds) - min(one[key] for one in worlds) for key in hidden}


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), COUNTS, max_size=4))
def test_no_world_like_the_true_one_tells_a_hidden_count(counts: dict[str, int]) -> None:
    shown = suppressed(counts)
    assert shown.keys() == counts.keys()
    assert all(value is None or value == counts[name] for name, value in shown.items())
    assert all(not 0 < value < COUNT_MIN for value in shown.values() if value is not None)
    total = sum(counts.values())
    months: dict[str, dict[Key, int]] = {"m": {(name,): count for name, count in counts.items()}}
    if 0 < total < COUNT_MIN or protected(months, [], frozenset({"m"})) is None:
        assert all(value is None or not value for value in shown.values())  # and their total is not told
        return
    hidden = frozenset((name,) for name, value in shown.items() if value is None)
    apart = intervals({(name,): value for name, value in shown.items() if value is not None}, hidden, total)
    assert all(width >= SPREAD_MIN for width in apart.values())


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from(NAMES[:2]), st.sampled_from(PLACES)), COUNTS, max_size=4))
def test_no_world_like_the_true_table_tells_a_hidden_cell_or_sum(counts: dict[Key, int]) -> None:
    total = sum(counts.values())
    release = protected({"m": counts}, [], frozenset({"m"}))
    if release is None or 0 < total < COUNT_MIN:
        return
    whole = with_sums({**dict.fromkeys(product(NAMES[:2], PLACES), 0), **counts})
    shown = {key: count for key, count in whole.items() if key not in release.hidden and any(key)}
    apart = intervals(shown, frozenset(release.hidden), total)
    assert all(width >= SPREAD_MIN for width in apart.values())
    assert all(not 0 < count < COUNT_MIN for count in shown.values())


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from(NAMES[:2]), st.sampled_from(PLACES)), COUNTS, max_size=4),
    st.sets(st.tuples(st.sampled_from(NAMES[:2]), st.sampled_from(PLACES)), max_size=4),
)
def test_what_is_called_safe_is_safe(counts: dict[Key, int], wanted: set[Key]) -> None:
    whole = with_sums({**dict.fromkeys(product(NAMES[:2], PLACES), 0), **counts})
    hidden = {key for key in wanted if whole[key]}
    if is_safe({"m": counts}, [Release(frozenset({"m"}), hidden)], Rules(count_min=1)):
        shown = {key: count for key, count in whole.items() if key not in hidden and any(key)}
        apart = intervals(shown, frozenset(hidden), sum(counts.values()))
        assert all(width >= SPREAD_MIN for width in apart.values())


def test_a_shown_zero_is_a_zero_and_hidden_is_not_zero() -> None:
    assert suppressed({"a": 0, "b": 50, "c": 9}) == {"a": 0, "b": 50, "c": 9}
    assert suppressed({"a": 0, "b": 1, "c": 9})["a"] == 0
    assert suppressed({}) == {}


def test_ten_contacts_of_one_person_are_hidden_as_one_person() -> None:
    months: dict[str, dict[Key, int]] = {"m": {("a",): 10, ("b",): 30, ("c",): 40}}
    behind: dict[Key, int] = {("a",): 1, ("b",): 20, ("c",): 25}
    release = protected(months, [], frozenset({"m"}), PLAIN, behind)
    assert release is not None
    assert ("a",) in release.hidden
    assert len(release.hidden) >= 2


def test_a_delicate_code_has_a_minimum_of_its_own() -> None:
    rules = Rules(delicate={"health": 5})
    shown = suppressed({"health": 4, "work": 4, "housing": 30}, rules)
    assert shown["health"] is None
    assert suppressed({"health": 5, "work": 4, "housing": 30}, rules)["health"] == 5


def test_a_family_of_less_than_three_is_not_said_at_all() -> None:
    few: Tables = {"t": {"m": {("a",): 2}}}
    assert said(few, [], frozenset({"m"})) is None
    assert said({"t": {"m": {}}}, [], frozenset({"m"})) is not None


def test_a_difference_of_totals_tells_no_small_total() -> None:
    tables: Tables = {"t": {"m": {("a",): 30}, "n": {("a",): 2}}}
    first = said(tables, [], frozenset({"m"}))
    assert first is not None
    assert smallest_part({"m": 30, "n": 2}, [frozenset({"m"}), frozenset({"m", "n"})]) == 2
    assert said(tables, [first], frozenset({"m", "n"})) is None
