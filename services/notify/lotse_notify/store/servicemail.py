"""Mails with a link to an office of the directory: what is still to be sent, and what became of the rest."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.notify import OfficeLanguage
from lotse_notify.store.tables import service_mail


@dataclass(frozen=True)
class QueuedMail:
    """One of them; the link is encrypted with the person's key. `tries` counts the one under way."""

    dedupe_key: str
    person_id: UUID
    address: str
    language: OfficeLanguage
    sender: str
    link: bytes | None = field(repr=False)
    until: datetime
    created_at: datetime
    tries: int = 0


async def add(tx: AsyncConnection, one: QueuedMail) -> bool:
    """Whether it is new: the same key again changes nothing, whatever else it says."""
    row = {**vars(one), "state": "queued", "reason": "asked", "due_at": one.created_at}
    added = insert(service_mail).values(**row).on_conflict_do_nothing().returning(service_mail.c.dedupe_key)
    return (await tx.execute(added)).first() is not None


async def take_due(tx: AsyncConnection, now: datetime, *, leased_until: datetime, held: bool) -> QueuedMail | None:
    """The one that waits longest, for whoever asks alone until the lease ends; then it is sent again.

    `held`: only one whose link has ended, which does not leave any more.
    """
    query = select(service_mail.c.dedupe_key).where(service_mail.c.state == "queued", service_mail.c.due_at <= now)
    if held:
        query = query.where(service_mail.c.until <= now)
    query = query.order_by(service_mail.c.due_at).limit(1)
    chosen = query.with_for_update(skip_locked=True).scalar_subquery()
    taken = update(service_mail).where(service_mail.c.dedupe_key == chosen)
    moved = taken.values(tries=service_mail.c.tries + 1, due_at=leased_until).returning(service_mail)
    row = (await tx.execute(moved)).first()
    return None if row is None else _of(row)


async def due_count(tx: AsyncConnection, now: datetime) -> int:
    """How many would leave if nothing held them back."""
    due = (service_mail.c.state == "queued", service_mail.c.due_at <= now, service_mail.c.until > now)
    return await tx.scalar(select(func.count()).select_from(service_mail).where(*due)) or 0


async def try_again(tx: AsyncConnection, one: QueuedMail, reason: str, *, due_at: datetime) -> None:
    """It did not leave, or nobody knows; the next try may."""
    mine = update(service_mail).where(service_mail.c.dedupe_key == one.dedupe_key, service_mail.c.state == "queued")
    await tx.execute(mine.values(reason=reason, due_at=due_at))


async def end(tx: AsyncConnection, one: QueuedMail, state: str, reason: str, *, at: datetime) -> bool:
    """Write what became of it; nothing is kept of where it led or went, since the office tells what she sought there.

    False if somebody else did, or she was erased.
    """
    mine = update(service_mail).where(service_mail.c.dedupe_key == one.dedupe_key, service_mail.c.state == "queued")
    ended = mine.values(state=state, reason=reason, ended_at=at, link=None, address="", sender="")
    return (await tx.execute(ended.returning(service_mail.c.dedupe_key))).first() is not None


def _of(row: Row[tuple[object, ...]]) -> QueuedMail:
    return QueuedMail(
        dedupe_key=row.dedupe_key,
        person_id=row.person_id,
        address=row.address,
        language=row.language,
        sender=row.sender,
        link=row.link,
        until=row.until,
        created_at=row.created_at,
        tries=row.tries,
    )
