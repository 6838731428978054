"""Two dates choose an answer: it equals a naive sum, with and without snapshots, and a past one never changes."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.database import engine_of
from lotse_chassis.service import Service
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Draft, Posting, digest_of
from lotse_ledger.handlers import snapshotting
from lotse_ledger.store import books, log, snapshots
from lotse_ledger.store.ledgers import know_currencies, log_made
from lotse_ledger.store.log import Journal
from tests import kit
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
Sums = dict[tuple[str, str], int]
FIRST = date(2024, 12, 20)
DAYS = 100  # over three ends of a month

UNSHRUNK = [Phase.explicit, Phase.reuse, Phase.generate]
"""On a real database a history is shrunk for many minutes; what fails is printed as it is."""
MOVES = st.lists(
    st.tuples(
        st.integers(0, DAYS),
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["a", "b", "x"]),
        st.integers(-(10**30), 10**30),
        st.sampled_from(["EUR", "h"]),
    ),
    min_size=1,
    max_size=25,
)
Moves = Sequence[tuple[int, str, str, int, str]]


def drafts(moves: Moves) -> Iterator[Draft]:
    for number, (day, debit, credit, amount, currency) in enumerate(moves):
        yield Draft(
            key=str(number),
            kind="imported",
            standing="own",
            valid_on=FIRST + timedelta(days=day),
            data={},
            request_sha256=digest_of(number),
            postings=(Posting(debit, amount, currency), Posting(credit, -amount, currency)),
        )


def naive(moves: Moves, valid_to: date, size: int) -> Sums:
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for day, debit, credit, amount, currency in moves[:size]:
        if FIRST + timedelta(days=day) <= valid_to:
            found[debit, currency] += amount
            found[credit, currency] -= amount
    return dict(found)


async def sums(tx: AsyncConnection, chosen: AsOf, log_id: int) -> Sums:
    rows = await books.balances(tx, chosen, log_id=log_id)
    return {(one.account, one.currency): one.amount for one in rows}


async def entered(tx: AsyncConnection, moves: Moves) -> tuple[int, list[datetime]]:
    log_id = await log_made(tx, f"log-{uuid4()}")
    await know_currencies(tx, log_id, ["EUR", "h"])
    done = await log.append_many(tx, list(drafts(moves)), journal=Journal("x", log_id), now=given.NOW)
    return log_id, [one.recorded_at for one in done]


async def compared(engine: AsyncEngine, moves: Moves) -> None:
    async with engine.begin() as tx:
        log_id, recorded = await entered(tx, moves)
    built = await snapshots.build_all(engine, log_id=log_id)
    assert built == len(moves) // 2
    questions = list(itertools.product(range(-1, DAYS + 2, 7), range(len(moves))))
    async with engine.connect() as tx:
        for day, index in questions:
            valid_to = FIRST + timedelta(days=day)
            chosen = AsOf(valid_to, recorded[index])
            assert await sums(tx, chosen, log_id) == naive(moves, valid_to, index + 1)
        before_all = AsOf(date.max, recorded[0] - timedelta(microseconds=1))
        assert await sums(tx, before_all, log_id) == {}
    async with engine.begin() as tx:
        await snapshots.drop(tx, log_id)
        chosen = AsOf(FIRST + timedelta(days=DAYS // 2), recorded[-1])
        assert await sums(tx, chosen, log_id) == naive(moves, chosen.valid_to, len(moves))


@pytest.fixture
def small_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot for every two entries, whatever it costs."""
    monkeypatch.setattr(snapshots, "POSTINGS_BETWEEN", 3)
    monkeypatch.setattr(snapshots, "CELLS_SHARE", 10_000)


def test_a_balance_as_of_any_two_dates_is_the_naive_sum(database: Database, small_snapshots: None) -> None:
    ledger = database("ledger")

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=UNSHRUNK)
    @hypothesis_given(MOVES)
    def check(moves: Moves) -> None:
        async def run() -> None:
            engine = engine_of(ledger.url)
            try:
                await compared(engine, moves)
            finally:
                await engine.dispose()

        asyncio.run(run())

    check()


async def test_whoever_lacks_snapshots_or_has_them_gets_the_same_answer_for_the_ends_of_months(
    database: Database, small_snapshots: None
) -> None:
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 1)]
    moves = [((day - FIRST).days, "a", "b", 10**number, "EUR") for number, day in enumerate(days)]
    engine = engine_of(database("ledger").url)
    async with engine.begin() as tx:
        log_id, recorded = await entered(tx, moves)
    await snapshots.build_all(engine, log_id=log_id)
    async with engine.connect() as tx:
        for day in (*days, date(2025, 2, 1), date.min, date.max):
            for size, instant in enumerate(recorded, start=1):
                assert await sums(tx, AsOf(day, instant), log_id) == naive(moves, day, size)
    await engine.dispose()


async def test_snapshots_grow_with_what_they_hold(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many accounts over many months cost room; the next snapshot waits until the postings are worth it."""
    monkeypatch.setattr(snapshots, "POSTINGS_BETWEEN", 4)
    moves = [(number * 31 % DAYS, f"a{number}", f"b{number}", 1, "EUR") for number in range(400)]
    engine = engine_of(database("ledger").url)
    async with engine.begin() as tx:
        log_id, _ = await entered(tx, moves)
    await snapshots.build_all(engine, log_id=log_id)
    async with engine.connect() as tx:
        rows = await tx.execute(text("SELECT postings, cells FROM snapshot ORDER BY size"))
        held = [(row.postings, row.cells) for row in rows]
    await engine.dispose()
    assert sum(cells for _, cells in held[:-1]) <= snapshots.CELLS_SHARE * 2 * len(moves)
    assert all(after[0] - before[0] >= before[1] // snapshots.CELLS_SHARE for before, after in itertools.pairwise(held))


async def test_of_two_builders_one_gives_way(database: Database, small_snapshots: None) -> None:
    engine = engine_of(database("ledger").url)
    async with engine.begin() as tx:
        log_id, _ = await entered(tx, [(1, "a", "b", 1, "EUR")] * 10)
    async with engine.connect() as first:
        assert await snapshots.build_next(first, log_id)
        async with engine.connect() as second:
            assert not await snapshots.build_next(second, log_id)
        await first.rollback()
    assert await snapshots.build_all(engine) == 5
    await engine.dispose()


async def test_the_service_builds_snapshots_behind_the_log(service: Service, small_snapshots: None) -> None:
    async def built() -> bool:
        async with service.engine.connect() as tx:
            return (await snapshots.latest(tx)).size > 0

    stopping = asyncio.Event()
    watching = asyncio.create_task(snapshotting.watch(stopping, service=service))
    await kit.eventually(built)
    stopping.set()
    await watching


async def test_the_size_at_an_instant_is_what_was_known_then(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        assert await books.size_at(tx, given.NOW) == 0
        await given.load_facts(tx)
        found = await books.page(tx, first=0, limit=100)
        for one in found:
            known = await books.size_at(tx, one.known_at)
            assert known == sum(other.known_at <= one.known_at for other in found)
            assert known > one.log_index
