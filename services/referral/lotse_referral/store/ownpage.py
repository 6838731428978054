"""Who is on her own page, and what she asked for there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import any_, delete, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_contracts.values import MoveWish
from lotse_referral.store.tables import appointment, referral
from lotse_referral.store.tables.directory import required_document
from lotse_referral.store.tables.ownpage import move_wish, own_session, own_withdrawal

ProvedBy = Literal["link", "code"]
DOCUMENTS_MAX = 20  # of one service


@dataclass(frozen=True)
class OwnSession:
    """Somebody who has proved who she is. `other_ids` are further records that are hers."""

    person_id: UUID
    proved_by: ProvedBy
    expires_at: datetime
    language: str | None = None
    other_ids: tuple[UUID, ...] = ()

    @property
    def person_ids(self) -> tuple[UUID, ...]:
        """All records that are hers."""
        return (self.person_id, *self.other_ids)


async def open_session(tx: AsyncConnection, session: OwnSession, now: datetime) -> str:
    """Returns the token for her browser; only its hash is kept."""
    token, digest = links.new_code()
    await tx.execute(
        insert(own_session).values(
            token_sha256=digest,
            person_id=session.person_id,
            other_ids=list(session.other_ids),
            proved_by=session.proved_by,
            language=session.language,
            opened_at=now,
            expires_at=session.expires_at,
        )
    )
    return token


async def session_of(tx: AsyncConnection, token: str, now: datetime) -> OwnSession | None:
    """The session of a token, or None: unknown, over, or ended. Looking changes nothing."""
    query = select(own_session).where(
        own_session.c.token_sha256 == links.digest_of(token), own_session.c.expires_at > now
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    return OwnSession(row.person_id, row.proved_by, row.expires_at, row.language, tuple(row.other_ids))


async def end_session(tx: AsyncConnection, token: str) -> None:
    """She leaves."""
    await tx.execute(delete(own_session).where(own_session.c.token_sha256 == links.digest_of(token)))


async def end_sessions_of(tx: AsyncConnection, person_id: UUID) -> int:
    """Every session in which this record was hers; returns how many."""
    hers = or_(own_session.c.person_id == person_id, literal(person_id) == any_(own_session.c.other_ids))
    gone = delete(own_session).where(hers).returning(own_session.c.token_sha256)
    return len((await tx.execute(gone)).all())


async def end_linked_sessions_of(tx: AsyncConnection, person_id: UUID) -> None:
    """Whoever came in by a link of hers, which may have been somebody else."""
    by_link = (own_session.c.person_id == person_id) & (own_session.c.proved_by == "link")
    await tx.execute(delete(own_session).where(by_link))


async def prune_sessions(tx: AsyncConnection, now: datetime) -> None:
    """Those that are over."""
    await tx.execute(delete(own_session).where(own_session.c.expires_at <= now))


async def wish_to_move(
    tx: AsyncConnection, *, ids: tuple[UUID, UUID, UUID], version: int, wish: MoveWish, now: datetime
) -> bool:
    """`ids` are those of appointment, referral and person; False if this was her wish already."""
    appointment_id, referral_id, person_id = ids
    values = {
        "referral_id": referral_id,
        "person_id": person_id,
        "appointment_version": version,
        "wish": wish,
        "wished_at": now,
    }
    row = upsert(move_wish).values(appointment_id=appointment_id, **values)
    other = (move_wish.c.wish != wish) | (move_wish.c.appointment_version != version)
    newer = row.on_conflict_do_update(index_elements=["appointment_id"], set_=values, where=other)
    return (await tx.execute(newer.returning(move_wish.c.appointment_id))).first() is not None


async def wishes_of(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> dict[UUID, tuple[int, MoveWish]]:
    """By appointment: which version of it she would like moved, and how."""
    query = select(move_wish).where(move_wish.c.referral_id.in_(list(referral_ids)))
    return {row.appointment_id: (row.appointment_version, row.wish) for row in await tx.execute(query)}


async def wishing(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> frozenset[UUID]:
    """The referrals with an appointment that she would like moved, as it is now and to come."""
    same = (appointment.c.appointment_id == move_wish.c.appointment_id) & (
        appointment.c.version == move_wish.c.appointment_version
    )
    query = select(move_wish.c.referral_id).join(appointment, same)
    still = query.where(appointment.c.cancelled.is_(False), appointment.c.starts_at > func.now())
    return frozenset((await tx.execute(still.where(move_wish.c.referral_id.in_(list(referral_ids))))).scalars())


async def ask_withdrawal(tx: AsyncConnection, consent_id: UUID, person_id: UUID, now: datetime) -> bool:
    """She takes it back; False if she has asked before."""
    row = upsert(own_withdrawal).values(consent_id=consent_id, person_id=person_id, asked_at=now)
    first = row.on_conflict_do_nothing().returning(own_withdrawal.c.consent_id)
    return (await tx.execute(first)).first() is not None


async def asked_withdrawals(tx: AsyncConnection, person_ids: Sequence[UUID]) -> frozenset[UUID]:
    """The consents that she has taken back here; intake's word for it may still be on its way."""
    query = select(own_withdrawal.c.consent_id).where(own_withdrawal.c.person_id.in_(list(person_ids)))
    return frozenset((await tx.execute(query)).scalars())


async def language_of(tx: AsyncConnection, person_id: UUID) -> str | None:
    """The language of her newest referral, which is the one that she asked for help in."""
    query = select(referral.c.language).where(referral.c.person_id == person_id)
    language: str | None = (
        await tx.execute(query.order_by(referral.c.created_at.desc()).limit(1))
    ).scalar_one_or_none()
    return language


async def documents_of(tx: AsyncConnection, service_id: UUID) -> tuple[str, ...]:
    """What she should bring, as the directory has it."""
    query = select(required_document.c.document).where(
        required_document.c.service_id == service_id, required_document.c.document.is_not(None)
    )
    return tuple((await tx.execute(query.order_by(required_document.c.document).limit(DOCUMENTS_MAX))).scalars())
