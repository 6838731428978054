"""Codes that nobody guesses and links that expire: looking changes nothing, and a link is used once."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, DateTime, Table, Text, bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.database import metadata
from lotse_chassis.faults import Refused

CODE_BITS = 128
CODE_CHARACTERS = 26
KEPT_AFTER_EXPIRY = timedelta(days=30)  # until then a late visitor reads "expired" instead of "not found"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O and U
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

link = Table(
    "link",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)

MIGRATION_STATEMENTS = (
    """CREATE TABLE link (code_sha256 text PRIMARY KEY, purpose text NOT NULL, subject_id text NOT NULL,
       expires_at timestamptz NOT NULL, used_at timestamptz)""",
    "CREATE INDEX link_expires_at ON link (expires_at)",
    "CREATE INDEX link_subject ON link (purpose, subject_id)",
)

_CREATE_MANY = text(
    "INSERT INTO link (code_sha256, purpose, subject_id, expires_at)"
    " SELECT digest, :purpose, subject_id, :expires_at"
    " FROM unnest(CAST(:digests AS text[]), CAST(:subject_ids AS text[])) AS given (digest, subject_id)"
).bindparams(bindparam("expires_at", type_=DateTime(timezone=True)))

RIGHTS = {"link": "SELECT, INSERT, UPDATE (used_at), DELETE"}


@dataclass(frozen=True)
class Link:
    """What a code opens."""

    purpose: str
    subject_id: str
    expires_at: datetime


def new_code() -> tuple[str, str]:
    """A fresh code of 128 bit for a person to keep, and the hash for us to keep."""
    code = code_of(secrets.randbits(CODE_BITS))
    return code, digest_of(code)


def code_of(number: int) -> str:
    """The code of a number of 128 bit; whoever brings a number that others can guess gets a code that they can."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (CODE_CHARACTERS - 1), -1, -5))


def canonical(code: str) -> str:
    """The code as it was given out: people write O for 0, I and L for 1, lower case and hyphens."""
    return code.upper().translate(_READ_AS)


def digest_of(code: str) -> str:
    """SHA-256 of the canonical code, hexadecimal."""
    return hashlib.sha256(canonical(code).encode()).hexdigest()


def matches(code: str, sha256hex: str) -> bool:
    """Whether this is the code of the hash, in constant time."""
    return hmac.compare_digest(digest_of(code).encode(), sha256hex.encode())


async def create(tx: AsyncConnection, *, purpose: str, subject_id: str, expires_at: datetime) -> str:
    """A fresh link; the code is returned once and never stored."""
    (code,) = await create_many(tx, purpose=purpose, subject_ids=[subject_id], expires_at=expires_at)
    return code


async def create_many(
    tx: AsyncConnection, *, purpose: str, subject_ids: Sequence[str], expires_at: datetime
) -> list[str]:
    """The same for many in one statement; the codes are in the order of the subjects."""
    fresh = [new_code() for _ in subject_ids]
    if fresh:
        values = {"digests": [digest for _, digest in fresh], "subject_ids": list(subject_ids)}
        await tx.execute(_CREATE_MANY, values | {"purpose": purpose, "expires_at": expires_at})
    return [code for code, _ in fresh]


async def look(tx: AsyncConnection, code: str, *, purpose: str, now: datetime) -> Link:
    """What the code opens; for GET, since it changes nothing. Raises Refused if unknown, expired or used."""
    return await look_for(tx, code, purposes=(purpose,), now=now)


async def look_for(tx: AsyncConnection, code: str, *, purposes: Collection[str], now: datetime) -> Link:
    """The same where a code may be for one of several purposes."""
    digest = digest_of(code)
    query = select(link).where(link.c.code_sha256 == digest, link.c.purpose.in_(purposes))
    row = (await tx.execute(query)).one_or_none()
    if row is None or not matches(code, row.code_sha256):
        raise Refused("not_found")
    if row.used_at is not None or row.expires_at <= now:
        raise Refused("expired_link")
    return Link(row.purpose, row.subject_id, row.expires_at)


async def use(tx: AsyncConnection, code: str, *, purpose: str, now: datetime) -> Link:
    """Use the link up; for POST only, since mail scanners and previews follow every GET. Raises Refused as `look`."""
    found = await look(tx, code, purpose=purpose, now=now)
    mark = update(link).where(link.c.code_sha256 == digest_of(code), link.c.used_at.is_(None)).values(used_at=now)
    if (await tx.execute(mark)).rowcount != 1:
        raise Refused("expired_link")
    return found


async def revoke(tx: AsyncConnection, *, purpose: str, subject_id: str) -> int:
    """Remove every link to a subject, as its erasure asks; returns how many there were."""
    gone = delete(link).where(link.c.purpose == purpose, link.c.subject_id == subject_id)
    return (await tx.execute(gone)).rowcount


async def prune(tx: AsyncConnection, *, now: datetime) -> int:
    """Remove links that expired long ago; returns how many."""
    return (await tx.execute(delete(link).where(link.c.expires_at < now - KEPT_AFTER_EXPIRY))).rowcount
