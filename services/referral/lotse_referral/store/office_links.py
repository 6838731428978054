"""Links of offices and the sessions behind them, by the hashes of their codes."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.office_links import OfficeLink, OfficeSession
from lotse_referral.store.tables.delivering import office_link, office_session

LINKS_MAX = 200  # of one referral
_SESSION = tuple(office_session.c[field.name] for field in fields(OfficeSession))


async def add(tx: AsyncConnection, link: OfficeLink) -> None:
    """One more; whatever was open before is replaced."""
    await end(tx, link.referral_id, "replaced", link.made_at, open_only=True)
    await tx.execute(insert(office_link).values(vars(link)))


async def by_code(tx: AsyncConnection, code_sha256: str) -> OfficeLink | None:
    """The link of this hash, or None."""
    row = (await tx.execute(select(office_link).where(office_link.c.code_sha256 == code_sha256))).mappings().first()
    return None if row is None else _link(row)


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> tuple[OfficeLink, ...]:
    """All of one referral, newest first."""
    query = select(office_link).where(office_link.c.referral_id == referral_id)
    rows = await tx.execute(query.order_by(office_link.c.made_at.desc(), office_link.c.code_sha256).limit(LINKS_MAX))
    return tuple(_link(row) for row in rows.mappings())


async def use(tx: AsyncConnection, code_sha256: str, now: datetime) -> bool:
    """Use it up; of two who come at once exactly one does."""
    unused = (office_link.c.used_at.is_(None), office_link.c.ended_at.is_(None), office_link.c.expires_at > now)
    mark = update(office_link).where(office_link.c.code_sha256 == code_sha256, *unused).values(used_at=now)
    return (await tx.execute(mark.returning(office_link.c.code_sha256))).first() is not None


async def end(tx: AsyncConnection, referral_id: UUID, because: str, now: datetime, *, open_only: bool = False) -> None:
    """Nobody opens these any more; without `open_only` also the used ones say so."""
    chosen = [office_link.c.referral_id == referral_id, office_link.c.ended_at.is_(None)]
    if open_only:
        chosen.append(office_link.c.used_at.is_(None))
    await tx.execute(update(office_link).where(*chosen).values(ended_at=now, ended_because=because))


async def note_mail(tx: AsyncConnection, mail_key: str, *, at: datetime | None, fault: str | None) -> None:
    """What became of the mail that carried it."""
    mine = update(office_link).where(office_link.c.mail_key == mail_key)
    await tx.execute(mine.values(mailed_at=at, not_mailed=fault))


async def open_session(tx: AsyncConnection, session_sha256: str, code_sha256: str, held: OfficeSession) -> None:
    """Remember that this browser opened this link."""
    row = {"session_sha256": session_sha256, "code_sha256": code_sha256, **vars(held)}
    await tx.execute(insert(office_session).values(row))


async def session_of(tx: AsyncConnection, session_sha256: str, code_sha256: str) -> OfficeSession | None:
    """The session, only together with the link that it came from."""
    query = select(*_SESSION).where(
        office_session.c.session_sha256 == session_sha256, office_session.c.code_sha256 == code_sha256
    )
    row = (await tx.execute(query)).mappings().first()
    return None if row is None else OfficeSession(**row)


async def end_sessions(tx: AsyncConnection, referral_id: UUID, now: datetime) -> None:
    """Whoever has a page of this referral open reads nothing more on it."""
    mine = (office_session.c.referral_id == referral_id, office_session.c.ended_at.is_(None))
    await tx.execute(update(office_session).where(*mine).values(ended_at=now))


def _link(row: RowMapping) -> OfficeLink:
    values: dict[str, Any] = dict(row)
    return OfficeLink(**values)
