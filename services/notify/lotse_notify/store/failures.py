"""What ended without having been told, for somebody to look at: notifications, and mails to offices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables import notification, office_mail, service_mail


async def notices(tx: AsyncConnection, *, rows_max: int) -> Sequence[Row[Any]]:
    """Notifications that failed for good, the newest of them, oldest first."""
    query = select(notification).where(notification.c.state == "failed")
    return (await tx.execute(query.order_by(notification.c.ended_at.desc()).limit(rows_max))).all()[::-1]


async def office_mails(tx: AsyncConnection, *, rows_max: int) -> Sequence[Row[Any]]:
    """Mails to offices and to the staff that never left."""
    query = select(office_mail).where(office_mail.c.state == "failed")
    return (await tx.execute(query.order_by(office_mail.c.ended_at.desc()).limit(rows_max))).all()[::-1]


async def service_mails(tx: AsyncConnection, *, rows_max: int) -> Sequence[Row[Any]]:
    """Links to offices of the directory that never left; the link itself is gone."""
    query = select(service_mail).where(service_mail.c.state == "failed")
    return (await tx.execute(query.order_by(service_mail.c.ended_at.desc()).limit(rows_max))).all()[::-1]


async def mail_again(tx: AsyncConnection, dedupe_key: str, now: datetime) -> bool:
    """Whether there was such a mail that never left; it has all its tries again, under the same Message-ID."""
    lost = update(office_mail).where(office_mail.c.dedupe_key == dedupe_key, office_mail.c.state == "failed")
    again = lost.values(state="queued", reason="asked_again", tries=0, due_at=now, ended_at=None)
    return (await tx.execute(again.returning(office_mail.c.dedupe_key))).first() is not None
