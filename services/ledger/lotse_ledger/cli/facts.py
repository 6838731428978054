"""The public facts of the real case, loaded once before the first order."""

import asyncio
import sys
from datetime import UTC, datetime
from importlib import resources

from lotse_chassis.database import engine_of
from lotse_chassis.settings import Settings
from lotse_ledger.cli.exits import EXIT_OTHER_FACTS, EXIT_TOO_LATE
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.facts import HISTORY_CLOSED, drafts_of
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, log
from lotse_ledger.store.log import Journal

FACTS_FILE = "real_case.json"


def load_facts(settings: Settings) -> int:
    """Load the public facts of the real case; a second time changes nothing. Returns the exit code."""
    named = settings.log_origin if isinstance(settings, LedgerSettings) else ""
    return asyncio.run(_load(settings, named or origin_of(settings.association)))


def shipped_facts() -> bytes:
    """The file that comes with the service."""
    return resources.files("lotse_ledger").joinpath("data", FACTS_FILE).read_bytes()


async def _load(settings: Settings, origin: str) -> int:
    """The past can only be written before the first entry of the present, since answers about it must not change."""
    now = datetime.now(UTC)
    drafts = drafts_of(shipped_facts(), now)
    engine = engine_of(settings.database_url)
    try:
        async with engine.begin() as tx:
            await log.hold(tx)
            known = await log.has_key(tx, HISTORY_CLOSED)
            if known is not None:
                return _known(same=known == drafts[-1].request_sha256)
            if await books.size(tx) > 0:
                print("lotse ledger: too late: facts of the past come before the first entry", file=sys.stderr)
                return EXIT_TOO_LATE
            await log.append_many(tx, drafts, journal=Journal(origin), now=now)
    finally:
        await engine.dispose()
    print(f"lotse ledger: {len(drafts)} entries, {len(drafts) - 1} of them reconstructed public facts")
    return 0


def _known(*, same: bool) -> int:
    if same:
        print("lotse ledger: the public facts were loaded before; nothing changed")
        return 0
    print("lotse ledger: other public facts were loaded before; nothing changed", file=sys.stderr)
    return EXIT_OTHER_FACTS
