"""What the ledger answers over NATS: balances, headroom, deadlines, what waits for a second person, its key."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.ledger import (
    AskBalances,
    AskDeadlines,
    AskHeadroom,
    AskOpenMatters,
    AskSealingKey,
    Balance,
    BalancesAnswer,
    DeadlinesAnswer,
    HeadroomAnswer,
    LineHeadroom,
    NamedDeadline,
    OpenMatter,
    OpenMattersAnswer,
)
from lotse_contracts.sealed import encode, key_id, public_bytes
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.domain.booking.approving import CLOSE_ASKED, QUESTION, REOPEN_ASKED, SETTLED, pending
from lotse_ledger.domain.booking.drafting import day
from lotse_ledger.domain.closing import PERIOD_CLOSED, PERIOD_REOPENED
from lotse_ledger.domain.grants import Grant, grants_of, in_force
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.reports import deadlines_of_grant
from lotse_ledger.domain.reports import headroom as what_if
from lotse_ledger.handlers.entering import refusing
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books
from lotse_ledger.store.grants import entries_about


async def balances(question: AskBalances, context: Context, tx: AsyncConnection) -> BalancesAnswer:
    """What stood in the accounts."""
    valid_to = None
    if question.valid_to is not None:
        with refusing():
            valid_to = day(question.valid_to, "valid_to")
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
    """What is left in each line, and of an amount what would count."""
    grant = await _grant(tx, context, question.grant_id)
    counts = None
    if question.line is not None and question.amount is not None:
        counts = what_if(grant, question.line, question.amount).counts
    return HeadroomAnswer(
        grant_id=grant.grant_id,
        currency=grant.currency,
        standing=grant.standing,
        lines=tuple(
            LineHeadroom(
                line=line.line,
                planned=line.planned,
                actual=line.actual,
                left=line.left,
                committed=line.committed,
                allowed=line.allowed,
            )
            for line in grant.plan_use().lines[:ITEMS_MAX]
        ),
        rule="R3",
        eligible_of_amount=counts,
    )


async def deadlines(question: AskDeadlines, context: Context, tx: AsyncConnection) -> DeadlinesAnswer:
    """What must be done by when."""
    grant = await _grant(tx, context, question.grant_id)
    duties = [one.deadline for one in deadlines_of_grant(grant, day_of(context.now))]
    named = (NamedDeadline(deadline=one.code, due_on=one.due_on.isoformat(), rule=one.rule) for one in duties)
    return DeadlinesAnswer(grant_id=grant.grant_id, deadlines=tuple(named)[:ITEMS_MAX])


async def open_matters(question: AskOpenMatters, context: Context, tx: AsyncConnection) -> OpenMattersAnswer:
    """Periods that somebody asked to close or reopen, invoices that both associations booked."""
    kinds = (CLOSE_ASKED, REOPEN_ASKED, PERIOD_CLOSED, PERIOD_REOPENED, QUESTION, SETTLED)
    entries = in_force(await books.entries_of_kinds(tx, kinds))
    settled = {(one.data["voucher_id"], one.data["partner"]) for one in entries if one.kind == SETTLED}
    found = [
        OpenMatter(
            kind="period",
            id=UUID(one.data["period_id"]),
            log_index=one.log_index,
            asked="close" if one.kind == CLOSE_ASKED else "reopen",
        )
        for one in pending(entries)
    ]
    found += [
        OpenMatter(kind="voucher_question", id=UUID(one.data["voucher_id"]), log_index=one.log_index, asked="question")
        for one in entries
        if one.kind == QUESTION and (one.data["voucher_id"], one.data["partner"]) not in settled
    ]
    return OpenMattersAnswer(matters=tuple(sorted(found, key=lambda one: one.log_index)[:ITEMS_MAX]))


async def sealing_key(
    question: AskSealingKey, context: Context, tx: AsyncConnection, *, house: House
) -> SealingKeyAnswer:
    """The public half of our key. Raises Refused if there is none."""
    if house.seal_key is None:
        raise Refused("private_unreadable")
    public = public_bytes(house.seal_key)
    return SealingKeyAnswer(kid=key_id(public), public_key=encode(public))


async def _as_of(tx: AsyncConnection, context: Context, valid_to: date | None, question: AskBalances) -> AsOf:
    last = await books.last_recorded_at(tx)
    try:
        return as_of(valid_to=valid_to, recorded_to=question.recorded_to, last_recorded_at=last, now=context.now)
    except NothingRecorded:
        raise Refused("nothing_recorded") from None
    except BeyondLastEntry:
        raise Refused("beyond_last_entry", fields=("recorded_to",)) from None


async def _grant(tx: AsyncConnection, context: Context, grant_id: UUID) -> Grant:
    for grant in grants_of(await entries_about(tx, {grant_id}), context.association):
        if grant.grant_id == grant_id:
            return grant
    raise Refused("unknown_grant", fields=("grant_id",))
