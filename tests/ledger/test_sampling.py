"""A sample can be drawn again by whoever has the checkpoint, the nonce and the vouchers, and by nothing of ours."""

import hashlib
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from lotse_ledger.domain.sampling import Item, Method, Sample, drawn, seed_of

ROOT, NONCE = bytes(range(32)), b"sozialamt-2026-11-25"
LINES = ("fees", "material", "personnel", "rent")
METHODS: tuple[Method, ...] = ("random", "stratified", "mus")

items_of = st.lists(
    st.tuples(st.sampled_from(LINES), st.integers(min_value=-500, max_value=2_000_00)), min_size=0, max_size=60
).map(lambda rows: [Item(index * 3, line, amount) for index, (line, amount) in enumerate(rows)])


def indexes(sample: Sample) -> list[int]:
    return [one.item.log_index for one in sample.chosen]


class Guide:
    """docs/guides/sampling.md, written down a second time by its text alone."""

    def __init__(self, vouchers: list[tuple[int, str, int]], n: int, root: bytes, nonce: bytes) -> None:
        self.rows = sorted(row for row in vouchers if row[2] > 0)
        self.n = min(n, len(self.rows))
        self.seed = hashlib.sha256(root + nonce).digest()

    def ticket(self, index: int) -> bytes:
        return hashlib.sha256(b"ticket" + self.seed + index.to_bytes(8, "big")).digest()

    def first(self, rows: list[tuple[int, str, int]], n: int) -> set[int]:
        return {index for _, index in sorted((self.ticket(index), index) for index, _, _ in rows)[:n]}

    def random(self) -> set[int]:
        return self.first(self.rows, self.n)

    def stratified(self) -> set[int]:
        sizes = Counter(line for _, line, _ in self.rows)
        seats = dict.fromkeys(sizes, 1 if self.n >= len(sizes) else 0)
        free, others = self.n - sum(seats.values()), len(self.rows) - sum(seats.values())
        quota = {line: Fraction(free * (sizes[line] - seats[line]), others) for line in sizes} if others else {}
        for line, part in quota.items():
            seats[line] += part.numerator // part.denominator
        for _, line in sorted((-(part % 1), line) for line, part in quota.items())[: self.n - sum(seats.values())]:
            seats[line] += 1
        found: set[int] = set()
        for line in sizes:
            found |= self.first([row for row in self.rows if row[1] == line], seats[line])
        return found

    def mus(self) -> set[int]:
        rows, n, found = list(self.rows), self.n, set[int]()
        while n:
            total = sum(amount for _, _, amount in rows)
            large = [row for row in rows if row[2] >= Fraction(total, n)]
            if not large:
                break
            found |= {index for index, _, _ in large}
            rows, n = [row for row in rows if row not in large], n - len(large)
        if not n or not rows:
            return found
        money = [
            index for _, index, amount in sorted((self.ticket(i), i, a) for i, _, a in rows) for _ in range(amount)
        ]
        start = int(hashlib.sha256(b"start" + self.seed).hexdigest(), 16) % len(money)
        return found | {money[(start + k * len(money)) // n] for k in range(n)}


@settings(deadline=None, max_examples=150)
@given_by(
    items_of, st.integers(min_value=1, max_value=20), st.sampled_from(METHODS), st.binary(min_size=16, max_size=64)
)
def test_a_second_program_that_follows_the_guide_draws_the_same(
    items: list[Item], count: int, method: Method, nonce: bytes
) -> None:
    small = [Item(one.log_index, one.line, one.amount // 100) for one in items]
    sample = drawn(small, count=count, seed=seed_of(ROOT, nonce), method=method)
    guide = Guide([(one.log_index, one.line, one.amount) for one in small], count, ROOT, nonce)
    assert set(indexes(sample)) == {"random": guide.random, "stratified": guide.stratified, "mus": guide.mus}[method]()


@settings(deadline=None, max_examples=150)
@given_by(items_of, st.integers(min_value=1, max_value=80), st.sampled_from(METHODS))
def test_a_sample_has_as_many_vouchers_as_asked_for_none_twice_and_none_unpaid(
    items: list[Item], count: int, method: Method
) -> None:
    sample = drawn(items, count=count, seed=seed_of(ROOT, NONCE), method=method)
    paid = [one for one in items if one.amount > 0]
    assert len(set(indexes(sample))) == len(sample.chosen) == min(count, len(paid))
    assert (sample.population, sample.left_out) == (len(paid), len(items) - len(paid))
    assert all(one.item.amount > 0 for one in sample.chosen)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_in_which_vouchers_are_given_changes_nothing(method: Method) -> None:
    items = [Item(index, LINES[index % 4], 100 + index) for index in range(50)]
    seed = seed_of(ROOT, NONCE)
    assert drawn(items, count=9, seed=seed, method=method) == drawn(items[::-1], count=9, seed=seed, method=method)


@pytest.mark.parametrize("method", METHODS)
def test_another_nonce_or_another_root_draws_others(method: Method) -> None:
    items = [Item(index, LINES[index % 4], 100 + index) for index in range(400)]
    samples = [
        indexes(drawn(items, count=20, seed=seed, method=method))
        for seed in (seed_of(ROOT, NONCE), seed_of(ROOT, NONCE + b"!"), seed_of(ROOT[::-1], NONCE))
    ]
    assert samples[0] != samples[1]
    assert samples[0] != samples[2]


def test_what_is_an_interval_or_more_is_certain_also_once_the_first_ones_left() -> None:
    # 1,000 of 1,390: the interval is 347.5, then 390/3 = 130: 150 was no certain one at first and is one now.
    items = [Item(0, "rent", 1_000), Item(1, "fees", 150), *(Item(2 + place, "fees", 24) for place in range(10))]
    sample = drawn(items, count=4, seed=seed_of(ROOT, NONCE), method="mus")
    assert [one.item.log_index for one in sample.chosen if one.certain] == [0, 1]
    assert len(sample.chosen) == 4
    assert sample.interval == 240 // 2


def test_what_is_exactly_an_interval_is_certain() -> None:
    items = [Item(place, "fees", 100) for place in range(4)]
    sample = drawn(items, count=4, seed=seed_of(ROOT, NONCE), method="mus")
    assert [one.certain for one in sample.chosen] == [True] * 4
    assert sample.interval is None


def test_every_line_has_its_place_while_there_are_as_many_places_as_lines() -> None:
    items = [Item(index, "personnel", 100) for index in range(97)]
    items += [Item(97, "fees", 1), Item(98, "rent", 1), Item(99, "material", 1)]
    sample = drawn(items, count=10, seed=seed_of(ROOT, NONCE), method="stratified")
    assert {one.line: one.chosen for one in sample.strata} == {"personnel": 7, "fees": 1, "rent": 1, "material": 1}


def test_each_euro_has_the_same_chance() -> None:
    items = [Item(0, "fees", 10), Item(1, "fees", 30), Item(2, "fees", 60)]
    hits = Counter(
        index
        for round_ in range(4_000)
        for index in indexes(drawn(items, count=1, seed=seed_of(ROOT, round_.to_bytes(16, "big")), method="mus"))
    )
    assert [round(hits[index] / 4_000, 1) for index in range(3)] == [0.1, 0.3, 0.6]


def test_a_vector_that_must_never_change() -> None:
    items = [Item(index, LINES[index % 4], 1_000 + 37 * index) for index in range(30)]
    seed = seed_of(ROOT, NONCE)
    assert {method: indexes(drawn(items, count=5, seed=seed, method=method)) for method in METHODS} == {
        "random": [5, 9, 16, 22, 29],
        "stratified": [0, 5, 16, 19, 22],
        "mus": [1, 11, 16, 25, 26],
    }
