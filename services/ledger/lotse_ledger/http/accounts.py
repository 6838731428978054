"""What stood in the accounts, what moved one of them, and what changed between two states of the books."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from lotse_chassis.faults import Refused
from lotse_contracts.ledger import Standing
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.changes import AccountChange, account_changes, totals
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.scopes import Reach, named_in_account
from lotse_ledger.http import shaped
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.answers import (
    AccountChangeShape,
    BalancesShape,
    ChangesShape,
    MovementShape,
    StatementShape,
    TotalShape,
    TrialBalanceShape,
)
from lotse_ledger.http.books import balances_at, entries_at, known_until
from lotse_ledger.http.cursors import CURSOR_CHARACTERS_MAX, Cursor, read, written
from lotse_ledger.http.dates import TEXT_CHARACTERS_MAX, Books, Dates, Reading, chosen_dates, day, day_or_instant
from lotse_ledger.http.exchange import router
from lotse_ledger.store import books, journal
from lotse_ledger.store.books import AccountBalance
from lotse_ledger.store.journal import Movement, Span, Wanted

BALANCES_MAX = 2_000
PAGE_ROWS = 50
PAGE_ROWS_MAX = 500
ACCOUNT_PATTERN = r"^[A-Za-z0-9_:-]{1,160}$"

Account = Annotated[str | None, Query(pattern=ACCOUNT_PATTERN, description="this account and those below it")]
CursorText = Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)]
Day = Annotated[str | None, Query(max_length=TEXT_CHARACTERS_MAX)]

routes = router()


@routes.get("/balances")
async def balances(at: Books, account: Account = None) -> BalancesShape:
    """What stood in the accounts."""
    rows = await balances_at(at, under=account)
    return BalancesShape(
        **shaped.dated(at.as_of),
        balances=tuple(shaped.balance(row) for row in rows[:BALANCES_MAX]),
        truncated=len(rows) > BALANCES_MAX,
    )


@routes.get("/trial-balance")
async def trial_balance(at: Books) -> TrialBalanceShape:
    """Every account that may be seen, with the totals of each currency and standing.

    A token of single grants sees parts of entries only, so its totals need not balance.
    """
    rows = await balances_at(at)
    found = totals((row.currency, row.standing, row.amount) for row in rows)
    return TrialBalanceShape(
        **shaped.dated(at.as_of),
        balances=tuple(shaped.balance(row) for row in rows[:BALANCES_MAX]),
        truncated=len(rows) > BALANCES_MAX,
        whole=at.reach.is_whole,
        totals=tuple(TotalShape.model_validate(one) for one in found),
    )


@routes.get("/accounts/{account}/statement")
async def statement(
    request: Request,
    at: Books,
    account: Annotated[str, Path(pattern=ACCOUNT_PATTERN)],
    valid_from: Day = None,
    cursor: CursorText = None,
    limit: Limit = PAGE_ROWS,
) -> StatementShape:
    """What moved an account and those below it, in the order of the valid days, with the balance after each."""
    _refuse_foreign(account, at.reach)
    at, place = await resumed(request, at, cursor, places=3)
    after = None if place is None else (date.fromordinal(place[0]), place[1], place[2])
    span = Span(at.as_of.recorded_to, at.as_of.valid_to)
    first = day(valid_from, "valid_from")
    rows = await journal.statement(at.tx, span, account, valid_from=first, after=after, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return StatementShape(
        **shaped.dated(at.as_of),
        account=account,
        movements=tuple(MovementShape.model_validate(row) for row in rows[:limit]),
        next=None if last is None else written(request, _after(at, last)),
    )


async def since(
    request: Request,
    at: Books,
    recorded_from: Annotated[str, Query(max_length=TEXT_CHARACTERS_MAX, description="what was known until then")],
) -> AsOf:
    """The earlier state; a dependency. Raises Refused where it lies beyond the later one."""
    found = day_or_instant(recorded_from, "recorded_from")
    before = await chosen_dates(at.tx, Dates(at.as_of.valid_to, found), gate_of(request).service)
    if before.recorded_to > at.as_of.recorded_to:
        raise Refused("period_reversed", fields=("recorded_from", "recorded_to"))
    return before


@routes.get("/diff")
async def diff(
    request: Request,
    at: Books,
    before: Annotated[AsOf, Depends(since)],
    cursor: CursorText = None,
    limit: Limit = PAGE_ROWS,
) -> ChangesShape:
    """What changed since a report was handed in: entries, accounts, and what was reversed meanwhile."""
    at, place = await resumed(request, at, cursor, places=1)
    old_size = await books.size_at(at.tx, before.recorded_to)
    first = place[0] if place else old_size
    found = await entries_at(at, Wanted(), first=first, limit=limit + 1)
    more = found[limit].log_index if len(found) > limit else None
    return ChangesShape(
        **shaped.dated(at.as_of),
        recorded_from=before.recorded_to,
        old_size=old_size,
        new_size=await books.size_at(at.tx, at.as_of.recorded_to),
        entries=tuple(shaped.entry(one) for one in found[:limit]),
        reversed_before=await _reversed_before(at, old_size, found[:limit]),
        accounts=tuple(AccountChangeShape.model_validate(one) for one in await changes(at, before)),
        next=None if more is None else written(request, _cursor(at, more)),
    )


async def changes(at: Reading, before: AsOf) -> tuple[AccountChange, ...]:
    """What became of each account in between."""
    earlier = await balances_at(known_until(at, before))
    return account_changes(_amounts(earlier), _amounts(await balances_at(at)))


async def resumed(
    request: Request, at: Reading, cursor: str | None, *, places: int
) -> tuple[Reading, tuple[int, ...] | None]:
    """The look of the first page, and where it stopped. Raises Refused."""
    found = read(request, cursor, places=places)
    if found is None:
        return at, None
    given = Dates(found.valid_to, found.recorded_to)
    as_of = await chosen_dates(at.tx, given, gate_of(request).service)
    return known_until(at, as_of), found.place


def _after(at: Reading, last: Movement) -> Cursor:
    return _cursor(at, last.valid_on.toordinal(), last.log_index, last.position)


def _cursor(at: Reading, *place: int) -> Cursor:
    return Cursor(at.as_of.recorded_to, at.as_of.valid_to, place)


async def _reversed_before(at: Reading, old_size: int, found: list[Recorded]) -> tuple[int, ...]:
    """The entries of the earlier state that a reversal of this page takes back."""
    return tuple(one.reverses for one in found if one.reverses is not None and one.reverses < old_size)


def _amounts(rows: list[AccountBalance]) -> dict[tuple[str, str, Standing], int]:
    return {(row.account, row.currency, row.standing): row.amount for row in rows}


def _refuse_foreign(account: str, reach: Reach) -> None:
    if not reach.is_whole and not (named_in_account(account) & (reach.grants or frozenset())):
        raise Refused("unknown_account", fields=("account",))
