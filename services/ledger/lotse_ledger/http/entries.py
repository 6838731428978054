"""The log in its order, by filter and by word; one entry with everything that belongs to it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.http import shaped
from lotse_ledger.http.accounts import ACCOUNT_PATTERN, PAGE_ROWS, CursorText, Limit, resumed
from lotse_ledger.http.answers import EntriesShape, WholeEntryShape
from lotse_ledger.http.books import entries_at, entry_at, span
from lotse_ledger.http.cursors import INDEX_MAX, Cursor, written
from lotse_ledger.http.dates import Books, Reading
from lotse_ledger.http.exchange import router
from lotse_ledger.http.openings import opened
from lotse_ledger.store import journal
from lotse_ledger.store.journal import Wanted

KIND_PATTERN = r"^[a-z][a-z0-9_]{0,60}$"
WORDS_CHARACTERS_MIN = 2
WORDS_CHARACTERS_MAX = 100

routes = router()


def wanted(
    kind: Annotated[str | None, Query(pattern=KIND_PATTERN, description="such as `voucher`")] = None,
    grant: Annotated[UUID | None, Query(description="entries of this grant, and those that name it")] = None,
    account: Annotated[str | None, Query(pattern=ACCOUNT_PATTERN, description="posting to it or below it")] = None,
    standing: Standing | None = None,
) -> Wanted:
    """Which entries; a dependency."""
    return Wanted(kind, grant, account, standing)


@routes.get("/entries")
async def entries(
    request: Request,
    at: Books,
    chosen: Annotated[Wanted, Depends(wanted)],
    cursor: CursorText = None,
    limit: Limit = PAGE_ROWS,
) -> EntriesShape:
    """The log in its order; all pages of one list show the state of the first."""
    return await _page(request, at, chosen, cursor=cursor, limit=limit)


@routes.get("/search")
async def search(
    request: Request,
    at: Books,
    q: Annotated[str, Query(min_length=WORDS_CHARACTERS_MIN, max_length=WORDS_CHARACTERS_MAX)],
    cursor: CursorText = None,
    limit: Limit = PAGE_ROWS,
) -> EntriesShape:
    """The entries whose leaf contains this, in small or capital letters: a number, a key, a word of a reason.

    What is private is sealed beside the log and cannot be searched.
    """
    return await _page(request, at, Wanted(text=q), cursor=cursor, limit=limit)


@routes.get("/entries/{log_index}")
async def entry(request: Request, at: Books, log_index: Annotated[int, Path(ge=0, le=INDEX_MAX)]) -> WholeEntryShape:
    """One entry, whether it was reversed by then, and what its commitments stand for where the token may see that."""
    return await whole(request, at, await entry_at(at, log_index))


async def whole(request: Request, at: Reading, found: Recorded) -> WholeEntryShape:
    """An entry with what belongs to it."""
    reversals = await journal.reversals(at.tx, span(at), [found.log_index])
    private = await opened(request, at, found)
    shape = shaped.entry(found)
    return WholeEntryShape(
        **dict(shape),
        reversed_by=reversals.get(found.log_index),
        opened=private.opened,
        erased=private.erased,
        proof=proof_path(found.log_index),
    )


def proof_path(log_index: int) -> str:
    """Where the proof of inclusion of an entry is."""
    return f"/proof/{log_index}"


async def _page(request: Request, at: Reading, chosen: Wanted, *, cursor: str | None, limit: int) -> EntriesShape:
    at, place = await resumed(request, at, cursor, places=1)
    found = await entries_at(at, chosen, first=place[0] if place else 0, limit=limit + 1)
    more = found[limit].log_index if len(found) > limit else None
    dates = at.as_of
    return EntriesShape(
        **shaped.dated(dates),
        entries=tuple(shaped.entry(one) for one in found[:limit]),
        next=None if more is None else written(request, Cursor(dates.recorded_to, dates.valid_to, (more,))),
    )
