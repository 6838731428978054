"""What the queries and the pages read: each as of the two dates, and no further than the token reaches."""

import asyncio
from dataclasses import replace
from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.scopes import WHOLE, Reach, named_in_account
from lotse_ledger.http import cursors
from lotse_ledger.http.dates import Reading
from lotse_ledger.store import books, journal
from lotse_ledger.store.books import AccountBalance
from lotse_ledger.store.journal import Span, Wanted

ACCOUNTS_MAX = 100_000
INDEX_MAX = cursors.INDEX_MAX


def span(at: Reading) -> Span:
    """What was known; cut off at a valid day only where one was asked for."""
    return Span(recorded_to=at.as_of.recorded_to, valid_to=at.valid_to)


async def grants_at(at: Reading, grant_id: UUID | None = None) -> tuple[Grant, ...]:
    """The grants that may be seen, or one of them."""
    if grant_id is not None and not at.reach.opens(grant_id):
        return ()
    # A fold over many entries takes its time, and others ask meanwhile.
    found = await asyncio.to_thread(grants_of, await _of_grants(at, grant_id), at.association)
    wanted = [one for one in found if grant_id is None or one.grant_id == grant_id]
    return tuple(one for one in wanted if at.reach.opens(one.grant_id))


async def one_grant(at: Reading, grant_id: UUID) -> Grant:
    """The grant. Raises Refused where it is not known or may not be seen: nobody learns which."""
    for found in await grants_at(at, grant_id):
        return found
    raise Refused("unknown_grant", fields=("grant_id",))


async def balances_at(at: Reading, *, under: str | None = None, as_of: AsOf | None = None) -> list[AccountBalance]:
    """The accounts that may be seen, by name; of one account with those below it where one is named."""
    rows = await books.balances(at.tx, as_of or at.as_of, limit=ACCOUNTS_MAX)
    return [row for row in rows if _is_open(row.account, at.reach) and _is_under(row.account, under)]


async def entries_at(at: Reading, wanted: Wanted, *, first: int, limit: int) -> list[Recorded]:
    """The entries from a log index on."""
    return await journal.page(at.tx, span(at), wanted, at.reach, first=first, limit=limit)


async def entry_at(at: Reading, log_index: int) -> Recorded:
    """One entry. Raises Refused where there is none, or none that may be seen."""
    found = await journal.at(at.tx, span(at), at.reach, log_index)
    if found is None:
        raise Refused("unknown_entry", fields=("log_index",))
    return found


async def size_at(at: Reading) -> int:
    """How many entries the log had: what a checkpoint of that size covers."""
    return await books.size_at(at.tx, at.as_of.recorded_to)


def known_until(at: Reading, as_of: AsOf) -> Reading:
    """The same look at another pair of dates."""
    return replace(at, as_of=as_of)


async def _of_grants(at: Reading, grant_id: UUID | None) -> list[Recorded]:
    """Whatever names a grant, or one of them: a voucher that is shared over it is booked under another one."""
    if grant_id is None:
        return await books.entries_of_grants(at.tx, at.as_of)
    chosen = Span(recorded_to=at.as_of.recorded_to, valid_to=at.as_of.valid_to)
    return await journal.page(at.tx, chosen, Wanted(grant_id=grant_id), WHOLE, first=0, limit=None)


def _is_open(account: str, reach: Reach) -> bool:
    if reach.grants is None or account.startswith("reported:"):
        return True
    return bool(reach.grants & named_in_account(account))


def _is_under(account: str, under: str | None) -> bool:
    return under is None or account == under or account.startswith(f"{under}:")
