"""Rows as they are shown: what was ciphertext is read for whoever may see it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row

from lotse_contracts.intake import (
    CaseContent,
    ConcernView,
    ConflictView,
    ContactEntry,
    DocumentView,
    GoalView,
    LinkView,
    NoteContent,
    NoteView,
    TaskView,
)
from lotse_intake.domain.kin import Kinds, seen_from
from lotse_intake.domain.paging import Item
from lotse_intake.providers.content import decrypted, goal_of, note_of, others_in_note, task_of
from lotse_intake.providers.office import Office
from lotse_intake.store.kin import as_link

Shown = GoalView | TaskView | NoteView | DocumentView | ContactEntry
V = TypeVar("V", bound=BaseModel)

_PLACES: Mapping[type[BaseModel], str] = {
    GoalView: "goals",
    TaskView: "tasks",
    NoteView: "notes",
    DocumentView: "documents",
    ContactEntry: "contacts",
}


def of(kind: type[V], row: Row[Any], **more: Any) -> V:
    """The fields of a view that its row has under the same name, and those that are given."""
    held = {name: value for name, value in row._mapping.items() if name in kind.model_fields}  # noqa: SLF001 - SQLAlchemy's own name
    days = {name: value.isoformat() for name, value in held.items() if type(value) is date}
    return kind.model_validate({**held, **days, **more})


def goal(office: Office, row: Row[Any]) -> GoalView:
    """A goal, readable."""
    return of(GoalView, row, text=decrypted(office.keys, row.person_id, goal_of(row.goal_id), row.content).decode())


def task(office: Office, row: Row[Any]) -> TaskView:
    """A task, readable."""
    return of(TaskView, row, text=decrypted(office.keys, row.person_id, task_of(row.task_id), row.content).decode())


def said_in_note(office: Office, row: Row[Any]) -> NoteContent:
    """What a note says; whoever calls has asked whether it may be read."""
    text = decrypted(office.keys, row.person_id, note_of(row.note_id), row.content).decode()
    if row.about_others is None:
        return NoteContent(text=text)
    others = decrypted(office.keys, row.person_id, others_in_note(row.note_id), row.about_others).decode()
    return NoteContent(text=text, about_others=others)


def note(office: Office, row: Row[Any]) -> NoteView:
    """A note, readable; whoever calls has asked whether it may be read."""
    said = said_in_note(office, row)
    return of(NoteView, row, at=row.written_at, text=said.text, about_others=said.about_others)


def document(row: Row[Any]) -> DocumentView:
    """What is known about a document."""
    return of(DocumentView, row, at=row.kept_at)


def contact(row: Row[Any]) -> ContactEntry:
    """A contact as it counts; who recorded it stays out."""
    return of(ContactEntry, row, correction=row.corrects is not None)


def concern(row: Row[Any]) -> ConcernView:
    """A concern."""
    return of(ConcernView, row)


def conflict(row: Row[Any]) -> ConflictView:
    """A marked conflict."""
    return of(ConflictView, row, at=row.marked_at)


def link(kinds: Kinds, row: Row[Any], group: Collection[UUID]) -> LinkView:
    """A link from the side of one of its persons, all of whose records are known."""
    own, other = (row.person_id, row.other_id) if row.person_id in group else (row.other_id, row.person_id)
    return LinkView(link_id=row.link_id, kind=seen_from(kinds, as_link(row), own), other_id=other)


def item(at: datetime, id: UUID, shown: Shown) -> Item[Shown]:
    """Something in the file, with the bytes that it takes."""
    return Item(at, id, size_of(shown), shown)


def size_of(shown: BaseModel) -> int:
    """Bytes of its JSON."""
    return len(shown.model_dump_json(exclude_none=True).encode())


def with_items(content: CaseContent, items: Sequence[Shown]) -> CaseContent:
    """The file with these items, each in its place, what is open before what has ended."""
    more: dict[str, tuple[BaseModel, ...]] = {}
    for one in items:
        name = _PLACES[type(one)]
        more[name] = (*more.get(name, getattr(content, name)), one)
    return content.model_copy(update=more)
