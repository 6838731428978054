"""What of each person decides how long she stays, read for many at once, and what goes of her."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.machine import ENDS, OPEN
from lotse_intake.domain.retention import Case, Text, day_of
from lotse_intake.store import consents, merges
from lotse_intake.store.tables import (
    attachment,
    case_file,
    concern,
    contact,
    enquiry,
    entry,
    person,
)
from lotse_intake.store.tables.casework import document, goal, task
from lotse_intake.store.tables.letters import deadline
from lotse_intake.store.tables.rights import legal_hold, retention_run

PAGE_PERSONS = 100  # looked at in one transaction, with all their records
TEXT_CONSENT = "special_categories"
CHANNEL_CONSENT = "contact_channel"


@dataclass
class Stay:
    """What the tables say of one person, all her records together."""

    person_ids: tuple[UUID, ...]
    fields: list[tuple[UUID, bytes | None]] = field(default_factory=list)
    came_by_referral: bool = False
    stopped: bool = False
    frozen: bool = False
    pending: bool = False
    consultations: int = 0
    other_consents: int = 0
    text_consented: bool = False
    enquiries: list[Row[Any]] = field(default_factory=list)
    concern_states: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    case_rows: list[Row[Any]] = field(default_factory=list)
    text_rows: list[Row[Any]] = field(default_factory=list)
    files: list[UUID] = field(default_factory=list)

    @property
    def answered_at(self) -> datetime | None:
        """When the last of her enquiries was answered or added to; None while one waits, or somebody works for her."""
        states = [state for many in self.concern_states.values() for state in many]
        if not self.enquiries or self.pending or any(state in OPEN for state in states):
            return None
        if any(not one.answers and not states for one in self.enquiries):
            return None
        newest: datetime = max(one.updated_at for one in self.enquiries)
        return newest

    @property
    def cases(self) -> tuple[Case, ...]:
        """Her cases; one with a concern that is not at its end counts as open, whatever its file says."""
        return tuple(Case(row.case_id, None if self._open(row.case_id) else row.closed_at) for row in self.case_rows)

    @property
    def texts(self) -> tuple[Text, ...]:
        """What was said."""
        consented = {one.enquiry_id: bool(one.text_consented) for one in self.enquiries}
        return tuple(
            Text(row.enquiry_id, row.at, self.text_consented or consented.get(row.enquiry_id, False))
            for row in self.text_rows
        )

    def _open(self, case_id: UUID) -> bool:
        return any(state not in (*ENDS, "answered") for state in self.concern_states.get(case_id, ()))


async def page(tx: AsyncConnection, after: UUID | None) -> Sequence[UUID]:
    """The next persons who are not being erased, by id."""
    query = select(person.c.person_id).where(~person.c.frozen).order_by(person.c.person_id).limit(PAGE_PERSONS)
    return list((await tx.execute(query.where(person.c.person_id > after) if after else query)).scalars())


async def stays(tx: AsyncConnection, persons: Collection[UUID], now: datetime) -> list[Stay]:
    """What decides, one for each human being; of merged records only the kept one brings them all."""
    groups = await merges.groups_of(tx, persons)
    kept = {group[0]: Stay(group) for asked, group in groups.items() if asked == group[0]}
    of = {member: stay for stay in kept.values() for member in stay.person_ids}
    await _persons(tx, of, now)
    await _consents(tx, of, now)
    await _concerns(tx, of)
    await _pending(tx, of, now)
    await _said(tx, of)
    return [stay for stay in kept.values() if not stay.frozen]


async def _persons(tx: AsyncConnection, of: Mapping[UUID, Stay], now: datetime) -> None:
    columns = (person.c.person_id, person.c.fields, person.c.referral_id, person.c.restricted, person.c.frozen)
    for row in await _rows(tx, select(*columns).where(person.c.person_id.in_(of))):
        stay = of[row.person_id]
        stay.fields.append((row.person_id, row.fields))
        stay.came_by_referral |= row.referral_id is not None
        stay.stopped |= row.restricted
        stay.frozen |= row.frozen
    held = select(legal_hold.c.person_id).where(
        legal_hold.c.person_id.in_(of), legal_hold.c.lifted_at.is_(None), legal_hold.c.until > now
    )
    for row in await _rows(tx, held):
        of[row.person_id].stopped = True
    met = select(contact.c.person_id, func.count().label("number")).where(contact.c.person_id.in_(of))
    for row in await _rows(tx, met.group_by(contact.c.person_id)):
        of[row.person_id].consultations += row.number


async def _consents(tx: AsyncConnection, of: Mapping[UUID, Stay], now: datetime) -> None:
    for row in await consents.of_records(tx, of):
        stay = of[row.person_id]
        stay.other_consents += row.kind != CHANNEL_CONSENT
        stay.text_consented |= row.kind == TEXT_CONSENT and consents.as_consent(row).is_valid(now)


async def _concerns(tx: AsyncConnection, of: Mapping[UUID, Stay]) -> None:
    query = select(concern.c.person_id, concern.c.case_id, concern.c.state).where(concern.c.person_id.in_(of))
    for row in await _rows(tx, query):
        of[row.person_id].concern_states[row.case_id].append(row.state)
    for row in await _rows(tx, select(case_file).where(case_file.c.person_id.in_(of))):
        of[row.person_id].case_rows.append(row)


async def _pending(tx: AsyncConnection, of: Mapping[UUID, Stay], now: datetime) -> None:
    """What somebody still has to do for her: a goal, a task, a case that is planned, a day that a person confirmed."""
    coming = deadline.c.settlement.is_(None) & deadline.c.confirmed_by.is_not(None)
    open_work = (
        (goal, goal.c.result.is_(None)),
        (task, task.c.result.is_(None)),
        (case_file, case_file.c.phase.not_in(("intake", "closed"))),
        (deadline, coming & (deadline.c.on_day >= day_of(now))),
    )
    for table, waits in open_work:
        for row in await _rows(tx, select(table.c.person_id).where(table.c.person_id.in_(of), waits)):
            of[row.person_id].pending = True


async def _said(tx: AsyncConnection, of: Mapping[UUID, Stay]) -> None:
    for row in await _rows(tx, select(enquiry).where(enquiry.c.person_id.in_(of))):
        of[row.person_id].enquiries.append(row)
    said = select(enquiry.c.person_id, entry.c.enquiry_id, entry.c.at).join(enquiry)
    for row in await _rows(tx, said.where(enquiry.c.person_id.in_(of))):
        of[row.person_id].text_rows.append(row)
    sent = select(enquiry.c.person_id, attachment.c.attachment_id.label("file")).join(enquiry)
    for row in await _rows(tx, sent.where(enquiry.c.person_id.in_(of))):
        of[row.person_id].files.append(row.file)
    kept = select(document.c.person_id, document.c.document_id.label("file"))
    for row in await _rows(tx, kept.where(document.c.person_id.in_(of), document.c.case_id.is_not(None))):
        of[row.person_id].files.append(row.file)


async def _rows(tx: AsyncConnection, query: Any) -> Sequence[Row[Any]]:
    return (await tx.execute(query)).all()


async def forget_texts(tx: AsyncConnection, enquiry_id: UUID, before: datetime) -> int:
    """Delete what was said in an enquiry before an instant; returns how many texts went."""
    gone = delete(entry).where(entry.c.enquiry_id == enquiry_id, entry.c.at < before).returning(entry.c.entry_id)
    return len((await tx.execute(gone)).all())


async def forget_file(tx: AsyncConnection, file_id: UUID) -> int:
    """Delete what is known about a file, of an enquiry or of a case; the file itself is removed by the caller."""
    which: Iterable[tuple[Table, ColumnElement[bool]]] = (
        (attachment, attachment.c.attachment_id == file_id),
        (document, (document.c.document_id == file_id) & document.c.case_id.is_not(None)),
    )
    gone = 0
    for table, condition in which:
        gone += len((await tx.execute(delete(table).where(condition).returning(*table.primary_key.columns))).all())
    return gone


async def forget_proofs(tx: AsyncConnection, consents_before: datetime, looks_before: datetime) -> tuple[int, int]:
    """Forget proofs of consents that ended, and looks, before these instants; never earlier than three years ago.

    The service has no right to delete either: a function of the database does, which knows its own limit.
    """
    row = (await tx.execute(select(func.forget_consents(consents_before), func.forget_looks(looks_before)))).one()
    return int(row[0]), int(row[1])


async def note_run(tx: AsyncConnection, **row: Any) -> None:
    """Keep what a run took."""
    await tx.execute(insert(retention_run).values(row))


async def last_run(tx: AsyncConnection) -> Row[Any] | None:
    """The newest run."""
    return (await tx.execute(select(retention_run).order_by(retention_run.c.at.desc()).limit(1))).one_or_none()
