"""Audits in the log: a token's day once it is over, and the end, when the auditor lets her queries be read."""

import asyncio
import logging
from datetime import datetime, time, timedelta
from functools import partial

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.identity import Auditor
from lotse_chassis.service import Service
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message, Sealed
from lotse_contracts.sealed import CannotOpen, open_sealed, public_bytes
from lotse_ledger.domain import audits
from lotse_ledger.domain.asked import SEALED_TYPE, SealedQuery, sealed_key
from lotse_ledger.domain.instants import BERLIN, day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.house import House
from lotse_ledger.store import tokens

logger = logging.getLogger(__name__)

SESSIONS_TIMER = "audit-sessions"
SESSIONS_KEY = "daily"
AFTER_MIDNIGHT = time(0, 10)
QUERIES_AT_ONCE = 500


async def watch_sessions(stopping: asyncio.Event, *, service: Service, house: House) -> None:
    """What was not written while the service was away is written now; then the timer goes on."""
    async with service.unit() as unit:
        unit.say(*await keep_watching(unit.tx, unit.context, house))
    await stopping.wait()


async def sessions_over(timer: Timer, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """The durable daily one; it sets its successor."""
    return await keep_watching(tx, context, house)


async def keep_watching(tx: AsyncConnection, context: Context, house: House) -> list[Message]:
    """Enter every session of a day that is over, and come back after midnight."""
    today = day_of(context.now)
    due_at = datetime.combine(today + timedelta(days=1), AFTER_MIDNIGHT, BERLIN)
    await timers.set_timer(tx, kind=SESSIONS_TIMER, key=SESSIONS_KEY, due_at=due_at)
    said: list[Message] = []
    for one in await tokens.sessions_before(tx, today):
        chain = await tokens.held_chain(tx, one.token_id)
        over = audits.SessionOver(one.token_id, one.day, one.uses, chain)
        done = await enter(tx, context, house, partial(audits.session, over, valid_on=today))
        if not done.repeated:
            said += await after_entry(tx, context, house, log_index=done.log_index)
    return said


async def end(tx: AsyncConnection, context: Context, house: House, auditor: Auditor, key: bytes) -> list[Message]:
    """Take the auditor's key, after which her token opens nothing more. Raises Refused if it is not hers."""
    try:
        private_key = X25519PrivateKey.from_private_bytes(key)
    except ValueError:
        raise Refused("key_does_not_fit", fields=("private_key",)) from None
    if not auditor.seal_key or public_bytes(private_key) != auditor.seal_key:
        raise Refused("key_does_not_fit", fields=("private_key",))
    chain = await tokens.held_chain(tx, auditor.token_id)
    done = await enter(tx, context, house, partial(audits.ended, chain, valid_on=day_of(context.now)))
    if done.repeated:
        return []
    await tokens.disclose(tx, auditor.token_id, key, context.now)
    return await after_entry(tx, context, house, log_index=done.log_index)


async def read_queries(tx: AsyncConnection, token_id: str, *, after: int = 0) -> list[tuple[SealedQuery, bytes | None]]:
    """What was asked with this token, as the association may read it once the audit ended; None where a row is false.

    Raises Refused while the auditor has not given her key.
    """
    key = await tokens.disclosed_key(tx, token_id)
    if key is None:
        raise Refused("audit_not_ended", fields=("token_id",))
    private_key = X25519PrivateKey.from_private_bytes(key)
    rows = await tokens.queries(tx, token_id, after=after, limit=QUERIES_AT_ONCE)
    return [(row, _opened(row, private_key)) for row in rows]


def _opened(row: SealedQuery, private_key: X25519PrivateKey) -> bytes | None:
    sealed = Sealed(kid=row.kid, enc=row.enc, ciphertext=row.ciphertext)
    try:
        return open_sealed(sealed, private_key, type_name=SEALED_TYPE, key=sealed_key(row.token_id, row.number))
    except CannotOpen:
        logger.error("a row of the query log does not open with its auditor's key")
        return None
