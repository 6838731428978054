"""Auditors' tokens: revoked or not, when one was used, and what was asked with it, sealed.

That and when a token was used the association sees at once; what was asked only the holder of the auditor's key.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, cast, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.asked import Chain, SealedQuery, beginning
from lotse_ledger.domain.canonical import canonical
from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.domain.instants import BERLIN
from lotse_ledger.store.tables import audit_key, audit_query, entry, token_use

REVOKED = "auditor_revoked"
SESSIONS_MAX = 1_000
_HOLD = text("SELECT pg_advisory_xact_lock(1635083369, hashtext(:token_id))")  # "audi": one query of a token at a time


@dataclass(frozen=True)
class Session:
    """A token's use on one day in Berlin."""

    token_id: str
    auditor: str
    day: date
    uses: int
    first_at: datetime
    last_at: datetime


async def is_revoked(tx: AsyncConnection, token_id: str) -> bool:
    """Whether an entry of the log takes this token back; reversing that entry does not bring it back."""
    named = entry.c.body.contains(canonical({"token_id": token_id}).decode()[1:-1], autoescape=True)
    query = select(entry.c.log_index).where(entry.c.log_id == MAIN_LOG, entry.c.kind == REVOKED, named).limit(1)
    return (await tx.execute(query)).first() is not None


async def note_use(tx: AsyncConnection, *, token_id: str, auditor: str, at: datetime) -> None:
    """One request was made with this token."""
    await tx.execute(insert(token_use).values(used_at=at, token_id=token_id, auditor=auditor))


async def sessions(tx: AsyncConnection, *, token_id: str | None = None) -> list[Session]:
    """Which token was used on which day and how often, newest first."""
    day = cast(func.timezone(BERLIN.key, token_use.c.used_at), Date).label("day")
    query = (
        select(
            token_use.c.token_id,
            token_use.c.auditor,
            day,
            func.count().label("uses"),
            func.min(token_use.c.used_at).label("first_at"),
            func.max(token_use.c.used_at).label("last_at"),
        )
        .group_by(token_use.c.token_id, token_use.c.auditor, day)
        .order_by(day.desc(), token_use.c.token_id)
        .limit(SESSIONS_MAX)
    )
    if token_id is not None:
        query = query.where(token_use.c.token_id == token_id)
    return [Session(*row) for row in await tx.execute(query)]


async def sessions_before(tx: AsyncConnection, day: date) -> list[Session]:
    """The sessions of earlier days that no entry of the log names yet, oldest first."""
    found = [one for one in await sessions(tx) if one.day < day]
    keys = {f"auditor-session:{one.token_id}:{one.day.isoformat()}": one for one in found}
    query = select(entry.c.key).where(entry.c.log_id == MAIN_LOG, entry.c.key.in_(keys))
    known = set((await tx.execute(query)).scalars())
    return [one for key, one in reversed(keys.items()) if key not in known]


async def held_chain(tx: AsyncConnection, token_id: str) -> Chain:
    """The chain of this token's queries; nobody else adds to it until the transaction ends."""
    await tx.execute(_HOLD, {"token_id": token_id})
    return await chain(tx, token_id)


async def chain(tx: AsyncConnection, token_id: str) -> Chain:
    """How many queries there are, and the digest over them."""
    query = select(audit_query.c.number, audit_query.c.digest).where(audit_query.c.token_id == token_id)
    row = (await tx.execute(query.order_by(audit_query.c.number.desc()).limit(1))).first()
    return beginning(token_id) if row is None else Chain(token_id, row.number, row.digest)


async def add_query(tx: AsyncConnection, row: SealedQuery) -> None:
    """The next row of a token's chain."""
    await tx.execute(
        insert(audit_query).values(
            token_id=row.token_id,
            number=row.number,
            asked_at=row.asked_at,
            kid=row.kid,
            enc=row.enc,
            ciphertext=row.ciphertext,
            digest=row.digest,
        )
    )


async def queries(tx: AsyncConnection, token_id: str, *, after: int, limit: int) -> list[SealedQuery]:
    """The rows of a token that follow a number."""
    query = select(audit_query).where(audit_query.c.token_id == token_id, audit_query.c.number > after)
    return [SealedQuery(*row) for row in await tx.execute(query.order_by(audit_query.c.number).limit(limit))]


async def chains(tx: AsyncConnection) -> list[Chain]:
    """The newest state of every chain."""
    newest = select(audit_query.c.token_id, audit_query.c.number, audit_query.c.digest).distinct(audit_query.c.token_id)
    rows = await tx.execute(newest.order_by(audit_query.c.token_id, audit_query.c.number.desc()))
    return [Chain(*row) for row in rows]


async def disclose(tx: AsyncConnection, token_id: str, private_key: bytes, at: datetime) -> None:
    """Keep the key that the auditor gave: the association may now read what was asked with this token."""
    await tx.execute(insert(audit_key).values(token_id=token_id, private_key=private_key, disclosed_at=at))


async def disclosed_key(tx: AsyncConnection, token_id: str) -> bytes | None:
    """The auditor's private key, once she gave it."""
    query = select(audit_key.c.private_key).where(audit_key.c.token_id == token_id)
    return (await tx.execute(query)).scalar_one_or_none()
