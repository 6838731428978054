"""The lists of codes as administrators have loaded them; the newest version counts, and none is ever lost."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import CodeListName
from lotse_intake.domain.coding import LISTS, CodeList, read_list
from lotse_intake.providers.lists import shipped
from lotse_intake.store.tables.letters import code_list

CACHED_MAX = 64
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")

_read: dict[str, CodeList] = {}
"""Lists by the digest of their text: reading one takes longer than an enquiry."""


async def newest(tx: AsyncConnection, name: CodeListName) -> CodeList:
    """The newest list that was loaded, else the one that comes along."""
    return (await newest_of(tx, (name,)))[name]


async def newest_of(tx: AsyncConnection, names: Sequence[CodeListName] = LISTS) -> dict[CodeListName, CodeList]:
    """Several lists in one question, since every enquiry asks."""
    query = select(code_list.c.list, code_list.c.version, code_list.c.sha256).ext(distinct_on(code_list.c.list))
    query = query.where(code_list.c.list.in_(names)).order_by(code_list.c.list, code_list.c.version.desc())
    found = {row.list: await _parsed(tx, row) for row in (await tx.execute(query)).all()}
    return {name: found.get(name) or shipped(name) for name in names}


async def _parsed(tx: AsyncConnection, row: Row[Any, Any, Any]) -> CodeList:
    if row.sha256 not in _read:
        body = select(code_list.c.body).where(code_list.c.list == row.list, code_list.c.version == row.version)
        if len(_read) >= CACHED_MAX:
            _read.clear()
        _read[row.sha256] = read_list(json.loads((await tx.execute(body)).scalar_one()))
    return _read[row.sha256]


async def add(tx: AsyncConnection, found: CodeList, body: str, *, at: datetime, by: str) -> None:
    """Keep a version for good."""
    row = {
        "list": found.name,
        "version": found.version,
        "body": body,
        "sha256": sha256(body.encode()).hexdigest(),
        "loaded_at": at,
        "loaded_by": by,
    }
    await tx.execute(insert(code_list).values(row))


async def lock(tx: AsyncConnection, name: CodeListName) -> None:
    """Two administrators load one list one after the other."""
    await tx.execute(_LOCK, {"name": f"intake-codes-{name}"})
