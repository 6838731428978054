"""The inbox: what waits for whom, the most urgent first."""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AskInbox, InboxAnswer, InboxEntry
from lotse_intake.domain.cursors import BadCursor, Place, cursor_of, place_of
from lotse_intake.store import inbox, staff
from lotse_intake.store.inbox import Filters

FOR_THE_ASKER = ("team", "mine", "offered")


async def ask_inbox(question: AskInbox, context: Context, tx: AsyncConnection) -> InboxAnswer:
    """One page. Nothing of it is content, so no entry of the access log is made."""
    newest_first = question.newest_first
    try:
        after = place_of(question.cursor, newest_first=newest_first) if question.cursor else None
    except BadCursor:
        raise Refused("bad_cursor", fields=("cursor",)) from None
    filters = await _filters(tx, question, context)
    rows = await inbox.page(tx, filters, size=question.size, after=after, newest_first=newest_first)
    cursor = None
    if len(rows) == question.size:
        last = Place(rows[-1].received_at if newest_first else rows[-1].due_at, rows[-1].concern_id)
        cursor = cursor_of(last, newest_first=newest_first)
    entries = tuple(InboxEntry.model_validate(dict(row._mapping)) for row in rows)  # noqa: SLF001 - SQLAlchemy's own name
    return InboxAnswer(entries=entries, waiting=await inbox.counted(tx, filters), cursor=cursor)


async def _filters(tx: AsyncConnection, question: AskInbox, context: Context) -> Filters:
    wanted = question.model_dump(include={"view", "state", "code", "urgency", "language", "team", "tag"})
    if question.view not in FOR_THE_ASKER:
        return Filters(**wanted)
    actor = context.actor or ""
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date())
    me = roster.members.get(actor)
    teams = frozenset(me.teams if me is not None else ())
    return Filters(**wanted, carriers=roster.carried_for(actor), teams=teams)
