"""Which cases there are for whom, and what was counted on a day."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import AskCases, AskContactsOfDay, CaseEntry, CasesAnswer, ContactsAnswer
from lotse_intake.domain.cursors import BadCursor, Place, cursor_of, place_of
from lotse_intake.domain.sight import COORDINATOR
from lotse_intake.handlers import views
from lotse_intake.handlers.viewing import log, viewer_of
from lotse_intake.store import cases, contacts


async def ask_cases(question: AskCases, context: Context, tx: AsyncConnection) -> CasesAnswer:
    """One page of open cases, the longest open first: codes, times and pseudonyms, nothing of a person."""
    try:
        after = place_of(question.cursor, newest_first=False) if question.cursor else None
    except BadCursor:
        raise Refused("bad_cursor", fields=("cursor",)) from None
    viewer = await viewer_of(tx, context)
    rows = await cases.page(tx, question.which, viewer, size=question.size, after=after)
    cursor = None
    if len(rows) == question.size:
        cursor = cursor_of(Place(rows[-1].opened_at, rows[-1].case_id), newest_first=False)
    return CasesAnswer(entries=tuple(views.of(CaseEntry, row) for row in rows), cursor=cursor)


async def ask_contacts_of_day(question: AskContactsOfDay, context: Context, tx: AsyncConnection) -> ContactsAnswer:
    """What counts of a day in Dresden; whose they are only a coordinator sees, who recorded them nobody."""
    viewer = await viewer_of(tx, context)
    if not question.mine and viewer.role != COORDINATOR:
        raise Refused("role_not_allowed", fields=("mine",))
    start = datetime.combine(date.fromisoformat(question.on), time(), tzinfo=ZONE)
    end = datetime.combine(date.fromisoformat(question.on) + timedelta(days=1), time(), tzinfo=ZONE)
    recorded_by = viewer.actor if question.mine else None
    rows, count, minutes = await contacts.of_day(tx, start, end, recorded_by=recorded_by, limit=ITEMS_MAX)
    await log(tx, context, "contacts_of_day", question.on, "counselling", action="read")
    entries = tuple(views.contact(row) for row in rows)
    return ContactsAnswer(mine=question.mine, entries=entries, count=count, minutes=minutes)
