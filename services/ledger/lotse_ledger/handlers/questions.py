"""What the ledger answers over NATS: balances, headroom, deadlines, and that it holds no person."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import ITEMS_MAX, Message
from lotse_contracts.ledger import (
    AskBalances,
    AskDeadlines,
    AskHeadroom,
    AskPersonData,
    Balance,
    BalancesAnswer,
    DeadlinesAnswer,
    ErasePerson,
    HeadroomAnswer,
    LineHeadroom,
    NamedDeadline,
)
from lotse_contracts.person import PersonDataAnswer
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.domain.bookings import NotADay, day
from lotse_ledger.domain.erasure import receipt
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.store import books


async def balances(question: AskBalances, context: Context, tx: AsyncConnection) -> BalancesAnswer:
    """What stood in the accounts."""
    try:
        valid_to = None if question.valid_to is None else day(question.valid_to, "valid_to")
    except NotADay as fault:
        raise Refused("not_a_day", fields=(fault.field,)) from None
    chosen = await _as_of(tx, context, valid_to, question)
    rows = await books.balances(tx, chosen, limit=ITEMS_MAX + 1)
    if len(rows) > ITEMS_MAX:
        raise Refused("too_many_accounts")
    return BalancesAnswer(
        valid_to=chosen.valid_to.isoformat(),
        recorded_to=chosen.recorded_to,
        balances=tuple(
            Balance(account=row.account, amount=row.amount, currency=row.currency, standing=row.standing)
            for row in rows
        ),
    )


async def headroom(question: AskHeadroom, context: Context, tx: AsyncConnection) -> HeadroomAnswer:
    """What is left in each line."""
    grant = await _grant(tx, context, question.grant_id)
    return HeadroomAnswer(
        grant_id=grant.grant_id,
        currency=grant.currency,
        standing=grant.standing,
        lines=tuple(
            LineHeadroom(line=line.line, planned=line.planned, actual=line.actual, left=line.left)
            for line in grant.plan_use().lines[:ITEMS_MAX]
        ),
    )


async def deadlines(question: AskDeadlines, context: Context, tx: AsyncConnection) -> DeadlinesAnswer:
    """What must be done by when."""
    grant = await _grant(tx, context, question.grant_id)
    named = (
        NamedDeadline(deadline=one.code, due_on=one.due_on.isoformat(), rule=one.rule) for one in grant.deadlines()
    )
    return DeadlinesAnswer(grant_id=grant.grant_id, deadlines=tuple(named))


async def person_data(question: AskPersonData, context: Context, tx: AsyncConnection) -> PersonDataAnswer:
    """The ledger holds no person."""
    return PersonDataAnswer(held=False)


async def erase_person(order: ErasePerson, context: Context, tx: AsyncConnection) -> list[Message]:
    """A receipt with counts of zero, as often as somebody asks."""
    return [receipt(order.person_id)]


async def _as_of(tx: AsyncConnection, context: Context, valid_to: date | None, question: AskBalances) -> AsOf:
    last = await books.last_recorded_at(tx)
    try:
        return as_of(valid_to=valid_to, recorded_to=question.recorded_to, last_recorded_at=last, now=context.now)
    except NothingRecorded:
        raise Refused("nothing_recorded") from None
    except BeyondLastEntry:
        raise Refused("beyond_last_entry", fields=("recorded_to",)) from None


async def _grant(tx: AsyncConnection, context: Context, grant_id: UUID) -> Grant:
    last = await books.last_recorded_at(tx)
    if last is not None:
        entries = await books.entries_of_grants(tx, AsOf(date.max, last), grant_id)
        for grant in grants_of(entries, context.association):
            return grant
    raise Refused("unknown_grant", fields=("grant_id",))
