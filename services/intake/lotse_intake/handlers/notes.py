"""Notes of a case: written, shown to others by their author alone, and used as a summary by explicit choice alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    NoteContent,
    NoteWritten,
    PersonFields,
    PersonRegistered,
    ShowNote,
    UseNoteAsSummary,
    WriteNote,
)
from lotse_intake.domain.release import merged
from lotse_intake.domain.sight import Viewer, reads_note
from lotse_intake.handlers import people
from lotse_intake.handlers.plans import open_case_of
from lotse_intake.handlers.viewing import case_to_see, log
from lotse_intake.handlers.views import said_in_note
from lotse_intake.providers.content import decrypted_fields, encrypted_fields, note_of, opened, others_in_note
from lotse_intake.providers.office import Office
from lotse_intake.store import notes, persons

NOTES_MAX = 1_000  # of one case


async def write_note(office: Office, order: WriteNote, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A note that is known changes nothing. Of one for its author alone nothing is said to anybody."""
    row, viewer, _ = await open_case_of(tx, context, order.case_id, order.person_id)
    known = await notes.get(tx, order.note_id)
    if known is not None:
        return _written_before(known, order, viewer)
    if await notes.count(tx, order.case_id) >= NOTES_MAX:
        raise Refused("case_full", fields=("note_id",), rule=f"at most {NOTES_MAX} notes of one case")
    key = str(order.person_id)
    content = opened(office, order.content, NoteContent, type_name=WriteNote.type_name(), key=key)
    others = content.about_others.encode()
    values = {
        "note_id": order.note_id,
        "case_id": order.case_id,
        "person_id": row.person_id,
        "author": viewer.actor,
        "visibility": order.visibility,
        "written_at": context.now,
        "content": office.keys.encrypt(row.person_id, note_of(order.note_id), content.text.encode()),
        "about_others": office.keys.encrypt(row.person_id, others_in_note(order.note_id), others) if others else None,
    }
    if not await notes.add(tx, values):
        raise Refused("id_taken", fields=("note_id",))
    await log(tx, context, "note", order.note_id, "counselling")
    named = {"note_id": order.note_id, "case_id": order.case_id, "person_id": row.person_id}
    return [] if order.visibility == notes.SELF else [NoteWritten(**named, version=1, visibility=order.visibility)]


async def show_note(order: ShowNote, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Its author opens it to others, or closes it again; a coordinator cannot, and learns not even that it is there."""
    row, viewer = await _note(tx, context, order.note_id)
    if row.author != viewer.actor:
        raise Refused("note_not_yours", fields=("note_id",))
    if row.visibility == order.visibility:
        return []
    shown = await notes.change(tx, order.note_id, visibility=order.visibility)
    await log(tx, context, "note", order.note_id, "counselling")
    return [] if order.visibility == notes.SELF else [_said(shown)]


async def use_note_as_summary(
    office: Office, order: UseNoteAsSummary, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """The one way from a note to what a release may carry; what it says about third persons stays behind."""
    row, _ = await _note(tx, context, order.note_id)
    if row.visibility != "referral":
        raise Refused("note_not_for_referral", fields=("note_id",), rule="visibility `referral`")
    content = said_in_note(office, row)
    person = await people.living(tx, row.person_id)
    held = decrypted_fields(office.keys, row.person_id, person.fields)
    if held.need_summary == content.text:
        return []
    fields = merged(held, PersonFields(need_summary=content.text))
    changed = await persons.change(tx, row.person_id, fields=encrypted_fields(office.keys, row.person_id, fields))
    await notes.change(tx, order.note_id, used_at=context.now)
    await log(tx, context, "note", order.note_id, "summary", action="read")
    await log(tx, context, "person", row.person_id, "summary")
    return [PersonRegistered(person_id=row.person_id, version=changed.version)]


async def _note(tx: AsyncConnection, context: Context, note_id: UUID) -> tuple[Row[Any], Viewer]:
    """A note that the asker may read, its case locked first. What she may not read is unknown to her."""
    found = await notes.get(tx, note_id)
    if found is None:
        raise Refused("unknown_note", fields=("note_id",))
    try:
        _, viewer, carried = await case_to_see(tx, context, found.case_id)
    except Refused as fault:
        raise Refused("unknown_note" if fault.code == "not_your_case" else fault.code, fields=("note_id",)) from None
    row = await notes.get(tx, note_id, lock=True)
    if row is None or not reads_note(viewer, carried, author=row.author, visibility=row.visibility):
        raise Refused("unknown_note", fields=("note_id",))
    return row, viewer


def _written_before(row: Row[Any], order: WriteNote, viewer: Viewer) -> Sequence[Message]:
    """The same id is the same note. Raises Refused if it is another's."""
    if (row.case_id, row.author) != (order.case_id, viewer.actor):
        raise Refused("id_taken", fields=("note_id",))
    return []


def _said(row: Row[Any]) -> NoteWritten:
    return NoteWritten(
        note_id=row.note_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=row.version,
        visibility=row.visibility,
    )
