"""All that a log moves, read row by row and kept small: an imported log may have a million postings."""

import json
import sys
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import Posting
from lotse_ledger.domain.twins.transactions import Transaction, one_line
from lotse_ledger.store.reading import postings_of
from lotse_ledger.store.tables import entry

ROWS_AT_ONCE = 2_000


async def transactions(tx: AsyncConnection, log_id: int, *, valid_to: date, size: int) -> list[Transaction]:
    """The entries of an imported log that post something, in its order."""
    wanted = (entry.c.log_id == log_id, entry.c.valid_on <= valid_to, entry.c.log_index < size)
    query = select(entry.c.log_index, entry.c.valid_on, entry.c.body).where(*wanted).order_by(entry.c.log_index)
    found = []
    async with tx.stream(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        async for row in rows:
            leaf = json.loads(row.body)
            postings = tuple(_small(one) for one in postings_of(leaf))
            if postings:
                text = one_line(str(leaf.get("data", {}).get("text", "")))
                found.append(Transaction(row.log_index, row.valid_on, text, postings))
    return found


def _small(one: Posting) -> Posting:
    """Names that come again are kept once."""
    return Posting(sys.intern(one.account), one.amount, sys.intern(one.currency))
