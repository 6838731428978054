"""`lotse-ledger import FILE.jsonl --ledger NAME`: lines into a log of their own, by the way that every entry takes."""

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from errno import EFBIG, EINVAL
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.database import engine_of
from lotse_chassis.settings import Settings
from lotse_ledger.cli.exits import EXIT_BAD_LINES, EXIT_FILE, EXIT_LEDGER
from lotse_ledger.domain.entries import Draft
from lotse_ledger.domain.imports import BadLedgerName, BadLine, check_ledger_name, draft_of, lines_of
from lotse_ledger.domain.instants import stamp
from lotse_ledger.store import log, snapshots
from lotse_ledger.store.ledgers import know_currencies, log_made
from lotse_ledger.store.log import BATCH_ENTRIES_MAX, Journal

FILE_BYTES_MAX = 1_073_741_824


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is typed behind `import`."""
    parser.add_argument("file", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--ledger", required=True, metavar="NAME", help="the log, which is made if there is none")
    parser.add_argument("--atomic", action="store_true", help="write nothing if any line is bad")


def import_file(settings: Settings, given: argparse.Namespace) -> int:
    """Enter every good line once, name every bad one; returns the exit code."""
    try:
        check_ledger_name(given.ledger, association=settings.association)
        file = _File(given.file, _content(given.file))
    except BadLedgerName as fault:
        print(f"lotse ledger: {fault}", file=sys.stderr)
        return EXIT_LEDGER
    except OSError as fault:
        print(f"lotse ledger: {given.file}: {fault.strerror}", file=sys.stderr)
        return EXIT_FILE
    if given.atomic and _refused(file):
        print(f"lotse ledger: {file.refused} line(s) refused; nothing was written", file=sys.stderr)
        return EXIT_BAD_LINES
    return asyncio.run(_import(settings, file, given.ledger, atomic=given.atomic))


@dataclass
class _File:
    path: Path
    content: bytes = field(repr=False)
    refused: int = 0

    def drafts(self) -> Iterator[Draft]:
        """What the good lines ask for; each bad one is named."""
        file_sha256 = hashlib.sha256(self.content).hexdigest()
        for line in lines_of(self.content):
            try:
                yield draft_of(line, file_sha256=file_sha256)
            except BadLine as fault:
                self.refused += 1
                print(f"{self.path}:{line.number}: {fault}", file=sys.stderr)


@dataclass
class _Done:
    written: int = 0
    known: int = 0
    last_recorded_at: datetime | None = None


def _content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise OSError(EINVAL, "not a file")
    if path.stat().st_size > FILE_BYTES_MAX:
        raise OSError(EFBIG, f"larger than {FILE_BYTES_MAX} bytes")
    return path.read_bytes()


def _refused(file: _File) -> int:
    for _ in file.drafts():
        pass
    return file.refused


async def _import(settings: Settings, file: _File, name: str, *, atomic: bool) -> int:
    engine = engine_of(settings.database_url)
    done = _Done()
    try:
        origin = f"{settings.association}/import/{name}"
        if atomic:
            async with engine.begin() as tx:
                for drafts in _batches(file.drafts()):
                    await _enter(tx, drafts, origin, done)
        else:
            await _one_by_one(engine, file, origin, done)
        await snapshots.build_all(engine)
    finally:
        await engine.dispose()
    last = "" if done.last_recorded_at is None else f", the last one recorded at {stamp(done.last_recorded_at)}"
    print(f"lotse ledger: {name}: {done.written} written, {done.known} known before, {file.refused} refused{last}")
    return EXIT_BAD_LINES if file.refused else 0


async def _one_by_one(engine: AsyncEngine, file: _File, origin: str, done: _Done) -> None:
    """A batch a transaction: after a fault the same file goes on where it stopped."""
    for drafts in _batches(file.drafts()):
        async with engine.begin() as tx:
            await _enter(tx, drafts, origin, done)


async def _enter(tx: AsyncConnection, drafts: list[Draft], origin: str, done: _Done) -> None:
    log_id = await log_made(tx, origin.rpartition("/")[2])
    await know_currencies(tx, log_id, sorted({one.currency for draft in drafts for one in draft.postings}))
    placed = await log.append_many(tx, drafts, journal=Journal(origin, log_id), now=datetime.now(UTC))
    done.known += sum(one.repeated for one in placed)
    done.written += sum(not one.repeated for one in placed)
    done.last_recorded_at = placed[-1].recorded_at


def _batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    left = iter(drafts)
    while batch := list(islice(left, BATCH_ENTRIES_MAX)):
        yield batch
