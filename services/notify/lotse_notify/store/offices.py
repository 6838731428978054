"""Mails to offices: what is still to be sent, and what became of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.notify import OfficeLanguage
from lotse_notify.domain.officemail import MailTemplate
from lotse_notify.store.tables import office_mail

NEVER_HELD: tuple[MailTemplate, ...] = ("staff_alarm",)
"""It tells our own staff, without naming anybody, that somebody needs them; whoever silences what is told to people
must not silence that."""


@dataclass(frozen=True)
class OfficeMail:
    """One of them; `tries` counts the one under way."""

    dedupe_key: str
    office: str
    template: MailTemplate
    language: OfficeLanguage
    arguments: Mapping[str, str]
    created_at: datetime
    tries: int = 0


async def add(tx: AsyncConnection, one: OfficeMail) -> bool:
    """Whether it is new: the same key again changes nothing, whatever else it says."""
    row = {**vars(one), "state": "queued", "reason": "asked", "due_at": one.created_at}
    added = insert(office_mail).values(**row).on_conflict_do_nothing().returning(office_mail.c.dedupe_key)
    return (await tx.execute(added)).first() is not None


async def take_due(tx: AsyncConnection, now: datetime, *, leased_until: datetime, held: bool) -> OfficeMail | None:
    """The one that waits longest, for whoever asks alone until the lease ends; then it is sent again.

    `held`: only what nobody holds back.
    """
    query = select(office_mail.c.dedupe_key).where(office_mail.c.state == "queued", office_mail.c.due_at <= now)
    if held:
        query = query.where(office_mail.c.template.in_(NEVER_HELD))
    query = query.order_by(office_mail.c.due_at).limit(1)
    chosen = query.with_for_update(skip_locked=True).scalar_subquery()
    taken = update(office_mail).where(office_mail.c.dedupe_key == chosen)
    moved = taken.values(tries=office_mail.c.tries + 1, due_at=leased_until).returning(office_mail)
    row = (await tx.execute(moved)).first()
    return None if row is None else _of(row)


async def try_again(tx: AsyncConnection, one: OfficeMail, reason: str, *, due_at: datetime) -> None:
    """It did not leave, or nobody knows; the next try may."""
    mine = update(office_mail).where(office_mail.c.dedupe_key == one.dedupe_key, office_mail.c.state == "queued")
    await tx.execute(mine.values(reason=reason, due_at=due_at))


async def end(tx: AsyncConnection, one: OfficeMail, state: str, reason: str, *, at: datetime) -> bool:
    """Write what became of it; False if somebody else did."""
    mine = update(office_mail).where(office_mail.c.dedupe_key == one.dedupe_key, office_mail.c.state == "queued")
    ended = mine.values(state=state, reason=reason, ended_at=at).returning(office_mail.c.dedupe_key)
    return (await tx.execute(ended)).first() is not None


async def due_count(tx: AsyncConnection, now: datetime) -> int:
    """How many would be taken up if nothing held them back, of those that can be held back."""
    due = (office_mail.c.state == "queued", office_mail.c.due_at <= now, office_mail.c.template.not_in(NEVER_HELD))
    return await tx.scalar(select(func.count()).select_from(office_mail).where(*due)) or 0


async def failed_count(tx: AsyncConnection) -> int:
    """How many never left."""
    return await tx.scalar(select(func.count()).select_from(office_mail).where(office_mail.c.state == "failed")) or 0


def _of(row: Row[tuple[object, ...]]) -> OfficeMail:
    return OfficeMail(row.dedupe_key, row.office, row.template, row.language, row.arguments, row.created_at, row.tries)
