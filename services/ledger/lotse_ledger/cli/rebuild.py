"""`lotse-ledger rebuild`: projections made anew from the entries; with `--compare` only held against the leaves."""

import argparse
import asyncio
import sys

from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis.database import engine_of
from lotse_chassis.settings import Settings
from lotse_ledger.cli.exits import EXIT_DIFFERS, EXIT_LEDGER
from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.store import books, snapshots, tree
from lotse_ledger.store.ledgers import log_named
from lotse_ledger.store.rebuilding import Compared, compare


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is typed behind `rebuild`."""
    parser.add_argument("--compare", action="store_true", help="write nothing; name the first difference")
    parser.add_argument("--ledger", metavar="NAME", help="an imported log; the association's own where left out")


def rebuild(settings: Settings, given: argparse.Namespace) -> int:
    """Make anew, or compare; returns the exit code."""
    return asyncio.run(_rebuild(settings, given.ledger, comparing=given.compare))


async def _rebuild(settings: Settings, name: str | None, *, comparing: bool) -> int:
    engine = engine_of(settings.database_url)
    try:
        async with engine.connect() as tx:
            log_id = MAIN_LOG if name is None else await log_named(tx, name)
        if log_id is None:
            print("lotse ledger: there is no ledger of this name", file=sys.stderr)
            return EXIT_LEDGER
        if comparing:
            return _told(await _compared(engine, log_id))
        return await _made_anew(engine, log_id)
    finally:
        await engine.dispose()


async def _compared(engine: AsyncEngine, log_id: int) -> Compared:
    """From one moment of the database, while others go on writing."""
    async with engine.connect() as connection:
        tx = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return await compare(tx, log_id)


def _told(found: Compared) -> int:
    if found.difference is None:
        print(f"lotse ledger: {found.entries} entries, {found.postings} postings: all is as the leaves say")
        return 0
    where = f"entry {found.difference.log_index}: {found.difference.what}"
    print(f"lotse ledger: the first difference is at {where}", file=sys.stderr)
    return EXIT_DIFFERS


async def _made_anew(engine: AsyncEngine, log_id: int) -> int:
    async with engine.begin() as tx:
        await snapshots.drop(tx, log_id)
        if log_id == MAIN_LOG:
            await tree.grow(tx, await books.size(tx))
    built = await snapshots.build_all(engine, log_id=log_id)
    print(f"lotse ledger: {built} snapshot(s) made anew")
    return 0
