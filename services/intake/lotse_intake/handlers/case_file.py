"""The file of a case as one sealed answer: what moves now, and what was, newest first, page by page."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AskCase, CaseAnswer, CaseContent
from lotse_intake.domain.cursors import BadCursor, Place, cursor_of, place_of
from lotse_intake.domain.kin import Kinds
from lotse_intake.domain.paging import Item, newest
from lotse_intake.domain.phases import following
from lotse_intake.domain.sight import Carried, Viewer, reads_note, sees
from lotse_intake.handlers import people, views
from lotse_intake.handlers.viewing import log, viewer_of
from lotse_intake.providers.content import decrypted_fields, sealed_to_asker
from lotse_intake.providers.office import Office
from lotse_intake.store import cases, contacts, documents, kin, merges, notes, persons, plans
from lotse_intake.store.tables.casework import goal, task

ITEMS_MAX = 200  # of one kind that one page looks at
ANSWER_BYTES_MAX = 170_000  # of one answer's plaintext; as base64 inside an envelope it must fit the broker's limit


async def ask_case(
    office: Office, kinds: Kinds, question: AskCase, context: Context, tx: AsyncConnection
) -> CaseAnswer:
    """Everything that the asker may see; without the right to see it the outline alone."""
    row = await people.case_to_read(tx, question.case_id)
    viewer, carried = await viewer_of(tx, context), await cases.carried(tx, row)
    may_see = sees(viewer, carried)
    purpose = question.purpose if may_see else "outline"
    await log(tx, context, "case", question.case_id, purpose, action="read")
    outline = views.of(CaseAnswer, row, phases=following(row.phase))
    if not may_see:
        return outline
    content, after = await _content(office, kinds, tx, row, (viewer, carried, _before(question.cursor)))
    plaintext = content.model_dump_json(exclude_none=True).encode()
    key = str(question.case_id)
    sealed = sealed_to_asker(plaintext, question.reply_key, type_name=AskCase.type_name(), key=key)
    cursor = cursor_of(after, newest_first=True) if after else None
    return outline.model_copy(update={"content": sealed, "cursor": cursor})


def _before(cursor: str | None) -> Place | None:
    try:
        return place_of(cursor, newest_first=True) if cursor else None
    except BadCursor:
        raise Refused("bad_cursor", fields=("cursor",)) from None


async def _content(
    office: Office, kinds: Kinds, tx: AsyncConnection, row: Row[Any], asked: tuple[Viewer, Carried, Place | None]
) -> tuple[CaseContent, Place | None]:
    """What is open, and as much of what was as fits beside it."""
    now = await _now(office, kinds, tx, row)
    room = ANSWER_BYTES_MAX - views.size_of(now)
    lists = [
        await _notes(office, tx, row, asked),
        *await _ended(office, tx, row, asked[2]),
        *await _kept(tx, row, asked[2]),
    ]
    shown, after = newest(lists, limit=ITEMS_MAX, bytes_max=room)
    return views.with_items(now, [item.shown for item in shown]), after


async def _now(office: Office, kinds: Kinds, tx: AsyncConnection, row: Row[Any]) -> CaseContent:
    """What every page begins with: the person, and whatever is open."""
    person = await persons.get(tx, row.person_id)
    group = await merges.group_of(tx, row.person_id)
    others = [one for record in group for one in await cases.of_person(tx, record) if one.case_id != row.case_id]
    return CaseContent(
        fields=decrypted_fields(office.keys, row.person_id, person.fields if person is not None else None),
        concerns=tuple(views.concern(one) for one in await cases.concerns_of(tx, row.case_id)),
        other_cases=tuple(one.case_id for one in others),
        links=tuple(views.link(kinds, one, group) for one in await kin.of_persons(tx, group)),
        conflicts=tuple(views.conflict(one) for one in await cases.conflicts_of(tx, row.case_id)),
        goals=tuple(views.goal(office, one) for one in await plans.open_of_case(tx, goal, row.case_id)),
        tasks=tuple(views.task(office, one) for one in await plans.open_of_case(tx, task, row.case_id)),
    )


async def _notes(
    office: Office, tx: AsyncConnection, row: Row[Any], asked: tuple[Viewer, Carried, Place | None]
) -> list[Item[views.Shown]]:
    viewer, carried, before = asked
    found = await notes.readable(tx, row.case_id, viewer.actor, limit=ITEMS_MAX, before=before)
    readable = [one for one in found if reads_note(viewer, carried, author=one.author, visibility=one.visibility)]
    return [views.item(one.written_at, one.note_id, views.note(office, one)) for one in readable]


async def _ended(
    office: Office, tx: AsyncConnection, row: Row[Any], before: Place | None
) -> list[list[Item[views.Shown]]]:
    goals = await plans.ended_of_case(tx, goal, row.case_id, limit=ITEMS_MAX, before=before)
    tasks = await plans.ended_of_case(tx, task, row.case_id, limit=ITEMS_MAX, before=before)
    return [
        [views.item(one.ended_at, one.goal_id, views.goal(office, one)) for one in goals],
        [views.item(one.ended_at, one.task_id, views.task(office, one)) for one in tasks],
    ]


async def _kept(tx: AsyncConnection, row: Row[Any], before: Place | None) -> list[list[Item[views.Shown]]]:
    files = await documents.of_case(tx, row.case_id, limit=ITEMS_MAX, before=before)
    held = await contacts.of_case(tx, row.case_id, limit=ITEMS_MAX, before=before)
    return [
        [views.item(one.kept_at, one.document_id, views.document(one)) for one in files],
        [views.item(one.at, one.contact_id, views.contact(one)) for one in held],
    ]
