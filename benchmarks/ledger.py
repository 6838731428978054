"""The ledger against its limits, in one run: append, what each guarantee costs, both dates, proofs, the comparison.

Run: `python -m benchmarks.ledger [--entries N] [--leaves N] [--batches N] [--singles N] [--questions N]`. It starts a
PostgreSQL of its own with fsync on. The books are ten years of 200 accounts with two postings an entry, recorded up to
60 days late, 5 per cent of them corrections of any earlier day. A ratio of 1.00 or more keeps the limit.
"""

import argparse
import asyncio
import os
import random
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.database import engine_of
from lotse_chassis.personkeys import PersonKeys
from lotse_ledger.domain import entries
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Draft, Posting
from lotse_ledger.handlers.checkpoints import signed_checkpoint
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.store import books, log, snapshots, tree
from lotse_ledger.store.log import BATCH_ENTRIES_MAX, Journal
from lotse_ledger.store.rebuilding import compare
from tests import kit
from tests.ledger import given

BATCHED_A_SECOND = 5_000
SINGLE_A_SECOND = 300
BALANCE_SECONDS = 0.030
PROOF_SECONDS = 0.005
YEARS_DAYS = 3_650
ACCOUNTS = 200
LAG_DAYS = 60
LATE_SHARE = 0.05
BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
SEED = 20_261_125
EXPENSE = f"expense:{given.GRANT}:"
JOURNAL = Journal("auslaenderrat/grant-ledger")
P99 = 0.99
_KNOWN = text("SELECT known_at FROM entry WHERE log_id = 0 AND log_index = :index")


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    entries: int
    leaves: int
    batches: int
    singles: int
    questions: int


def draft(number: int, at: datetime, chance: random.Random) -> Draft:
    """A voucher, recorded at this instant and valid some days before."""
    late = chance.random() < LATE_SHARE
    days = chance.randrange(LAG_DAYS, YEARS_DAYS) if late else chance.randrange(LAG_DAYS + 1)
    amount = chance.randrange(1, 10_000_00)
    return Draft(
        key=f"voucher:{number}",
        kind="voucher",
        standing="own",
        valid_on=at.date() - timedelta(days=days),
        data={"voucher_id": str(number), "line": "material", "amount": str(amount), "reason": "Druck der Wegweiser"},
        request_sha256="ab" * 32,
        postings=(
            Posting(f"{EXPENSE}l{number % (ACCOUNTS - 1)}", amount, "EUR"),
            Posting("assets:bank", -amount, "EUR"),
        ),
    )


def batches(wanted: int) -> Iterator[tuple[datetime, list[Draft]]]:
    """Ten years of entries in the order in which they are recorded."""
    chance = random.Random(SEED)  # noqa: S311
    for first in range(0, wanted, BATCH_ENTRIES_MAX):
        at = BEGAN + timedelta(days=YEARS_DAYS * first / wanted)
        last = min(wanted, first + BATCH_ENTRIES_MAX)
        yield at, [draft(number, at, chance) for number in range(first, last)]


def told(what: str, figure: str, ratio: float | None = None) -> None:
    """One line of the report."""
    print(f"{what:<62} {figure:>22}" + ("" if ratio is None else f"   ratio {ratio:5.2f}"), flush=True)


AfterBatch = Callable[[AsyncConnection, datetime], Awaitable[object]]


async def nothing(tx: AsyncConnection, at: datetime) -> None:
    """After a batch, where only appending is measured."""


async def batched(engine: AsyncEngine, given_batches: list[tuple[datetime, list[Draft]]], after: AfterBatch) -> float:
    """Entries a second, a durable commit for each batch."""
    began, done = time.perf_counter(), 0
    for at, drafts in given_batches:
        async with engine.begin() as tx:
            await log.append_many(tx, drafts, journal=JOURNAL, now=at)
            await after(tx, at)
        done += len(drafts)
    return done / (time.perf_counter() - began)


@dataclass(frozen=True)
class Variant:
    """A guarantee switched off, or one more switched on."""

    name: str
    owner: tuple[str, ...] = ()
    hashing: bool = True
    signing: bool = False


VARIANTS = (
    Variant("all guarantees"),
    Variant(
        "without the leaf's hash and the database's check",
        ("ALTER TABLE entry DROP CONSTRAINT leaf_is_of_the_body",),
        hashing=False,
    ),
    Variant("without the second date (its indexes)", ("DROP INDEX posting_valid", "DROP INDEX entry_known")),
    Variant("without the triggers (gaps, time, balance, closing)", ("ALTER TABLE entry DISABLE TRIGGER USER",)),
    Variant("and a signed checkpoint with its tiles for each batch", signing=True),
)


async def costs(postgres: kit.Postgres, sizes: Sizes) -> None:
    """Batched append as it is, and with each guarantee switched off; every variant on a fresh database."""
    as_it_is = 0.0
    house = given.house(evidence=Evidence(log=given.log_key()))
    for variant in VARIANTS:
        database = postgres.database("ledger")
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            for statement in variant.owner:
                owner.execute(statement.encode())

        async def signing(tx: AsyncConnection, at: datetime) -> object:
            return await signed_checkpoint(tx, given.context(at), house)

        engine = engine_of(database.url)
        todo = list(batches(sizes.batches * BATCH_ENTRIES_MAX))
        with patch("lotse_ledger.domain.entries.leaf_hash", _hash_of(hashing=variant.hashing)):
            rate = await batched(engine, todo, signing if variant.signing else nothing)
        await engine.dispose()
        postgres.drop(database)
        as_it_is = as_it_is or rate
        if variant is VARIANTS[0]:
            told(
                f"append in batches of {BATCH_ENTRIES_MAX:,}, {variant.name}", f"{rate:,.0f}/s", rate / BATCHED_A_SECOND
            )
        else:
            told(f"  {variant.name}", f"{rate:,.0f}/s, {rate / as_it_is:.2f} of it")


def _hash_of(*, hashing: bool) -> Callable[[bytes], bytes]:
    return entries.leaf_hash if hashing else lambda body: bytes(32)


async def singles(postgres: kit.Postgres, sizes: Sizes, folder: Path) -> None:
    """One durable commit for each entry; then each with a private part sealed under a key of its own."""
    database = postgres.database("ledger")
    engine = engine_of(database.url)
    chance, keys = random.Random(SEED), PersonKeys(folder / "keys", b"k" * 32)  # noqa: S311
    for name, journal, private in (
        ("single durable append", JOURNAL, {}),
        ("single durable append with a sealed name", Journal(JOURNAL.origin, keys=keys), {"payee": {"name": "X"}}),
    ):
        began = time.perf_counter()
        for number in range(sizes.singles):
            one = draft(number + len(name) * sizes.singles, BEGAN, chance)
            async with engine.begin() as tx:
                sealed = Draft(**{**vars(one), "private": private})
                await log.append(tx, sealed, journal=journal, now=datetime.now(UTC))
        rate = sizes.singles / (time.perf_counter() - began)
        told(name, f"{rate:,.0f}/s", rate / SINGLE_A_SECOND)
    await engine.dispose()
    postgres.drop(database)


async def filled(engine: AsyncEngine, sizes: Sizes) -> None:
    """The books of ten years, their snapshots, and leaves without postings up to the number of leaves."""
    rate = await batched(engine, list(batches(sizes.entries)), nothing)
    told(f"filling with {2 * sizes.entries:,} postings", f"{rate:,.0f}/s")
    began = time.perf_counter()
    built = await snapshots.build_all(engine)
    told(f"building {built} snapshots", f"{time.perf_counter() - began:.1f} s")


async def questions(engine: AsyncEngine, sizes: Sizes) -> None:
    """Trial balances as of random pairs of dates; then with the second date left at the last entry."""
    chance = random.Random(SEED + 1)  # noqa: S311
    async with engine.connect() as tx:
        size = await books.size(tx)
        for name, ceiling in (("both dates", size), ("the valid date alone, as known last", 0)):
            took = []
            for _ in range(sizes.questions):
                index = chance.randrange(ceiling) if ceiling else size - 1
                known = await tx.execute(
                    text("SELECT known_at FROM entry WHERE log_id = 0 AND log_index = :i"), {"i": index}
                )
                day = (BEGAN + timedelta(days=chance.randrange(YEARS_DAYS))).date()
                took.append(await _asked(tx, day, known.scalar_one()))
            _told_times(f"trial balance, {name}", took, BALANCE_SECONDS)


async def _asked(tx: AsyncConnection, day: date, known: datetime) -> float:
    began = time.perf_counter()
    await books.balances(tx, AsOf(day, known))
    return time.perf_counter() - began


async def proofs(engine: AsyncEngine, sizes: Sizes) -> None:
    """Proofs of inclusion of random entries."""
    for first in range(0, sizes.leaves - sizes.entries, BATCH_ENTRIES_MAX):
        plain = [
            Draft(f"plan:{first + n}", "plan", "own", BEGAN.date(), {}, "ab" * 32) for n in range(BATCH_ENTRIES_MAX)
        ]
        async with engine.begin() as tx:
            await log.append_many(tx, plain, journal=JOURNAL, now=datetime.now(UTC))
    async with engine.begin() as tx:
        size = await books.size(tx)
        began = time.perf_counter()
        await tree.grow(tx, size)
        told(f"tiles of {size:,} leaves", f"{time.perf_counter() - began:.1f} s")
    chance, took = random.Random(SEED + 2), []  # noqa: S311
    async with engine.connect() as tx:
        for _ in range(sizes.questions):
            began = time.perf_counter()
            await tree.inclusion(tx, chance.randrange(size), size)
            took.append(time.perf_counter() - began)
    _told_times(f"proof of inclusion in {size:,} leaves", took, PROOF_SECONDS)


async def comparison(engine: AsyncEngine) -> None:
    """Everything computed anew from the leaves."""
    began = time.perf_counter()
    async with engine.connect() as tx:
        found = await compare(tx)
    seconds = time.perf_counter() - began
    if found.difference is not None:
        raise SystemExit(f"the books differ from their leaves: {found.difference}")
    told(f"rebuild --compare, {found.entries:,} entries", f"{seconds:.1f} s, {found.entries / seconds:,.0f}/s")


def _told_times(name: str, took: list[float], limit_seconds: float) -> None:
    took.sort()
    p99 = took[min(len(took) - 1, int(len(took) * P99))]
    figure = f"p50 {took[len(took) // 2] * 1000:.1f} p99 {p99 * 1000:.1f} ms"
    told(name, figure, limit_seconds / p99)


async def measure(postgres: kit.Postgres, sizes: Sizes, folder: Path) -> None:
    """All of it, one after the other."""
    await costs(postgres, sizes)
    await singles(postgres, sizes, folder)
    database = postgres.database("ledger")
    engine = engine_of(database.url)
    await filled(engine, sizes)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")  # as a database that ran for ten years has done many times
    await questions(engine, sizes)
    await proofs(engine, sizes)
    await comparison(engine)
    await engine.dispose()
    postgres.drop(database)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--singles", type=int, default=1_000)
    parser.add_argument("--questions", type=int, default=500)
    sizes = Sizes(**vars(parser.parse_args()))
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    try:
        print(f"{os.cpu_count()} cores, fsync on")
        asyncio.run(measure(postgres, sizes, root))
    finally:
        postgres.stop()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
